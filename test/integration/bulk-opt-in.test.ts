import { beforeAll, describe, expect, test } from 'vitest';
import type { Actor } from '../../src/auth/actor.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { refusalOf, startService, type TestService } from '../support/service.ts';

const OPERATOR: Actor = { role: 'OPERATOR', subject: 'setup', administratorId: null, tokenId: null, scopes: [] };
const MANY = 1_000;
const many = Array.from({ length: MANY }, (_, i) => `many-${i}`);
const FIELDS = 'account accountMigration { account { id } state { enabled reason } } error { code message }';
const OPT_IN = `mutation ($accounts: [ID!]!, $migration: ID!, $acknowledge: Boolean! = false, $key: String) {
  answers: optInAccounts(accounts: $accounts, migration: $migration, acknowledge: $acknowledge, idempotencyKey: $key) { ${FIELDS} } }`;
const OPT_OUT = `mutation ($accounts: [ID!]!, $migration: ID!) {
  answers: optOutAccounts(accounts: $accounts, migration: $migration) { ${FIELDS} } }`;

interface Answer {
  account: string;
  accountMigration: { account: { id: string }; state: { enabled: boolean; reason: string } } | null;
  error: { code: string; message: string } | null;
}

let service: TestService;
let administrator: GraphqlClient;

beforeAll(async () => {
  service = await startService('2016-04-01T09:00:00.000Z', { GATE_EMAIL_TEMPLATE: 'templates' });
  const { accounts, migrations, templates } = service.house;
  const create = (id: string, platform: 'CLOUD' | 'APPLIANCE' = 'CLOUD', createdAt = new Date('2015-01-01')) =>
    accounts.createAccount(OPERATOR, { id, name: id, platform, createdAt });
  for (const id of ['a', 'b', 'foreign']) await create(id);
  await create('appliance', 'APPLIANCE');
  await create('young', 'CLOUD', new Date('2016-03-25'));
  await service.db.query(
    `insert into account (id, name, platform, time_zone, uses_built_in_email, attributes, created_at, updated_at)
     select id, id, 'CLOUD', 'UTC', true, '{}', '2015-01-01', '2015-01-01' from unnest($1::text[]) as a(id)`,
    [many],
  );
  const publish = async (key: string, gracePeriodStart: string) => {
    await migrations.createMigration(OPERATOR, {
      key,
      title: key,
      severity: 'LOW',
      gracePeriodStart,
      mandatoryOptIn: '2016-06-20',
      affects: { platforms: ['CLOUD'] },
    });
    await migrations.announceBegun(OPERATOR, key);
  };
  for (const key of ['running', 'large', 'templates']) await publish(key, '2016-03-20T00:00:00Z');
  await publish('later', '2016-05-01');
  const { id } = await accounts.createAdministrator(OPERATOR, {
    email: 'anna@mine.example',
    name: 'Anna',
    accounts: ['a', 'b', 'appliance', 'young'],
  });
  administrator = await service.clientOf({ role: 'ADMINISTRATOR', subject: 'anna@mine.example', administratorId: id });
  const template = { from: 'A <a@a.example>', subject: 'Our own', body: '<p>Our own</p>' };
  await templates.setEmailTemplate(OPERATOR, 'b', 'WELCOME', template);
});

const ask = async (client: GraphqlClient, document: string, variables: Record<string, unknown>) =>
  (await client.request<{ answers: Answer[] }, object>(document, variables)).answers;
const short = (answers: readonly Answer[]) =>
  answers.map(({ account, accountMigration, error }) => `${account} ${accountMigration?.state.reason ?? error?.code}`);
const eventsOf = async (type: string, migration: string) =>
  (
    await service.db.query<{ count: number }>(
      'select count(*) from event e join migration m on m.id = e.migration_id where e.type = $1 and m.key = $2',
      [type, migration],
    )
  )[0]!.count;

