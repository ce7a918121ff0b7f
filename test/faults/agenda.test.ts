import { type AddressInfo, createServer } from 'node:net';
import { beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../src/db/embedded.ts';
import { getsReady, INTERVAL_MS, ProbeWorld } from '../support/probe-world.ts';
import { until } from '../support/processes.ts';
import { startProxy } from '../support/proxy.ts';

/** As of worker/agenda.ts. */
const LOCK_LIFETIME_MS = 15_000;

let world: ProbeWorld;
beforeAll(async () => {
  world = await ProbeWorld.create();
});
beforeEach(() => world.clear());

const listens = async () =>
  (await world.db.query(`select 1 from pg_stat_activity where datname = current_database() and query = 'listen graceline_event'`))
    .length === 1;

test('two workers sweep side by side on one tick', async () => {
  const workers = await Promise.all([world.start(), world.start()]);
  await Promise.all(workers.map((worker) => worker.ready()));
  await Promise.all(workers.map((worker) => world.goesOn(worker)));
  await world.ticksAgain();
  expect(await world.ticks.all()).toEqual([{ name: 'probe', interval: String(INTERVAL_MS) }]);
  expect(await Promise.all(workers.map((worker) => worker.status('/healthz')))).toEqual([200, 200]);
});

test('a worker whose every connection is cut reconnects and goes on', async () => {
  const worker = await (await world.start()).ready();
  for (let round = 0; round < 3; round += 1) {
    await world.goesOn(worker);
    await until(listens, () => 'it does not listen');
    const cut = await world.db.query<{ pid: number }>(
      'select pid, pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    // The listener, the pool of the sweeps, and the ticker where it is one of PostgreSQL.
    expect(cut.length).toBeGreaterThanOrEqual(world.ticks.inPostgres ? 3 : 2);
  }
  await world.goesOn(worker);
  await world.ticksAgain();
  await until(listens, () => 'it does not listen again');
  await getsReady(worker);
});

test('a database that is away for a while: the worker lives, says it is not ready, and goes on when it is back', async () => {
  const target = new URL(world.url);
  const proxy = await startProxy(Number(target.port));
  const worker = await (await world.start(0, { DATABASE_URL: Object.assign(target, { port: String(proxy.port) }).href })).ready();
  proxy.cut();
  await getsReady(worker, 503);
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
  await world.goesOn(worker);
  await world.ticksAgain();
  await getsReady(worker);
});

test('SIGTERM during a sweep: the sweep ends, no tick stays locked, exit 0 within 5 seconds', async () => {
  const worker = await (await world.start(1_500)).ready();
  await until(
    async () => (await world.count('begin')) > (await world.count('end')),
    () => 'no sweep began',
  );
  const asked = performance.now();
  expect(await worker.stop('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(performance.now() - asked).toBeLessThan(5_000);
  expect(await world.count('end')).toBe(await world.count('begin'));
  expect(await world.ticks.locked()).toBe(0);
});

test('a sweep that does not end: not alive; SIGINT names it in the log and exits 0 within 5 seconds', async () => {
  const worker = await (await world.start(60_000)).ready();
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
  const worker = await (await world.start(60_000)).ready();
  await until(
    async () => (await world.count('begin')) === 1,
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
  const [doomed, heir] = await Promise.all([world.start(), world.start()]);
  await Promise.all([doomed.ready(), heir.ready()]);
  await world.goesOn(doomed);
  expect(await doomed.stop('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
  // As a worker leaves it that was killed between claiming its tick and starting it: first the heir sweeps without the
  // tick, then, once the lock has expired, it takes the tick over.
  await world.ticks.lock('doomed', new Date());
  await world.goesOn(heir, 3);
  await world.ticks.lock('doomed', new Date(Date.now() - LOCK_LIFETIME_MS - 1_000));
  await world.ticksAgain();
});

test('a wake runs the sweep long before its tick', async () => {
  const worker = await (await world.start(0, { SWEEP_INTERVAL_SECONDS: '3600' })).ready();
  await until(
    async () => (await world.count('end')) >= 1,
    () => 'it did not sweep at the start',
  );
  const before = await world.count('end');
  await until(
    async () => {
      await world.db.query(`select pg_notify('graceline_event', '')`);
      return (await world.count('end')) > before;
    },
    () => `The wake was not heeded:\n${worker.output}`,
  );
});

test('an unreachable database at start: one sentence and exit 1', async () => {
  const worker = await world.start(0, {
    DATABASE_URL: `postgres://nobody@127.0.0.1:${await freePort()}/none`,
    DATABASE_WAIT_SECONDS: '0.5',
  });
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
  const worker = await world.start(0, { WORKER_PORT: String(port) });
  expect(await worker.exited).toEqual({ code: 1, signal: null });
  expect(worker.output).toBe(`Port ${port} of 127.0.0.1 is in use. Stop what listens there, or set WORKER_PORT to a free port.\n`);
  expect(await world.count('begin')).toBe(0);
});
