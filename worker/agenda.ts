/**
 * Agenda as a ticker and nothing else: an entry per sweep, in PostgreSQL or in MongoDB, says when it is next to be triggered,
 * and of several workers one triggers it. All truth about the work itself is in our own tables; a lost or doubled tick changes
 * only latency.
 */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { Agenda, type AgendaBackend } from 'agenda';
import type { Logger } from 'pino';
import { type Config, databaseUrl } from '../src/config.ts';
import type { Sweep } from './kit.ts';
import { Looks } from './looks.ts';
import { seldom, type TickStore } from './tick-store.ts';

/** Agenda looks for due ticks so many times an interval; each look is one statement per sweep. */
const LOOKS_PER_INTERVAL = 5;
const MIN_LOOK_MS = 50;
const MAX_LOOK_MS = 5_000;
/** A tick only triggers and is over in milliseconds; a lock older than this belongs to a killed worker. */
const LOCK_LIFETIME_MS = 15_000;
/** Of ticks that nobody looked for during so many looks it is said that they do not come; one slow look is not worth it. */
const STALE_AFTER_LOOKS = 20;
/** What a stop gives to statements under way. */
const STATEMENTS_WITHIN_MS = 1_500;

/** A running ticker. */
export interface Ticker {
  /** Whether it could look for due ticks lately. Where it cannot, sweeps go on all the same, half as often. */
  isTicking(): boolean;
  /** Claims no more ticks, frees those it holds, and closes its connections. */
  stop(): Promise<void>;
}

/**
 * Starts to tick. Resolves once every sweep has its entry.
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
  const { backend, close } = await openTickStore(config, log);
  const lookEvery = lookEveryMs(config, sweeps);
  try {
    await backend.connect();
    const looks = new Looks(backend.repository, log);
    const agenda = createAgenda(log, sweeps, { backend, name, lookEvery, onTick });
    // Before the first look, with which they would compete for a slow store. A number of milliseconds: Agenda reads
    // '500 milliseconds' as 500 seconds and '0' as a hot loop.
    await Promise.all(sweeps.map((sweep) => agenda.every(sweep.every(config), sweep.name, sweep.payload.parse({}))));
    await agenda.start();
    return {
      isTicking: () => looks.sinceLastMs() < STALE_AFTER_LOOKS * lookEvery,
      stop: async () => {
        await agenda.stop(false).catch((err: unknown) => log.warn({ err }, 'Agenda did not stop cleanly'));
        await looks.close(STATEMENTS_WITHIN_MS);
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
  readonly lookEvery: number;
  readonly onTick: (sweep: string) => void;
}

function createAgenda<Deps>(log: Logger, sweeps: readonly Sweep<Deps>[], { backend, name, lookEvery, onTick }: AgendaOptions): Agenda {
  const agenda = new Agenda({
    backend,
    name,
    processEvery: lookEvery,
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

/** Chooses where ticks are kept. What the other database would need is not even loaded. */
async function openTickStore(config: Config, log: Logger): Promise<TickStore> {
  if (config.MONGODB_URL === undefined) {
    const { openPostgresTicks } = await import('./postgres-ticks.ts');
    return openPostgresTicks(databaseUrl(config), log);
  }
  const { openMongoTicks } = await import('./mongo-ticks.ts');
  return openMongoTicks(config.MONGODB_URL, config.DATABASE_WAIT_SECONDS * 1_000, log);
}

function lookEveryMs<Deps>(config: Config, sweeps: readonly Sweep<Deps>[]): number {
  const shortest = Math.min(...sweeps.map((sweep) => sweep.every(config)));
  return Math.min(MAX_LOOK_MS, Math.max(MIN_LOOK_MS, shortest / LOOKS_PER_INTERVAL));
}
