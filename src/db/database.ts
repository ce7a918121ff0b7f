import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { CompiledQuery, type Transaction as KyselyTransaction } from 'kysely';
import pg from 'pg';
import { GracelineError } from '../errors.ts';
import { NO_TRACING, type Tracing } from '../tracing/tracing.ts';
import { createOrm } from './orm.ts';

/** Between two attempts to connect at start. */
const RETRY_AFTER_MS = 250;

/** Anything SQL can be sent to: the database itself, or a transaction. */
export interface Queryable {
  /**
   * Runs one statement with `$1`-style parameters. Instants come back as Date, bigints as number, jsonb as values.
   *
   * @returns its rows, in the shape the caller states
   */
  query<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;

  /**
   * The same for the hot paths: outside a transaction the server plans the statement once per connection.
   *
   * @param name unique for this text
   */
  queryPrepared<Row>(name: string, text: string, values: readonly unknown[]): Promise<Row[]>;

  /** The span under way, to keep with what others will go on with; null where none is recorded, as where this is missing. */
  readonly traceparent?: () => string | null;
}

/** How many connections of a pool are used. */
export interface PoolUse {
  readonly total: number;
  readonly idle: number;
  /** Whoever waits for one. */
  readonly waiting: number;
}

/** A transaction of a service: entities through `em`, projections and bulk statements through `query`; both or nothing. */
export interface Transaction extends Queryable {
  readonly em: EntityManager;
}

/** How a process reaches PostgreSQL: one pool behind both the entities and the hot reads. */
export class Database implements Queryable {
  /** What each transaction of the work under way does last. */
  private readonly lastSteps = new AsyncLocalStorage<(tx: Transaction) => Promise<void>>();

  private constructor(
    readonly orm: MikroORM,
    private readonly pool: pg.Pool,
    private readonly tracing: Tracing,
  ) {}

  readonly traceparent = (): string | null => this.tracing.traceparent();

  /**
   * Connects.
   *
   * @param url a PostgreSQL connection string
   * @param poolSize how many connections this process may hold
   * @param waitMs how long to go on trying a server that does not answer, e.g. one that starts at the same time as we do
   * @param tracing told of statements within a span
   * @throws GracelineError DATABASE_UNREACHABLE where no server answers in time or it refuses us
   */
  static async connect(url: string, poolSize: number, waitMs = 0, tracing = NO_TRACING): Promise<Database> {
    const orm = createOrm(url, poolSize);
    const giveUpAt = performance.now() + waitMs;
    for (;;) {
      try {
        // Connects too: the ORM looks whether the database exists.
        const pool = await orm.em.getConnection().getNativeClient();
        await pool.query('select 1');
        return new Database(orm, pool, tracing);
      } catch (error) {
        if (mayHeal(error) && performance.now() + RETRY_AFTER_MS < giveUpAt) {
          await sleep(RETRY_AFTER_MS);
          continue;
        }
        await orm.close(true);
        throw unreachable(url, error);
      }
    }
  }

