import { beforeAll, describe, expect, test } from 'vitest';
import {
  AccountMigrationDocument,
  AnnounceMigrationDocument,
  CreateAccountDocument,
  CreateAdministratorDocument,
  CreateMigrationDocument,
  EditMigrationDocument,
  ExtendDeadlineDocument,
  ImportMigrationPageDocument,
  MigrationDocument,
  type NewAccount,
  type NewAdministrator,
  type NewMigration,
  OptInDocument,
  OptOutDocument,
  RevokeTokenDocument,
} from '../../schema/generated/operations.ts';
import type { Actor } from '../../src/auth/actor.ts';
import { ApiError, graphqlClient } from '../support/graphql-client.ts';
import { ARGUMENTS, createWorld, FIELDS, type RootField, type World } from '../support/every-field.ts';
import { census, refusalOf, startService, type TestService } from '../support/service.ts';

const SETUP: Actor = { role: 'OPERATOR', subject: 'setup', administratorId: null, tokenId: null, scopes: [] };

let service: TestService;
let ours: World;
/** Of what no test does, so nothing is ever delivered to it. */
let endpoint: string;

beforeAll(async () => {
  service = await startService('2016-04-01T09:00:00.000Z', { TRUSTED_WEBHOOK_HOSTS: '127.0.0.1:9' });
  ({ ours } = await createWorld(service));
  const created = await service.house.webhooks.createEndpoint(SETUP, { url: 'http://127.0.0.1:9/', types: ['EXEMPTION_ENDED'] });
  endpoint = created.endpoint.id;
});

const create = (key: string, gracePeriodStart: string, mandatoryOptIn: string, reversible = true) =>
  service.operator.request(CreateMigrationDocument, {
    input: { key, title: key, severity: 'LOW', gracePeriodStart, mandatoryOptIn, reversible },
  });
const announce = (key: string) => service.operator.request(AnnounceMigrationDocument, { key });
const createAccount = (input: Partial<NewAccount>) =>
  service.operator.request(CreateAccountDocument, { input: { id: 'new', name: 'New', platform: 'CLOUD', ...input } });
const createAdministrator = (input: Partial<NewAdministrator>) =>
  service.operator.request(CreateAdministratorDocument, { input: { email: 'new@example.com', name: 'New', accounts: [], ...input } });

/** Expects a refusal that names the fault in a message of bearable length, and nothing lost or written. */
async function expectRefusal(request: () => Promise<unknown>, code: string, named: string): Promise<void> {
  const before = await census(service.db);
  const { message } = await refusalOf(request(), code);
  expect(message).toContain(named);
  expect(message.length).toBeLessThan(1_000);
  expect(await census(service.db)).toEqual(before);
}

