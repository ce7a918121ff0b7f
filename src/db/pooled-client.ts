import pg from 'pg';

/** What a rollback answers. */
const ROLLED_BACK = { command: 'ROLLBACK', rowCount: null, rows: [] };

/**
 * A connection of the pool. Where it cannot even roll back it is lost, and the server has rolled back or will: Kysely would
 * keep it for ever, since it gives a connection back only once that has worked, and each one lost in a transaction would
 * take its place in the pool along.
 */
export class PooledClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    const send = super.query.bind(this) as (...args: unknown[]) => unknown;
    const query = (...args: unknown[]): unknown => {
      const answer = send(...args);
      return args[0] === 'rollback' && answer instanceof Promise ? answer.catch(() => this.giveUp()) : answer;
    };
    this.query = query as pg.Client['query'];
  }

  /** The pool drops a connection that is ending as soon as it is given back. One that hangs never says that it has ended. */
  private giveUp(): typeof ROLLED_BACK {
    void this.end().catch(() => undefined);
    return ROLLED_BACK;
  }
}
