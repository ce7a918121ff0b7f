import type { Actor } from '../auth/actor.ts';
import type { Queryable } from '../db/database.ts';
import { cursorKey, type Page, pageOf, type PageRequest, pageSize } from '../pagination.ts';
import type { DisabledReason, Owner } from './webhook.rules.ts';

/** An endpoint as its owner sees it. */
export interface EndpointView {
  readonly id: string;
  readonly owner: Owner;
  readonly createdBy: string;
  readonly url: string;
  /** Of events; none means all. */
  readonly types: readonly string[];
  readonly createdAt: Date;
  /** Since when it is tried and takes nothing; null while all is well. */
  readonly failingSince: Date | null;
  readonly disabledAt: Date | null;
  readonly disabledReason: DisabledReason | null;
  /** Until when the secret before signs too; may have passed. */
  readonly previousSecretUntil: Date | null;
}

/** What the services know beyond that. */
export interface EndpointRow extends EndpointView {
  readonly administratorId: string | null;
  /** Sealed, as is the one before. */
  readonly secret: string;
  readonly previousSecret: string | null;
}

/** A new endpoint. */
export interface NewEndpoint {
  readonly id: string;
  readonly owner: Owner;
  readonly administratorId: string | null;
  readonly tokenId: string | null;
  readonly createdBy: string;
  readonly url: string;
  readonly types: readonly string[];
  /** Sealed. */
  readonly secret: string;
}

const COLUMNS = `n.id, n.owner, n.administrator_id as "administratorId", n.created_by as "createdBy", n.url, n.types, n.secret,
  n.previous_secret as "previousSecret", n.previous_until as "previousSecretUntil", n.created_at as "createdAt",
  n.failing_since as "failingSince", n.disabled_at as "disabledAt", n.disabled_reason as "disabledReason"`;

/** The condition that keeps the endpoints an actor may handle: operators all, others their own. Takes one parameter. */
function ownedBy({ role, administratorId, tokenId }: Actor, param: number): { sql: string; value: string | null } {
  if (role === 'OPERATOR') return { sql: `$${param}::uuid is null`, value: null };
  if (role === 'ADMINISTRATOR')
    return { sql: `n.owner = 'ADMINISTRATOR' and n.administrator_id = $${param}::uuid`, value: administratorId };
  return { sql: `n.owner = 'PARTNER' and n.token_id = $${param}::uuid`, value: tokenId };
}

/** A page of the endpoints an actor may handle, newest first. */
export async function listEndpoints(db: Queryable, actor: Actor, { first, after }: PageRequest): Promise<Page<EndpointView>> {
  const [id] = cursorKey(after, ['uuid']) ?? [null];
  const owned = ownedBy(actor, 1);
  const rows = await db.query<EndpointView>(
    `select ${COLUMNS} from webhook_endpoint n
      where ${owned.sql} and n.deleted_at is null and ($2::uuid is null or n.id < $2) order by n.id desc limit $3`,
    [owned.value, id, pageSize(first) + 1],
  );
  return pageOf(
    rows,
    first,
    (row) => [row.id],
    (row) => row,
  );
}

/**
 * One of the endpoints an actor may handle, by an id of the right form.
 *
 * @param lock keeps others from changing it until the transaction ends
 */
export async function findEndpoint(db: Queryable, actor: Actor, id: string, lock = false): Promise<EndpointRow | undefined> {
  const owned = ownedBy(actor, 2);
  const [row] = await db.query<EndpointRow>(
    `select ${COLUMNS} from webhook_endpoint n where n.id = $1::uuid and ${owned.sql} and n.deleted_at is null
     ${lock ? 'for no key update' : ''}`,
    [id, owned.value],
  );
  return row;
}

/** How many endpoints an owner has. Those who make one at the same time wait for each other. */
export async function countEndpoints(tx: Queryable, { owner, administratorId, tokenId }: NewEndpoint): Promise<number> {
  await tx.query(`select pg_advisory_xact_lock(hashtext('graceline webhooks of ' || $1))`, [administratorId ?? tokenId ?? owner]);
  const [row] = await tx.query<{ count: number }>(
    `select count(*) from webhook_endpoint where owner = $1 and administrator_id is not distinct from $2::uuid
        and token_id is not distinct from $3::uuid and deleted_at is null`,
    [owner, administratorId, tokenId],
  );
  return row!.count;
}

/** Adds one that is told of what is committed from now on. */
export async function insertEndpoint(tx: Queryable, endpoint: NewEndpoint, now: Date): Promise<void> {
  const { id, owner, administratorId, tokenId, createdBy, url, types, secret } = endpoint;
  await tx.query(
    `insert into webhook_endpoint (id, owner, administrator_id, token_id, created_by, url, types, secret, since, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, pg_snapshot_xmin(pg_current_snapshot()), $9)`,
    [id, owner, administratorId, tokenId, createdBy, url, types, secret, now],
  );
}

/** Changes where an endpoint is and what it is told. What failed at another address counts no more. */
export async function updateEndpoint(tx: Queryable, id: string, url: string, types: readonly string[]): Promise<void> {
  await tx.query(
    'update webhook_endpoint set url = $2, types = $3, failing_since = case when url = $2 then failing_since end where id = $1',
    [id, url, types],
  );
}

/** Enables an endpoint anew: it is told of what is committed from now on. */
export async function enableEndpoint(tx: Queryable, id: string): Promise<void> {
  await tx.query(
    `update webhook_endpoint set disabled_at = null, disabled_reason = null, failing_since = null, since = pg_snapshot_xmin(pg_current_snapshot())
      where id = $1`,
    [id],
  );
}

/** Disables an endpoint. @returns false where it was */
export async function disableEndpoint(tx: Queryable, id: string, reason: DisabledReason, now: Date): Promise<boolean> {
  const rows = await tx.query(
    'update webhook_endpoint set disabled_at = $3, disabled_reason = $2 where id = $1 and disabled_at is null returning 1',
    [id, reason, now],
  );
  return rows.length > 0;
}

/** Takes an endpoint out of everybody's sight; what was delivered goes with the next purge. */
export async function markDeleted(tx: Queryable, id: string, now: Date): Promise<void> {
  await tx.query(
    `update webhook_endpoint set deleted_at = $2, disabled_at = coalesce(disabled_at, $2), disabled_reason = coalesce(disabled_reason, 'BY_HAND'),
            previous_secret = null, previous_until = null
      where id = $1`,
    [id, now],
  );
}

/** Puts a new secret before the one there was. @param until when that one no longer signs; null where it is gone at once */
export async function replaceSecret(tx: Queryable, id: string, sealed: string, until: Date | null): Promise<void> {
  await tx.query(
    `update webhook_endpoint set previous_secret = case when $3::timestamptz is null then null else secret end, previous_until = $3, secret = $2
      where id = $1`,
    [id, sealed, until],
  );
}

/** Forgets secrets that no longer sign. */
export async function forgetSecrets(db: Queryable, now: Date): Promise<void> {
  await db.query('update webhook_endpoint set previous_secret = null, previous_until = null where previous_until <= $1', [now]);
}

/** Deletes endpoints that somebody deleted and of which nothing is left. */
export async function purgeEndpoints(db: Queryable): Promise<void> {
  await db.query(
    `delete from webhook_endpoint n
      where n.deleted_at is not null and not exists (select from webhook_delivery d where d.endpoint_id = n.id)`,
  );
}
