import type { Queryable } from '../db/database.ts';
import { cursorKey, type Page, pageOf, type PageRequest, pageSize } from '../pagination.ts';
import type { DeliveryStatus } from './webhook.rules.ts';
import type { RequestOutcome } from './webhook-request.provider.ts';

/** A delivery as the owner of its endpoint sees it. */
export interface DeliveryView {
  /** The `webhook-id` of every attempt. */
  readonly id: string;
  readonly endpointId: string;
  readonly type: string;
  readonly status: DeliveryStatus;
  readonly body: string;
  /** Since it was queued last. */
  readonly attempts: number;
  readonly sendAfter: Date;
  /** Of the last attempt, as are the following; null before the first. */
  readonly attemptedAt: Date | null;
  readonly durationMs: number | null;
  readonly statusCode: number | null;
  readonly answer: string | null;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

const VIEW = `d.id, d.endpoint_id as "endpointId", d.type, d.status, d.body, d.attempts, d.send_after as "sendAfter",
  d.attempted_at as "attemptedAt", d.duration_ms as "durationMs", d.status_code as "statusCode", d.answer, d.created_at as "createdAt",
  d.finished_at as "finishedAt"`;

/** A page of the deliveries of an endpoint, newest first. */
export async function listDeliveries(
  db: Queryable,
  endpointId: string,
  status: DeliveryStatus | null,
  { first, after }: PageRequest,
): Promise<Page<DeliveryView>> {
  const [id] = cursorKey(after, ['uuid']) ?? [null];
  const rows = await db.query<DeliveryView>(
    `select ${VIEW} from webhook_delivery d
      where d.endpoint_id = $1 and ($2::text is null or d.status = $2) and ($3::uuid is null or d.id < $3)
      order by d.id desc limit $4`,
    [endpointId, status, id, pageSize(first) + 1],
  );
  return pageOf(
    rows,
    first,
    (row) => [row.id],
    (row) => row,
  );
}

/** One delivery, by an id of the right form. */
export async function findDelivery(db: Queryable, id: string): Promise<DeliveryView | undefined> {
  const [row] = await db.query<DeliveryView>(`select ${VIEW} from webhook_delivery d where d.id = $1::uuid`, [id]);
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
