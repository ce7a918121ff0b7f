/** What a process tells Prometheus. Loaded only where somebody may ask for it; see `METRICS_TOKEN`. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { PoolUse } from '../db/database.ts';
import type { Connections } from '../graphql/socket-limits.ts';
import type { Answered } from '../http.ts';
import type { Figures } from './figures.ts';
import { PlatformGauges } from './platform-gauges.ts';

/** A scrape waits no longer for the database; Prometheus itself gives up after 10 s unless told. */
const READ_WITHIN_MS = 3_000;
const REQUEST_BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
const SWEEP_BUCKETS = [0.01, 0.05, 0.25, 1, 5, 30];
/** Gauges of the library whose names say that they are counters; the same numbers are there by type. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** The metrics of one process. Every label has few values, which callers cannot add to. */
export class Metrics {
  private readonly registry = new Registry();
  private readonly graphql = this.histogram(
    'graphql_request_duration_seconds',
    'GraphQL requests over HTTP by the first field of their operation, e.g. Mutation.optIn; none where they had no valid one.',
    REQUEST_BUCKETS,
    'operation',
    'outcome',
  );
  private readonly http = this.histogram(
    'http_request_duration_seconds',
    'All other requests by route and class of status; other where no route has the address.',
    REQUEST_BUCKETS,
    'route',
    'status',
  );
  private readonly sweeps = this.histogram(
    'sweep_duration_seconds',
    'Runs of sweeps in this process, by how they ended: succeeded or failed.',
    SWEEP_BUCKETS,
    'sweep',
    'outcome',
  );
  private readonly attempts = new Counter({
    name: 'graceline_delivery_attempts_total',
    help: 'Mails and webhooks that this process tried to deliver, by what came of it: sent, retried, failed or skipped.',
    labelNames: ['queue', 'outcome'],
    registers: [this.registry],
  });
  /** What is looked up when somebody asks. */
  private readonly readers: (() => Promise<void> | void)[] = [];

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    for (const name of MISNAMED) this.registry.removeSingleMetric(name);
  }

  /** That a request was answered. */
  readonly answered = ({ route, operation, isGraphql, status, seconds }: Answered): void => {
    if (isGraphql) {
      const failed = operation?.failed ?? status >= 400;
      this.graphql.observe({ operation: operation ? (operation.field ?? 'other') : 'none', outcome: failed ? 'error' : 'ok' }, seconds);
    } else this.http.observe({ route: route ?? 'other', status: `${Math.floor(status / 100)}xx` }, seconds);
  };

  /** That a run of a sweep ended. */
  readonly swept = (sweep: string, outcome: 'succeeded' | 'failed', seconds: number): void => {
    this.sweeps.observe({ sweep, outcome }, seconds);
  };

  /** Counts what comes of the attempts at what is in one queue. */
  attemptsOf(queue: string): (outcome: string) => void {
    return (outcome) => this.attempts.inc({ queue, outcome });
  }

  /** Shows how many connections to PostgreSQL this process uses. */
  showPool(read: () => PoolUse): void {
    const connections = this.gauge('database_connections', 'Connections to PostgreSQL that this process holds: busy or idle.', 'state');
    const waiting = this.gauge('database_waiting', 'Pieces of work of this process that wait for a connection to PostgreSQL.');
    this.readers.push(() => {
      const { total, idle, waiting: many } = read();
      connections.set({ state: 'busy' }, total - idle);
      connections.set({ state: 'idle' }, idle);
      waiting.set(many);
    });
  }

  /** Shows the sockets of this process. */
  showConnections(read: () => Connections): void {
    const sockets = this.gauge('sockets', 'Open sockets: waiting until they introduce themselves, then introduced.', 'state');
    const subscriptions = this.gauge('subscriptions', 'Subscriptions that are under way.');
    this.readers.push(() => {
      const { waiting, introduced, subscriptions: many } = read();
      sockets.set({ state: 'waiting' }, waiting);
      sockets.set({ state: 'introduced' }, introduced);
      subscriptions.set(many);
    });
  }

  /** Shows how far this process lags behind the event log. @param readMs see `EventFollower.lagMs` */
  showFollower(readMs: () => Promise<number>): void {
    const lag = this.gauge(
      'event_follower_lag_seconds',
      'How long the oldest event has waited that this process has not handed to its subscribers; 0 while there is none.',
    );
    this.readers.push(async () => {
      const ms = await inTime(readMs());
      if (ms === null) lag.remove();
      else lag.set(ms / 1_000);
    });
  }

  /** Shows what is true of the platform. For one kind of process: sums over processes would count it twice. */
  showPlatform(read: () => Promise<Figures>): void {
    const gauges = new PlatformGauges(this.registry);
    this.readers.push(async () => gauges.show(await inTime(read())));
  }

  /** All of it, in the text format of Prometheus. Without the database it is what can be said without. */
  async text(): Promise<{ readonly type: string; readonly body: string }> {
    await Promise.all(this.readers.map(async (read) => read()));
    return { type: this.registry.contentType, body: await this.registry.metrics() };
  }

  private histogram<Label extends string>(name: string, help: string, buckets: number[], ...labelNames: Label[]): Histogram<Label> {
    return new Histogram({ name: `graceline_${name}`, help, buckets, labelNames, registers: [this.registry] });
  }

  private gauge<Label extends string>(name: string, help: string, ...labelNames: Label[]): Gauge<Label> {
    return new Gauge({ name: `graceline_${name}`, help, labelNames, registers: [this.registry] });
  }
}

/** What was read; null where that failed or took too long, which is told by what is missing then. */
async function inTime<T>(reading: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(resolve, READ_WITHIN_MS, null)));
  return Promise.race([reading.catch(() => null), late]).finally(() => clearTimeout(timer));
}
