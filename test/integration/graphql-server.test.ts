import 'reflect-metadata';
import { EventEmitter } from 'node:events';
import { request as httpRequest } from 'node:http';
import { createConnection } from 'node:net';
import { getIntrospectionQuery } from 'graphql';
import { pino } from 'pino';
import { Arg, Args, Ctx, Field, Int, Mutation, ObjectType, Query, Resolver, Root, Subscription } from 'type-graphql';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { SYSTEM } from '../../src/auth/actor.ts';
import { TokensService } from '../../src/auth/tokens.service.ts';
import { systemClock } from '../../src/clock.ts';
import { Database } from '../../src/db/database.ts';
import { GracelineError } from '../../src/errors.ts';
import { Wake } from '../../src/events/wake.ts';
import { Connection, type ConnectionOf, PageArgs, toConnection } from '../../src/graphql/connection.ts';
import { type Context, contextFactory, requireActor } from '../../src/graphql/context.ts';
import { DateTime, JSONObject, PartialDate } from '../../src/graphql/scalars.ts';
import { buildGraphqlSchema, printSchemaSorted } from '../../src/graphql/schema.ts';
import { createGraphqlServer, type GraphqlServerOptions } from '../../src/graphql/server.ts';
import { createSource } from '../../src/graphql/source.ts';
import { createHttpServer, type HttpServer, type HttpServerOptions } from '../../src/http.ts';
import { cloneDatabase } from '../support/database.ts';
import { ApiError, graphqlClient } from '../support/graphql-client.ts';

@ObjectType('Sample', { description: 'A thing to list.', simpleResolvers: true })
class SampleType {
  @Field(() => Int, { description: 'Its number.' })
  number!: number;

  @Field(() => DateTime, { description: 'When it was made.' })
  at!: Date;

  @Field(() => SampleType, { nullable: true, description: 'Itself again.' })
  self?: SampleType;
}

const SampleConnection = Connection(SampleType);
const bus = new EventEmitter().setMaxListeners(0);
/** What the query `slow` waits for. */
let gate = Promise.withResolvers<string>();
const SECRET = 'password=hunter2';

@Resolver()
class SampleResolver {
  @Query(() => String, { description: 'The subject of the caller.' })
  whoAmI(@Ctx() context: Context): string {
    return requireActor(context).subject;
  }

  @Query(() => String, { description: 'Public.' })
  requestId(@Ctx() { requestId }: Context): string {
    return requestId;
  }

  @Query(() => SampleConnection, { description: 'A list.' })
  samples(@Args(() => PageArgs) { page }: PageArgs): ConnectionOf<SampleType> {
    const edges = [1, 2].map((number) => ({ cursor: `c${number}`, node: number }));
    return toConnection({ edges, hasNextPage: page.after === null && page.first === 2 }, (number) => ({ number, at: new Date(number) }));
  }

  @Query(() => SampleType, { description: 'Goes as deep as one likes.' })
  sample(): SampleType {
    const sample: SampleType = { number: 1, at: new Date(0) };
    return Object.assign(sample, { self: sample });
  }

  @Query(() => PartialDate, { description: 'The date given.' })
  date(@Arg('date', () => PartialDate, { description: 'Any.' }) date: string): string {
    return date;
  }

  @Query(() => JSONObject, { description: 'The object given.' })
  object(@Arg('object', () => JSONObject, { description: 'Any.' }) object: Record<string, unknown>): Record<string, unknown> {
    return object;
  }

  @Query(() => String, { description: 'Waits.' })
  slow(): Promise<string> {
    bus.emit('slow');
    return gate.promise;
  }

  @Query(() => String, { nullable: true, description: 'Fails by a defect.' })
  broken(): string {
    throw new TypeError(`cannot read ${SECRET}`);
  }

  @Query(() => Int, { description: 'Gives what its type does not allow.' })
  mistyped(): string {
    return SECRET;
  }

  @Query(() => String, { description: 'Fails as expected.' })
  taken(): string {
    throw new GracelineError('KEY_TAKEN', 'Choose another key.', { key: 'k' });
  }

  @Mutation(() => Boolean, { description: 'Does nothing.' })
  nothing(): boolean {
    return true;
  }

