import { createConnection } from 'node:net';
import { beforeAll, describe, expect, test } from 'vitest';
import { Passwords } from '../../src/users/passwords.ts';
import { call, CONNECTION, createCustomer, type Customer, OPERATOR } from '../support/platform.ts';
import { refusalOf, startService, type TestService } from '../support/service.ts';

const PASSWORD = 'correct horse battery';
const SENTENCE = /^[A-Z“"].*\.$/s;

let service: TestService;
let customer: Customer;

beforeAll(async () => {
  service = await startService('2016-06-15T09:00:00.000Z');
  customer = await createCustomer(service, 'acme', new Date('2015-01-01'));
});

const createUser = (account: string, email: string, password = PASSWORD) =>
  service.house.users.createUser(OPERATOR, account, { email, connection: CONNECTION, password });

const signIn = (username: string, password: string, { clientId } = customer) =>
  call(service.url, '/oauth/ro', { form: { client_id: clientId, username, password, connection: CONNECTION, scope: 'openid profile' } });

describe('passwords', () => {
  test('are kept as scrypt with its cost and a salt of their own', async () => {
    const passwords = new Passwords();
    const [one, two] = [await passwords.hash(PASSWORD, 1), await passwords.hash(PASSWORD, 1)];
    // N = 2^15, r = 8, p = 3: one of OWASP's equals.
    expect(one).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(two);
    expect(await passwords.matches(PASSWORD, one, 1)).toBe(true);
    expect(await passwords.matches(`${PASSWORD} `, one, 1)).toBe(false);
    expect(await passwords.matches(PASSWORD, null, 1)).toBe(false);
  });

  test('are known again whatever the cost was when they were set, and however the keyboard writes an accent', async () => {
    const cheap = new Passwords({ ln: 10, r: 8, p: 1 });
    expect(await new Passwords().matches('cafe\u0301 au lait', await cheap.hash('caf\u00e9 au lait', 1), 1)).toBe(true);
  });

  test('wait in a line that ends', async () => {
    const passwords = new Passwords({ ln: 12, r: 8, p: 1 });
    const outcomes = await Promise.allSettled(Array.from({ length: 100 }, () => passwords.hash(PASSWORD, 1)));
    const refused = outcomes.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(refused.length).toBe(38);
    expect(refused[0]!.reason).toMatchObject({ code: 'RATE_LIMITED', details: { retryAfterSeconds: 5 } });
  });

  test('wait in a line for each account: who fills theirs keeps nobody else from signing in', async () => {
    const passwords = new Passwords({ ln: 12, r: 8, p: 1 });
    const stored = await passwords.hash(PASSWORD, 1);
    const done: string[] = [];
    const busy = Array.from({ length: 100 }, () =>
      passwords.matches('a guess', stored, 1).then(
        () => done.push('checked'),
        () => done.push('refused'),
      ),
    );
    const others = Array.from({ length: 5 }, (_, i) => passwords.matches(PASSWORD, stored, 2 + i).then(() => done.push('another')));
    await Promise.all([...busy, ...others]);
    // The two that had begun, and one of theirs for each round of the others, are all that goes before.
    expect(done.filter((what) => what !== 'refused').lastIndexOf('another')).toBeLessThan(14);
    expect(done.filter((what) => what === 'refused')).toHaveLength(43);
  });
});

describe('signing in', () => {
  test('needs the right password, and says no more where it is wrong than where there is nobody', async () => {
    await createUser('acme', 'ada@example.com');
    expect((await signIn(' ADA@example.com', PASSWORD)).status).toBe(200);
    const answers = await Promise.all(
      [signIn('ada@example.com', 'wrong horse battery'), signIn('nobody@example.com', PASSWORD), signIn('a,b', PASSWORD)].map(
        async (answer) => {
          const response = await answer;
          return [response.status, await response.text()];
        },
      ),
    );
    expect(answers[0]).toEqual([401, expect.stringContaining('address or the password')]);
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  test('is bounded for an address, whether it exists or not', async () => {
    await createUser('acme', 'bea@example.com');
    for (const address of ['bea@example.com', 'nobody-bea@example.com']) {
      const statuses: number[] = [];
      for (let i = 0; i < 12; i++) statuses.push((await signIn(address, 'wrong horse battery')).status);
      expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
    }
    const limited = await signIn('bea@example.com', PASSWORD);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test('of one account leads to no user of another', async () => {
    const other = await createCustomer(service, 'other', new Date('2015-01-01'));
    await createUser('acme', 'cleo@example.com');
    expect((await signIn('cleo@example.com', PASSWORD, other)).status).toBe(401);
  });

  test.each([
    [{ client_id: 'nobody' }, 404, 'NOT_FOUND'],
    [{ client_id: '' }, 400, 'INVALID_INPUT'],
    [{ client_id: ['a'] }, 400, 'INVALID_INPUT'],
    [{ client_id: 'nul\0' }, 400, 'INVALID_INPUT'],
    [{ password: '\ud800' }, 400, 'INVALID_INPUT'],
    [{ scope: 'profile' }, 400, 'INVALID_INPUT'],
    [{ username: 'a'.repeat(400) }, 400, 'INVALID_INPUT'],
  ])('with %j is refused with %i %s and a sentence', async (field, status, code) => {
    const json = {
      client_id: customer.clientId,
      username: 'a@b.example',
      password: PASSWORD,
      connection: CONNECTION,
      scope: 'openid',
      ...field,
    };
    const response = await call(service.url, '/oauth/ro', { json });
    const { error } = (await response.json()) as { error: { code: string; message: string } };
    expect([response.status, error.code]).toEqual([status, code]);
    expect(error.message).toMatch(SENTENCE);
  });
});

describe('plain HTTP', () => {
  test.each([
    ['no type', { body: '{}' }, 415],
    ['another type', { body: '{}', headers: { 'content-type': 'text/xml' } }, 415],
    ['another alphabet', { body: '{}', headers: { 'content-type': 'application/json; charset=utf-16' } }, 415],
    ['compression', { body: '{}', headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' } }, 415],
    ['no JSON', { body: '{', headers: { 'content-type': 'application/json' } }, 400],
    ['no object', { body: '[1]', headers: { 'content-type': 'application/json' } }, 400],
    ['a field given twice', { body: 'a=1&a=2', headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 400],
    ['too much', { body: `{"a":"${'a'.repeat(64 * 1024)}"}`, headers: { 'content-type': 'application/json' } }, 413],
    ['nothing', {}, 400],
  ])('with %s is refused', async (_name, init, status) => {
    const response = await fetch(`${service.url}/tokeninfo`, { method: 'POST', ...init });
    expect(response.status).toBe(status);
    expect(((await response.json()) as { error: { message: string } }).error.message).toMatch(SENTENCE);
  });

  test('that never ends is cut off at the limit', async () => {
    const { port, hostname } = new URL(service.url);
    const connection = createConnection(Number(port), hostname);
    const answer = new Promise<string>((resolve) => connection.once('data', (chunk: Buffer) => resolve(chunk.toString())));
    connection.write('POST /tokeninfo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n');
    const chunk = `4000\r\n${'a'.repeat(0x4000)}\r\n`;
    for (let i = 0; i < 5; i++) connection.write(chunk);
    expect(await answer).toMatch(/^HTTP\/1\.1 413 /);
    connection.destroy();
  });

  test.each([
    ['GET', '/oauth/ro', 'POST'],
    ['DELETE', '/api/v2/users/a', 'GET, HEAD'],
    ['PUT', '/migrations', 'GET, HEAD'],
  ])('%s %s is told what the address takes', async (method, path, allow) => {
    const response = await call(service.url, path, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
  });

  test('HEAD is answered as GET, without the body', async () => {
    const response = await call(service.url, '/migrations', { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(100);
  });
});

test('what is ours to mend is logged, and no caller reads of keys', async () => {
  const broken = await createCustomer(service, 'broken', new Date('2015-01-01'));
  await createUser('broken', 'ada@example.com');
  await service.db.query(`update application set secret = 'lost-key.AAAA' where id = $1`, [broken.clientId]);
  const response = await signIn('ada@example.com', PASSWORD, broken);
  const text = await response.text();
  expect([response.status, text]).toEqual([500, expect.stringContaining('INTERNAL')]);
  expect(text).not.toMatch(/lost-key|ENCRYPTION_KEYS/);
  expect(service.defects.filter((defect) => defect.includes('lost-key'))).toHaveLength(1);
});

describe('over GraphQL', () => {
  const CREATE_APPLICATION =
    'mutation ($account: ID!, $clientId: ID) { createApplication(account: $account, name: "Shop", clientId: $clientId) { id secret } }';
  const CREATE_USER =
    'mutation ($account: ID!, $input: NewUser!) { createUser(account: $account, input: $input) { id email name connection } }';
  const APPLICATIONS =
    'query ($account: ID!, $after: String) { applications(account: $account, first: 2, after: $after) { edges { node { id name } } pageInfo { hasNextPage endCursor } } }';
  type Applications = { applications: { edges: { node: { id: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } } };

  test('an administrator makes applications and users of their account, and finds the applications in pages', async () => {
    const { administrator, account } = await createCustomer(service, 'paged', new Date('2015-01-01'));
    for (const clientId of ['paged-a', 'paged-b']) await administrator.request(CREATE_APPLICATION, { account, clientId });
    const ids: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const { applications }: Applications = await administrator.request<Applications, object>(APPLICATIONS, { account, after });
      ids.push(...applications.edges.map(({ node }) => node.id));
      ({ endCursor: after, hasNextPage: more } = applications.pageInfo);
    }
    expect(ids).toHaveLength(3);
    expect(ids).toEqual(expect.arrayContaining(['paged-a', 'paged-b']));
    const input = { email: 'Dora@Example.com', connection: CONNECTION, password: PASSWORD };
    const { createUser: user } = await service.operator.request<{ createUser: object }, object>(CREATE_USER, { account, input });
    expect(user).toEqual({
      id: expect.stringMatching(/^db\|[0-9a-f]{24}$/),
      email: 'dora@example.com',
      name: 'dora@example.com',
      connection: CONNECTION,
    });
    const { events } = await administrator.request<{ events: { edges: { node: { type: string; data: unknown } }[] } }, object>(
      '{ events(account: "paged", first: 100, types: [APPLICATION_CREATED, USER_CREATED]) { edges { node { type data } } } }',
    );
    expect(events.edges.map(({ node }) => node.type)).toEqual(expect.arrayContaining(['APPLICATION_CREATED', 'USER_CREATED']));
    expect(JSON.stringify(events)).not.toMatch(/example\.com|secret|hash/i);
  });

  test('a client_id, an address or an identity that is taken is refused', async () => {
    const { administrator, account } = customer;
    await administrator.request(CREATE_APPLICATION, { account, clientId: 'taken' });
    await refusalOf(administrator.request(CREATE_APPLICATION, { account, clientId: 'taken' }), 'KEY_TAKEN');
    const input = { email: 'erna@example.com', connection: CONNECTION, identities: [{ provider: 'google-oauth2', userId: '1' }] };
    await service.operator.request(CREATE_USER, { account, input });
    await refusalOf(service.operator.request(CREATE_USER, { account, input }), 'KEY_TAKEN');
    await refusalOf(service.operator.request(CREATE_USER, { account, input: { ...input, email: 'other@example.com' } }), 'KEY_TAKEN');
  });

  test.each([
    [{ email: 'a@b.example, c@d.example' }, 'INVALID_EMAIL'],
    [{ email: 'a@b.example\r\nBcc: c@d.example' }, 'INVALID_EMAIL'],
    [{ password: 'short' }, 'INVALID_PASSWORD'],
    [{ password: 'a'.repeat(129) }, 'INVALID_PASSWORD'],
    [{ password: null }, 'INVALID_INPUT'],
    [{ name: 'Eve\r\nBcc: c@d.example' }, 'INVALID_INPUT'],
    [{ connection: 'a\r\nb' }, 'INVALID_INPUT'],
    [{ identities: [{ provider: 'db', userId: '1' }] }, 'INVALID_INPUT'],
    [{ identities: [{ provider: 'google|x', userId: '1' }] }, 'INVALID_INPUT'],
    [{ identities: Array.from({ length: 11 }, (_, i) => ({ provider: 'google-oauth2', userId: `many-${i}` })) }, 'INVALID_INPUT'],
  ])('a user with %j is refused with %s', async (field, code) => {
    const input = { email: 'frieda@example.com', connection: CONNECTION, password: PASSWORD, ...field };
    await refusalOf(service.operator.request(CREATE_USER, { account: 'acme', input }), code);
  });
});

test('no caller met another defect', () => expect(service.defects).toEqual([expect.stringContaining('lost-key')]));