  async query<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const { rows } = await this.step(text, () => this.pool.query(text, values as unknown[]));
    return rows as Row[];
  }

  async queryPrepared<Row>(name: string, text: string, values: readonly unknown[]): Promise<Row[]> {
    const { rows } = await this.step(text, () => this.pool.query({ name, text, values: values as unknown[] }));
    return rows as Row[];
  }

  /**
   * Runs work as a part of the span under way, where one is.
   *
   * @param text the statement that the work is, without what its parameters stand for
   */
  step<T>(text: string, work: () => Promise<T>): Promise<T> {
    const describe = () => ({ name: summaryOf(text), kind: 'CLIENT', attributes: { ...POSTGRES, 'db.query.text': text } }) as const;
    return this.tracing.step(describe, work);
  }

  /** Runs `work` in one transaction: commits what it returns from, rolls back what it throws out of. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.tracing.step(
      () => ({ name: 'transaction', attributes: POSTGRES }),
      () => this.transact(work),
    );
  }

  private transact<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.orm.em.fork().transactional(async (em) => {
      const query = async <Row>(text: string, values: readonly unknown[] = []) => {
        await em.flush();
        const statement = CompiledQuery.raw(text, values as unknown[]);
        const { rows } = await this.step(text, () => em.getTransactionContext<KyselyTransaction<unknown>>()!.executeQuery(statement));
        return rows as Row[];
      };
      const tx: Transaction = { em, traceparent: this.traceparent, query, queryPrepared: (_name, text, values) => query(text, values) };
      const result = await work(tx);
      await this.lastSteps.getStore()?.(tx);
      return result;
    });
  }

  /**
   * Runs `work` with a last step for each transaction it makes, whoever makes it: a step that throws undoes the transaction.
   * Statements outside of transactions are not followed.
   */
  following<T>(lastStep: (tx: Transaction) => Promise<void>, work: () => Promise<T>): Promise<T> {
    return this.lastSteps.run(lastStep, work);
  }

  /** How the pool stands. */
  poolUse(): PoolUse {
    const { totalCount: total, idleCount: idle, waitingCount: waiting } = this.pool;
    return { total, idle, waiting };
  }

  /** A connection outside the pool that nobody shares: for LISTEN. The caller ends it. */
  createClient(): pg.Client {
    return new pg.Client({ connectionString: String(this.orm.config.get('clientUrl')), keepAlive: true, connectionTimeoutMillis: 5_000 });
  }

  /** Borrows a connection of the pool for protocols beyond plain statements, e.g. COPY. The caller releases it. */
  borrow(): Promise<pg.PoolClient> {
    return this.pool.connect();
  }

  /** Brings the database to the schema of this code. Safe to run from several processes at once. */
  async migrate(): Promise<void> {
    const client = this.createClient();
    await client.connect();
    try {
      // Two processes starting at once must not run the same db migration twice.
      await client.query(`select pg_advisory_lock(hashtext('graceline db migrations'))`);
      await this.orm.migrator.up();
    } finally {
      await client.end();
    }
  }

  /** Db migrations of this code that the database has not seen. */
  async pendingDbMigrations(): Promise<string[]> {
    return (await this.orm.migrator.getPending()).map(({ name }) => name);
  }

  /** Closes the pool; waits for statements under way. */
  close(): Promise<void> {
    return this.orm.close(true);
  }
}

const POSTGRES = { 'db.system.name': 'postgresql' };

/** What a statement does in short, e.g. `insert event`: what it first changes, else what it first reads. */
function summaryOf(text: string): string {
  const [, verb, table] = CHANGE.exec(text) ?? READ.exec(text) ?? CALL.exec(text) ?? [];
  return verb && table ? `${verb.toLowerCase()} ${table}` : 'statement';
}

const CHANGE = /\b(insert|(?<!for |do )update|delete)\s+(?:into\s+|from\s+)?"?([a-z_]+)/i;
const READ = /\b(select)\b.*?\bfrom\s+"?([a-z_]+)/is;
/** Of a function alone. */
const CALL = /^\s*(select)\s+([a-z_]+)\(/i;

/** A wrong password, an unknown user or database: asking again changes nothing. */
function mayHeal(error: unknown): boolean {
  return !['28000', '28P01', '3D000'].includes(String((error as { code?: unknown }).code));
}

function unreachable(url: string, cause: unknown): GracelineError {
  const { hostname, port, pathname } = new URL(url);
  const why = cause instanceof AggregateError ? (cause.errors[0] as Error).message : (cause as Error).message;
  return new GracelineError(
    'DATABASE_UNREACHABLE',
    `Cannot reach PostgreSQL at ${hostname}:${port || '5432'}${pathname} (${why}). Check DATABASE_URL and that the server is running.`,
    {},
    { cause },
  );
}
