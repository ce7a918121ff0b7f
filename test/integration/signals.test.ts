import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import express from 'express';
import { fastify, type FastifyRequest } from 'fastify';
import LinkHeader from 'http-link-header';
import { parseItem } from 'structured-headers';
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type MigrationAnswer, type SignalledRoute, Signals, UsageReporter, type UsageReporterOptions } from '../../src/signals/signals.ts';
import { atEndOfFile } from '../support/end-of-file.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { OPERATOR, usesOf } from '../support/platform.ts';
import { startService, type TestService } from '../support/service.ts';

const KEY = 'old-endpoint';

let service: TestService;
let token: string;
let runtime: GraphqlClient;
const answers = new Map<string, MigrationAnswer>();

beforeAll(async () => {
  // The reporter has the clock of the machine, as a platform's process does.
  const now = new Date();
  const day = (days: number) => new Date(now.getTime() + days * 86_400_000).toISOString();
  service = await startService(now.toISOString());
  const { accounts, migrations, tokens } = service.house;
  await migrations.createMigration(OPERATOR, {
    key: KEY,
    title: KEY,
    severity: 'LOW',
    gracePeriodStart: day(-1),
    mandatoryOptIn: day(60),
    guideUrl: 'https://docs.example/guide',
  });
  await migrations.announceBegun(OPERATOR, KEY);
  for (const id of ['old', 'new']) {
    await accounts.createAccount(OPERATOR, { id, name: id, platform: 'CLOUD', createdAt: new Date('2015-01-01') });
    if (id === 'new') await service.house.rollouts.optIn(OPERATOR, id, KEY);
  }
  token = (await tokens.createToken(OPERATOR, { name: 'gateway', role: 'RUNTIME', subject: 'gateway' })).token;
  runtime = await service.clientOf({ role: 'RUNTIME', subject: 'checkout' });
  for (const id of ['old', 'new']) answers.set(id, await ask(id));
});
beforeEach(async () => {
  await service.db.query('truncate usage, account_usage, usage_watch');
});

/** What the service answers of an account. */
async function ask(account: string): Promise<MigrationAnswer> {
  const { accountMigration } = await runtime.request<
    { accountMigration: { state: MigrationAnswer; migration: { gracePeriodStart: string; guideUrl: string } } },
    object
  >(
    `{ accountMigration(account: "${account}", migration: "${KEY}") { state { enabled deadline } migration { gracePeriodStart guideUrl } } }`,
  );
  const { state, migration } = accountMigration;
  return { ...state, gracePeriodStart: migration.gracePeriodStart, guideUrl: migration.guideUrl };
}