describe('is refused with a code that names the fault, and loses nothing:', () => {
  test('an unknown key', async () => {
    await expectRefusal(() => service.operator.request(MigrationDocument, { key: 'no-such' }), 'NOT_FOUND', '"no-such"');
    await expectRefusal(() => service.operator.request(OptInDocument, { account: 'mine', migration: 'no-such' }), 'NOT_FOUND', '"no-such"');
    await expectRefusal(
      () => service.operator.request(OptInDocument, { account: 'no-such', migration: 'running' }),
      'NOT_FOUND',
      '"no-such"',
    );
    await expectRefusal(
      () => service.operator.request('{ migration(key: "running") { colour } }'),
      'GRAPHQL_VALIDATION_FAILED',
      '"colour"',
    );
    await expectRefusal(
      () => service.operator.request('mutation { createAccount(input: { id: "a", name: "b", platform: CLOUD, colour: "red" }) { id } }'),
      'GRAPHQL_VALIDATION_FAILED',
      '"colour"',
    );
    await expectRefusal(() => createAccount({ colour: 'red' } as Partial<NewAccount>), 'BAD_USER_INPUT', '"colour"');
  });

  test('a deadline before the start', async () => {
    await expectRefusal(() => create('backwards', '2016-05-02', '2016-05-01'), 'DEADLINE_BEFORE_START', '2016-05-01');
  });

  test('opting in before the start, and after the deadline', async () => {
    await create('window', '2016-05-01', '2016-06-01');
    await announce('window');
    const optIn = () => ours.clients.ADMINISTRATOR.request(OptInDocument, { account: 'mine', migration: 'window' });
    await expectRefusal(optIn, 'NOT_STARTED', '2016-05-01');
    await service.setClock('2016-06-01T00:00:00.000Z');
    await expectRefusal(optIn, 'DEADLINE_PASSED', '"window"');
    await service.setClock('2016-04-02T12:00:00.000Z');
  });

  test('opting out of an irreversible one', async () => {
    await create('one-way', '2016-04-02', 'TBD', false);
    await announce('one-way');
    const of = { account: 'mine', migration: 'one-way' };
    await ours.clients.ADMINISTRATOR.request(OptInDocument, of);
    await expectRefusal(() => ours.clients.ADMINISTRATOR.request(OptOutDocument, of), 'NOT_REVERSIBLE', '"one-way"');
    expect((await service.operator.request(AccountMigrationDocument, of)).accountMigration.state).toMatchObject({
      enabled: true,
      reason: 'OPTED_IN',
    });
  });

  test('a page with a broken table', async () => {
    const page = '# A\n| Severity | Grace Period Start |\n| --- | --- |\n| Low |\n\nText.\n';
    await expectRefusal(() => service.operator.request(ImportMigrationPageDocument, { page }), 'INVALID_PAGE', 'line 4');
  });

  test.each([
    ['a script', 'Fine.\n\n<script>alert(1)</script>', 'line 3'],
    ['an event handler', '<img src=x onerror=alert(1)>', 'event handler'],
    ['a javascript: address', 'See [here](javascript:alert(1)).', 'javascript:'],
    ['a code block without end', 'Text\n\n```\ncode', 'line 3'],
    ['a comment without end', 'Text\n\n<!-- never closed', 'line 3'],
    ['a heading that would end it', '# Title', 'line 1'],
    ['more than 100 KB', 'x'.repeat(100 * 1024 + 1), '100 KB'],
    ['a control character', 'bell \u0007', 'U+0007'],
  ])('a description with %s', async (_what, description, named) => {
    await expectRefusal(
      () => service.operator.request(EditMigrationDocument, { key: 'running', input: { description } }),
      'INVALID_MARKDOWN',
      named,
    );
    await expectRefusal(
      () => service.operator.request(CreateMigrationDocument, { input: { title: 'Bad text', severity: 'LOW', description } }),
      'INVALID_MARKDOWN',
      named,
    );
  });

  test.each([
    '',
    'nobody',
    'a@b@c',
    'a b@example.com',
    'ada@',
    '@example.com',
    'ada@example..com',
    'ada@example.com\nBcc: all@example.com',
    `${'a'.repeat(65)}@example.com`,
  ])('the address %j', async (email) => {
    await expectRefusal(() => createAdministrator({ email }), 'INVALID_EMAIL', 'email address');
  });

  test('a name of 1 MB, in its field and in a request that is too large as a whole', async () => {
    await expectRefusal(() => createAccount({ name: 'x'.repeat(1_000_000) }), 'INVALID_INPUT', '1000000');
    await expectRefusal(() => createAdministrator({ name: 'x'.repeat(1_000_000) }), 'INVALID_INPUT', '1000000');
    await expectRefusal(() => createAccount({ name: 'x'.repeat(1024 * 1024) }), 'TOO_LARGE', '1048576');
  });

  test.each(['Mars/Base', '+02:00', '', 'Europe/Berlin\0', 'x'.repeat(100_000)])('the time zone %.20j', async (timeZone) => {
    const code = timeZone.includes('\0') ? 'INVALID_INPUT' : 'INVALID_TIME_ZONE';
    const named = timeZone.includes('\0') ? 'timeZone' : 'time zone';
    await expectRefusal(() => createAccount({ timeZone }), code, named);
    await expectRefusal(() => createAdministrator({ timeZone }), code, named);
  });

  test.each(['9999-12-31T23:59:59-23:59', '0000-01-01T00:00:00Z', '0001-01-01T00:00:00+00:01'])(
    'the instant %s, whose year in UTC has no four digits or is none',
    async (instant) => {
      const of = { account: 'mine', migration: 'running', reason: 'A reason.' };
      const requests = [
        () => service.operator.request(ExtendDeadlineDocument, { ...of, until: instant }),
        () =>
          service.operator.request('mutation ($input: NewToken!) { createToken(input: $input) { id } }', {
            input: { name: 'a', role: 'RUNTIME', subject: 'login', expiresAt: instant },
          }),
        () => service.operator.request(`{ events(from: "${instant}") { edges { cursor } } }`),
        () => service.operator.request('query ($to: DateTime) { events(to: $to) { edges { cursor } } }', { to: instant }),
      ];
      for (const request of requests) await expectRefusal(request, 'INVALID_DATE', '9999');
      const { token } = await service.house.tokens.createToken(SETUP, { name: 'a', role: 'OPERATOR', subject: 'dated' });
      const headers = { authorization: `Bearer ${token}` };
      for (const filter of ['from', 'to']) {
        const response = await fetch(`${service.url}/events.ndjson?${new URLSearchParams({ [filter]: instant }).toString()}`, { headers });
        expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('INVALID_INPUT')]);
      }
    },
  );

  test('a grace period whose default deadline no calendar has: the deadline is to be decided', async () => {
    const input = { key: 'last-days', title: 'Last days', severity: 'LOW', gracePeriodStart: '9999-12-31' } as const;
    const { createMigration } = await service.operator.request(CreateMigrationDocument, { input });
    expect(createMigration.mandatoryOptIn).toBe('TBD');
  });

  test('a revoked token, from the next request on', async () => {
    const { id, token } = await service.house.tokens.createToken(SETUP, { name: 'a', role: 'OPERATOR', subject: 'gone' });
    const gone = graphqlClient(service.url, token);
    await gone.request(MigrationDocument, { key: 'running' });
    await service.operator.request(RevokeTokenDocument, { id });
    await expectRefusal(() => gone.request(AnnounceMigrationDocument, { key: 'running' }), 'UNAUTHENTICATED', 'revoked');
    await expectRefusal(
      () => graphqlClient(service.url, `${token.slice(0, -1)}!`).request(MigrationDocument, { key: 'running' }),
      'UNAUTHENTICATED',
      'token',
    );
  });
});

