import 'reflect-metadata';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request as httpRequest } from 'node:http';
import { getIntrospectionQuery } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { SYSTEM } from '../../src/auth/actor.ts';
import { Budgets } from '../../src/http/budgets.ts';
import type { GraphqlServerOptions } from '../../src/graphql/server.ts';
import { SOCKET_BOUNDS, type SocketBounds } from '../../src/graphql/socket-limits.ts';
import { graphqlClient } from '../support/graphql-client.ts';
import { SampleService } from '../support/sample-service.ts';
import { refusalOf, startService, type TestService } from '../support/service.ts';

const service = SampleService.forThisFile();
const PAGE = '{ samples(first: 50) { edges { node { number } } } }';
const PAGE_COST = 60;

/** A server with other settings; it ends with the test. */
async function withServer(options: Partial<GraphqlServerOptions>, work: (url: string) => Promise<unknown>): Promise<void> {
  const { server, url } = await service.start(options);
  try {
    await work(url);
  } finally {
    await server.close(1_000);
  }
}

function metering(maxCost: number, points: number): Partial<GraphqlServerOptions> {
  const budgets = new Budgets({ key: points, runtime: points * 10, stranger: points });
  return { metering: { maxCost, budgets, addressOf: () => '198.51.100.7' } };
}

function post(url: string, query: string, token: string | null, headers: Record<string, string> = {}): Promise<Response> {
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
  return fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization, ...headers },
    body: JSON.stringify({ query }),
  });
}

/** What an answer says of the budget. */
const standing = (response: Response) => ({
  status: response.status,
  left: Number(/^"cost";r=(\d+);t=\d+$/.exec(response.headers.get('ratelimit') ?? '')?.[1]),
});

describe('cost', () => {
  test('is refused above the most one operation may cost, over HTTP and on sockets', async () => {
    await withServer(metering(PAGE_COST - 1, 1_000), async (url) => {
      const client = graphqlClient(url, service.operator.token);
      const refused = await refusalOf(client.request(PAGE), 'TOO_COSTLY');
      expect(refused).toMatchObject({ status: 400, extensions: { details: { cost: PAGE_COST, maxCost: PAGE_COST - 1 } } });
      expect(refused.message).toMatch(/costs 60 points.*may cost 59.*"first"/);
      await client.request('{ samples(first: 49) { edges { node { number } } } }');
    });
    await withServer(metering(9, 1_000), async (url) => {
      const messages = graphqlClient(url, service.operator.token).subscribe('subscription { ticks }');
      await expect(messages.next()).rejects.toMatchObject({ code: 'TOO_COSTLY', extensions: { details: { cost: 10, maxCost: 9 } } });
      await messages.close();
    });
  });
});