function reporterTo(url: string, options: Partial<UsageReporterOptions> = {}): { reporter: UsageReporter; told: string[] } {
  const told: string[] = [];
  const onError = (error: unknown) => void told.push((error as Error).message);
  return { reporter: new UsageReporter({ url, token, onError, ...options }), told };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  atEndOfFile(() => (server.closeAllConnections(), server.close()));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A route that answers 200 with a Link of its own, or the status that is asked for; the account and the client are in headers. */
type Serve = (signals: Signals) => Promise<string>;
const LINK = '<https://api.example/v1?page=2>; rel="next"';
const REQUEST_HEADERS = { account: 'x-account', client: 'x-client', status: 'x-status' };

function routeBy<Request>(header: (request: Request, name: string) => string | null | undefined): SignalledRoute<Request> {
  return {
    migration: KEY,
    account: (request) => header(request, REQUEST_HEADERS.account),
    client: (request) => header(request, REQUEST_HEADERS.client),
    uses: (request) => header(request, 'x-new') == null,
  };
}

const SERVERS: Readonly<Record<string, Serve>> = {
  Express: async (signals) => {
    const app = express();
    app.use('/v1', signals.express<express.Request>(routeBy((request, name) => request.get(name))));
    app.get('/v1/things', (request, response) => {
      response
        .set('Link', LINK)
        .status(Number(request.get(REQUEST_HEADERS.status) ?? 200))
        .json({ ok: true });
    });
    return listen(createServer(app));
  },
  'node:http, with headers given at the last moment': async (signals) => {
    const middleware = signals.express(routeBy<IncomingMessage>(({ headers }, name) => headers[name] as string | undefined));
    const listener: RequestListener = (request, response) =>
      middleware(request, response, () => {
        response.writeHead(Number(request.headers[REQUEST_HEADERS.status] ?? 200), { Link: LINK, 'content-type': 'application/json' });
        response.end('{"ok":true}');
      });
    return listen(createServer(listener));
  },
  Fastify: async (signals) => {
    const app = fastify();
    app.addHook('onSend', signals.fastify(routeBy<FastifyRequest>(({ headers }, name) => headers[name] as string | undefined)));
    app.get('/v1/things', (request, reply) => {
      void reply.code(Number(request.headers[REQUEST_HEADERS.status] ?? 200)).header('link', LINK);
      return { ok: true };
    });
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    atEndOfFile(() => app.close());
    return url;
  },
  'a Fetch-style handler': async (signals) => {
    const handler = signals.fetch(
      ({ headers }, status: number) =>
        Response.json({ ok: true }, { status, headers: { link: LINK, 'x-seen': headers.get('x-account') ?? '' } }),
      routeBy(({ headers }, name) => headers.get(name)),
    );
    const answer = async (request: IncomingMessage, response: ServerResponse) => {
      const given = Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]);
      const asked = new Request(`http://host${request.url}`, { headers: given });
      const made = await handler(asked, Number(request.headers['x-status'] ?? 200));
      response.writeHead(made.status, Object.fromEntries(made.headers)).end(await made.text());
    };
    return listen(createServer((request, response) => void answer(request, response)));
  },
};

describe.each(Object.entries(SERVERS))('%s', (_name, serve) => {
  const get = async (url: string, headers: Record<string, string>) => {
    const response = await fetch(`${url}/v1/things`, { headers });
    expect(await response.json()).toEqual({ ok: true });
    return response;
  };
  const relationsOf = ({ headers }: Response) => LinkHeader.parse(headers.get('link')!).refs.map(({ rel }) => rel);

  test('tells accounts on the old behaviour until when, and reports them', async () => {
    const { reporter, told } = reporterTo(`${service.url}/graphql`);
    const asked: string[] = [];
    const signals = new Signals({
      ask: (migration, account) => (asked.push(migration), answers.get(account)),
      reporter,
      catalogueUrl: 'https://changes.example/migrations',
    });
    const url = await serve(signals);

    const old = await get(url, { 'x-account': 'old', 'x-client': 'shop' });
    const { gracePeriodStart, deadline } = answers.get('old')!;
    const seconds = Math.floor(new Date(gracePeriodStart!).getTime() / 1_000);
    expect(parseItem(old.headers.get('deprecation')!)[0]).toEqual(new Date(seconds * 1_000));
    expect(old.headers.get('sunset')).toBe(new Date(deadline!).toUTCString());
    expect(relationsOf(old)).toEqual(['next', 'deprecation', 'sunset']);
    expect(old.headers.get('link')).toContain(`<https://changes.example/migrations#${KEY}>; rel="sunset"`);
    expect(asked).toEqual([KEY]);

    // Signalled, but it used nothing.
    const failed = await get(url, { 'x-account': 'old', 'x-client': 'shop', 'x-status': '404' });
    expect([failed.status, failed.headers.get('deprecation')]).toEqual([404, `@${seconds}`]);
    for (const silent of [{ 'x-account': 'new' }, { 'x-account': 'old', 'x-new': '1' }, { 'x-account': 'unknown' }, {}]) {
      const response = await get(url, silent as Record<string, string>);
      expect([response.headers.get('deprecation'), response.headers.get('sunset')]).toEqual([null, null]);
      expect(relationsOf(response)).toEqual(['next']);
    }
    await get(url, { 'x-account': 'old', 'x-client': 'shop' });
    await get(url, { 'x-account': 'old' });
    await reporter.close();
    expect(told).toEqual([]);
    expect(await usesOf(service, KEY, 'old')).toEqual({ shop: 2, '': 1 });
    expect(await usesOf(service, KEY, 'new')).toEqual({});
  });

  test('answers as ever where signals fail, and says so once', async () => {
    const told: unknown[] = [];
    let broken = true;
    const fail = (): never => {
      throw new Error('The snapshot is away.');
    };
    const signals = new Signals({
      ask: (_, account) => (broken ? fail() : answers.get(account)),
      onError: (error) => told.push((error as Error).message),
    });
    const url = await serve(signals);
    for (let n = 0; n < 3; n++) expect((await get(url, { 'x-account': 'old' })).headers.get('deprecation')).toBeNull();
    expect(told).toEqual(['The snapshot is away.']);
    broken = false;
    expect((await get(url, { 'x-account': 'old' })).headers.get('deprecation')).not.toBeNull();
    broken = true;
    await get(url, { 'x-account': 'old' });
    expect(told).toHaveLength(2);
  });
});

