import type pg from 'pg';
import type { Database } from '../db/database.ts';

/** The class of the advisory locks over each ledger, which keeps them apart from all others of the database. */
const LOCK_CLASSES = { mail: 0x6d61696c, user_mail: 0x756d6169 } as const;

/** A ledger of mails, by its table. */
export type Ledger = keyof typeof LOCK_CLASSES;

/**
 * Whether a live deliverer holds the row of the ledger at hand, for a WHERE clause over that table by its own name. Two ids
 * that share a lock only make a take-over wait.
 */
export function heldByALiveDeliverer(ledger: Ledger): string {
  return `exists (
  select from pg_locks l
   where l.locktype = 'advisory' and l.database = (select oid from pg_database where datname = current_database())
     and l.classid = ${LOCK_CLASSES[ledger]} and l.objsubid = 2 and l.objid::bigint = hashtext(${ledger}.id::text)::bigint & 4294967295)`;
}

/** As {@link heldByALiveDeliverer}, for the reminders. */
export const HELD_BY_A_LIVE_DELIVERER = heldByALiveDeliverer('mail');

/**
 * Shows other deliverers that this one lives: it locks the mails it has under way on one connection, and the locks are
 * gone when the process is. A claim's end alone would not do: a clock that jumps, or a machine that slept, ends claims
 * whose mails are still on their way, and they would go out twice.
 */
export class LiveClaims {
  // One statement at a time: a connection is not made for more.
  private last: Promise<unknown> = Promise.resolve();

  private lost: Error | null = null;
  private readonly lose = (error: Error): void => void (this.lost ??= error);

  private constructor(
    private readonly client: pg.PoolClient,
    private readonly lockClass: number,
  ) {
    // Lost between two statements, which would otherwise end the process.
    client.on('error', this.lose);
  }

  /** Borrows a connection of the pool until {@link close}. */
  static async open(db: Database, ledger: Ledger): Promise<LiveClaims> {
    return new LiveClaims(await db.borrow(), LOCK_CLASSES[ledger]);
  }

  /** Why others can no longer tell what is under way here; null as long as they can. */
  get fault(): Error | null {
    return this.lost;
  }

  /** Shows that these mails are under way here. Called before the claim of them is committed, for the same reason as {@link claim}. */
  async hold(ids: readonly string[]): Promise<void> {
    await this.send(`select pg_try_advisory_lock_shared(${this.lockClass}, hashtext(id)) from unnest($1::text[]) as id`, [ids]);
  }

  /**
   * Claims mails and shows that they are under way here, in one statement: by a clock that is ahead a claim has ended as soon as it is
   * there, and whoever saw it without its lock would take it over.
   *
   * @param statement that claims; it returns rows with an `id`
   * @returns its rows
   */
  claim<Row>(statement: string, values: readonly unknown[]): Promise<Row[]> {
    const locked = `pg_try_advisory_lock_shared(${this.lockClass}, hashtext(c.id::text))`;
    return this.send<Row>(`with claimed as (${statement}) select c.* from claimed c where ${locked}`, values);
  }

  /** Shows that they no longer are. */
  async drop(ids: readonly string[]): Promise<void> {
    try {
      await this.send(`select pg_advisory_unlock_shared(${this.lockClass}, hashtext(id)) from unnest($1::text[]) as id`, [ids]);
    } catch (error) {
      this.lose(error as Error);
      throw error;
    }
  }

  /** Gives the connection back, without any lock on it. */
  async close(): Promise<void> {
    const error = await this.send('select pg_advisory_unlock_all()', []).then(
      () => undefined,
      (cause: unknown) => cause as Error,
    );
    this.client.off('error', this.lose);
    this.client.release(error);
  }

  private send<Row>(statement: string, values: readonly unknown[]): Promise<Row[]> {
    const sent = this.last.then(async () => (await this.client.query(statement, [...values])).rows as Row[]);
    this.last = sent.catch(() => undefined);
    return sent;
  }
}