  @Subscription(() => Int, {
    description: 'Counts.',
    subscribe: ({ context }: { context: Context }) => {
      requireActor(context);
      return createSource<number>((push) => {
        bus.on('tick', push).emit('subscribed');
        return () => bus.off('tick', push);
      });
    },
  })
  ticks(@Root() tick: number): number {
    if (tick < 0) throw new Error(SECRET);
    return tick;
  }

  @Subscription(() => Int, {
    description: 'Refused.',
    subscribe: () => {
      throw new GracelineError('NOT_FOUND', 'There is no such thing.');
    },
  })
  refused(): number {
    return 0;
  }
}

const schema = buildGraphqlSchema([SampleResolver]);
const logged: Record<string, unknown>[] = [];
const logger = pino({ level: 'debug' }, { write: (line: string) => logged.push(JSON.parse(line) as Record<string, unknown>) });
let db: Database;
let tokens: TokensService;
let server: HttpServer;
let url: string;
let operator: { id: string; token: string };
let missing: string[] = [];

beforeAll(async () => {
  db = await Database.connect(await cloneDatabase(), 4);
  tokens = new TokensService(db, new Wake(db, logger), systemClock);
  operator = await newToken();
  ({ server, url } = await start());
});
afterAll(async () => {
  await server.close(2_000);
  await db.close();
});
afterEach(() => {
  gate = Promise.withResolvers();
  missing = [];
});

const newToken = () => tokens.createToken(SYSTEM, { name: 't', role: 'OPERATOR', subject: 'olga@platform.example' });

async function start(graphqlOptions: Partial<GraphqlServerOptions> = {}, httpOptions: Partial<HttpServerOptions> = {}) {
  const graphql = await createGraphqlServer({
    schema,
    authenticate: (authorization) => tokens.authenticate(authorization),
    createContext: contextFactory({ tokens } as Context['services']),
    logger,
    introspection: true,
    landingPage: true,
    recheckEveryMs: 100,
    ...graphqlOptions,
  });
  const routes = {
    '/migrations': () => ({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: '<p>Migrations' }),
    '/defect': () => {
      throw new Error(SECRET);
    },
  };
  const started = createHttpServer({ graphql, routes, ready: async () => missing, logger, ...httpOptions });
  const port = await started.listen('127.0.0.1', 0);
  return { server: started, url: `http://127.0.0.1:${port}`, port };
}

