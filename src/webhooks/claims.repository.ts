import type { Database, Queryable } from '../db/database.ts';
import { ownerSees } from './queue.repository.ts';
import { type DeliveryStatus, MAX_UNDER_WAY_PER_ENDPOINT } from './webhook.rules.ts';
import type { RequestOutcome } from './webhook-request.provider.ts';

/** A delivery that one sender has for now. */
export interface ClaimedDelivery {
  readonly id: string;
  readonly endpointId: string;
  readonly body: string;
  /** This one included. */
  readonly attempts: number;
  /** By which the claim is known: no other of the same delivery ends at the same instant. */
  readonly claimedUntil: Date;
  readonly url: string;
  /** Sealed, as is the one before, which signs until `previousUntil`. */
  readonly secret: string;
  readonly previousSecret: string | null;
  readonly previousUntil: Date | null;
  /** Whether the endpoint's owner sees what the delivery tells. */
  readonly allowed: boolean;
}

/** What a sender asks for. */
export interface ClaimRequest {
  readonly now: Date;
  readonly until: Date;
  /** From how many endpoints at most. */
  readonly endpoints: number;
  /** The endpoint whose turn was last. */
  readonly after: string;
  /** Endpoints of which it can begin no more. */
  readonly busy: readonly string[];
}

/** Before the first endpoint. */
export const FIRST_ENDPOINT = '00000000-0000-0000-0000-000000000000';

/** While an endpoint fails it gets one delivery at a time: it costs one place, however many wait for it. */
const MAX_UNDER_WAY = `case when n.failing_since is null then ${MAX_UNDER_WAY_PER_ENDPOINT} else 1 end`;

/** Takes deliveries that are due, from endpoints in turn. Senders that claim at once never get the same. */
export function claimDeliveries(db: Database, request: ClaimRequest): Promise<{ deliveries: ClaimedDelivery[]; turn: string }> {
  const { now, until, endpoints, after, busy } = request;
  return db.transaction(async (tx) => {
    const ids = await lockEndpoints(tx, now, after, endpoints, busy);
    if (ids.length < endpoints && after !== FIRST_ENDPOINT) {
      const first = await lockEndpoints(tx, now, FIRST_ENDPOINT, endpoints - ids.length, [...busy, ...ids]);
      ids.push(...first.filter((id) => id <= after));
    }
    // In a statement of its own, which sees what others committed before these endpoints were locked.
    return { deliveries: ids.length === 0 ? [] : await claimOf(tx, ids, now, until), turn: ids.at(-1) ?? after };
  });
}

async function lockEndpoints(tx: Queryable, now: Date, after: string, limit: number, busy: readonly string[]): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `select n.id from webhook_endpoint n
      where n.disabled_at is null and n.id > $1::uuid and n.id <> all ($4::uuid[])
        and exists (select from webhook_delivery d where d.endpoint_id = n.id and d.status = 'QUEUED' and d.send_after <= $2)
        and (select count(*) from webhook_delivery s where s.endpoint_id = n.id and s.status = 'SENDING') < ${MAX_UNDER_WAY}
      order by n.id limit $3 for no key update skip locked`,
    [after, now, limit, busy],
  );
  return rows.map(({ id }) => id);
}

function claimOf(tx: Queryable, ids: readonly string[], now: Date, until: Date): Promise<ClaimedDelivery[]> {
  return tx.query<ClaimedDelivery>(
    `with due as (
       select m.id from webhook_endpoint n cross join lateral
         (select id from webhook_delivery d
           where d.endpoint_id = n.id and d.status = 'QUEUED' and d.send_after <= $2
           order by d.send_after, d.id
           limit greatest(0, ${MAX_UNDER_WAY} - (select count(*) from webhook_delivery s where s.endpoint_id = n.id and s.status = 'SENDING'))
             for update skip locked) m
        where n.id = any ($1::uuid[])),
     taken as (
       update webhook_delivery u set status = 'SENDING', claimed_until = $3, attempts = attempts + 1 from due where u.id = due.id returning u.*)
     select d.id, d.endpoint_id as "endpointId", d.body, d.attempts, d.claimed_until as "claimedUntil", n.url, n.secret,
            n.previous_secret as "previousSecret", n.previous_until as "previousUntil", ${ownerSees('$2')} as allowed
       from taken d join webhook_endpoint n on n.id = d.endpoint_id left join account a on a.number = d.account_number`,
    [ids, now, until],
  );
}