test('what a Fetch-style handler cannot make anew, such as a redirect of the platform, is signalled all the same', async () => {
  const signals = new Signals({ ask: (_, account) => answers.get(account) });
  const route = { migration: KEY, account: () => 'old' };
  const redirect = await signals.fetch(() => Response.redirect('https://api.example/v2', 308), route)(new Request('http://host'));
  expect([redirect.status, redirect.headers.get('location')]).toEqual([308, 'https://api.example/v2']);
  expect(redirect.headers.get('sunset')).not.toBeNull();
  const error = Response.error();
  expect(await signals.fetch(() => error, route)(new Request('http://host'))).toBe(error);
});

test('a failure that nobody can be told of is a warning of the process, and no more', async () => {
  const fail = (): never => {
    throw new Error('Nobody can be told.');
  };
  const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
  const handler = new Signals({ ask: fail, onError: fail }).fetch(() => new Response('ok'), { migration: KEY, account: () => 'old' });
  expect(await (await handler(new Request('http://host'))).text()).toBe('ok');
  expect((await warned).message).toBe('Nobody can be told.');
});

/** In front of the API: does to each request what comes next, and passes the rest on. */
type Fault = 'LOSE_ANSWER' | 'ANSWER_NONSENSE' | 'ANSWER_503' | 'PASS';

async function startFaulty(faults: Fault[]): Promise<{ url: string; bodies: string[] }> {
  const bodies: string[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request);
    bodies.push(body);
    const fault = faults.shift() ?? 'PASS';
    if (fault === 'ANSWER_NONSENSE') return void response.writeHead(502).end('<h1>Bad gateway</h1>');
    if (fault === 'ANSWER_503') return void response.writeHead(503, { 'retry-after': '0' }).end('{}');
    const { authorization = '', 'content-type': type = '' } = request.headers;
    const passed = await fetch(`${service.url}/graphql`, { method: 'POST', body, headers: { authorization, 'content-type': type } });
    if (fault === 'LOSE_ANSWER') return void response.destroy();
    response.writeHead(passed.status, { 'content-type': 'application/json' }).end(await passed.text());
  };
  return { url: await listen(createServer((request, response) => void answer(request, response))), bodies };
}

