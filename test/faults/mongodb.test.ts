/**
 * What MongoDB does to a worker that keeps its ticks there: never more than latency. Run by `npm run test:mongo`, as is
 * agenda.test.ts, which holds there too.
 */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import {
  AnnounceMigrationDocument,
  CreateAccountDocument,
  CreateMigrationDocument,
  EventsDocument,
  MigrationDocument,
} from '../../schema/generated/operations.ts';
import { freePort } from '../../src/db/embedded.ts';
import { openMongoTicks } from '../../worker/mongo-ticks.ts';
import { graphqlClient } from '../support/graphql-client.ts';
import { silent } from '../support/house.ts';
import { PASSWORD, startMongoServer } from '../support/mongo-server.ts';
import { localPort, newMongodb, throughPort, withMongodb } from '../support/mongodb.ts';
import { LONG_TEST_LIMIT_MS } from '../support/patience.ts';
import { getsReady, ProbeWorld } from '../support/probe-world.ts';
import { type TestProcess, until } from '../support/processes.ts';
import { type Proxy, startProxy } from '../support/proxy.ts';
import { createWorld } from '../support/world.ts';

vi.setConfig({ testTimeout: LONG_TEST_LIMIT_MS });

/** Nobody waits for so long: it stands for a server that comes in the end. */
const LONG_SECONDS = '120';
const { url: server, program } = inject('mongodb');
const port = localPort(server);

let world: ProbeWorld;
beforeAll(async () => {
  world = await ProbeWorld.create();
});
beforeEach(() => world.clear());

/** A way to a database of MongoDB that a test can cut or freeze. */
async function mongodbBehindProxy(): Promise<{ proxy: Proxy; url: string }> {
  const proxy = await startProxy(port!);
  return { proxy, url: throughPort(newMongodb(), proxy.port) };
}

const ticksIn = (url: string) =>
  withMongodb(url, (client) =>
    client
      .db()
      .collection('graceline_ticks')
      .find({}, { sort: { name: 1 } })
      .toArray(),
  );

/** Waits until Agenda has run a tick of this database again. */
async function ticksAgainIn(url: string, worker: TestProcess): Promise<void> {
  const now = new Date();
  await until(
    async () => (await ticksIn(url)).some(({ lastFinishedAt }) => ((lastFinishedAt as Date | null) ?? now) > now),
    () => `Agenda does not tick:\n${worker.output}`,
  );
}

/** As one who does not know the password may see it. */
function expectNoSecretIn(worker: TestProcess): void {
  expect(worker.output).not.toContain(PASSWORD);
}

test('workers that boot at once on an empty database make one tick a sweep', async () => {
  const url = newMongodb();
  const stores = await Promise.all(Array.from({ length: 8 }, () => openMongoTicks(url, 5_000, silent)));
  await Promise.all(stores.map(({ backend }) => backend.connect()));
  const tick = { name: 'probe', type: 'single', priority: 0, nextRunAt: new Date(), data: {} } as const;
  const saved = await Promise.all(stores.map(({ backend }) => backend.repository.saveJob(tick, { lastModifiedBy: 'somebody' })));
  await Promise.all(stores.map(({ close }) => close('somebody')));
  expect(new Set(saved.map(({ _id }) => String(_id))).size).toBe(1);
  expect(await ticksIn(url)).toHaveLength(1);
});

