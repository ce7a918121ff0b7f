/** What Prometheus reads of an API and of a worker. */
import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { parser } from '@prometheus-io/lezer-promql';
import { beforeAll, describe, expect, test } from 'vitest';
import { startApi } from '../../src/api.ts';
import { compose } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import { freePort } from '../../src/db/embedded.ts';
import { SWEEPS } from '../../worker/jobs/sweeps.ts';
import { startWorker } from '../../worker/worker.ts';
import { atEndOfFile } from '../support/end-of-file.ts';
import { silent } from '../support/house.ts';
import { queueMails } from '../support/mail-fixtures.ts';
import { announceGate, createCustomer, type Customer, OPERATOR, optIn } from '../support/platform.ts';
import { until } from '../support/processes.ts';
import { lintMetrics, scrape, type Scrape } from '../support/prometheus.ts';
import { startProxy } from '../support/proxy.ts';
import { startService, type TestService } from '../support/service.ts';

const TOKEN = 'scraped-by-the-test-0123456789';
const NOW = '2026-05-01T08:00:00.000Z';
/** What people see of it in Grafana. */
const DASHBOARD = new URL('../../docs/grafana/graceline.json', import.meta.url);

let service: TestService;
let acme: Customer;
const read = () => scrape(service.url, TOKEN);
/** Not before somebody asks: it would work off what the tests of queues look at. */
let startedWorker: Promise<string> | undefined;
const worker = async () => scrape(await (startedWorker ??= startScrapedWorker()), TOKEN);

beforeAll(async () => {
  service = await startService(NOW, { METRICS_TOKEN: TOKEN });
  acme = await createCustomer(service, 'acme', new Date('2020-01-01'));
  await createCustomer(service, 'globex', new Date('2020-01-01'));
  await announceGate(service, 'tls', '2026-04-01', '2026-06-01');
  await service.sweep();
});

/** Starts a worker on the same database. @returns where it listens */
async function startScrapedWorker(): Promise<string> {
  const port = await freePort();
  const house = await compose({ ...service.house.config, WORKER_PORT: port }, silent);
  const running = await startWorker(house, house, SWEEPS, silent);
  atEndOfFile(async () => {
    await running.stop();
    await house.close();
  });
  return `http://127.0.0.1:${port}`;
}

