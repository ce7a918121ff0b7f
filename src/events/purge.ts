import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { purgeInBatches } from '../db/purge-in-batches.ts';
import { CHAIN_HEAD, moveCut, waitForChain } from './chain.ts';
import { raiseHorizon } from './horizon.ts';
import { type EventCursor, parseCursor } from './log.ts';

/** Small enough that one statement holds its locks for milliseconds, and that a stop waits for no more than one. */
const BATCH = 5_000;
const DAY_MS = 86_400_000;

/** Deletes events that have outlived their retention and that nobody has yet to read. */
export class EventPurge {
  /** @param retentionDays how many days of 24 hours an event is kept at least */
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly retentionDays: number,
  ) {}

  /**
   * Deletes from the old end of the log, batch by batch, up to the first event to be kept, the slowest reader, and the head of the
   * chain. Safe in several processes at once.
   *
   * @param signal stops it after the batch under way
   * @returns how many events it deleted
   */
  run(signal?: AbortSignal): Promise<number> {
    const before = new Date(this.clock.now().getTime() - this.retentionDays * DAY_MS);
    return purgeInBatches(BATCH, async (limit) => this.deleteBatch(before, await this.slowestReader(), limit), signal);
  }

  /**
   * Only the head of the log is looked at, so that a log with nothing to purge costs one index page and not a scan. What is
   * left is all behind one place: the chain goes on from the hash that was there.
   */
  private deleteBatch(before: Date, upTo: EventCursor | null, limit: number): Promise<number> {
    const { xid, id } = upTo === null ? { xid: null, id: null } : parseCursor(upTo);
    return this.db.transaction(async (tx) => {
      await waitForChain(tx);
      const [row] = await tx.query<{ deleted: number }>(
        `with head as (
           select xid, id, at from event
            where $2::xid8 is null or (xid, id) <= ($2::xid8, $3::bigint)
            order by xid, id limit $4),
         kept as (select xid, id from head where at >= $1 order by xid, id limit 1),
         gone as (
           delete from event e using head h
            where e.xid = h.xid and e.id = h.id and not exists (select from kept k where (k.xid, k.id) <= (h.xid, h.id)) returning e.xid, e.id),
         horizon as (${raiseHorizon('gone')}),
         ${moveCut('gone')}
         select count(*)::int as deleted from gone`,
        [before, xid, id, limit],
      );
      return row!.deleted;
    });
  }

  private async slowestReader(): Promise<EventCursor | null> {
    const [row] = await this.db.query<{ cursor: EventCursor }>(
      `select cursor from (select cursor from event_cursor union all ${CHAIN_HEAD}) r
        order by split_part(cursor, '.', 1)::xid8, split_part(cursor, '.', 2)::bigint limit 1`,
    );
    return row?.cursor ?? null;
  }
}
