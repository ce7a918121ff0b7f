/**
 * Agenda as a ticker and nothing else: a row per sweep says when it is next to be triggered, and of several workers one
 * triggers it. All truth about the work itself is in our own tables; a lost or doubled tick changes only latency.
 */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { PostgresBackend } from '@agendajs/postgres-backend';
import { Agenda, type AgendaBackend } from 'agenda';
import pg from 'pg';
import type { Logger } from 'pino';
import { type Config, databaseUrl } from '../src/config.ts';
import type { Sweep } from './kit.ts';

/** Agenda looks for due ticks so many times an interval; each look is one statement per sweep. */
const LOOKS_PER_INTERVAL = 5;
const MIN_LOOK_MS = 50;
const MAX_LOOK_MS = 5_000;
/** A tick only triggers and is over in milliseconds; a lock older than this belongs to a killed worker. */
const LOCK_LIFETIME_MS = 15_000;
/** During an outage every look fails; one warning in this time is enough. */
const WARN_EVERY_MS = 30_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** A half-open socket must fail a look, not hang it for ever. */
const QUERY_TIMEOUT_MS = 10_000;

/** Where Agenda keeps its ticks. */
export interface TickerBackend {
  readonly backend: AgendaBackend;
  /**
   * Ends its connections and frees the ticks that Agenda's own stop leaves locked.
   *
   * @param owner the name of the Agenda that locked them
   */
  readonly close: (owner: string) => Promise<void>;
}

/** A running ticker. */
export interface Ticker {
  /** Whether it looks for due ticks. */
  isRunning(): boolean;
  /** Claims no more ticks, frees those it holds, and closes its connections. */
  stop(): Promise<void>;
}

/**
 * Starts to tick. Resolves once every sweep has its row.
 *
 * @param sweeps the sweeps to tick for
 * @param onTick called with the name of a sweep that is due; must only trigger and return
 */
export async function startTicker<Deps>(
  config: Config,
  log: Logger,
  sweeps: readonly Sweep<Deps>[],
  onTick: (name: string) => void,
): Promise<Ticker> {
  const name = `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`;
  const { backend, close } = createBackend(config, log);
  try {
    await backend.connect();
    const agenda = createAgenda(config, log, sweeps, { backend, name, onTick });
    await agenda.start();
    // A number of milliseconds: Agenda reads '500 milliseconds' as 500 seconds and '0' as a hot loop.
    for (const sweep of sweeps) await agenda.every(sweep.every(config), sweep.name, sweep.payload.parse({}));
    return {
      isRunning: () => agenda.isActiveJobProcessor(),
      stop: async () => {
        await agenda.stop(false).catch((err: unknown) => log.warn({ err }, 'Agenda did not stop cleanly'));
        await close(name);
      },
    };
  } catch (error) {
    await close(name);
    throw error;
  }
}

interface AgendaOptions {
  readonly backend: AgendaBackend;
  readonly name: string;
  readonly onTick: (sweep: string) => void;
}

function createAgenda<Deps>(config: Config, log: Logger, sweeps: readonly Sweep<Deps>[], { backend, name, onTick }: AgendaOptions): Agenda {
  const agenda = new Agenda({
    backend,
    name,
    processEvery: lookEveryMs(config, sweeps),
    maxConcurrency: sweeps.length,
    lockLimit: sweeps.length,
    defaultConcurrency: 1,
    defaultLockLimit: 1,
    defaultLockLifetime: LOCK_LIFETIME_MS,
  });
  agenda.on(
    'error',
    seldom((err: unknown) => log.warn({ err }, 'Agenda could not tick; it tries again')),
  );
  for (const { name: sweep, payload } of sweeps) {
    agenda.define(sweep, (job) => {
      payload.parse(job.attrs.data);
      onTick(sweep);
    });
  }
  return agenda;
}

/** Chooses where ticks are kept; the one place to change for another database. */
export function createBackend(config: Config, log: Logger): TickerBackend {
  const connection = {
    connectionString: databaseUrl(config),
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
  };
  // A pool of its own: ours hands timestamps and numbers to Agenda in other types. A lost connection, idle or in use,
  // must not end the process, and without these listeners it would.
  const pool = new pg.Pool({ ...connection, max: 2, application_name: 'graceline ticker' });
  const lost = seldom((err: unknown) => log.warn({ err }, 'lost a connection of the ticker; the next look reconnects'));
  pool.on('error', lost);
  pool.on('connect', (client) => client.on('error', lost));
  return {
    backend: new TickBackend(pool, log),
    close: async (owner) => {
      // Waits for a look under way, which may lock one more tick; hence the locks are cleared after it.
      await pool.end();
      await clearLocks(connection, owner).catch((err: unknown) =>
        log.warn({ err }, 'could not free the ticks; they are taken over when their locks expire'),
      );
    },
  };
}

/** Without Agenda's NOTIFY, which only would repeat what its look finds and costs three of them a tick. */
class TickBackend extends PostgresBackend {
  private connecting: Promise<void> | undefined;

  constructor(pool: pg.Pool, log: Logger) {
    super({ pool, ensureSchema: false, disableNotifications: true });
    const { repository } = this;
    const unlock = repository.unlockJob.bind(repository);
    // Agenda awaits this nowhere, so that a lost connection just then would end the process; the lock expires anyway.
    repository.unlockJob = (job) =>
      unlock(job).catch((err: unknown) => log.warn({ err }, 'could not free a tick; it is taken over when its lock expires'));
  }

  /** Once: Agenda calls it in its constructor, where a failure would end the process. We call it before, and handle that. */
  override connect(): Promise<void> {
    this.connecting ??= super.connect();
    return this.connecting;
  }
}

async function clearLocks(connection: pg.ClientConfig, owner: string): Promise<void> {
  const client = new pg.Client(connection);
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('update agenda_jobs set locked_at = null where last_modified_by = $1 and locked_at is not null', [owner]);
  } finally {
    await client.end();
  }
}

function lookEveryMs<Deps>(config: Config, sweeps: readonly Sweep<Deps>[]): number {
  const shortest = Math.min(...sweeps.map((sweep) => sweep.every(config)));
  return Math.min(MAX_LOOK_MS, Math.max(MIN_LOOK_MS, shortest / LOOKS_PER_INTERVAL));
}

function seldom(warn: (error: unknown) => void): (error: unknown) => void {
  let warnedAt = -Infinity;
  return (error) => {
    if (performance.now() - warnedAt < WARN_EVERY_MS) return;
    warnedAt = performance.now();
    warn(error);
  };
}
