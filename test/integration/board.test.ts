import { beforeAll, expect, test } from 'vitest';
import type { Actor } from '../../src/auth/actor.ts';
import { GracelineError } from '../../src/errors.ts';
import type { BoardAccount, BoardView } from '../../src/board/board.rules.ts';
import { newId } from '../../src/ids.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { announceGate, OPERATOR } from '../support/platform.ts';
import { refusalOf, startService, type TestService } from '../support/service.ts';

const NOW = '2016-06-15T09:00:00.000Z';
const GATES = ['idp-access-tokens', 'email-from-address', 'email-template', 'password-reset-link'];
const DAY_MS = 86_400_000;
const OLD = new Date('2015-01-01');
const TEMPLATE = { subject: 'Hello', body: '<p>Hello {{ user.name }}</p>' };

let service: TestService;
let anna: Actor;
let client: GraphqlClient;

/** Each account stands otherwise to the gates: what it uses, what it sends with, what it customised. */
const ACCOUNTS: Readonly<Record<string, (account: string, number: number) => Promise<unknown>>> = {
  plain: async () => undefined,
  tokens: async (_, number) => service.house.usageRecorder.record('idp-access-tokens', number, 'app', daysAgo(2)),
  'tokens-once': async (_, number) => service.house.usageRecorder.record('idp-access-tokens', number, 'app', daysAgo(9)),
  passwords: async (_, number) => service.house.usageRecorder.record('password-reset-link', number, 'app', daysAgo(0)),
  sender: async (account) =>
    service.house.templates.setEmailTemplate(OPERATOR, account, 'WELCOME', { ...TEMPLATE, from: 'shop@shop.example' }),
  words: async (account) => service.house.templates.setEmailTemplate(OPERATOR, account, 'WELCOME', TEMPLATE),
  'words-unused': async (account) =>
    service.house.templates.setEmailTemplate(OPERATOR, account, 'WELCOME', { ...TEMPLATE, enabled: false }),
  'default-sender': async (account) =>
    service.house.emailSettings.setProvider(OPERATOR, account, { provider: 'BUILT_IN', defaultFrom: 'shop@shop.example' }),
  'own-provider': async (account) => {
    await service.house.templates.setEmailTemplate(OPERATOR, account, 'WELCOME', { ...TEMPLATE, from: 'shop@shop.example' });
    await service.house.emailSettings.setProvider(OPERATOR, account, {
      provider: 'SENDGRID',
      apiKey: 'SG.0123456789012345678901234567890',
    });
  },
};

const daysAgo = (days: number) => new Date(Date.parse(NOW) - days * DAY_MS);

beforeAll(async () => {
  service = await startService(NOW);
  const { accounts, migrations, rollouts } = service.house;
  for (const gate of GATES) await announceGate(service, gate, '2016-06-01', '2016-08-01');
  const created = await accounts.createAdministrator(OPERATOR, {
    email: 'anna@mine.example',
    name: 'Anna',
    timeZone: 'America/New_York',
    accounts: [],
  });
  anna = { role: 'ADMINISTRATOR', subject: created.email, administratorId: created.id, tokenId: null, scopes: [] };
  client = await service.clientOf({ role: 'ADMINISTRATOR', subject: created.email, administratorId: created.id });
  for (const [id, prepare] of Object.entries(ACCOUNTS)) {
    const { number } = await accounts.createAccount(OPERATOR, { id, name: id, platform: 'CLOUD', createdAt: OLD });
    await accounts.grantAdministration(OPERATOR, created.id, id);
    await prepare(id, number);
  }
  await accounts.createAccount(OPERATOR, { id: 'foreign', name: 'foreign', platform: 'CLOUD', createdAt: OLD });
  await migrations.createMigration(OPERATOR, {
    key: 'varied',
    title: 'varied',
    severity: 'LOW',
    gracePeriodStart: '2016-06-01',
    mandatoryOptIn: '2016-07-01',
  });
  await migrations.createMigration(OPERATOR, {
    key: 'coming',
    title: 'coming',
    severity: 'LOW',
    gracePeriodStart: '2016-06-20',
    mandatoryOptIn: '2016-09-01',
  });
  await migrations.createMigration(OPERATOR, {
    key: 'over',
    title: 'over',
    severity: 'LOW',
    gracePeriodStart: '2016-05-01',
    mandatoryOptIn: '2016-06-16',
  });
  await migrations.createMigration(OPERATOR, { key: 'draft', title: 'draft', severity: 'LOW' });
  for (const key of ['varied', 'coming', 'over']) await migrations.announceBegun(OPERATOR, key);
  await rollouts.optIn(OPERATOR, 'plain', 'varied');
  await rollouts.extendDeadline(OPERATOR, 'words', 'varied', new Date('2016-07-10T12:00:00Z'), 'why');
  await rollouts.exemptAccount(OPERATOR, 'sender', 'varied', new Date('2016-10-01'), 'why');
  await service.setClock('2016-06-16T09:00:00.000Z');
  // As if access tokens had been counted since May.
  await service.house.usageRecorder.flush();
  await service.db.query(
    `update usage_watch set first_day = '2016-05-01' where migration_id = (select id from migration where key = 'idp-access-tokens')`,
  );
});

