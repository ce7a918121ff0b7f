import 'reflect-metadata';
import { request as httpRequest } from 'node:http';
import { getIntrospectionQuery } from 'graphql';
import { describe, expect, test } from 'vitest';
import { SYSTEM } from '../../src/auth/actor.ts';
import { printSchemaSorted } from '../../src/graphql/schema.ts';
import { workedMs } from '../support/cpu-time.ts';
import { graphqlClient } from '../support/graphql-client.ts';
import { BOMBS, sampleSchema, SampleService, SECRET } from '../support/sample-service.ts';

const service = SampleService.forThisFile();

const post = (body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${service.url}/graphql`, {
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
    const printed = printSchemaSorted(sampleSchema);
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
    await expect(graphqlClient(service.url).request(query, { first: 2 })).resolves.toEqual({
      samples: { edges, pageInfo: { hasNextPage: true, endCursor: 'c2' } },
    });
    await expect(graphqlClient(service.url).request(query, { after: 'c2' })).resolves.toMatchObject({
      samples: { pageInfo: { hasNextPage: false } },
    });
  });

  test('dates may be partial, and wrong ones are answered with examples', async () => {
    const client = graphqlClient(service.url);
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
    await expect(graphqlClient(service.url, service.operator.token).request('{ whoAmI }')).resolves.toEqual({
      whoAmI: 'olga@platform.example',
    });
    await expect(graphqlClient(service.url).request('{ whoAmI }')).rejects.toMatchObject({ code: 'UNAUTHENTICATED', status: 200 });
    const response = await post({ query: '{ requestId }' }, { authorization: `Bearer gl_op_${'A'.repeat(43)}` });
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(await errorOf(response)).toMatchObject({ message: expect.stringContaining('unknown'), extensions: { code: 'UNAUTHENTICATED' } });
  });

  test('a revoked token is refused at its next request', async () => {
    const { id, token } = await service.newToken();
    await graphqlClient(service.url, token).request('{ whoAmI }');
    await service.tokens.revokeToken(SYSTEM, id);
    await expect(graphqlClient(service.url, token).request('{ whoAmI }')).rejects.toMatchObject({ code: 'UNAUTHENTICATED', status: 401 });
  });

  test('a sane request id is taken over, another replaced, and one line logged without token or body', async () => {
    const sane = await post(
      { query: 'query Mine($object: JSONObject!) { object(object: $object) }', variables: { object: { SECRET } } },
      { 'x-request-id': 'req-1', authorization: `Bearer ${service.operator.token}` },
    );
    expect(sane.headers.get('x-request-id')).toBe('req-1');
    const odd = await post({ query: '{ requestId }' }, { 'x-request-id': 'a b'.repeat(100) });
    const { data } = (await odd.json()) as { data: { requestId: string } };
    expect(odd.headers.get('x-request-id')).toBe(data.requestId);
    expect(data.requestId).toMatch(/^[0-9a-f-]{36}$/);
    const lines = service.logged.filter(({ requestId }) => requestId === 'req-1');
    expect(lines).toMatchObject([
      { msg: 'request', level: 30, method: 'POST', path: '/graphql', operation: 'Mine', status: 200, ms: expect.any(Number) },
    ]);
    expect(JSON.stringify(service.logged)).not.toContain(service.operator.token.slice(12));
    expect(JSON.stringify(lines)).not.toContain(SECRET);
  });

  test('GET runs queries and HEAD asks without a body, both only from callers a browser checks first', async () => {
    const address = `${service.url}/graphql?query=${encodeURIComponent('{ __typename }')}`;
    const asked = { 'apollo-require-preflight': '1' };
    expect(await (await fetch(address, { headers: asked })).json()).toEqual({ data: { __typename: 'Query' } });
    const head = await fetch(address, { method: 'HEAD', headers: asked });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const simple = await fetch(address);
    expect([simple.status, (await errorOf(simple)).extensions.code]).toEqual([400, 'BAD_REQUEST']);
    const mutation = await fetch(`${service.url}/graphql?query=${encodeURIComponent('mutation { nothing }')}`, { headers: asked });
    expect(mutation.status).toBe(405);
    expect(await (await fetch(`${service.url}/graphql`, { headers: { accept: 'text/html' } })).text()).toContain('GraphQL address');
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
    const put = await fetch(`${service.url}/graphql`, { method: 'PUT', body: '{}' });
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST, OPTIONS']);
    const options = await fetch(`${service.url}/graphql`, { method: 'OPTIONS', headers: { origin: 'https://evil.example' } });
    expect([options.status, options.headers.get('allow'), options.headers.get('access-control-allow-origin')]).toEqual([
      204,
      'GET, HEAD, POST, OPTIONS',
      null,
    ]);
  });

  test('only configured origins may call from a browser', async () => {
    const other = await service.start({ allowedOrigins: ['https://dashboard.example'] });
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
      const request = httpRequest(
        `${service.url}/graphql`,
        { method: 'POST', headers: { 'content-type': 'application/json' } },
        (response) => resolve(response.resume().statusCode),
      );
      request.on('error', reject);
      for (let at = 0; at < large.length; at += 65_536) request.write(large.slice(at, at + 65_536));
      request.end();
    });
    expect(status).toBe(413);
  });

  test('a subscription is sent to the socket', async () => {
    await expect(graphqlClient(service.url, service.operator.token).request('subscription { ticks }')).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      status: 400,
      message: expect.stringContaining('WebSocket'),
    });
  });

  test('the schema is told where that is on, and not where it is off', async () => {
    await expect(graphqlClient(service.url).request(getIntrospectionQuery())).resolves.toHaveProperty('__schema');
    const closed = await service.start({ introspection: false });
    await expect(graphqlClient(closed.url).request(getIntrospectionQuery())).rejects.toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED' });
    await closed.server.close(1_000);
  });
});

describe('what asks for too much is refused within moments', () => {
  test.each(BOMBS)('over HTTP: %s', async (_, query, code) => {
    const before = workedMs();
    await expect(graphqlClient(service.url, service.operator.token).request(query)).rejects.toMatchObject({ code, status: 400 });
    expect(workedMs() - before).toBeLessThan(500);
  });
});

describe('errors', () => {
  test('expected ones keep code, message and details', async () => {
    await expect(graphqlClient(service.url).request('{ taken }')).rejects.toMatchObject({
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
    await expect(graphqlClient(service.url).request(query, variables)).rejects.toMatchObject({ code });
  });

  test.each(['broken', 'mistyped'])('a defect is masked, with an id that the log has too: %s', async (field) => {
    const response = await post({ query: `{ ${field} }` }, { 'x-request-id': `defect-${field}` });
    const text = await response.text();
    expect(text).not.toMatch(/hunter2|TypeError|\.ts|stack/);
    const { extensions, path } = (JSON.parse(text) as Failed).errors[0]!;
    expect(extensions).toEqual({ code: 'INTERNAL', id: expect.any(String) });
    expect(path).toEqual([field]);
    expect(service.logged.filter(({ errorId }) => errorId === extensions['id'])).toMatchObject([
      { level: 50, requestId: `defect-${field}`, err: { message: expect.stringContaining('hunter2'), stack: expect.any(String) } },
    ]);
  });
});