const post = (body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

interface Failed {
  data?: unknown;
  errors: { message: string; path?: unknown; extensions: Record<string, unknown> & { code: string } }[];
}
const errorOf = async (response: Response) => ((await response.json()) as Failed).errors[0]!;

describe('the schema', () => {
  test('has a description on each type, field and argument of connections and scalars', () => {
    const printed = printSchemaSorted(schema);
    const undescribed = printed
      .split('\n')
      .filter((line, i, lines) => /^( {2}(\w+(\(.*)?: )|(type|scalar) )/.test(line) && !lines[i - 1]!.trimEnd().endsWith('"""'));
    expect(undescribed).toEqual([]);
    expect(printed).toContain('type SampleConnection {');
    expect(printed).toMatch(/first: Int! = 20/);
    expect(printed).not.toContain('DateTimeISO');
  });

  test('lists are Relay connections', async () => {
    const query =
      'query ($first: Int! = 20, $after: String) { samples(first: $first, after: $after) { edges { cursor node { number at } } pageInfo { hasNextPage endCursor } } }';
    const edges = [1, 2].map((number) => ({ cursor: `c${number}`, node: { number, at: `1970-01-01T00:00:00.00${number}Z` } }));
    await expect(graphqlClient(url).request(query, { first: 2 })).resolves.toEqual({
      samples: { edges, pageInfo: { hasNextPage: true, endCursor: 'c2' } },
    });
    await expect(graphqlClient(url).request(query, { after: 'c2' })).resolves.toMatchObject({
      samples: { pageInfo: { hasNextPage: false } },
    });
  });

  test('dates may be partial, and wrong ones are answered with examples', async () => {
    const client = graphqlClient(url);
    await expect(client.request('{ date(date: "2016-06-XX") }')).resolves.toEqual({ date: '2016-06' });
    await expect(client.request('query ($d: PartialDate!) { date(date: $d) }', { d: 'tbd' })).resolves.toEqual({ date: 'TBD' });
    const wrong = { code: 'INVALID_DATE', message: expect.stringContaining('2016-06-20') };
    await expect(client.request('{ date(date: "2016-13") }')).rejects.toMatchObject(wrong);
    await expect(client.request('{ date(date: 2016) }')).rejects.toMatchObject(wrong);
    await expect(client.request('query ($d: PartialDate!) { date(date: $d) }', { d: '31.6.2016' })).rejects.toMatchObject(wrong);
    await expect(client.request('query ($d: PartialDate!) { date(date: $d) }', { d: 5 })).rejects.toMatchObject(wrong);
  });
});

describe('over HTTP', () => {
  test('a request without a token goes on without an actor; one with a wrong token is refused with 401', async () => {
    await expect(graphqlClient(url, operator.token).request('{ whoAmI }')).resolves.toEqual({ whoAmI: 'olga@platform.example' });
    await expect(graphqlClient(url).request('{ whoAmI }')).rejects.toMatchObject({ code: 'UNAUTHENTICATED', status: 200 });
    const response = await post({ query: '{ requestId }' }, { authorization: `Bearer gl_op_${'A'.repeat(43)}` });
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(await errorOf(response)).toMatchObject({ message: expect.stringContaining('unknown'), extensions: { code: 'UNAUTHENTICATED' } });
  });

  test('a revoked token is refused at its next request', async () => {
    const { id, token } = await newToken();
    await graphqlClient(url, token).request('{ whoAmI }');
    await tokens.revokeToken(SYSTEM, id);
    await expect(graphqlClient(url, token).request('{ whoAmI }')).rejects.toMatchObject({ code: 'UNAUTHENTICATED', status: 401 });
  });

  test('a sane request id is taken over, another replaced, and one line logged without token or body', async () => {
    const sane = await post(
      { query: 'query Mine($object: JSONObject!) { object(object: $object) }', variables: { object: { SECRET } } },
      { 'x-request-id': 'req-1', authorization: `Bearer ${operator.token}` },
    );
    expect(sane.headers.get('x-request-id')).toBe('req-1');
    const odd = await post({ query: '{ requestId }' }, { 'x-request-id': 'a b'.repeat(100) });
    const { data } = (await odd.json()) as { data: { requestId: string } };
    expect(odd.headers.get('x-request-id')).toBe(data.requestId);
    expect(data.requestId).toMatch(/^[0-9a-f-]{36}$/);
    const lines = logged.filter(({ requestId }) => requestId === 'req-1');
    expect(lines).toMatchObject([
      { msg: 'request', level: 30, method: 'POST', path: '/graphql', operation: 'Mine', status: 200, ms: expect.any(Number) },
    ]);
    expect(JSON.stringify(logged)).not.toContain(operator.token.slice(12));
    expect(JSON.stringify(lines)).not.toContain(SECRET);
  });

  test('GET runs queries and HEAD asks without a body, both only from callers a browser checks first', async () => {
    const address = `${url}/graphql?query=${encodeURIComponent('{ __typename }')}`;
    const asked = { 'apollo-require-preflight': '1' };
    expect(await (await fetch(address, { headers: asked })).json()).toEqual({ data: { __typename: 'Query' } });
    const head = await fetch(address, { method: 'HEAD', headers: asked });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const simple = await fetch(address);
    expect([simple.status, (await errorOf(simple)).extensions.code]).toEqual([400, 'BAD_REQUEST']);
    const mutation = await fetch(`${url}/graphql?query=${encodeURIComponent('mutation { nothing }')}`, { headers: asked });
    expect(mutation.status).toBe(405);
    expect(await (await fetch(`${url}/graphql`, { headers: { accept: 'text/html' } })).text()).toContain('GraphQL address');
  });

  test.each([
    ['text/plain', 415],
    ['application/x-www-form-urlencoded', 415],
    ['multipart/form-data; boundary=x', 415],
    ['application/json; charset=latin1', 415],
    ['application/json;charset=UTF-8', 200],
  ])('a POST of %s is answered with %i', async (type, status) => {
    const response = await post({ query: 'mutation { nothing }' }, { 'content-type': type });
    expect(response.status).toBe(status);
    if (status !== 200) expect((await errorOf(response)).extensions.code).toBe('BAD_REQUEST');
  });

  test.each(['', '{', '[]', '[{"query":"{ __typename }"}]', '{"query":5}', '{"query":"{ __typename }","variables":"x"}', '"x"', 'null'])(
    'the body %j is refused',
    async (body) => {
      const response = await post(body);
      expect(response.status).toBe(400);
      expect((await errorOf(response)).extensions.code).toBe('BAD_REQUEST');
    },
  );

  test('other methods are refused, and OPTIONS tells which there are', async () => {
    const put = await fetch(`${url}/graphql`, { method: 'PUT', body: '{}' });
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST, OPTIONS']);
    const options = await fetch(`${url}/graphql`, { method: 'OPTIONS', headers: { origin: 'https://evil.example' } });
    expect([options.status, options.headers.get('allow'), options.headers.get('access-control-allow-origin')]).toEqual([
      204,
      'GET, HEAD, POST, OPTIONS',
      null,
    ]);
  });

  test('only configured origins may call from a browser', async () => {
    const other = await start({ allowedOrigins: ['https://dashboard.example'] });
    const allowed = async (origin: string) =>
      (await fetch(`${other.url}/graphql`, { method: 'OPTIONS', headers: { origin } })).headers.get('access-control-allow-origin');
    expect(await allowed('https://dashboard.example')).toBe('https://dashboard.example');
    expect(await allowed('https://evil.example')).toBeNull();
    await other.server.close(1_000);
  });

  test('a body above a mebibyte is refused, with or without a length told before', async () => {
    const large = JSON.stringify({ query: '{ __typename }', variables: { x: 'x'.repeat(2 ** 20) } });
    const told = await post(large);
    expect([told.status, (await errorOf(told)).extensions.code]).toEqual([413, 'TOO_LARGE']);
    const status = await new Promise((resolve, reject) => {
      const request = httpRequest(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' } }, (response) =>
        resolve(response.resume().statusCode),
      );
      request.on('error', reject);
      for (let at = 0; at < large.length; at += 65_536) request.write(large.slice(at, at + 65_536));
      request.end();
    });
    expect(status).toBe(413);
  });

  test('a subscription is sent to the socket', async () => {
    await expect(graphqlClient(url, operator.token).request('subscription { ticks }')).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      status: 400,
      message: expect.stringContaining('WebSocket'),
    });
  });

  test('the schema is told where that is on, and not where it is off', async () => {
    await expect(graphqlClient(url).request(getIntrospectionQuery())).resolves.toHaveProperty('__schema');
    const closed = await start({ introspection: false });
    await expect(graphqlClient(closed.url).request(getIntrospectionQuery())).rejects.toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED' });
    await closed.server.close(1_000);
  });
});

