/** What the API answers, as the client libraries hand it over: data, and the code of everything that is refused. */
import { beforeAll, describe, expect, test } from 'vitest';
import {
  AnnounceMigrationDocument,
  CreateAccountDocument,
  CreateAdministratorDocument,
  CreateMigrationDocument,
} from '../../schema/generated/operations.ts';
import { SYSTEM } from '../../src/auth/actor.ts';
import { apolloClient, type MakeRealClient, type RealClient, urqlClient } from '../support/real-clients.ts';
import { startService, type TestService } from '../support/service.ts';

const STATE = `query ($account: ID!) { accountMigration(account: $account, migration: "tls") { state { reason } } }`;
const OPT_IN = `mutation ($account: ID!, $key: String) {
  optIn(account: $account, migration: "tls", idempotencyKey: $key) { state { reason } }
}`;
const CHANGES = `subscription ($account: ID, $after: String) {
  accountMigrationChanged(account: $account, after: $after) { type accountMigration { account { id } } }
}`;

let service: TestService;
let token: string;

beforeAll(async () => {
  service = await startService('2026-05-14T09:00:00Z');
  const { operator } = service;
  const own = ['apollo', 'urql'];
  for (const id of [...own, 'foreign'])
    await operator.request(CreateAccountDocument, { input: { id, name: id, platform: 'CLOUD', createdAt: '2015-01-01T00:00:00Z' } });
  const input = { email: 'ann@acme.example', name: 'Ann', accounts: own };
  const { id: administratorId } = (await operator.request(CreateAdministratorDocument, { input })).createAdministrator;
  const ann = { name: 'dashboard', role: 'ADMINISTRATOR', subject: input.email, administratorId } as const;
  ({ token } = await service.house.tokens.createToken(SYSTEM, ann));
  const migration = { key: 'tls', title: 'TLS 1.0 is switched off', severity: 'MEDIUM', gracePeriodStart: '2026-05-14' } as const;
  await operator.request(CreateMigrationDocument, { input: migration });
  await operator.request(AnnounceMigrationDocument, { key: migration.key });
});

describe.each<[string, MakeRealClient]>([
  ['apollo', apolloClient],
  ['urql', urqlClient],
])('%s', (account, make) => {
  let client: RealClient;
  beforeAll(() => {
    client = make(service.url, token);
  });

  test('asks, changes once by its key, and is told what happened', async () => {
    expect(await client.ask(STATE, { account })).toMatchObject({ data: { accountMigration: { state: { reason: 'PENDING' } } } });
    const { data } = (await client.ask('{ logCursor }')) as { data: { logCursor: string } };
    const optedIn = { data: { optIn: { state: { reason: 'OPTED_IN' } } } };
    const once = { account, key: crypto.randomUUID() };
    expect(await client.ask(OPT_IN, once)).toMatchObject(optedIn);
    expect(await client.ask(OPT_IN, once)).toMatchObject(optedIn);
    expect(await client.ask(OPT_IN, { ...once, account: 'foreign' })).toEqual({ codes: ['IDEMPOTENCY_KEY_REUSED'] });
    expect(await client.ask(STATE, { account })).toMatchObject({ data: { accountMigration: { state: { reason: 'OPTED_IN' } } } });
    const message = { type: 'OPTED_IN', accountMigration: { account: { id: account } } };
    expect(await client.first(CHANGES, { account, after: data.logCursor })).toMatchObject({ data: { accountMigrationChanged: message } });
  });

  test.each([
    ['a field that is not there', '{ nowhere }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['a variable that is missing', STATE, {}, 'BAD_USER_INPUT'],
    ['an account of others', STATE, { account: 'foreign' }, 'NOT_FOUND'],
    ['too much', STATE, { account: 'x'.repeat(2 ** 20) }, 'TOO_LARGE'],
  ])('sees the code where it asks for %s', async (_, text, variables, code) => {
    expect(await client.ask(text, variables)).toEqual({ codes: [code] });
  });

  test('sees the code where its token does not count', async () => {
    expect(await make(service.url, 'gl_ad_unknown').ask(STATE, { account })).toEqual({ codes: ['UNAUTHENTICATED'] });
  });

  test.each([
    ['after a cursor that is none', { after: 'nonsense' }, 'INVALID_CURSOR'],
    ['to an account of others', { account: 'foreign' }, 'NOT_FOUND'],
  ])('sees the code where it subscribes %s', async (_, variables, code) => {
    expect(await client.first(CHANGES, variables)).toEqual({ codes: [code] });
  });
});
