/** What can be seen of the log at one moment: what is settled, and what is committed but may still be preceded. */
import type { Queryable } from '../db/database.ts';
import { EVENT_COLUMNS, type EventCursor, type EventRow, type LoggedEvent, loggedEvent, parseCursor } from './log.ts';

/** How many events one look sees. */
const MAX_SEEN = 1_000;

/** An event as a look sees it. */
export interface SeenEvent extends LoggedEvent {
  /** The platform's id of the account it concerns; null where it concerns none, or many. */
  readonly accountId: string | null;
  /** Whether nothing can appear before it any more. */
  readonly settled: boolean;
}

/** What a look found. */
export interface Look {
  /** What was visible to it, in PostgreSQL's words. */
  readonly snapshot: string;
  /** In the order of the log: those that are settled, and those behind them that were not visible to the look before. */
  readonly events: readonly SeenEvent[];
  /** Whether there may be more than these. */
  readonly full: boolean;
}

interface LookRow extends Omit<EventRow, 'xid'> {
  snapshot: string;
  /** Null in the one row of a look that found nothing. */
  xid: string | null;
  account_id: string | null;
  settled: boolean;
}

const LOOK = `
  select s.now::text as snapshot, found.*
    from (select pg_current_snapshot() as now) s
    left join lateral (
      select ${EVENT_COLUMNS}, (select a.id from account a where a.number = e.account_number) as account_id,
             e.xid < pg_snapshot_xmin(s.now) as settled
        from event e
       where (e.xid, e.id) > ($1::xid8, $2::bigint)
         and (e.xid < pg_snapshot_xmin(s.now) or not pg_visible_in_snapshot(e.xid, $3::pg_snapshot))
       order by e.xid, e.id limit ${MAX_SEEN}) found on true`;

/**
 * Looks at the log.
 *
 * @param after the last event that was settled
 * @param before the {@link Look.snapshot} of the look before
 */
export async function lookAtLog(db: Queryable, after: EventCursor, before: string): Promise<Look> {
  const { xid, id } = parseCursor(after);
  // Not prepared: a plan that was kept from when the log was short would read it all, each time.
  const rows = await db.query<LookRow>(LOOK, [xid, id, before]);
  const events = rows.flatMap((row) => (row.xid === null ? [] : [seenEvent({ ...row, xid: row.xid })]));
  return { snapshot: rows[0]!.snapshot, events, full: events.length === MAX_SEEN };
}

/** Where somebody begins who wants what comes from now on: the end of what is settled, and what is visible. */
export async function beginLooking(db: Queryable): Promise<{ cursor: EventCursor; snapshot: string }> {
  const [row] = await db.query<{ xid: string; snapshot: string }>(
    'select pg_snapshot_xmin(now)::text as xid, now::text as snapshot from pg_current_snapshot() as now',
  );
  return { cursor: `${row!.xid}.0`, snapshot: row!.snapshot };
}

function seenEvent(row: LookRow & EventRow): SeenEvent {
  return { ...loggedEvent(row), accountId: row.account_id, settled: row.settled };
}