describe('the budget of a key', () => {
  test('is told with every answer, in the standard fields, and to pages of other origins', async () => {
    const options = { ...metering(100, 100), allowedOrigins: ['https://dashboard.example'] };
    await withServer(options, async (url) => {
      const first = await post(url, PAGE, service.operator.token, { origin: 'https://dashboard.example' });
      expect(first.headers.get('ratelimit-policy')).toBe('"cost";q=100;w=60');
      expect(first.headers.get('ratelimit')).toMatch(/^"cost";r=40;t=(60|59)$/);
      expect(first.headers.get('access-control-expose-headers')).toBe('x-request-id, ratelimit, ratelimit-policy, retry-after');
      expect(standing(await post(url, '{ nowhere }', service.operator.token))).toEqual({ status: 400, left: 39 });
    });
  });

  test('refuses what is too dear for what is left, and takes nothing for it but a point', async () => {
    await withServer(metering(100, 100), async (url) => {
      await post(url, PAGE, service.operator.token);
      const refused = await post(url, PAGE, service.operator.token);
      expect(standing(refused)).toEqual({ status: 429, left: 39 });
      const { errors } = (await refused.json()) as { errors: { message: string; extensions: unknown }[] };
      const seconds = Number(refused.headers.get('retry-after'));
      expect(seconds).toBeGreaterThan(55);
      expect(errors[0]).toMatchObject({
        message: `Of your 100 points a minute 39 are left and this costs ${PAGE_COST}. Try again in ${seconds} s, or ask for less at a time.`,
        extensions: { code: 'RATE_LIMITED', details: { retryAfterSeconds: seconds } },
      });
      expect((await post(url, '{ requestId }', service.operator.token)).status).toBe(200);
    });
  });

  test('ends before anything is read of the operation once it is used up, and that of another key goes on', async () => {
    const other = await service.newToken();
    await withServer(metering(100, 100), async (url) => {
      await Promise.all(Array.from({ length: 100 }, () => post(url, '{ nowhere }', service.operator.token)));
      const refused = await post(url, '{', service.operator.token);
      expect([standing(refused), refused.headers.get('www-authenticate')]).toEqual([{ status: 429, left: 0 }, null]);
      expect(standing(await post(url, PAGE, other.token))).toEqual({ status: 200, left: 40 });
    });
  });

  test('is the same on sockets', async () => {
    await withServer(metering(100, 100), async (url) => {
      expect(standing(await post(url, '{ samples(first: 81) { edges { node { number } } } }', service.operator.token)).left).toBe(9);
      const messages = graphqlClient(url, service.operator.token).subscribe('subscription { ticks }');
      await expect(messages.next()).rejects.toMatchObject({
        code: 'RATE_LIMITED',
        extensions: { details: { retryAfterSeconds: expect.any(Number) } },
      });
      await messages.close();
    });
  });

  test('is counted by address for strangers and for wrong tokens, which end a key’s use of it not', async () => {
    await withServer(metering(30, 30), async (url) => {
      const wrong = `gl_op_${'A'.repeat(43)}`;
      for (const status of [401, 401, 401, 429]) expect((await post(url, '{ requestId }', wrong)).status).toBe(status);
      expect((await post(url, '{ requestId }', null)).status).toBe(429);
      expect((await post(url, '{ requestId }', service.operator.token)).status).toBe(200);
      await expect(graphqlClient(url, wrong).subscribe('subscription { ticks }').closed).resolves.toMatchObject({ code: 4429 });
    });
  });

  test('is larger for runtimes, and shared with plain HTTP', async () => {
    const settings = { MAX_QUERY_COST: '40', RATE_LIMIT_POINTS: '40', RATE_LIMIT_RUNTIME_POINTS: '400' };
    const { url, house, ...started } = await startService('2016-04-01T09:00:00.000Z', settings);
    const runtime = await started.clientOf({ role: 'RUNTIME', subject: 'edge' });
    for (let i = 0; i < 10; i++) await runtime.request('{ migrations { edges { node { key } } } }');
    const { token } = await house.tokens.createToken(SYSTEM, {
      name: 't',
      role: 'OPERATOR',
      subject: 'oskar@platform.example',
    });
    const profile = () => fetch(`${url}/api/v2/users/nobody`, { headers: { authorization: `Bearer ${token}` } });
    expect((await post(url, '{ migrations { edges { node { key } } } }', token)).status).toBe(200);
    expect((await profile()).status).toBe(404);
    const refused = await profile();
    expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true]);
  });
});

describe('the budget of an address', () => {
  const wrong = `gl_op_${'A'.repeat(43)}`;
  let proxied: TestService;
  beforeAll(async () => {
    const settings = { MAX_QUERY_COST: '30', RATE_LIMIT_ANONYMOUS_POINTS: '30', TRUSTED_PROXIES: '127.0.0.0/8' };
    proxied = await startService('2016-04-01T09:00:00.000Z', settings);
  });
  const ask = (client: string, path: string, init: Omit<RequestInit, 'headers'> & { headers: Record<string, string> }) =>
    fetch(proxied.url + path, { ...init, headers: { 'x-forwarded-for': client, ...init.headers } });

  test.each([
    ['/events.ndjson', '192.0.2.1', { authorization: `Bearer ${wrong}` }, 401],
    ['/api/v2/users/x', '192.0.2.2', { authorization: `Bearer ${wrong}` }, 401],
    ['/migrations/x/accounts.csv', '192.0.2.3', { authorization: `Bearer ${wrong}` }, 401],
    ['/flags/v1/snapshot', '192.0.2.4', { authorization: `Bearer ${wrong}` }, 401],
    ['/session', '192.0.2.5', { cookie: `graceline_session=${'A'.repeat(43)}` }, 200],
  ])('pays for what does not count at %s, whatever proxy it comes by', async (path, client, headers, status) => {
    for (const expected of [status, status, status, 429]) expect((await ask(client, path, { headers })).status).toBe(expected);
    expect(Number((await ask(client, path, { headers })).headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await ask(client.replace('192.0.2', '198.51.100'), path, { headers })).status).toBe(status);
  });

  test('counts failures to sign in, of an IPv6 network as one', async () => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token: wrong }) };
    const signIn = async (client: string) => (await ask(client, '/session', init)).status;
    const attempts = await Promise.all(Array.from({ length: 31 }, (_, i) => signIn(`2001:db8::${i + 1}`)));
    expect(attempts.filter((status) => status === 429)).toHaveLength(1);
    expect([await signIn('2001:db8::ffff'), await signIn('2001:db8:0:1::1')]).toEqual([429, 401]);
  });
});