const doubling = Array.from(
  { length: 30 },
  (_, i) => `fragment F${i} on Sample { a: self { ...F${i + 1} } b: self { ...F${i + 1} } }`,
).join(' ');
const BOMBS = [
  ['a token bomb', `{ ${'x '.repeat(200_000)} }`, 'GRAPHQL_PARSE_FAILED'],
  ['depth', `{ sample ${'{ self '.repeat(20)} { number } ${'}'.repeat(20)} }`, 'GRAPHQL_VALIDATION_FAILED'],
  ['aliases at the root', `{ ${Array.from({ length: 300 }, (_, i) => `a${i}: requestId`).join(' ')} }`, 'GRAPHQL_VALIDATION_FAILED'],
  [
    'aliases at the root in fragments',
    `{ ${'...F '.repeat(10)} } fragment F on Query { a: requestId b: requestId c: requestId }`,
    'GRAPHQL_VALIDATION_FAILED',
  ],
  ['fragments that double each other', `{ sample { ...F0 } } ${doubling} fragment F30 on Sample { number }`, 'GRAPHQL_VALIDATION_FAILED'],
  ['a fragment inside itself', '{ sample { ...F } } fragment F on Sample { self { ...F } }', 'GRAPHQL_VALIDATION_FAILED'],
] as const;

