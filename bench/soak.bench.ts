import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { showProgress } from '../src/progress.ts';
import type { Benchmark, BenchmarkContext, Figure } from './benchmark.ts';
import { Child, type Open } from './fanout/child.ts';
import { Sink } from './mail/sink.ts';
import { judge, leastOf, type Memory, more, p99, slope, type Standing, type Window } from './soak/judge.ts';
import type { TrafficOrder, TrafficReport } from './soak/traffic.child.ts';
import { SoakWorld } from './soak/world.ts';

const MINUTES = Number(process.env['SOAK_MINUTES'] ?? 30);
/** 1 takes about a third of a core, PostgreSQL aside. */
const RATE = Number(process.env['SOAK_RATE'] ?? 1);
/** Thirds of two each. */
const WINDOWS = 6;
const WINDOW_MS = (MINUTES * 60_000) / WINDOWS;
const TICK_MS = 1_000;
const MAILS_A_TICK = Math.max(1, Math.round(5 * RATE));
/** Connections of pools that nobody uses are let go of after 10 s, kept ones of HTTP after 5. */
const SETTLED_MS = 30_000;
const SETTLE_WITHIN_MS = 300_000;

/** Mixed traffic for half an hour, after which nothing may have grown, slowed down or been left. */
export const soak: Benchmark = {
  name: 'soak',
  describe: `${MINUTES} minutes of reads, opt-ins, sockets, webhooks, reminders and usage reports on API, worker and PostgreSQL: memory, handles, p99.`,
  run: async ({ databaseUrl, log }: BenchmarkContext) => {
    const folder = await mkdtemp(join(tmpdir(), 'graceline-soak-'));
    const closing: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
    const opened = async <T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T> => {
      const one = await opening;
      closing.push(() => one.close());
      return one;
    };
    try {
      const sink = await opened(Sink.start());
      const traffic = await opened(Child.start('../soak/traffic.child.ts', []));
      const receiver = `127.0.0.1:${await traffic.ask<number>('port')}`;
      const environment = { ...settings(databaseUrl, folder), SMTP_URL: sink.url, TRUSTED_WEBHOOK_HOSTS: receiver };
      const world = await opened(SoakWorld.create(environment, `http://${receiver}/`));
      const api = await opened(Child.startGraceline(environment));
      const worker = await opened(Child.start('../dashboard/worker.child.ts', [], environment));
      return await run({ api, worker, traffic, world, log });
    } finally {
      for (const close of closing.toReversed()) await close();
    }
  },
};

interface Soak {
  readonly api: Child;
  readonly worker: Child;
  readonly traffic: Child;
  readonly world: SoakWorld;
  readonly log: BenchmarkContext['log'];
}

function settings(databaseUrl: string, folder: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    DATA_DIR: folder,
    NODE_ENV: 'production',
    PUBLIC_URL: 'https://graceline.platform.example',
    PORT: '0',
    WORKER_PORT: '0',
    LOG_LEVEL: 'warn',
    RATE_LIMIT_POINTS: '1000000000',
    RATE_LIMIT_RUNTIME_POINTS: '1000000000',
    ENCRYPTION_KEYS: `bench:${Buffer.alloc(32, 1).toString('base64')}`,
  };
}

async function run(parts: Soak): Promise<Figure[]> {
  const { api, worker, traffic, world, log } = parts;
  const before = await settled(parts, null);
  const order = { url: `http://127.0.0.1:${await api.ask<number>('port')}`, tokens: world.tokens, rate: RATE };
  await traffic.ask('start', order satisfies TrafficOrder);
  const windows: Window[] = [];
  const faults: string[] = [];
  let [requests, errors] = [0, 0];
  const take = async (): Promise<TrafficReport> => {
    const report = await traffic.ask<TrafficReport>('take');
    requests += report.requests;
    errors += report.errors;
    if (report.firstError !== null) faults.push(report.firstError);
    return report;
  };
  const progress = showProgress(process.stderr);
  const started = performance.now();
  for (let n = 1; n <= WINDOWS; n++) {
    const cpu = [await api.ask<number>('cpuUs'), await worker.ask<number>('cpuUs')];
    while (performance.now() - started < n * WINDOW_MS) {
      await world.queueMails(MAILS_A_TICK);
      await sleep(TICK_MS);
      progress.update({ done: Math.round((performance.now() - started) / 1_000), total: Math.round(MINUTES * 60) });
    }
    const spent = [(await api.ask<number>('cpuUs')) - cpu[0]!, (await worker.ask<number>('cpuUs')) - cpu[1]!];
    const report = await take();
    windows.push({ minute: (n * WINDOW_MS) / 60_000, api: await memoryOf(api), worker: await memoryOf(worker), ...report });
    const { failed, mails, webhooks } = await world.deliveries();
    log(line(windows.at(-1)!, report, spent, `${mails} mails and ${webhooks} webhooks so far, ${failed} failed`));
  }
  progress.stop();
  await traffic.ask('stop');
  await take();
  const after = await settled(parts, before);
  for (const left of more(before, after)) log(`left: ${left}`);
  for (const fault of faults) log(`error: ${fault}`);
  const { failed, waiting } = await world.deliveries();
  if (waiting > 0) log(`${waiting} mails and webhooks are still waiting`);
  for (const [name, pick] of SLOPES) log(`${name} grew by ${slope(windows.slice(2), pick).toFixed(1)} MB an hour since its first third`);
  return judge(windows, before, after, errors + failed, requests);
}

const SLOPES: readonly [string, (window: Window) => number][] = [
  ['heap of the API', ({ api }) => api.heapMb],
  ['heap of the worker', ({ worker }) => worker.heapMb],
];

async function memoryOf(child: Child): Promise<Memory> {
  return { heapMb: await child.ask<number>('heapMb'), rssMb: await child.ask<number>('rssMb') };
}

/**
 * The least that is open while nobody asks for anything: sweeps take connections for moments, which a single look may see.
 *
 * @param before what it may come down to; without it, it is looked at for a while
 */
async function settled({ api, worker, world }: Soak, before: Standing | null): Promise<Standing> {
  const until = performance.now() + (before ? SETTLE_WITHIN_MS : SETTLED_MS);
  let least: Standing | null = null;
  for (;;) {
    const seen = { api: await api.ask<Open>('open'), worker: await worker.ask<Open>('open'), connections: await world.connections() };
    least = least ? leastOf(least, seen) : seen;
    const { waiting } = await world.deliveries();
    if (performance.now() > until || (before && waiting === 0 && more(before, least).length === 0)) return least;
    await sleep(TICK_MS);
  }
}

function line(
  { minute, api, worker, readsMs, optInsMs }: Window,
  report: TrafficReport,
  cpuUs: readonly number[],
  delivered: string,
): string {
  const share = (us: number) => `${((100 * us) / (WINDOW_MS * 1_000)).toFixed(0)} %`;
  const memory = ({ rssMb, heapMb }: Memory) => `${heapMb.toFixed(1)} MB heap, ${rssMb.toFixed(0)} MB`;
  return [
    `minute ${minute.toFixed(1)}: API ${memory(api)}, ${share(cpuUs[0]!)} of a core; worker ${memory(worker)}, ${share(cpuUs[1]!)}`,
    `p99 of reads ${p99(readsMs).toFixed(1)} ms, of opt-ins ${p99(optInsMs).toFixed(1)} ms`,
    `${report.requests} requests, ${report.messages} messages, ${report.errors} errors; ${delivered}; load ${loadavg()[0]!.toFixed(1)}`,
  ].join('; ');
}
