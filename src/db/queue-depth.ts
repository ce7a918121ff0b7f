/** How many rows of a ledger wait. The ledgers differ in what they hold, and are alike in how a row is claimed. */
import type { Queryable } from './database.ts';

/** How a ledger stands. */
export interface QueueDepth {
  readonly queued: number;
  /** Of the queued ones, by now. */
  readonly due: number;
  readonly sending: number;
  /** Of those neither sent nor given up; null where none is due. */
  readonly oldestDueAt: Date | null;
}

/**
 * Counts what waits in a ledger.
 *
 * @param now decides what is due
 */
export async function readQueueDepth(db: Queryable, ledger: 'mail' | 'user_mail' | 'webhook_delivery', now: Date): Promise<QueueDepth> {
  // Apart, because each status has a partial index of its own.
  const [row] = await db.query<QueueDepth>(
    `select q.queued, q.due, s.sending, least(q.oldest, s.oldest) as "oldestDueAt"
       from (select count(*) as queued, count(*) filter (where send_after <= $1) as due, min(send_after) filter (where send_after <= $1) as oldest
               from ${ledger} where status = 'QUEUED') q,
            (select count(*) as sending, min(send_after) filter (where send_after <= $1) as oldest from ${ledger} where status = 'SENDING') s`,
    [now],
  );
  return row!;
}