describe('strangers', () => {
  const misspelt = [
    '{ whoAmY }',
    '{ samples(frist: 1) { edges { cursor } } }',
    'query ($a: Sampel) { date(date: $a) }',
    '{ sample { ...F } } fragment F on Sampl { number }',
  ];

  test.each(misspelt)('get no hint at what is there: %s', async (query) => {
    await withServer({ introspection: false }, async (url) => {
      const { errors } = (await (await post(url, query, service.operator.token)).json()) as { errors: { message: string }[] };
      expect(JSON.stringify(errors)).not.toContain('Did you mean');
      const messages = graphqlClient(url, service.operator.token).subscribe(query);
      await expect(messages.next()).rejects.toMatchObject({ message: expect.not.stringContaining('Did you mean') });
      await messages.close();
    });
    const { errors } = (await (await post(service.url, query, service.operator.token)).json()) as { errors: { message: string }[] };
    expect(JSON.stringify(errors)).toContain('Did you mean');
  });

  test.each([
    [{}, true],
    [{ INTROSPECTION: 'off' }, false],
    [{ NODE_ENV: 'production' }, false],
    [{ NODE_ENV: 'production', INTROSPECTION: 'on' }, true],
  ])('with %j the schema is told: %s', async (settings, told) => {
    const { operator } = await startService('2016-04-01T09:00:00.000Z', settings);
    const asked = operator.request(getIntrospectionQuery());
    if (told) await expect(asked).resolves.toHaveProperty('__schema');
    else await refusalOf(asked, 'GRAPHQL_VALIDATION_FAILED');
    const { message } = await refusalOf(operator.request('{ migratons { edges { cursor } } }'), 'GRAPHQL_VALIDATION_FAILED');
    expect(message.includes('Did you mean')).toBe(told);
  });

  test.each([
    ['a form', 'application/x-www-form-urlencoded', 'query=mutation%7Bnothing%7D', 415],
    ['a text', 'text/plain', '{"query":"mutation { nothing }"}', 415],
    ['a batch', 'application/json', '[{"query":"{ __typename }"},{"query":"{ __typename }"}]', 400],
  ])('%s is refused', async (_, type, body, status) => {
    const response = await fetch(`${service.url}/graphql`, { method: 'POST', headers: { 'content-type': type }, body });
    expect(response.status).toBe(status);
  });
});

describe('a body nobody wants', () => {
  test('is read away where it is short, so that its connection serves the next', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports: (number | undefined)[] = [];
    for (const status of [415, 415]) {
      const request = httpRequest(`${service.url}/graphql`, { method: 'POST', agent, headers: { 'content-type': 'text/plain' } });
      request.end('x'.repeat(10_000));
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      expect(response.statusCode).toBe(status);
      ports.push(request.socket!.localPort);
      await once(response.resume(), 'end');
    }
    expect(ports[0]).toBe(ports[1]);
    agent.destroy();
  });
});

