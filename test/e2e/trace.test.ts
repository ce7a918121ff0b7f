/** One opt-in as a trace, from the request of an administrator in the API to the mail that a worker sends the next morning. */
import 'reflect-metadata';
import { Session } from 'node:inspector';
import { pino } from 'pino';
import { beforeAll, expect, test, vi } from 'vitest';
import { compose } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import { AnnounceMigrationDocument, CreateAccountDocument, CreateMigrationDocument } from '../../schema/generated/operations.ts';
import { BEN, createAdministrator, type Person, ZONES } from '../support/cast.ts';
import { cloneDatabase } from '../support/database.ts';
import { type GraphqlClient, graphqlClient } from '../support/graphql-client.ts';
import { silent } from '../support/house.ts';
import { type CollectedSpan, type Collector, startCollector, treeOf } from '../support/otlp-collector.ts';
import { type TestProcess, until } from '../support/processes.ts';
import { createWorld, type World } from '../support/world.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** As whoever called the administrator's own service would name it. */
const TRACE = '5b8efff798038103d269b633813fc60c';
const CALLER = 'eee19b7ec3c1b174';

let collector: Collector;
let world: World;
let api: TestProcess;
let olga: GraphqlClient;
let ben: Person;
let token: string;

beforeAll(async () => {
  collector = await startCollector();
  world = await createWorld('2026-03-02T10:00:00Z', { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  const [first, worker] = [await world.startApi(), await world.startWorker()];
  await Promise.all([first.ready(), worker.ready()]);
  api = first;
  olga = graphqlClient(api.url, await world.createToken({ name: 'test', role: 'OPERATOR', subject: 'olga@platform.example' }));
  await olga.request(CreateAccountDocument, {
    input: { id: 'birch', name: 'Birch', platform: 'CLOUD', createdAt: '2020-01-01T00:00:00Z' },
  });
  ben = await createAdministrator(olga, api.url, BEN, 'birch');
  token = await world.createToken({ name: 'test', role: 'ADMINISTRATOR', subject: BEN.email, administratorId: ben.id });
  const dates = { gracePeriodStart: '2026-03-02', mandatoryOptIn: '2026-06-01' };
  await olga.request(CreateMigrationDocument, { input: { key: 'tls', title: 'TLS 1.0 is off', severity: 'LOW', ...dates } });
  await olga.request(AnnounceMigrationDocument, { key: 'tls' });
});

function optIn(traceparent: string): Promise<Response> {
  const query = 'mutation OptIn { optIn(account: "birch", migration: "tls") { state { enabled } } }';
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}`, traceparent };
  return fetch(`${api.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
}

const named = (name: string) => collector.spans.filter((span) => span.name === name);
const processOf = ({ service }: CollectedSpan) => service.replace('graceline-', '');
const milliseconds = ({ startTimeUnixNano: from, endTimeUnixNano: to }: CollectedSpan) => Number(BigInt(to) - BigInt(from)) / 1e6;

test('an opt-in is one trace, from the socket of the API to the mail of the worker', async () => {
  const answer = await optIn(`00-${TRACE}-${CALLER}-01`);
  expect(await answer.json()).toEqual({ data: { optIn: { state: { enabled: true } } } });
  await world.settle();
  // Mails leave in the morning.
  await world.walkTo('2026-03-03T12:00:00Z', ZONES);
  await world.smtp.waitForMail(({ to }) => to.includes(BEN.email));
  await until(
    () => named('SMTP').some(({ traceId }) => traceId === TRACE) && named('send mail').some(({ traceId }) => traceId === TRACE),
    () => `The mail is not part of the trace:\n${treeOf(collector.spans, TRACE, ({ name }) => name)}`,
  );
  await until(
    () => named('POST /graphql Mutation.optIn').length > 0,
    () => 'The request is not traced',
  );
  // The point of a trace is to be read.
  process.stdout.write(
    `${treeOf(collector.spans, TRACE, (span) => `${span.name}  [${processOf(span)}, ${milliseconds(span).toFixed(1)} ms]`)}\n`,
  );
  const tree = treeOf(collector.spans, TRACE, (span) => `${processOf(span)}: ${span.name}`);
  expect(tree.split('\n').filter((line) => !/select|statement/.test(line))).toEqual([
    'api: POST /graphql Mutation.optIn',
    '  api: insert decision',
    '  worker: plan reminders',
    '  worker: send mail',
    '    worker: SMTP',
  ]);
  const [request] = named('POST /graphql Mutation.optIn');
  expect(request).toMatchObject({
    parentSpanId: CALLER,
    kind: 2,
    attributes: { 'url.path': '/graphql', 'graphql.operation.name': 'OptIn', 'http.response.status_code': 200 },
  });
  const [smtp] = named('SMTP');
  expect(smtp!.attributes).toMatchObject({ 'server.address': new URL(world.smtp.url).hostname });
});

test('a caller that does not want to be traced is not, and one that says it wrongly is traced for itself', async () => {
  const [quiet, wrong] = ['a'.repeat(32), 'not-a-trace'];
  expect((await optIn(`00-${quiet}-${CALLER}-00`)).status).toBe(200);
  const before = named('POST /graphql Mutation.optIn').length;
  expect((await optIn(wrong)).status).toBe(200);
  await until(
    () => named('POST /graphql Mutation.optIn').length > before,
    () => 'The later request is not traced',
  );
  const own = named('POST /graphql Mutation.optIn').at(-1)!;
  expect([own.parentSpanId ?? '', own.traceId === TRACE]).toEqual(['', false]);
  expect(collector.spans.filter(({ traceId }) => traceId === quiet)).toEqual([]);
});

test('spans tell of nobody: no token, no address, no value of a statement, not where something fails', async () => {
  await expect(createAdministrator(olga, api.url, BEN, 'birch')).rejects.toThrow(BEN.email);
  const failed = () => collector.spans.filter(({ status }) => status.message === 'KEY_TAKEN');
  await until(
    () => failed().length > 0,
    () => 'The failure is not traced',
  );
  expect(collector.spans.length).toBeGreaterThan(10);
  const told = JSON.stringify(collector.spans);
  for (const secret of [token, BEN.email, BEN.name, 'birch', 'TLS 1.0']) expect(told).not.toContain(secret);
});

test('where no collector is named, nothing that traces or counts is even loaded', async () => {
  const house = await compose(readConfig({ DATABASE_URL: await cloneDatabase() }), silent, 'api');
  const inspector = new Session();
  const loaded: string[] = [];
  inspector.connect();
  inspector.on('Debugger.scriptParsed', ({ params }) => loaded.push(params.url));
  inspector.post('Debugger.enable');
  inspector.disconnect();
  await house.close();
  expect(loaded.some((url) => url.includes('/node_modules/pg/'))).toBe(true);
  expect(loaded.filter((url) => /\/node_modules\/(@opentelemetry|prom-client|feed)\//.test(url))).toEqual([]);
});

test('a collector that is away costs its traces and nothing else, and the log says so once', async () => {
  const said: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void said.push((JSON.parse(line) as { msg: string }).msg) });
  // It tries for ten seconds unless told.
  vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '500');
  // Nothing listens on the first port of a machine.
  const config = readConfig({ DATABASE_URL: await cloneDatabase(), OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' });
  const house = await compose(config, log, 'api');
  const work = () => house.tracing.span('work', {}, () => house.db.query('select 1 as one'));
  expect(await work()).toEqual([{ one: 1 }]);
  await until(
    () => said.length > 0,
    () => 'Nobody says that traces are lost',
  );
  await work();
  await house.close();
  vi.unstubAllEnvs();
  expect(said).toEqual([expect.stringContaining('check OTEL_EXPORTER_OTLP_ENDPOINT')]);
});
