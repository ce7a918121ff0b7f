import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { Database } from '../../src/db/database.ts';
import { cloneDatabase } from '../support/database.ts';
import { freePort } from '../../src/db/embedded.ts';
import { spawnWorker, type TestProcess, until } from '../support/processes.ts';
import { startProxy } from '../support/proxy.ts';

const PROBE_WORKER = 'test/support/probe-worker.ts';
const INTERVAL_MS = 300;

let url: string;
let db: Database;
beforeAll(async () => {
  url = await cloneDatabase();
  db = await Database.connect(url, 2);
  await db.query('create table probe (id bigint generated always as identity, pid int not null, what text not null)');
});
afterAll(() => db.close());
beforeEach(async () => {
  await db.query('truncate probe, agenda_jobs, sweep');
});

async function start(runMs = 0, env: Record<string, string> = {}): Promise<TestProcess> {
  const worker = await spawnWorker(
    { DATABASE_URL: url, SWEEP_INTERVAL_SECONDS: String(INTERVAL_MS / 1_000), LOG_LEVEL: 'info', ...env },
    PROBE_WORKER,
    [String(runMs)],
  );
  onTestFinished(async () => void (await worker.stop('SIGKILL')));
  return worker;
}

const count = async (what: string, pid?: number) =>
  (
    await db.query<{ count: number }>('select count(*)::int as count from probe where what = $1 and pid = coalesce($2, pid)', [what, pid])
  )[0]!.count;
const lockedTicks = async () =>
  (await db.query<{ count: number }>('select count(*)::int as count from agenda_jobs where locked_at is not null'))[0]!.count;

const listens = async () =>
  (await db.query(`select 1 from pg_stat_activity where datname = current_database() and query = 'listen graceline_event'`)).length === 1;

/** Waits until Agenda has run its tick again: sweeps alone prove nothing of it, since they go on without ticks. */
async function ticksAgain(): Promise<void> {
  const [{ now }] = (await db.query<{ now: Date }>('select clock_timestamp() as now')) as [{ now: Date }];
  await until(
    async () => (await db.query('select 1 from agenda_jobs where last_finished_at > $1 and locked_at is null', [now])).length === 1,
    () => 'Agenda does not tick',
  );
}

/** Waits until a worker has ended so many more runs. */
async function goesOn(worker: TestProcess, runs = 2): Promise<void> {
  const before = await count('end', worker.pid);
  await until(
    async () => (await count('end', worker.pid)) >= before + runs,
    () => `The worker does not sweep:\n${worker.output}`,
  );
}

test('two workers sweep side by side on one tick', async () => {
  const workers = await Promise.all([start(), start()]);
  await Promise.all(workers.map((worker) => worker.ready()));
  await Promise.all(workers.map((worker) => goesOn(worker)));
  await ticksAgain();
  const ticks = await db.query<{ name: string; repeat_interval: string }>('select name, repeat_interval from agenda_jobs');
  expect(ticks).toEqual([{ name: 'probe', repeat_interval: String(INTERVAL_MS) }]);
  expect(await Promise.all(workers.map((worker) => worker.status('/healthz')))).toEqual([200, 200]);
});