describe('sockets', () => {
  const bounded = (bounds: Partial<SocketBounds>, work: (url: string) => Promise<unknown>) =>
    withServer({ sockets: { ...SOCKET_BOUNDS, ...bounds } }, work);

  /** Opens one; gives the status of a refusal with when to come again. */
  const open = async (url: string) => {
    const socket = new WebSocket(`${url}/graphql`, 'graphql-transport-ws', {
      headers: { authorization: `Bearer ${service.operator.token}` },
    });
    const refused = new Promise<string>((resolve) => {
      socket.once('unexpected-response', (_, { statusCode, headers }) => resolve(`${statusCode} ${headers['retry-after']}`));
      socket.on('error', () => undefined);
    });
    return { socket, outcome: await Promise.race([refused, once(socket, 'open').then(() => 'open')]) };
  };
  const introduce = async (socket: WebSocket) => {
    const answer = once(socket, 'message');
    const closed = once(socket, 'close') as Promise<[number, Buffer]>;
    socket.send('{"type":"connection_init"}');
    return Promise.race([answer.then(() => 'ack'), closed.then(([code, reason]) => `${code} ${reason.toString()}`)]);
  };

  test('are as many as a process takes, and one that is gone makes room', async () => {
    await bounded({ sockets: 2 }, async (url) => {
      const [first, second, third] = [await open(url), await open(url), await open(url)];
      expect([first.outcome, second.outcome, third.outcome]).toEqual(['open', 'open', '503 5']);
      const gone = once(first.socket, 'close');
      first.socket.close();
      await gone;
      await expect.poll(async () => (await open(url)).outcome).toBe('open');
      second.socket.close();
    });
  });

  test.each([
    ['in all', { waiting: 1 }, '503 3'],
    ['from one address', { waitingPerAddress: 1 }, '429 3'],
  ])('that have not introduced themselves are few %s', async (_, bounds, refusal) => {
    await bounded(bounds, async (url) => {
      const { socket } = await open(url);
      expect((await open(url)).outcome).toBe(refusal);
      expect(await introduce(socket)).toBe('ack');
      expect((await open(url)).outcome).toBe('open');
    });
  });

  test('of one key are at most half of all', async () => {
    await bounded({ sockets: 2 }, async (url) => {
      expect(await introduce((await open(url)).socket)).toBe('ack');
      expect(await introduce((await open(url)).socket)).toMatch(/^4429 This token holds too many/);
    });
  });

  test('of one key are not counted any more where they close before it is known whose they are', async () => {
    const asked = Promise.withResolvers<void>();
    const known = Promise.withResolvers<void>();
    const authenticate = async (authorization: string | undefined) => {
      asked.resolve();
      await known.promise;
      return service.tokens.authenticate(authorization);
    };
    await withServer({ sockets: { ...SOCKET_BOUNDS, sockets: 2 }, authenticate }, async (url) => {
      const closed = () => service.logged.filter(({ msg }) => msg === 'socket closed').length;
      const before = closed();
      const { socket } = await open(url);
      socket.send('{"type":"connection_init"}');
      await asked.promise;
      socket.terminate();
      await expect.poll(closed).toBe(before + 1);
      known.resolve();
      expect(await introduce((await open(url)).socket)).toBe('ack');
    });
  });

  test('start a burst of operations; who goes on is told so, and whoever does not listen is closed', async () => {
    const { socket } = await open(service.url);
    await introduce(socket);
    const codes: string[] = [];
    socket.on('message', (data: Buffer) => {
      const [, code] = /"code":"(\w+)"/.exec(data.toString()) ?? [];
      if (code) codes.push(code);
    });
    const start = (count: number) => {
      for (let id = 0; id < count; id++)
        socket.send(JSON.stringify({ id: `${count} ${id}`, type: 'subscribe', payload: { query: 'subscription { refused }' } }));
    };
    start(68);
    await expect.poll(() => codes.length).toBe(68);
    // Fifty begin, ten more are above what a socket takes at once.
    expect(codes.filter((code) => code !== 'RATE_LIMITED').length).toBeGreaterThanOrEqual(60);
    expect(codes).toContain('RATE_LIMITED');
    const closed = once(socket, 'close') as Promise<[number, Buffer]>;
    start(200);
    const [code, reason] = await closed;
    expect([code, reason.toString()]).toEqual([4429, expect.stringContaining('start fewer at a time')]);
  });

  test('that give an id twice are told so, however long it is', async () => {
    const { socket } = await open(service.url);
    await introduce(socket);
    const closed = once(socket, 'close') as Promise<[number, Buffer]>;
    const message = JSON.stringify({ id: 'ü'.repeat(100), type: 'subscribe', payload: { query: 'subscription { ticks }' } });
    for (const each of [message, message]) socket.send(each);
    const [code, reason] = await closed;
    expect([code, reason.toString()]).toEqual([4409, expect.stringMatching(/^Subscriber for ü+$/)]);
  });

  test('answer pings', async () => {
    const { socket } = await open(service.url);
    const pong = once(socket, 'pong') as Promise<[Buffer]>;
    socket.ping('hello');
    expect((await pong)[0].toString()).toBe('hello');
    socket.close();
  });
});