describe('who may read', () => {
  test('is whoever sends the token', async () => {
    const answer = await fetch(`${service.url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
  });

  test.each([undefined, 'Bearer', `Bearer ${TOKEN}x`, TOKEN, `Basic ${TOKEN}`])('is nobody who sends %s', async (authorization) => {
    const answer = await fetch(`${service.url}/metrics`, { headers: authorization === undefined ? {} : { authorization } });
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(await answer.text()).not.toContain('graceline_');
  });

  test('is nobody where there is no token, and nothing is counted', async () => {
    const without = await startService(NOW);
    const answer = await fetch(`${without.url}/metrics`, { headers: { authorization: 'Bearer ' } });
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain('Set METRICS_TOKEN');
    expect(without.house.metrics).toBeNull();
  });
});

describe('requests', () => {
  const graphql = (scraped: Scrape) => scraped.by('operation', 'graceline_graphql_request_duration_seconds_count');

  test('are counted by the first field of their operation, and by how they ended', async () => {
    await optIn(acme, 'tls');
    await expect(
      acme.administrator.request('mutation Mine { optOut(account: "nobody", migration: "tls") { state { enabled } } }'),
    ).rejects.toThrow('NOT_FOUND');
    await service.operator.request('query ($key: ID!) { ...F } fragment F on Query { migration(key: $key) { key } }', { key: 'tls' });
    await expect(service.operator.request('{ nothing }')).rejects.toThrow('GRAPHQL_VALIDATION_FAILED');
    const after = await read();
    const count = (operation: string, outcome: string) =>
      after.value('graceline_graphql_request_duration_seconds_count', { operation, outcome });
    expect(count('Mutation.optIn', 'ok')).toBe(1);
    expect(count('Mutation.optOut', 'error')).toBe(1);
    expect(count('other', 'ok')).toBe(1);
    expect(count('none', 'error')).toBe(1);
  });

  test('add no label, whatever callers send', async () => {
    const ask = (i: number) => service.operator.request(`query Name${i} { alias${i}: migrations { edges { node { key } } } }`);
    await ask(0);
    await fetch(`${service.url}/calendar/secret-of-somebody.ics`);
    await fetch(`${service.url}/nowhere`);
    const before = await read();
    for (let i = 1; i < 20; i += 1) {
      await ask(i);
      await fetch(`${service.url}/calendar/${i}.ics`);
      await fetch(`${service.url}/nowhere/${i}`, { method: i % 2 ? 'GET' : 'POST' });
    }
    const after = await read();
    expect(Object.keys(graphql(after))).toEqual(Object.keys(graphql(before)));
    const routes = (scraped: Scrape) => scraped.by('route', 'graceline_http_request_duration_seconds_count', { status: '4xx' });
    expect(Object.keys(routes(after))).toEqual(Object.keys(routes(before)));
    expect(routes(after)['GET /calendar/{secret}']).toBe(20);
    expect(after.text).not.toContain('secret-of-somebody');
  });
});

describe('the platform', () => {
  test('tells how far each open migration is, and no more of one that is cancelled', async () => {
    await announceGate(service, 'passing', '2026-04-01', 'TBD');
    const during = await read();
    const { optedIn, pending } = await service.house.rollouts.progress(
      OPERATOR,
      (await service.house.migrations.migration(OPERATOR, 'tls')).id,
    );
    const states = { opted_in: optedIn, new: 0, mandatory: 0, extended: 0, exempt: 0, pending };
    expect(states).toMatchObject({ opted_in: 1, pending: 1 });
    expect(during.by('state', 'graceline_rollout_accounts', { migration: 'tls' })).toEqual(states);
    expect(during.by('migration', 'graceline_rollout_deadline_timestamp_seconds')).toEqual({ tls: Date.parse('2026-06-01') / 1_000 });
    expect(during.by('state', 'graceline_rollout_accounts', { migration: 'passing' })).toMatchObject({ pending: 2 });
    await service.house.migrations.cancelMigration(OPERATOR, 'passing', 'A reason.');
    expect((await read()).samples('graceline_rollout_accounts', { migration: 'passing' })).toEqual([]);
  });

  test('tells what waits in each queue, and since when', async () => {
    const mails = await queueMails(service.db, 3, new Date('2026-05-01T07:58:30.000Z'));
    const queue = { queue: 'reminder_mail' };
    const waiting = await read();
    expect(waiting.by('state', 'graceline_queue_items', queue)).toMatchObject({ queued: 3, due: 3, sending: 0, failed: 0 });
    expect(waiting.by('queue', 'graceline_queue_oldest_due_age_seconds')).toEqual({
      reminder: 0,
      reminder_mail: 90,
      user_mail: 0,
      webhook: 0,
    });
    await service.db.query(`update mail set status = 'FAILED', finished_at = $2 where id = any ($1)`, [mails.map(({ id }) => id), NOW]);
    const given = await read();
    expect(given.by('state', 'graceline_queue_items', queue)).toMatchObject({ queued: 0, failed: 3 });
    expect(given.value('graceline_queue_oldest_due_age_seconds', queue)).toBe(0);
  });

  test('is not told while PostgreSQL cannot be asked, and the process is all the same', async () => {
    const direct = new URL(service.databaseUrl);
    const proxy = await startProxy(Number(direct.port));
    const url = Object.assign(new URL(direct), { hostname: '127.0.0.1', port: String(proxy.port) }).href;
    const house = await compose(readConfig({ DATABASE_URL: url, PORT: '0', METRICS_TOKEN: TOKEN }), silent);
    const api = await startApi(house, silent);
    const ask = () => scrape(`http://127.0.0.1:${api.port}`, TOKEN);
    expect((await ask()).value('graceline_database_up')).toBe(1);
    proxy.cut();
    const cut = await ask();
    expect(cut.value('graceline_database_up')).toBe(0);
    for (const name of ['rollout_accounts', 'queue_items', 'event_follower_lag_seconds'])
      expect(cut.samples(`graceline_${name}`)).toEqual([]);
    expect(cut.value('process_start_time_seconds')).toBeGreaterThan(0);
    proxy.restore();
    await until(
      async () => (await ask()).value('graceline_database_up') === 1,
      () => 'it did not come back',
    );
    await api.stop();
    await house.close();
  });
});

describe('a process', () => {
  test('tells how many sockets and subscriptions it has', async () => {
    const watching = service.operator.subscribe('subscription { migrationChanged { type } }');
    await watching.subscribed;
    await until(
      async () => (await read()).value('graceline_subscriptions') === 1,
      () => 'the subscription is not counted',
    );
    expect((await read()).by('state', 'graceline_sockets')).toEqual({ waiting: 0, introduced: 1 });
    await watching.close();
    await until(
      async () => (await read()).value('graceline_subscriptions') === 0,
      () => 'the subscription is counted still',
    );
  });

  test('tells how far it lags behind the log: here for as long as a transaction is open before an event', async () => {
    const lag = async () => (await read()).value('graceline_event_follower_lag_seconds');
    await until(
      async () => (await lag()) === 0,
      () => 'it does not come to the end of the log',
    );
    const other = service.db.createClient();
    await other.connect();
    await other.query('begin');
    await other.query('select pg_current_xact_id()');
    await service.house.rollouts.optIn(OPERATOR, 'globex', 'tls');
    await service.setClock('2026-05-01T08:00:42.000Z');
    expect(await lag()).toBe(42);
    await other.query('commit');
    await other.end();
    await until(
      async () => (await lag()) === 0,
      () => 'it lags still',
    );
  });
});

describe('a worker', () => {
  test('counts the runs of its sweeps and what came of its mails', async () => {
    await queueMails(service.db, 2, new Date(NOW));
    service.house.wake.ring();
    await until(
      async () => (await worker()).value('graceline_delivery_attempts_total', { queue: 'reminder_mail', outcome: 'skipped' }) === 2,
      () => 'the mails are not counted',
    );
    const names = SWEEPS.map(({ name }) => name);
    await until(
      async () =>
        Object.keys((await worker()).by('sweep', 'graceline_sweep_duration_seconds_count', { outcome: 'succeeded' })).length ===
        names.length,
      () => 'not every sweep has run',
    );
    expect((await worker()).samples('graceline_sweep_duration_seconds_count', { outcome: 'failed' })).toEqual([]);
    expect(Object.keys((await read()).by('sweep', 'graceline_sweep_last_success_timestamp_seconds')).toSorted()).toEqual(names.toSorted());
  });

  test('and an API have names as promtool wants them, each with few labels', async () => {
    for (const { metrics } of [await read(), await worker()]) {
      expect(lintMetrics(metrics)).toEqual([]);
      const ours = metrics.filter(({ name }) => name.startsWith('graceline_'));
      expect(ours.length).toBeGreaterThan(5);
      for (const { name, samples } of ours) expect([name, samples.length < 500]).toEqual([name, true]);
    }
  });
});

describe('the dashboard for Grafana', () => {
  interface Panel {
    readonly title: string;
    readonly type: string;
    readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
  }

  test('asks for metrics and labels that there are, and leaves none of ours out', async () => {
    const { panels } = JSON.parse(await readFile(DASHBOARD, 'utf8')) as { panels: Panel[] };
    await service.operator.request('{ logCursor }');
    await fetch(`${service.url}/migrations`);
    await until(
      async () => (await worker()).samples('graceline_sweep_duration_seconds_count').length > 0,
      () => 'no sweep has run',
    );
    const metrics = [...(await read()).metrics, ...(await worker()).metrics];
    const names = new Set(
      metrics.flatMap(({ name, type }) => (type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name])),
    );
    const asked = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    expect(asked.filter((expr) => !isPromql(expr.replaceAll('$__rate_interval', '5m').replaceAll('$instance', '.*')))).toEqual([]);
    const used = new Set(asked.flatMap((expr) => expr.match(/\b(?:graceline|process|nodejs)_\w+/g) ?? []));
    expect([...used].filter((name) => !names.has(name))).toEqual([]);
    const shown = (name: string) => [...used].some((one) => one.replace(/_(bucket|count|sum)$/, '') === name || one === name);
    expect(metrics.filter(({ name }) => name.startsWith('graceline_') && !shown(name)).map(({ name }) => name)).toEqual([]);
    const labels = new Set([
      'instance',
      'le',
      ...metrics.flatMap(({ samples }) => samples.flatMap((sample) => Object.keys(sample.labels))),
    ]);
    const wanted = asked.flatMap((expr) => [
      ...[...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list]) => list!.split(', ')),
      ...[...expr.matchAll(/(\w+)(?:=~|=)"/g)].map(([, label]) => label!),
    ]);
    expect(wanted.filter((label) => !labels.has(label))).toEqual([]);
    // A panel that asks nothing is a slip of the pen.
    expect(panels.filter(({ type, targets = [] }) => type !== 'row' && targets.length === 0)).toEqual([]);
  });
});

function isPromql(expression: string): boolean {
  let sound = true;
  parser.parse(expression).iterate({ enter: ({ type }) => void (sound &&= !type.isError) });
  return sound;
}

test('no caller met a defect', () => expect(service.defects).toEqual([]));