test.skipIf(!program)('MongoDB killed and started again: the worker sweeps on, says it is not ready, and ticks again', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'graceline-mongodb-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const own = await freePort();
  const start = async () => {
    const started = await startMongoServer(program!, dir, own);
    onTestFinished(() => started.kill());
    return started;
  };
  const doomed = await start();
  const url = `${doomed.url}/graceline?authSource=admin`;
  const worker = await (await world.start(0, { MONGODB_URL: url })).ready();
  await ticksAgainIn(url, worker);
  await doomed.kill();
  await getsReady(worker, 503);
  await world.goesOn(worker);
  expect(await worker.status('/healthz')).toBe(200);

  const heir = await start();
  await ticksAgainIn(url, worker);
  await getsReady(worker);
  expect((await ticksIn(url)).map(({ name }) => String(name))).toEqual(['probe']);

  await heir.kill();
  await getsReady(worker, 503);
  const asked = performance.now();
  expect(await worker.stop('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(performance.now() - asked).toBeLessThan(5_000);
  expect(worker.output).toContain('could not free the ticks');
  expectNoSecretIn(worker);
});

describe.skipIf(port === null)('behind a network that fails', () => {
  test('connections that carry nothing more are given up, and new ones tick again', async () => {
    const { proxy, url } = await mongodbBehindProxy();
    const worker = await (await world.start(0, { MONGODB_URL: url })).ready();
    await ticksAgainIn(url, worker);
    proxy.freeze();
    await getsReady(worker, 503);
    await world.goesOn(worker);
    await ticksAgainIn(url, worker);
    await getsReady(worker);
    proxy.freeze();
    const asked = performance.now();
    expect(await worker.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(performance.now() - asked).toBeLessThan(5_000);
    expectNoSecretIn(worker);
  });

  test('a deadline that passes without MongoDB holds, and is recorded once, before MongoDB is back', async () => {
    const { proxy, url } = await mongodbBehindProxy();
    const whole = await createWorld('2026-05-10T07:00:00Z');
    const worker = await whole.startWorker({ MONGODB_URL: url });
    const api = await (await whole.startApi()).ready();
    const olga = graphqlClient(api.url, await whole.createToken({ name: 'operator', role: 'OPERATOR', subject: 'olga@platform.example' }));
    await olga.request(CreateAccountDocument, {
      input: { id: 'acme', name: 'acme', platform: 'CLOUD', createdAt: '2020-01-01T00:00:00Z' },
    });
    const dates = { gracePeriodStart: '2026-05-10T08:00:00Z', mandatoryOptIn: '2026-05-11T12:00:00Z' };
    await olga.request(CreateMigrationDocument, { input: { key: 'tls', title: 'TLS 1.3', severity: 'HIGH', ...dates } });
    await olga.request(AnnounceMigrationDocument, { key: 'tls' });
    await whole.workTo('2026-05-10T09:00:00Z');
    proxy.cut();
    await getsReady(worker, 503);

    await whole.moveTo(dates.mandatoryOptIn);
    expect((await olga.request(MigrationDocument, { key: 'tls' })).migration.state).toBe('MANDATORY');
    // Nobody rings here: where ticks do not come, sweeps run by themselves.
    const recorded = async () => (await olga.request(EventsDocument, { types: ['DEADLINE_PASSED'] })).events.edges;
    await until(
      async () => (await recorded()).length > 0,
      () => `Nobody records the deadline:\n${whole.output}`,
    );
    expect(await worker.status('/readyz')).toBe(503);
    await getsReady(api, 200);

    proxy.restore();
    await ticksAgainIn(url, worker);
    await getsReady(worker);
    expect(await recorded()).toHaveLength(1);
  });

  test('one that is absent at the start and comes in time is waited for', async () => {
    const { proxy, url } = await mongodbBehindProxy();
    proxy.cut();
    const worker = await world.start(0, { MONGODB_URL: url, DATABASE_WAIT_SECONDS: LONG_SECONDS });
    await getsReady(worker, 503);
    expect(await worker.status('/healthz')).toBe(200);
    proxy.restore();
    await worker.ready();
    await ticksAgainIn(url, worker);
  });
});

describe('a worker that cannot start says why in one sentence and exits 1', () => {
  /** What a worker said that ended at once: its log has nothing but information. */
  async function reasonOf(mongodb: string, waitSeconds: string): Promise<string> {
    const worker = await world.start(0, { MONGODB_URL: mongodb, DATABASE_WAIT_SECONDS: waitSeconds, LOG_LEVEL: 'warn' });
    expect(await worker.exited).toEqual({ code: 1, signal: null });
    expect(worker.output).not.toMatch(/^\s+at |wr0ng/m);
    expect(await world.count('begin')).toBe(0);
    return worker.output;
  }

  test('where nothing listens', async () => {
    const closed = await freePort();
    const started = performance.now();
    expect(await reasonOf(`mongodb://graceline:wr0ng@127.0.0.1:${closed}/graceline?tls=false`, '1')).toMatch(
      /^Cannot reach MongoDB at 127\.0\.0\.1:\d+\/graceline \(.*ECONNREFUSED.*\)\. Check MONGODB_URL and that the server is running\.\n$/,
    );
    expect(performance.now() - started).toBeGreaterThan(1_000);
  });

  test('where something listens and never answers', async () => {
    const mute = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    onTestFinished(() => void mute.close());
    const { port: muted } = mute.address() as AddressInfo;
    expect(await reasonOf(`mongodb://graceline:wr0ng@127.0.0.1:${muted}/graceline`, '1')).toMatch(
      /^Cannot reach MongoDB at 127\.0\.0\.1:\d+\/graceline \(.*timed out.*\)\. Check .*\n$/,
    );
  });

  test('where it is refused, at once: waiting would not let it in', async () => {
    const stranger = newMongodb().replace(/:\/\/([^@/]*@)?/, '://nobody:wr0ng@');
    expect(await reasonOf(stranger, '600')).toMatch(/^Cannot reach MongoDB at .*\/test_\w+ \(.+\)\. Check MONGODB_URL .*\n$/);
  });

  test.each(['mongodb://graceline:wr0ng@db/graceline?tls=perhaps', 'mongodb://a:b:wr0ng@db/graceline', 'mongodb://db:99999/graceline'])(
    'where the driver cannot read %s',
    async (mongodb) => {
      expect(await reasonOf(mongodb, '600')).toMatch(/^MONGODB_URL cannot be used \(.+\)\. See \.env\.example for what it takes\.\n$/);
    },
  );
});
