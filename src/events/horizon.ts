/** How far back the log is kept: readers that come back later than that are told so, and miss nothing silently. */
import type { Queryable } from '../db/database.ts';
import { GracelineError } from '../errors.ts';
import { type EventCursor, parseCursor } from './log.ts';

/** The one row of the table. */
const NAME = 'log';

/**
 * The part of a statement that notes which events it deletes, so that both happen or neither does.
 *
 * @param gone a relation of the statement with `xid` and `id` of what is deleted
 */
export function raiseHorizon(gone: string): string {
  return `insert into event_horizon as h (name, xid, id)
    select '${NAME}', xid, id from ${gone} order by xid desc, id desc limit 1
    on conflict (name) do update set xid = excluded.xid, id = excluded.id where (h.xid, h.id) < (excluded.xid, excluded.id)`;
}

/**
 * Refuses a place behind which events have been deleted, or that lies ahead of the log as after restoring a dump. What has
 * been read before this resolves was read whole.
 *
 * @throws GracelineError CURSOR_EXPIRED, INVALID_CURSOR
 */
export async function requireKept(db: Queryable, cursor: EventCursor): Promise<void> {
  const { xid, id } = parseCursor(cursor);
  const [row] = await db.query<{ expired: boolean }>(
    `select exists (select from event_horizon h where (h.xid, h.id) > ($1::xid8, $2::bigint))
         or $1::xid8 > pg_snapshot_xmax(pg_current_snapshot()) as expired`,
    [xid, id],
  );
  if (!row!.expired) return;
  throw new GracelineError(
    'CURSOR_EXPIRED',
    'Events behind this cursor are no longer kept. Ask for "logCursor", read again what you show, and subscribe after that cursor.',
  );
}
