/**
 * A database that was dumped and restored into another PostgreSQL brings transaction ids along that its new server has not
 * reached yet: readers of the log would wait behind them for new events, silently and perhaps for years.
 */
import type { Database, Queryable } from '../db/database.ts';
import { GracelineError } from '../errors.ts';
import { restartChain } from './chain.ts';

/** The first transaction id that PostgreSQL gives to a transaction of users; before every one of the new server. */
const FIRST_XID = '3';

/**
 * Refuses to work on a log that is ahead of its server. Called as a process starts.
 *
 * @throws GracelineError CONFLICT
 */
export async function requireOwnLog(db: Queryable): Promise<void> {
  const [row] = await db.query<{ foreign: boolean }>(
    'select exists (select from event where xid >= pg_snapshot_xmax(pg_current_snapshot())) as foreign',
  );
  if (!row!.foreign) return;
  throw new GracelineError(
    'CONFLICT',
    'The event log comes from another PostgreSQL, as after restoring a dump. Stop every process and run `npm run graceline -- adopt-log`.',
  );
}

/**
 * Renumbers the log, its readers' places and everything else that holds a transaction id, as if one early transaction had
 * written it all. A reader may see again what it has seen, which its keys bear; it misses nothing.
 * The chain begins anew with the hash it ended with; whether it was whole until then can be asked only before.
 *
 * @returns how many events there are
 */
export async function adoptLog(db: Database): Promise<number> {
  return db.transaction(async (tx) => {
    await tx.query(
      'lock table event, event_cursor, event_horizon, event_chain, event_chain_span, account, rollout_count, webhook_endpoint in access exclusive mode',
    );
    await tx.query(
      `update event_cursor c set cursor = $1 || '.' || coalesce(
         (select min(id) - 1 from event where (xid, id) > (split_part(c.cursor, '.', 1)::xid8, split_part(c.cursor, '.', 2)::bigint)),
         (select max(id) from event), 0)`,
      [FIRST_XID],
    );
    // Cursors that clients hold are places of the log as it was numbered before.
    await tx.query(
      `insert into event_horizon (name, xid, id) values ('log', pg_snapshot_xmax(pg_current_snapshot()), 0)
       on conflict (name) do update set xid = excluded.xid, id = excluded.id`,
    );
    await restartChain(tx);
    await tx.query('update rollout_count set as_of = null');
    await tx.query('update account set xid = $1::xid8', [FIRST_XID]);
    await tx.query('update webhook_endpoint set since = $1::xid8', [FIRST_XID]);
    return (await tx.query('update event set xid = $1::xid8 returning 1', [FIRST_XID])).length;
  });
}
