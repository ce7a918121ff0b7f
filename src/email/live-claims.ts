import type pg from 'pg';
import type { Database } from '../db/database.ts';

/** Keeps these advisory locks apart from all others of the database. */
const LOCK_CLASS = 0x6d61696c;

/**
 * Whether a live deliverer holds the row of `mail` at hand, for a WHERE clause. Two ids that share a lock only make a
 * take-over wait.
 */
export const HELD_BY_A_LIVE_DELIVERER = `exists (
  select from pg_locks l
   where l.locktype = 'advisory' and l.database = (select oid from pg_database where datname = current_database())
     and l.classid = ${LOCK_CLASS} and l.objsubid = 2 and l.objid::bigint = hashtext(mail.id::text)::bigint & 4294967295)`;

/**
 * Shows other deliverers that this one lives: it locks the mails it has under way on one connection, and the locks are
 * gone when the process is. A claim's end alone would not do: a clock that jumps, or a machine that slept, ends claims
 * whose mails are still on their way, and they would go out twice.
 */
export class LiveClaims {
  // One statement at a time: a connection is not made for more.
  private last: Promise<unknown> = Promise.resolve();

  private constructor(private readonly client: pg.PoolClient) {
    // Lost between two statements, which would otherwise end the process; the next statement says so.
    client.on('error', ignore);
  }

  /** Borrows a connection of the pool until {@link close}. */
  static async open(db: Database): Promise<LiveClaims> {
    return new LiveClaims(await db.borrow());
  }

  /** Shows that these mails are under way here. */
  hold(ids: readonly string[]): Promise<void> {
    return this.send(`select pg_try_advisory_lock_shared(${LOCK_CLASS}, hashtext(id)) from unnest($1::text[]) as id`, [ids]);
  }

  /** Shows that they no longer are. */
  drop(ids: readonly string[]): Promise<void> {
    return this.send(`select pg_advisory_unlock_shared(${LOCK_CLASS}, hashtext(id)) from unnest($1::text[]) as id`, [ids]);
  }

  /** Gives the connection back, without any lock on it. */
  async close(): Promise<void> {
    const error = await this.send('select pg_advisory_unlock_all()', []).then(
      () => undefined,
      (cause: unknown) => cause as Error,
    );
    this.client.off('error', ignore);
    this.client.release(error);
  }

  private send(statement: string, values: unknown[]): Promise<void> {
    const sent = this.last.then(async () => void (await this.client.query(statement, values)));
    this.last = sent.catch(() => undefined);
    return sent;
  }
}

function ignore(): void {}