const board = (): Promise<BoardView> => service.house.board.board(anna);
const keyOf = async (id: string) => (await service.house.migrations.byIds([id]))[0]!.key;

async function accountsOf(migrationId: string, openOnly: boolean): Promise<BoardAccount[]> {
  const all: BoardAccount[] = [];
  let after: string | null = null;
  for (;;) {
    const page = await service.house.board.accounts(anna, migrationId, openOnly, { first: 2, after });
    all.push(...page.edges.map(({ node }) => node));
    if (!page.hasNextPage) return all;
    after = page.edges.at(-1)!.cursor;
  }
}

test('counts for each migration that is not over how all accounts stand, the next deadline first', async () => {
  const { accounts, timeZone, migrations } = await board();
  expect({ accounts, timeZone }).toEqual({ accounts: 9, timeZone: 'America/New_York' });
  const keys = await Promise.all(migrations.map(({ migrationId }) => keyOf(migrationId)));
  expect(keys[0]).toBe('varied');
  expect(keys.at(-1)).toBe('coming');
  expect(keys.toSorted((a, b) => a.localeCompare(b))).toEqual(['coming', ...GATES, 'varied'].toSorted((a, b) => a.localeCompare(b)));
  expect(migrations[0]).toMatchObject({
    affected: 9,
    open: 7,
    ready: 7,
    notStarted: 0,
    exempt: 1,
    done: 1,
    nextDeadline: new Date('2016-07-01'),
  });
  expect(migrations.at(-1)).toMatchObject({ affected: 9, open: 0, ready: 0, notStarted: 9, exempt: 0, done: 0 });
  for (const { affected, open, notStarted, exempt, done } of migrations) expect(open + notStarted + exempt + done).toBe(affected);
});

test('shows deadlines as days where the reader is, each with its accounts', async () => {
  const { deadlines } = await board();
  const shown = await Promise.all(
    deadlines.map(async ({ migrationId, day, accounts }) => `${day} ${await keyOf(migrationId)} ${accounts}`),
  );
  expect(shown.filter((line) => line.includes('varied'))).toEqual(['2016-06-30 varied 7', '2016-07-10 varied 1']);
  expect(shown.at(-1)).toBe('2016-08-31 coming 9');
});

test('calls safe only what was quiet for 35 days while uses were counted, and knows what is not counted', async () => {
  const { migrations } = await board();
  const known = Object.fromEntries(await Promise.all(migrations.map(async ({ migrationId, safe }) => [await keyOf(migrationId), safe])));
  expect(known).toMatchObject({ 'idp-access-tokens': 7, 'password-reset-link': 0, varied: 0 });
  for (const row of migrations) {
    const key = await keyOf(row.migrationId);
    for (const { accountMigration, ready, safeToEnable, quietDays } of await accountsOf(row.migrationId, true)) {
      const impact = await service.house.impact.impact(anna, accountMigration.accountId, key);
      expect([key, accountMigration.accountId, quietDays, safeToEnable]).toEqual([
        key,
        accountMigration.accountId,
        impact.quietDays,
        impact.safeToEnable && ready,
      ]);
    }
  }
  const { board: shown } = await client.request<{ board: { migrations: { migration: { key: string; usesCounted: boolean } }[] } }, unknown>(
    '{ board { migrations { migration { key usesCounted } } } }',
  );
  const counted = shown.migrations.filter(({ migration }) => migration.usesCounted).map(({ migration }) => migration.key);
  expect(counted.toSorted((a, b) => a.localeCompare(b))).toEqual(GATES.toSorted((a, b) => a.localeCompare(b)));
});

test('lists first what is safe, then what nothing blocks, each by id', async () => {
  const tokens = (await service.house.migrations.migration(OPERATOR, 'idp-access-tokens')).id;
  const safe = Object.keys(ACCOUNTS).filter((id) => !id.startsWith('tokens'));
  expect((await accountsOf(tokens, true)).map(({ accountMigration }) => accountMigration.accountId)).toEqual([
    ...safe.toSorted(),
    'tokens-once',
    'tokens',
  ]);
});