describe('reports of uses', () => {
  test('are sent by themselves, gathered', async () => {
    const { url, bodies } = await startFaulty([]);
    const { reporter, told } = reporterTo(url, { flushAfterMs: 50 });
    for (let n = 0; n < 1_000; n++) reporter.record(KEY, 'old', `client ${n % 4}`);
    await expect.poll(() => usesOf(service, KEY, 'old')).toEqual(Object.fromEntries([0, 1, 2, 3].map((n) => [`client ${n}`, 250])));
    expect(bodies).toHaveLength(1);
    await reporter.close();
    expect(told).toEqual([]);
  });

  test('go out at once where there are many, in batches the service takes', async () => {
    const { url, bodies } = await startFaulty([]);
    const { reporter } = reporterTo(url, { flushAfterMs: 600_000 });
    for (let n = 0; n < 2_500; n++) reporter.record(KEY, 'old', `client ${n}`);
    await reporter.flush();
    await reporter.close();
    const sizes = bodies.map((body) => (JSON.parse(body) as { variables: { reports: unknown[] } }).variables.reports.length);
    expect(sizes).toEqual([1_000, 1_000, 500]);
    // The clients of a day beyond a thousand are the others.
    expect(Object.values(await usesOf(service, KEY, 'old')).reduce((sum, uses) => sum + uses)).toBe(2_500);
  });

  test('that got no answer come again under the same key, and count once', async () => {
    const { url, bodies } = await startFaulty(['LOSE_ANSWER', 'ANSWER_NONSENSE', 'ANSWER_503', 'PASS']);
    const { reporter, told } = reporterTo(url, { flushAfterMs: 10 });
    reporter.record(KEY, 'old', 'shop');
    await expect.poll(() => bodies.length).toBeGreaterThan(1);
    // Those of meanwhile do not change what is on its way.
    reporter.record(KEY, 'old', 'shop');
    await expect.poll(() => bodies.length).toBe(5);
    await reporter.close();
    expect(new Set(bodies.slice(0, 4)).size).toBe(1);
    expect(await usesOf(service, KEY, 'old')).toEqual({ shop: 2 });
    expect(told).toEqual([expect.stringContaining('cannot be reached. It is tried again.')]);
  });

  test('that come while those of before are tried again go out too', async () => {
    const { promise: tried, resolve: trying } = Promise.withResolvers<void>();
    const { promise: goOn, resolve: answer } = Promise.withResolvers<void>();
    let attempts = 0;
    const { reporter } = reporterTo(`${service.url}/graphql`, {
      flushAfterMs: 10,
      // The first time it cannot be had, the second it takes its time.
      token: async () => {
        if (++attempts === 1) throw new Error('No token.');
        trying();
        await goOn;
        return token;
      },
    });
    reporter.record(KEY, 'old', 'before');
    await tried;
    reporter.record(KEY, 'old', 'meanwhile');
    answer();
    await expect.poll(() => usesOf(service, KEY, 'old')).toEqual({ before: 1, meanwhile: 1 });
    await reporter.close();
  });

  test('wait in a bounded space while the service is away, and a stop waits no longer than it is told to', async () => {
    const { reporter, told } = reporterTo('http://127.0.0.1:9/graphql', { flushAfterMs: 10, maxKeys: 100 });
    for (let n = 0; n < 150; n++) reporter.record(KEY, 'old', `client ${n}`);
    await expect.poll(() => told.length).toBe(1);
    const before = performance.now();
    await reporter.close(300);
    expect(performance.now() - before).toBeLessThan(20_000);
    expect(told.at(-1)).toBe('Reports of old behaviour were not sent: 100 are lost, and 50 uses before.');
  });

  test('that make no sense keep no others back, and somebody is told', async () => {
    const { reporter, told } = reporterTo(`${service.url}/graphql`);
    reporter.record(KEY, 'nobody', '');
    reporter.record(KEY, 'nul\0', 'nul\0 and \u{D800}');
    reporter.record(KEY, 'old', `nul\0 and ${'long'.repeat(1_000)}`);
    await reporter.close();
    expect(told).toEqual([expect.stringMatching(/^2 reports of old behaviour were refused\. There is no account "n/)]);
    expect(Object.values(await usesOf(service, KEY, 'old'))).toEqual([1]);
  });

  test('are kept while their token does not count, and go out with the next', async () => {
    let current = 'gl_rt_wrong';
    const { reporter, told } = reporterTo(`${service.url}/graphql`, { token: () => current, flushAfterMs: 10 });
    onTestFinished(() => reporter.close());
    reporter.record(KEY, 'old');
    await expect.poll(() => told).toHaveLength(1);
    expect(told[0]).toContain('token');
    current = token;
    await expect.poll(() => usesOf(service, KEY, 'old')).toEqual({ '': 1 });
  });
});