describe('opting many accounts in', () => {
  test('does all that may, answers each in its place, and duplicates alike', async () => {
    const accounts = ['a', 'foreign', 'appliance', 'b', 'missing', 'a', 'young'];
    const expected = [
      'a OPTED_IN',
      'foreign NOT_FOUND',
      'appliance NOT_AFFECTED',
      'b OPTED_IN',
      'missing NOT_FOUND',
      'a OPTED_IN',
      'young ALREADY_ENABLED',
    ];
    const answers = await ask(administrator, OPT_IN, { accounts, migration: 'running' });
    expect(short(answers)).toEqual(expected);
    expect(short(await ask(administrator, OPT_IN, { accounts, migration: 'running' }))).toEqual(expected);
    expect(await eventsOf('OPTED_IN', 'running')).toBe(2);
    // A foreign account reads as a missing one, word for word.
    expect(answers[1]!.error!.message.replace('foreign', 'missing')).toBe(answers[4]!.error!.message);
    for (const { account, accountMigration } of answers) if (accountMigration) expect(accountMigration.account.id).toBe(account);
  });

  test('says of each what a call for it alone is refused with', async () => {
    const single = 'mutation ($account: ID!, $migration: ID!) { optIn(account: $account, migration: $migration) { state { reason } } }';
    for (const [account, migration, code] of [
      ['a', 'later', 'NOT_STARTED'],
      ['appliance', 'running', 'NOT_AFFECTED'],
      ['young', 'running', 'ALREADY_ENABLED'],
      ['foreign', 'running', 'NOT_FOUND'],
      ['b', 'templates', 'NOT_ACKNOWLEDGED'],
    ] as const) {
      const { message } = await refusalOf(administrator.request(single, { account, migration }), code);
      const [answer] = await ask(administrator, OPT_IN, { accounts: [account], migration });
      expect(`${answer!.error!.code}: ${answer!.error!.message}`).toBe(message);
    }
  });

  test('asks each what is still to be done, and goes on with those who acknowledge', async () => {
    const accounts = ['b', 'a'];
    expect(short(await ask(administrator, OPT_IN, { accounts, migration: 'templates' }))).toEqual(['b NOT_ACKNOWLEDGED', 'a OPTED_IN']);
    expect(short(await ask(administrator, OPT_IN, { accounts, migration: 'templates', acknowledge: true }))).toEqual([
      'b OPTED_IN',
      'a OPTED_IN',
    ]);
  });

  test(`takes ${MANY} at once, and again with the same key changes nothing`, async () => {
    const variables = { accounts: many, migration: 'large', key: 'all of them' };
    const started = performance.now();
    const answers = await ask(service.operator, OPT_IN, variables);
    const tookMs = performance.now() - started;
    expect(short(answers)).toEqual(many.map((id) => `${id} OPTED_IN`));
    expect(await eventsOf('OPTED_IN', 'large')).toBe(MANY);
    // One by one they would take several times as long; the bound leaves room for a busy machine.
    expect(tookMs).toBeLessThan(5_000);
    expect(await ask(service.operator, OPT_IN, variables)).toEqual(answers);
    expect(await eventsOf('OPTED_IN', 'large')).toBe(MANY);
  });
});

describe('opting many accounts out', () => {
  test('does all that may, and says why the others may not', async () => {
    const accounts = [...many.slice(0, 998), 'foreign', 'many-0'];
    const answers = short(await ask(service.operator, OPT_OUT, { accounts, migration: 'large' }));
    expect(answers).toEqual([...many.slice(0, 998).map((id) => `${id} OPTED_OUT`), 'foreign NOT_OPTED_IN', 'many-0 OPTED_OUT']);
    expect(await eventsOf('OPTED_OUT', 'large')).toBe(998);
  });
});

test.each([
  ['no account', [] as string[]],
  ['more than a call takes', [...many, 'a']],
])('%s is refused', async (_what, accounts) => {
  for (const document of [OPT_IN, OPT_OUT])
    await refusalOf(ask(service.operator, document, { accounts, migration: 'running' }), 'INVALID_INPUT');
});

test('a migration nobody was told of refuses the call, and so does a caller who may not decide', async () => {
  const runtime = await service.clientOf({ role: 'RUNTIME', subject: 'login' });
  for (const document of [OPT_IN, OPT_OUT]) {
    await refusalOf(ask(service.operator, document, { accounts: ['a'], migration: 'nothing' }), 'NOT_FOUND');
    await refusalOf(ask(runtime, document, { accounts: ['a'], migration: 'running' }), 'FORBIDDEN');
    await refusalOf(ask(service.anonymous, document, { accounts: ['a'], migration: 'running' }), 'UNAUTHENTICATED');
  }
});

test('no caller met a defect', () => expect(service.defects).toEqual([]));