test('calls ready exactly those that can then opt in with nothing to acknowledge', async () => {
  const { migrations } = await board();
  for (const row of migrations) {
    const key = await keyOf(row.migrationId);
    const open = await accountsOf(row.migrationId, true);
    expect([key, open.length, open.filter(({ ready }) => ready).length]).toEqual([key, row.open, row.ready]);
    for (const { accountMigration, ready } of open) {
      const { accountId } = accountMigration;
      const refused = await service.house.rollouts.optIn(anna, accountId, key).then(
        () => null,
        (error: unknown) => (error instanceof GracelineError ? error.code : String(error)),
      );
      expect([key, accountId, refused]).toEqual([key, accountId, ready ? null : 'NOT_ACKNOWLEDGED']);
    }
  }
  const after = await board();
  expect(after.migrations.every(({ ready }) => ready === 0)).toBe(true);
  expect(after.migrations.some(({ open }) => open > 0)).toBe(true);
});

test('lists the accounts of a migration by id, with their uses and what the rule says', async () => {
  const { migrations } = await board();
  for (const { migrationId, affected } of migrations) {
    const all = await accountsOf(migrationId, false);
    expect(all).toHaveLength(affected);
    expect(all.map(({ accountMigration }) => accountMigration.accountId)).toEqual(Object.keys(ACCOUNTS).toSorted());
    const key = await keyOf(migrationId);
    for (const { accountMigration } of all)
      expect(accountMigration.state).toEqual((await service.house.rollouts.state(anna, accountMigration.accountId, key)).state);
    const uses = Object.fromEntries(all.map(({ accountMigration, usesLast30Days }) => [accountMigration.accountId, usesLast30Days]));
    if (key === 'idp-access-tokens') expect(uses).toMatchObject({ plain: 0, tokens: 1, 'tokens-once': 1 });
  }
});

test('comes in one request, for administrators alone', async () => {
  const query = `{ me { role subject accounts unreadNotices administrator { name timeZone } } board { accounts timeZone deadlines { day accounts migration { key } }
    migrations { open ready nextDeadline migration { key title } accounts(first: 2, openOnly: false) { edges { node { ready usesLast30Days
      accountMigration { account { id name } state { reason canOptIn } decision { optedInAt } lastDecision { type actor at } } } } pageInfo { hasNextPage } } } } }`;
  const { me, board: answer } = await client.request<{ me: object; board: { migrations: { accounts: { edges: unknown[] } }[] } }, unknown>(
    query,
  );
  expect(me).toMatchObject({
    role: 'ADMINISTRATOR',
    subject: 'anna@mine.example',
    accounts: 9,
    administrator: { name: 'Anna', timeZone: 'America/New_York' },
  });
  expect(answer.migrations).toHaveLength(6);
  expect(answer.migrations[0]!.accounts.edges).toHaveLength(2);
  await refusalOf(service.operator.request('{ board { accounts } }'), 'FORBIDDEN');
  expect(service.defects).toEqual([]);
});

test('says who calls, whoever it is', async () => {
  const me = async (caller: GraphqlClient) =>
    (await caller.request<{ me: object }, unknown>('{ me { role subject scopes accounts unreadNotices administrator { id } } }')).me;
  const nobody = { accounts: null, unreadNotices: null, administrator: null };
  expect(await me(service.operator)).toEqual({ role: 'OPERATOR', subject: OPERATOR.subject, scopes: [], ...nobody });
  const partner = await service.clientOf({ role: 'PARTNER', subject: 'Co', accounts: ['plain', 'words'], scopes: ['opt_ins:write'] });
  expect(await me(partner)).toEqual({ role: 'PARTNER', subject: 'Co', scopes: ['opt_ins:write'], ...nobody, accounts: 2 });
  expect(await me(await service.clientOf({ role: 'RUNTIME', subject: 'login' }))).toMatchObject({ role: 'RUNTIME', ...nobody });
});

test('is empty for whoever has no accounts, and bounded for whoever has too many', async () => {
  const lonely: Actor = { ...anna, administratorId: newId() };
  expect(await service.house.board.board(lonely)).toEqual({ accounts: 0, timeZone: 'UTC', migrations: [], deadlines: [] });
  await service.db.query(
    `with made as (insert into account (id, name, platform, time_zone, uses_built_in_email, attributes, created_at, updated_at)
       select 'z' || i, 'z', 'CLOUD', 'UTC', false, '{}', '2015-01-01', '2015-01-01' from generate_series(1, 20000) i returning number)
     insert into administration select $1, number from made`,
    [anna.administratorId],
  );
  await expect(board()).rejects.toMatchObject({ code: 'TOO_LARGE' });
});