test('a worker whose every connection is cut reconnects and goes on', async () => {
  const worker = await (await start()).ready();
  for (let round = 0; round < 3; round += 1) {
    await goesOn(worker);
    await until(listens, () => 'it does not listen');
    const cut = await db.query<{ pid: number }>(
      'select pid, pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    // The ticker, the listener and the pool of the sweeps.
    expect(cut.length).toBeGreaterThanOrEqual(3);
  }
  await goesOn(worker);
  await ticksAgain();
  await until(listens, () => 'it does not listen again');
  await until(
    async () => (await worker.status('/readyz')) === 200,
    () => `It did not get ready again:\n${worker.output}`,
  );
});

test('a database that is away for a while: the worker lives, says it is not ready, and goes on when it is back', async () => {
  const target = new URL(url);
  const proxy = await startProxy(Number(target.port));
  const worker = await (await start(0, { DATABASE_URL: Object.assign(target, { port: String(proxy.port) }).href })).ready();
  proxy.cut();
  await until(
    async () => (await worker.status('/readyz')) === 503,
    () => 'it passes for ready without a database',
  );
  await until(
    () => worker.output.includes('sweep failed'),
    () => `It does not say that it fails:\n${worker.output}`,
  );
  // Several looks of the ticker, and longer than the runs that may be missed before a worker counts as dead.
  const failures = () => worker.output.split('sweep failed').length - 1;
  await until(
    () => failures() >= 4,
    () => `It gave up:\n${worker.output}`,
  );
  expect(await worker.status('/healthz')).toBe(200);
  proxy.restore();
  await goesOn(worker);
  await ticksAgain();
  await until(
    async () => (await worker.status('/readyz')) === 200,
    () => `It did not get ready again:\n${worker.output}`,
  );
});

test('SIGTERM during a sweep: the sweep ends, no tick stays locked, exit 0 within 5 seconds', async () => {
  const worker = await (await start(1_500)).ready();
  await until(
    async () => (await count('begin')) > (await count('end')),
    () => 'no sweep began',
  );
  const asked = performance.now();
  expect(await worker.stop('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(performance.now() - asked).toBeLessThan(5_000);
  expect(await count('end')).toBe(await count('begin'));
  expect(await lockedTicks()).toBe(0);
});

test('a sweep that does not end: not alive; SIGINT names it in the log and exits 0 within 5 seconds', async () => {
  const worker = await (await start(60_000)).ready();
  await until(
    async () => (await worker.status('/healthz')) === 503,
    () => 'it passes for alive',
  );
  const asked = performance.now();
  expect(await worker.stop('SIGINT')).toEqual({ code: 0, signal: null });
  expect(performance.now() - asked).toBeLessThan(5_500);
  expect(worker.output).toContain('these sweeps did not end in time');
});

test('a second signal exits at once', async () => {
  const worker = await (await start(60_000)).ready();
  await until(
    async () => (await count('begin')) === 1,
    () => 'no sweep began',
  );
  worker.signal('SIGTERM');
  await until(
    async () => (await worker.status('/healthz')) === null,
    () => 'the first signal was not heeded',
  );
  const asked = performance.now();
  expect(await worker.stop('SIGTERM')).toEqual({ code: 1, signal: null });
  expect(performance.now() - asked).toBeLessThan(1_000);
});

test('kill -9 during a sweep: another worker takes over, also the tick it held', async () => {
  const [doomed, heir] = await Promise.all([start(), start()]);
  await Promise.all([doomed.ready(), heir.ready()]);
  await goesOn(doomed);
  expect(await doomed.stop('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
  // As a worker leaves it that was killed between claiming its tick and starting it: first the heir sweeps without the
  // tick, then, once the lock has expired, it takes the tick over.
  await db.query(`update agenda_jobs set locked_at = clock_timestamp(), last_modified_by = 'doomed'`);
  await goesOn(heir, 3);
  await db.query(`update agenda_jobs set locked_at = clock_timestamp() - interval '16 seconds'`);
  await ticksAgain();
});

test('a wake runs the sweep long before its tick', async () => {
  const worker = await (await start(0, { SWEEP_INTERVAL_SECONDS: '3600' })).ready();
  await until(
    async () => (await count('end')) >= 1,
    () => 'it did not sweep at the start',
  );
  const before = await count('end');
  await until(
    async () => {
      await db.query(`select pg_notify('graceline_event', '')`);
      return (await count('end')) > before;
    },
    () => `The wake was not heeded:\n${worker.output}`,
  );
});

test('an unreachable database at start: one sentence and exit 1', async () => {
  const worker = await start(0, { DATABASE_URL: `postgres://nobody@127.0.0.1:${await freePort()}/none`, DATABASE_WAIT_SECONDS: '0.5' });
  expect(await worker.exited).toEqual({ code: 1, signal: null });
  expect(worker.output).toMatch(
    /^Cannot reach PostgreSQL at 127\.0\.0\.1:\d+\/none \(.+\)\. Check DATABASE_URL and that the server is running\.\n$/,
  );
});

test('an occupied port: one sentence, exit 1, and nothing claimed', async () => {
  const occupant = createServer();
  await new Promise<void>((resolve) => occupant.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void occupant.close());
  const { port } = occupant.address() as AddressInfo;
  const worker = await start(0, { WORKER_PORT: String(port) });
  expect(await worker.exited).toEqual({ code: 1, signal: null });
  expect(worker.output).toBe(`Port ${port} of 127.0.0.1 is in use. Stop what listens there, or set WORKER_PORT to a free port.\n`);
  expect(await count('begin')).toBe(0);
});