/** The paths of every text and id in a value. */
function textsIn(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value === 'string') return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => textsIn(inner, [...path, name]));
}

function replaced(value: unknown, [head, ...rest]: readonly (string | number)[], text: string): unknown {
  if (head === undefined) return text;
  const copy = structuredClone(value) as Record<string | number, unknown>;
  copy[head] = replaced(copy[head], rest, text);
  return copy;
}

/** The answer to a request, which may be a result or a refusal but never a defect. */
async function codeOf(request: Promise<unknown>): Promise<string> {
  return request.then(
    () => 'ok',
    (error: unknown) => {
      if (!(error instanceof ApiError)) throw error;
      return error.code;
    },
  );
}

const complete = FIELDS.map((field) => [field.name, field] as const);
/** Who gets furthest with a field. */
const clientFor = ({ name }: RootField) => (/notice/i.test(name) ? ours.clients.ADMINISTRATOR : ours.clients.OPERATOR);

describe('every text and id of every field', () => {
  const texts = complete.filter(([name]) => textsIn(ARGUMENTS[name]!({ account: 'a', administrator: 'a', notice: 'a' })).length > 0);

  test.each(texts)('of %s is refused with a NUL or half a surrogate pair, by the name of its place', async (name, field) => {
    const given = ARGUMENTS[name]!(ours);
    const before = await census(service.db);
    for (const path of textsIn(given)) {
      for (const bad of ['\0', 'a\0b', '\uD800', 'x\uDC00y']) {
        const refusal = await clientFor(field)
          .request(field.document, replaced(given, path, bad))
          .catch((error: unknown) => error);
        expect(refusal).toMatchObject({
          code: expect.stringMatching(/^(INVALID_\w+|BAD_USER_INPUT)$/),
          message: expect.stringContaining(String(path.findLast((part) => Number.isNaN(Number(part))))),
        });
      }
    }
    expect(await census(service.db)).toEqual(before);
  });

  test.each(texts)('of %s takes absurd ones without a defect', async (name, field) => {
    const given = ARGUMENTS[name]!(ours);
    const absurd = [
      '',
      ' ',
      '\n',
      '%',
      "'; drop table account; --",
      '💥'.repeat(300),
      'x'.repeat(100_000),
      '-1',
      '__proto__',
      '[object Object]',
      '\u202Eevil',
      'İ',
      '٣',
    ];
    for (const path of textsIn(given)) {
      const codes = await Promise.all(absurd.map((text) => codeOf(clientFor(field).request(field.document, replaced(given, path, text)))));
      expect(codes).not.toContain('INTERNAL');
    }
  });

  test('is refused with a NUL written into the operation itself, and in the names of attributes', async () => {
    await expectRefusal(() => service.operator.request(String.raw`{ migration(key: "a\u0000b") { key } }`), 'INVALID_INPUT', 'NUL');
    await expectRefusal(
      () => service.operator.request(String.raw`mutation { editAccount(id: "mine", input: { attributes: { tier: "a\u0000" } }) { id } }`),
      'INVALID_INPUT',
      'NUL',
    );
    await expectRefusal(() => createAccount({ attributes: { 'a\0': 1 } }), 'INVALID_INPUT', 'attributes');
    await expectRefusal(() => createAccount({ attributes: { '\uD800': 1 } }), 'INVALID_INPUT', 'attributes');
  });
});

