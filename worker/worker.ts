import type { Logger } from 'pino';
import type { Clock } from '../src/clock.ts';
import type { Config } from '../src/config.ts';
import type { Database } from '../src/db/database.ts';
import { requireOwnLog } from '../src/events/adoption.ts';
import type { Wake } from '../src/events/wake.ts';
import { createHttpServer } from '../src/http.ts';
import type { Metrics } from '../src/metrics/metrics.ts';
import { metricsRoutes } from '../src/metrics/metrics.routes.ts';
import { startTicker, type Ticker } from './agenda.ts';
import type { Sweep } from './kit.ts';
import { SweepRunner } from './runner.ts';

/** Of the 5 seconds a stop may take in all, what sweeps under way get to finish their batch. */
const DRAIN_MS = 4_000;
/** A readiness that hangs, e.g. on a database behind a dead socket, is answered with no. */
const READY_WITHIN_MS = 2_000;

/** The part of the house that the worker itself stands on. Whoever made it closes it, after the worker has stopped. */
export interface WorkerHouse {
  readonly config: Config;
  readonly clock: Clock;
  readonly db: Database;
  readonly wake: Wake;
  /** What Prometheus reads of this process; null where nobody may. */
  readonly metrics: Metrics | null;
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
  const { config, clock, db, wake, metrics } = house;
  await requireOwnLog(db);
  const runner = new SweepRunner(sweeps, deps, { db, clock, log, config, onRun: metrics?.swept });
  let ticker: Ticker | undefined;
  const http = createHttpServer({
    logger: log,
    portSetting: 'WORKER_PORT',
    routes: metricsRoutes(metrics, config.METRICS_TOKEN),
    onAnswered: metrics?.answered,
    live: () => (runner.isAlive() ? [] : ['No sweep has come to an end lately.']),
    ready: () => within(READY_WITHIN_MS, missing(db, runner, ticker)),
  });
  // First, because an occupied port must end a process before it has claimed anything.
  const port = await http.listen(config.HOST, config.WORKER_PORT);
  const stopWaking = wake.onWake(() => runner.wake());
  try {
    ticker = await startTicker(config, log, sweeps, (name) => runner.trigger(name));
    await wake.start();
  } catch (error) {
    stopWaking();
    // Ticks and wakes may have begun sweeps already, which would go on over a pool that is closed.
    await Promise.all([runner.stop(DRAIN_MS), http.close(0), ticker?.stop()]);
    throw error;
  }
  runner.start();
  log.info({ port, sweeps: sweeps.map(({ name }) => name) }, 'worker is sweeping');
  const running = ticker;
  return {
    stop: async () => {
      stopWaking();
      const [unfinished] = await Promise.all([runner.stop(DRAIN_MS), running.stop(), http.close(0)]);
      if (unfinished.length > 0)
        log.warn({ sweeps: unfinished }, 'these sweeps did not end in time; another worker goes on where they stopped');
    },
  };
}

/** What the worker lacks to do its work, a sentence each. */
async function missing<Deps>(db: Database, runner: SweepRunner<Deps>, ticker: Ticker | undefined): Promise<string[]> {
  if ((await db.pendingDbMigrations()).length > 0) return ['Db migrations are pending.'];
  const stale = runner.staleSweeps();
  return [
    ...(ticker?.isTicking() ? [] : ['Agenda could not look for due ticks lately.']),
    ...(stale.length > 0 ? [`These sweeps have not succeeded lately: ${stale.join(', ')}.`] : []),
  ];
}

async function within(ms: number, answer: Promise<string[]>): Promise<string[]> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<string[]>((resolve) => (timer = setTimeout(resolve, ms, ['The database does not answer in time.'])));
  const unreachable = answer.catch((error: unknown) => [
    `The database does not answer: ${error instanceof Error ? error.message : String(error)}.`,
  ]);
  return Promise.race([unreachable, timeout]).finally(() => clearTimeout(timer));
}
