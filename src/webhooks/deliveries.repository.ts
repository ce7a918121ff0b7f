import type { Queryable } from '../db/database.ts';
import { cursorKey, type Page, pageOf, type PageRequest, pageSize } from '../pagination.ts';
import { ownerSees } from './queue.repository.ts';
import type { DeliveryStatus } from './webhook.rules.ts';
import type { RequestOutcome } from './webhook-request.provider.ts';

/** A delivery as who may handle its endpoint sees it. */
export interface DeliveryView {
  /** The `webhook-id` of every attempt. */
  readonly id: string;
  readonly endpointId: string;
  readonly type: string;
  readonly status: DeliveryStatus;
  /** Null where it tells of an account that they no longer see. */
  readonly body: string | null;
  /** Since it was queued last. */
  readonly attempts: number;
  readonly sendAfter: Date;
  /** Of the last attempt, as are the following; null before the first. */
  readonly attemptedAt: Date | null;
  readonly durationMs: number | null;
  readonly statusCode: number | null;
  /** Null where {@link body} is, unless it says why nothing was sent: receivers may repeat what they were told. */
  readonly answer: string | null;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

/** What of a delivery somebody sees. */
export interface DeliverySight {
  /** Whether they see every account; else they see what the owner of the endpoint does. */
  readonly everything: boolean;
  readonly now: Date;
}

/** Takes a {@link DeliverySight} as its first two parameters. */
const VIEWS = `select d.id, d.endpoint_id as "endpointId", d.type, d.status, case when seen then d.body end as body, d.attempts,
         d.send_after as "sendAfter", d.attempted_at as "attemptedAt", d.duration_ms as "durationMs", d.status_code as "statusCode",
         case when seen or d.status = 'SKIPPED' then d.answer end as answer, d.created_at as "createdAt", d.finished_at as "finishedAt"
    from webhook_delivery d join webhook_endpoint n on n.id = d.endpoint_id left join account a on a.number = d.account_number
         cross join lateral (select $1::boolean or a.number is null or ${ownerSees('$2::timestamptz')} as seen) s`;

/** A page of the deliveries of an endpoint, newest first. */
export async function listDeliveries(
  db: Queryable,
  { everything, now }: DeliverySight,
  endpointId: string,
  status: DeliveryStatus | null,
  { first, after }: PageRequest,
): Promise<Page<DeliveryView>> {
  const [id] = cursorKey(after, ['uuid']) ?? [null];
  const rows = await db.query<DeliveryView>(
    `${VIEWS} where d.endpoint_id = $3 and ($4::text is null or d.status = $4) and ($5::uuid is null or d.id < $5)
      order by d.id desc limit $6`,
    [everything, now, endpointId, status, id, pageSize(first) + 1],
  );
  return pageOf(
    rows,
    first,
    (row) => [row.id],
    (row) => row,
  );
}

/** One delivery, by an id of the right form. */
export async function findDelivery(db: Queryable, { everything, now }: DeliverySight, id: string): Promise<DeliveryView | undefined> {
  const [row] = await db.query<DeliveryView>(`${VIEWS} where d.id = $3::uuid`, [everything, now, id]);
  return row;
}

/** Queues a delivery that has ended, or makes one that waits due. One under way stays as it is. */
export async function requeueDelivery(tx: Queryable, id: string, now: Date): Promise<void> {
  await tx.query(
    `update webhook_delivery set attempts = case when status = 'QUEUED' then attempts else 0 end, status = 'QUEUED', send_after = $2, finished_at = null
      where id = $1 and status <> 'SENDING'`,
    [id, now],
  );
}

/** A delivery that was given up, for whoever looks at the queue. */
export interface FailedDelivery {
  readonly id: string;
  readonly failedAt: Date | null;
  readonly attempts: number;
  /** The host of the endpoint. */
  readonly to: string | null;
  readonly error: string | null;
}

/** Given up: a test that failed is nothing to deliver, and nobody waits for what a deleted endpoint was not told. */
const GIVEN_UP = `d.status = 'FAILED' and d.event_id is not null and exists (select from webhook_endpoint n where n.id = d.endpoint_id and n.deleted_at is null)`;

/** How many deliveries were given up, and the latest of them. */
export async function readFailedDeliveries(db: Queryable, limit: number): Promise<{ failed: number; failures: FailedDelivery[] }> {
  const [[row], failures] = await Promise.all([
    db.query<{ failed: number }>(`select count(*) as failed from webhook_delivery d where ${GIVEN_UP}`),
    db.query<FailedDelivery>(
      `select d.id, d.finished_at as "failedAt", d.attempts, split_part(split_part(n.url, '//', 2), '/', 1) as "to",
              concat_ws(' ', d.status_code, d.answer) as error
         from (select * from webhook_delivery d where ${GIVEN_UP} order by d.finished_at desc, d.id desc limit $1) d
         join webhook_endpoint n on n.id = d.endpoint_id order by d.finished_at desc, d.id desc`,
      [limit],
    ),
  ]);
  return { failed: row!.failed, failures };
}

/**
 * Queues the deliveries of an endpoint anew that were given up longest ago.
 *
 * @param limit how many at most
 * @returns how many, and how many are left
 */
export async function requeueFailed(
  tx: Queryable,
  endpointId: string,
  now: Date,
  limit: number,
): Promise<{ retried: number; remaining: number }> {
  const rows = await tx.query(
    `with failed as (select d.id from webhook_delivery d where ${GIVEN_UP} and d.endpoint_id = $1 order by d.finished_at, d.id limit $3 for update skip locked)
     update webhook_delivery d set status = 'QUEUED', attempts = 0, send_after = $2, finished_at = null from failed f where d.id = f.id returning 1`,
    [endpointId, now, limit],
  );
  const [left] = await tx.query<{ count: number }>(`select count(*) from webhook_delivery d where ${GIVEN_UP} and d.endpoint_id = $1`, [
    endpointId,
  ]);
  return { retried: rows.length, remaining: left!.count };
}

/** A test that was sent. */
export interface SentTest extends RequestOutcome {
  readonly id: string;
  readonly endpointId: string;
  readonly type: string;
  readonly body: string;
  readonly status: DeliveryStatus;
}

/** Adds a test that was sent to the ledger. */
export async function insertTest(db: Queryable, { id, endpointId, type, body, status, ...outcome }: SentTest, now: Date): Promise<void> {
  const { statusCode, answer, durationMs } = outcome;
  await db.query(
    `insert into webhook_delivery (id, endpoint_id, type, body, status, attempts, send_after, attempted_at, duration_ms, status_code, answer, created_at, finished_at)
     values ($1, $2, $3, $4, $5, 1, $6, $6, $7, $8, $9, $6, $6)`,
    [id, endpointId, type, body, status, now, durationMs, statusCode, answer],
  );
}

/** Deletes deliveries that ended before an instant, and those of deleted endpoints. @returns how many, `limit` at most of each */
export async function purgeDeliveries(db: Queryable, before: Date, limit: number): Promise<number> {
  const rows = await db.query(
    `with old as (select id from webhook_delivery where finished_at < $1 limit $2 for update skip locked),
     ownerless as (select d.id from webhook_endpoint n join webhook_delivery d on d.endpoint_id = n.id
                    where n.deleted_at is not null and d.status <> 'SENDING' limit $2 for update of d skip locked)
     delete from webhook_delivery where id in (select id from old union all select id from ownerless) returning 1`,
    [before, limit],
  );
  return rows.length;
}