test('what is nested a hundred thousand levels deep is refused without a defect', async () => {
  const depth = 100_000;
  const body = `{"query":"mutation($a: JSONObject) { editAccount(id: \\"mine\\", input: { attributes: $a }) { id } }","variables":{"a":{"deep":${'['.repeat(depth)}${']'.repeat(depth)}}}}`;
  const { token } = await service.house.tokens.createToken(SETUP, { name: 'a', role: 'OPERATOR', subject: 'deep' });
  const before = await census(service.db);
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const response = await fetch(`${service.url}/graphql`, { method: 'POST', headers, body });
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'INVALID_INPUT' } }] });
  expect(await census(service.db)).toEqual(before);
});

test('more faults in one list than graphql-js counts are one refusal without a defect', async () => {
  const affects = { platforms: Array.from({ length: 60 }, () => 'NOWHERE') };
  const input = { title: 'Many', severity: 'LOW', affects } as unknown as NewMigration;
  const response = await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: 'mutation ($input: NewMigration!) { createMigration(input: $input) { key } }', variables: { input } }),
  });
  const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
  expect(new Set(errors.map(({ extensions }) => extensions.code))).toEqual(new Set(['BAD_USER_INPUT']));
});

test('asked for by more callers than there are connections, what does not exist is missing for each of them', async () => {
  const until = '2016-12-01T00:00:00Z';
  const asked = Array.from({ length: 30 }, () =>
    service.operator.request(ExtendDeadlineDocument, { account: 'ghost', migration: 'running', until, reason: 'A reason.' }),
  );
  expect(await Promise.all(asked.map(codeOf))).toEqual(asked.map(() => 'NOT_FOUND'));
});

describe('every argument that may be left out', () => {
  test.each(complete)('of %s may be null without a defect', async (name, field) => {
    const given = ARGUMENTS[name]!(ours);
    const nulled = (value: unknown): unknown => {
      const entries = Object.entries(value as object).map(
        ([inner, old]) => [inner, old !== null && typeof old === 'object' && !Array.isArray(old) ? nulled(old) : null] as const,
      );
      return Object.fromEntries(entries);
    };
    const paths = textsIn(given).map((path) => path.filter((part) => Number.isNaN(Number(part))));
    const single = paths.map((path) => replaced(given, path, null as unknown as string));
    const codes = await Promise.all(
      [nulled(given), ...single].map((variables) => codeOf(clientFor(field).request(field.document, variables))),
    );
    expect(codes).not.toContain('INTERNAL');
  });
});

describe('every list', () => {
  const lists = complete.filter(([, { args }]) => args.some(({ name }) => name === 'first'));
  const argumentsOf = (name: string) => ({ ...ARGUMENTS[name]!(ours), ...(name === 'webhookDeliveries' && { endpoint }) });

  test('is a connection', () =>
    expect(lists.map(([name]) => name)).toEqual([
      'accounts',
      'accountsUsing',
      'administrators',
      'applications',
      'events',
      'failingAccounts',
      'mails',
      'migrationAccounts',
      'migrations',
      'notices',
      'tokens',
      'userMails',
      'webhookDeliveries',
      'webhookEndpoints',
    ]));

  test.each(lists)('%s bounds "first"', async (_name, field) => {
    const given = argumentsOf(field.name);
    const ask = (first: unknown) => clientFor(field).request(field.document, { ...given, first });
    for (const first of [0, -1, 101, 2_147_483_647, -2_147_483_648]) await expectRefusal(() => ask(first), 'INVALID_INPUT', `${first}`);
    for (const first of [2_147_483_648, 1.5, '10', Number.MAX_VALUE, null])
      await expectRefusal(() => ask(first), 'BAD_USER_INPUT', 'first');
    expect(await codeOf(ask(100))).toBe('ok');
  });

  test.each(lists)('%s refuses what is no cursor of its own', async (_name, field) => {
    const cursor = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const garbage = [
      '',
      'x',
      '💥',
      '0',
      '1.2.3',
      '99999999999999999999.1',
      '-1.0',
      cursor(null),
      cursor({}),
      cursor([]),
      cursor([1]),
      cursor([null]),
      cursor(['2016', 'x']),
      cursor(['x', 'y', 'z']),
      cursor(['a\0']),
      cursor(['a\0', 'b\0']),
      cursor(['\uD800']),
      cursor([['x']]),
      'A'.repeat(100_000),
    ];
    for (const after of garbage) {
      const code = await codeOf(clientFor(field).request(field.document, { ...argumentsOf(field.name), after }));
      // A text is a place in a list that is ordered by texts, a number in one by numbers, whether or not somebody stands there.
      const isPlace = after === cursor(['\uD800']) || (after === cursor([1]) && field.name === 'failingAccounts');
      expect(code).toMatch(isPlace ? /^(ok|INVALID_CURSOR)$/ : /^INVALID_CURSOR$/);
    }
  });
});

test('no caller met a defect', () => expect(service.defects).toEqual([]));