describe('what asks for too much is refused within moments', () => {
  test.each(BOMBS)('over HTTP: %s', async (_, query, code) => {
    const started = performance.now();
    await expect(graphqlClient(url, operator.token).request(query)).rejects.toMatchObject({ code, status: 400 });
    expect(performance.now() - started).toBeLessThan(500);
  });

  test.each(BOMBS.filter(([, query]) => query.length < 60_000))('over a socket: %s', async (_, query, code) => {
    const messages = graphqlClient(url, operator.token).subscribe(query);
    await expect(messages.next()).rejects.toMatchObject({ code });
    await messages.close();
  });

  test('over a socket: a message that is too long', async () => {
    const messages = graphqlClient(url, operator.token).subscribe(`subscription { ticks } # ${'x'.repeat(70_000)}`);
    await expect(messages.closed).resolves.toMatchObject({ code: 1009 });
  });
});

describe('errors', () => {
  test('expected ones keep code, message and details', async () => {
    await expect(graphqlClient(url).request('{ taken }')).rejects.toMatchObject({
      code: 'KEY_TAKEN',
      message: 'KEY_TAKEN: Choose another key.',
      extensions: { details: { key: 'k' } },
    });
  });

  test.each([
    ['{ nowhere }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['{', {}, 'GRAPHQL_PARSE_FAILED'],
    ['query A { taken } query B { taken }', {}, 'OPERATION_RESOLUTION_FAILURE'],
    ['query ($first: Int!) { samples(first: $first) { edges { cursor } } }', { first: 'x' }, 'BAD_USER_INPUT'],
    ['query ($first: Int = 1) { samples(first: $first) { edges { cursor } } }', { first: null }, 'BAD_USER_INPUT'],
  ])('mistakes in a request keep their code: %s', async (query, variables, code) => {
    await expect(graphqlClient(url).request(query, variables)).rejects.toMatchObject({ code });
  });

  test.each(['broken', 'mistyped'])('a defect is masked, with an id that the log has too: %s', async (field) => {
    const response = await post({ query: `{ ${field} }` }, { 'x-request-id': `defect-${field}` });
    const text = await response.text();
    expect(text).not.toMatch(/hunter2|TypeError|\.ts|stack/);
    const { extensions, path } = (JSON.parse(text) as Failed).errors[0]!;
    expect(extensions).toEqual({ code: 'INTERNAL', id: expect.any(String) });
    expect(path).toEqual([field]);
    expect(logged.filter(({ errorId }) => errorId === extensions['id'])).toMatchObject([
      { level: 50, requestId: `defect-${field}`, err: { message: expect.stringContaining('hunter2'), stack: expect.any(String) } },
    ]);
  });

  test('over sockets they are the same, and the next event still comes', async () => {
    const messages = await subscribeToTicks(operator.token);
    bus.emit('tick', -1);
    const error = await messages.next().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'INTERNAL', extensions: { id: expect.any(String) } });
    expect((error as ApiError).message).not.toContain(SECRET);
    bus.emit('tick', 7);
    await expect(messages.waitFor(() => true)).resolves.toEqual({ ticks: 7 });
    await messages.close();
  });
});

/** Subscribes to the ticks, and resolves once the source of them runs. */
async function subscribeToTicks(token: string, to = url) {
  const running = new Promise((resolve) => bus.once('subscribed', resolve));
  const messages = graphqlClient(to, token).subscribe<{ ticks: number }, never>('subscription { ticks }');
  await running;
  return messages;
}