/** How an attempt left its delivery. */
export interface DeliveryOutcome extends RequestOutcome {
  readonly status: DeliveryStatus;
  /** For QUEUED: when it is tried again. */
  readonly sendAfter: Date | null;
}

/**
 * Writes down how an attempt ended.
 *
 * @returns false where the claim had ended and another sender has the delivery, whose word counts
 */
export async function recordOutcome(db: Queryable, claim: ClaimedDelivery, outcome: DeliveryOutcome, now: Date): Promise<boolean> {
  const { status, sendAfter, statusCode, answer, durationMs } = outcome;
  const rows = await db.queryPrepared(
    'webhook outcome',
    `update webhook_delivery
        set status = $3, send_after = coalesce($4, send_after), claimed_until = null, status_code = $5, answer = $6, duration_ms = $7,
            attempted_at = $8::timestamptz, finished_at = case when $3::text = 'QUEUED' then null else $8::timestamptz end
      where id = $1 and claimed_until = $2 and status = 'SENDING' returning 1`,
    [claim.id, claim.claimedUntil, status, sendAfter, statusCode, answer, durationMs, now],
  );
  return rows.length > 0;
}

/** Notes that an endpoint took what was sent, a test too. */
export async function markWell(db: Queryable, endpointId: string): Promise<void> {
  await db.query('update webhook_endpoint set failing_since = null where id = $1 and failing_since is not null', [endpointId]);
}

/**
 * Notes that an endpoint did not take a delivery. It counts as having failed since it began while something is tried again; a
 * first attempt while nothing is begins anew. Only the end of the queue, which may be long, is looked at: there waits what was
 * tried.
 *
 * @returns since when it has failed
 */
export async function markFailing(tx: Queryable, { id, endpointId, attempts }: ClaimedDelivery, now: Date): Promise<Date> {
  const [row] = await tx.query<{ since: Date }>(
    `update webhook_endpoint n
        set failing_since = case
          when $3 or (select d.attempts > 0 from webhook_delivery d where d.endpoint_id = n.id and d.status = 'QUEUED' and d.id <> $4
                       order by d.send_after desc, d.id desc limit 1)
          then coalesce(n.failing_since, $2) else $2 end
      where n.id = $1 returning n.failing_since as since`,
    [endpointId, now, attempts > 1, id],
  );
  return row!.since;
}

/** Queues anew what senders that died had under way. */
export async function takeOverDeliveries(db: Queryable, now: Date): Promise<void> {
  await db.query(
    `update webhook_delivery set status = 'QUEUED', claimed_until = null
      where id in (select id from webhook_delivery where status = 'SENDING' and claimed_until <= $1 for update skip locked)`,
    [now],
  );
}

/** Ends what waits for endpoints that were disabled. @returns how many; call again while it returns as many as the limit */
export async function skipDeliveries(db: Queryable, now: Date, limit: number): Promise<number> {
  const rows = await db.query(
    `update webhook_delivery set status = 'SKIPPED', finished_at = $1, answer = 'The endpoint was disabled before it was sent.'
      where id in (select d.id from webhook_endpoint n join webhook_delivery d on d.endpoint_id = n.id and d.status = 'QUEUED'
                    where n.disabled_at is not null limit $2 for update of d skip locked)
     returning 1`,
    [now, limit],
  );
  return rows.length;
}

/** When the next delivery is due or let go by a dead sender; null where nothing waits. May lie in the past. */
export async function nextDeliveryDueAt(db: Queryable): Promise<Date | null> {
  const [row] = await db.query<{ at: Date | null }>(
    `select least(
       (select min(d.send_after) from webhook_endpoint n cross join lateral
         (select send_after from webhook_delivery where endpoint_id = n.id and status = 'QUEUED' order by send_after limit 1) d
         where n.disabled_at is null),
       (select min(claimed_until) from webhook_delivery where status = 'SENDING')) as at`,
  );
  return row!.at;
}
