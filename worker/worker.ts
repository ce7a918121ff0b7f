import type { Server } from 'node:http';
import type { Logger } from 'pino';
import type { Clock } from '../src/clock.ts';
import type { Config } from '../src/config.ts';
import type { Database } from '../src/db/database.ts';
import type { Wake } from '../src/events/wake.ts';
import { startTicker, type Ticker } from './agenda.ts';
import { startHealthServer } from './health.ts';
import type { Sweep } from './kit.ts';
import { SweepRunner } from './runner.ts';

/** Of the 5 seconds a stop may take in all, what sweeps under way get to finish their batch. */
const DRAIN_MS = 4_000;

/** The part of the house that the worker itself stands on. Whoever made it closes it, after the worker has stopped. */
export interface WorkerHouse {
  readonly config: Config;
  readonly clock: Clock;
  readonly db: Database;
  readonly wake: Wake;
}

/** A worker at work. */
export interface Worker {
  /** Claims nothing more, lets sweeps under way finish for up to 4 seconds, frees its ticks. */
  stop(): Promise<void>;
}

/**
 * Starts sweeping: at once, at every tick, at every wake of the log, and when a sweep said its next work falls due.
 *
 * @param deps what the sweeps work with
 * @throws GracelineError PORT_IN_USE
 */
export async function startWorker<Deps>(house: WorkerHouse, deps: Deps, sweeps: readonly Sweep<Deps>[], log: Logger): Promise<Worker> {
  const { config, clock, db, wake } = house;
  const runner = new SweepRunner(sweeps, deps, { db, clock, log, config });
  let ticker: Ticker | undefined;
  // First, because an occupied port must end a process before it has claimed anything.
  const health = await startHealthServer(config.HOST, config.WORKER_PORT, {
    live: () => (runner.isAlive() ? null : 'no sweep has come to an end lately'),
    ready: readiness(db, runner, () => ticker?.isRunning() ?? false),
  });
  const stopWaking = wake.onWake(() => runner.wake());
  try {
    ticker = await startTicker(config, log, sweeps, (name) => runner.trigger(name));
    await wake.start();
  } catch (error) {
    stopWaking();
    health.close();
    await ticker?.stop();
    throw error;
  }
  runner.start();
  log.info({ port: config.WORKER_PORT, sweeps: sweeps.map(({ name }) => name) }, 'worker is sweeping');
  const running = ticker;
  return {
    stop: async () => {
      stopWaking();
      closeHealth(health);
      const [unfinished] = await Promise.all([runner.stop(DRAIN_MS), running.stop()]);
      if (unfinished.length > 0) log.warn({ sweeps: unfinished }, 'these sweeps did not end in time; another worker goes on where they stopped');
    },
  };
}

function readiness<Deps>(db: Database, runner: SweepRunner<Deps>, ticking: () => boolean): () => Promise<string | null> {
  let migrated = false;
  return async () => {
    await db.query('select 1');
    // What this code needs stays applied; asked until it is.
    migrated ||= (await db.pendingDbMigrations()).length === 0;
    if (!migrated) return 'db migrations are pending';
    if (!ticking()) return 'Agenda is not running';
    const stale = runner.staleSweeps();
    return stale.length > 0 ? `these sweeps have not succeeded lately: ${stale.join(', ')}` : null;
  };
}

function closeHealth(server: Server): void {
  server.close();
  server.closeAllConnections();
}