describe('over a socket', () => {
  test('events come in order, and the source ends with the subscription', async () => {
    const messages = await subscribeToTicks(operator.token);
    for (const tick of [1, 2, 3]) bus.emit('tick', tick);
    expect([await messages.next(), await messages.next(), await messages.next()]).toEqual([{ ticks: 1 }, { ticks: 2 }, { ticks: 3 }]);
    await messages.close();
    await expect.poll(() => bus.listenerCount('tick')).toBe(0);
  });

  test.each([
    ['no token', undefined],
    ['an unknown one', `gl_op_${'A'.repeat(43)}`],
    ['one of the wrong form', 'x'],
  ])('%s is refused with 4403', async (_, token) => {
    const messages = graphqlClient(url, token).subscribe('subscription { ticks }');
    await expect(messages.closed).resolves.toMatchObject({ code: 4403, reason: expect.stringContaining('oken') });
  });

  test.each(['query', 'mutation'])('a %s is refused', async (operation) => {
    const messages = graphqlClient(url, operator.token).subscribe(operation === 'query' ? '{ whoAmI }' : 'mutation { nothing }');
    await expect(messages.next()).rejects.toMatchObject({ code: 'BAD_REQUEST', message: expect.stringContaining('subscriptions only') });
    await messages.close();
  });

  test('a subscription that cannot start says why', async () => {
    const messages = graphqlClient(url, operator.token).subscribe('subscription { refused }');
    await expect(messages.next()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await messages.close();
  });

  test('the token may come in the header of the handshake', async () => {
    const socket = new WebSocket(`${url}/graphql`, 'graphql-transport-ws', { headers: { authorization: `Bearer ${operator.token}` } });
    const answer = new Promise((resolve) => socket.once('message', (data: Buffer) => resolve(JSON.parse(data.toString()))));
    socket.once('open', () => socket.send('{"type":"connection_init"}'));
    await expect(answer).resolves.toEqual({ type: 'connection_ack' });
    socket.close();
  });

  test.each([
    ['another protocol', 'graphql-ws', {}, 4406],
    ['a page of another site', 'graphql-transport-ws', { origin: 'https://evil.example' }, 403],
  ])('%s is refused', async (_, protocol, headers, code) => {
    const socket = new WebSocket(`${url}/graphql`, protocol, { headers });
    const end = new Promise((resolve) => {
      socket.once('unexpected-response', (_request, response) => resolve(response.statusCode));
      socket.once('close', resolve);
      socket.once('error', () => resolve(code));
    });
    await expect(end).resolves.toBe(code);
  });

  test('a subscriber that reads too slowly is told so, and does not hold memory', async () => {
    const source = createSource<number>((push) => {
      for (let tick = 0; tick < 2_000; tick++) push(tick);
      return () => undefined;
    });
    await expect(source.next()).rejects.toMatchObject({ code: 'TOO_LARGE' });
    await expect(source.next()).resolves.toEqual({ value: undefined, done: true });
  });

  test('a socket takes 50 subscriptions at once', async () => {
    const socket = new WebSocket(`${url}/graphql`, 'graphql-transport-ws', { headers: { authorization: `Bearer ${operator.token}` } });
    const refused = new Promise<unknown>((resolve) =>
      socket.on('message', (data: Buffer) => {
        const message = JSON.parse(data.toString()) as { type: string };
        if (message.type === 'error') resolve(message);
        if (message.type !== 'connection_ack') return;
        for (let id = 1; id <= 51; id++)
          socket.send(JSON.stringify({ id: String(id), type: 'subscribe', payload: { query: 'subscription { ticks }' } }));
      }),
    );
    socket.once('open', () => socket.send('{"type":"connection_init"}'));
    await expect(refused).resolves.toMatchObject({ id: '51', payload: [{ extensions: { code: 'TOO_LARGE' } }] });
    socket.close();
    await expect.poll(() => bus.listenerCount('tick')).toBe(0);
  });

  test('a revoked token closes its sockets with 4403, and those of others stay', async () => {
    const { id, token } = await newToken();
    const [revoked, kept] = [await subscribeToTicks(token), await subscribeToTicks(operator.token)];
    const started = performance.now();
    await tokens.revokeToken(SYSTEM, id);
    await expect(revoked.closed).resolves.toMatchObject({ code: 4403, reason: expect.stringContaining('revoked') });
    expect(performance.now() - started).toBeLessThan(5_000);
    bus.emit('tick', 5);
    await expect(kept.next()).resolves.toEqual({ ticks: 5 });
    await kept.close();
  });

  test('where tokens cannot be checked again, sockets stay', async () => {
    let failing = false;
    const asked = Promise.withResolvers<void>();
    const authenticate = (authorization: string | undefined) => {
      if (!failing) return tokens.authenticate(authorization);
      asked.resolve();
      return Promise.reject(new Error('the database is away'));
    };
    const other = await start({ authenticate });
    const messages = await subscribeToTicks(operator.token, other.url);
    failing = true;
    await asked.promise;
    failing = false;
    bus.emit('tick', 6);
    await expect(messages.next()).resolves.toEqual({ ticks: 6 });
    await other.server.close(1_000);
  });
});

describe('the HTTP server', () => {
  test('is alive as long as it runs, and ready when nothing is missing', async () => {
    missing = ['The database has not been migrated.'];
    const alive = await fetch(`${url}/healthz`);
    const notReady = await fetch(`${url}/readyz`);
    expect([alive.status, notReady.status]).toEqual([200, 503]);
    expect(await notReady.json()).toEqual({ status: 'not ready', missing });
    missing = [];
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });

  test('answers pages with headers that keep them harmless', async () => {
    const page = await fetch(url);
    expect([page.redirected, page.url, await page.text()]).toEqual([true, `${url}/migrations`, '<p>Migrations']);
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'.*style-src 'unsafe-inline'.*frame-ancestors 'none'/);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test.each([
    ['GET', '/nowhere', 404, 'NOT_FOUND'],
    ['GET', '/constructor', 404, 'NOT_FOUND'],
    ['POST', '/migrations', 405, 'INVALID_INPUT'],
    ['GET', '/defect', 500, 'INTERNAL'],
  ])('%s %s is answered with %i %s', async (method, path, status, code) => {
    const response = await fetch(url + path, { method });
    const text = await response.text();
    expect([response.status, (JSON.parse(text) as { error: { code: string } }).error.code]).toEqual([status, code]);
    expect(text).not.toContain(SECRET);
  });

  test('survives a client that goes away in the middle', async () => {
    const { port, hostname } = new URL(url);
    const connection = createConnection(Number(port), hostname);
    connection.write(
      'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nx-request-id: gone\r\ncontent-length: 100\r\n\r\n{"que',
      () => connection.destroy(),
    );
    await expect
      .poll(() => logged.some(({ requestId, msg, level }) => requestId === 'gone' && level === 20 && String(msg).includes('went away')))
      .toBe(true);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  test('a port in use is named with its setting', async () => {
    const second = createHttpServer({ ready: async () => [], logger, portSetting: 'WORKER_PORT' });
    const { port } = new URL(url);
    await expect(second.listen('127.0.0.1', Number(port))).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringMatching(new RegExp(`Port ${port}.*WORKER_PORT`)),
    });
    await second.close(100);
  });

  test('closes within moments: finishes the request under way, closes sockets with 1001, and takes nothing new', async () => {
    const other = await start();
    const messages = await subscribeToTicks(operator.token, other.url);
    const arrived = new Promise((resolve) => bus.once('slow', resolve));
    const answer = graphqlClient(other.url).request('{ slow }');
    await arrived;
    const started = performance.now();
    const closed = other.server.close(5_000);
    await expect(messages.closed).resolves.toMatchObject({ code: 1001 });
    await expect(fetch(`${other.url}/healthz`)).rejects.toThrow();
    gate.resolve('done');
    await expect(answer).resolves.toEqual({ slow: 'done' });
    await closed;
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  test('cuts what is still open at the deadline', async () => {
    const other = await start();
    const deaf = createConnection(other.port, '127.0.0.1');
    deaf.on('error', () => undefined);
    const upgraded = new Promise((resolve) => deaf.once('data', resolve));
    deaf.write(
      'GET /graphql HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n',
    );
    await upgraded;
    const arrived = new Promise((resolve) => bus.once('slow', resolve));
    const answer = graphqlClient(other.url).request('{ slow }');
    answer.catch(() => undefined);
    await arrived;
    const started = performance.now();
    await other.server.close(200);
    expect(performance.now() - started).toBeLessThan(1_500);
    await expect(answer).rejects.toThrow();
    gate.resolve('too late');
  });
});
