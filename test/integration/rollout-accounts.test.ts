import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from '../support/csv.ts';
import type { Page } from '../../src/pagination.ts';
import type { RolloutAccount } from '../../src/rollouts/rollout-accounts.repository.ts';
import { type ExportedAccount, RolloutAccountsService } from '../../src/rollouts/rollout-accounts.service.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { call, codeOf, createCustomer, OPERATOR, optIn, optOut } from '../support/platform.ts';
import { refusalOf, startService, type TestService } from '../support/service.ts';
import { SYSTEM } from '../../src/auth/actor.ts';

const KEY = 'wide';
const OLD = new Date('2015-01-01');
/** Named by somebody who hopes that an operator opens the file in a spreadsheet. */
const EVIL = `=HYPERLINK("https://evil.example";"Click, please")`;

let service: TestService;
let token: string;
let administrator: GraphqlClient;

interface Node {
  account: { id: string };
  state: { enabled: boolean; reason: string; deadline: string | null };
  decision: { optedInAt: string | null; optedOutAt: string | null; extendedUntil: string | null; exemptUntil: string | null } | null;
  lastDecision: { type: string; actor: string; actorRole: string; at: string; data: { reason?: string } } | null;
}
interface Answer {
  migrationAccounts: { edges: { node: Node }[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
}
const QUERY = `query ($standing: Standing! = ALL, $reasons: [Reason!], $search: String, $first: Int! = 100, $after: String) {
  migrationAccounts(migration: "${KEY}", standing: $standing, reasons: $reasons, search: $search, first: $first, after: $after) {
    edges { node { account { id } state { enabled reason deadline } decision { optedInAt optedOutAt extendedUntil exemptUntil }
      lastDecision { type actor actorRole at data } } } pageInfo { hasNextPage endCursor } } }`;
const list = async (variables: object = {}, client = service.operator) =>
  (await client.request<Answer, object>(QUERY, variables)).migrationAccounts;
const reasons = async (variables: object = {}) =>
  Object.fromEntries((await list(variables)).edges.map(({ node }) => [node.account.id, node.state.reason]));

beforeAll(async () => {
  service = await startService('2016-03-01T09:00:00.000Z');
  token = (await service.house.tokens.createToken(SYSTEM, { name: 't', role: 'OPERATOR', subject: 'olga@platform.example' })).token;
  const { accounts, migrations, rollouts } = service.house;
  const customers = new Map<string, Awaited<ReturnType<typeof createCustomer>>>();
  for (const id of ['in', 'out', 'pending']) customers.set(id, await createCustomer(service, id, OLD));
  administrator = customers.get('in')!.administrator;
  for (const id of ['extended', 'exempt', 'evil'])
    await accounts.createAccount(OPERATOR, { id, name: id === 'evil' ? EVIL : id, platform: 'CLOUD', createdAt: OLD });
  await accounts.createAccount(OPERATOR, { id: 'apart', name: 'apart', platform: 'APPLIANCE', createdAt: OLD });
  await migrations.createMigration(OPERATOR, {
    key: KEY,
    title: KEY,
    severity: 'LOW',
    gracePeriodStart: '2016-03-10',
    mandatoryOptIn: '2016-06-01',
    affects: { platforms: ['CLOUD'] },
  });
  await migrations.announceMigration(OPERATOR, KEY);
  await service.setClock('2016-03-20T09:00:00.000Z');
  await accounts.createAccount(OPERATOR, { id: 'young', name: 'young', platform: 'CLOUD' });
  await optIn(customers.get('in')!, KEY);
  await optIn(customers.get('out')!, KEY);
  await optOut(customers.get('out')!, KEY);
  await rollouts.extendDeadline(OPERATOR, 'extended', KEY, new Date('2016-07-01'), 'a release freeze');
  await rollouts.exemptAccount(OPERATOR, 'exempt', KEY, new Date('2016-09-01'), 'an audit');
});

describe('the accounts of a rollout', () => {
  test('are listed with the state of the rule, what was decided, by whom and why', async () => {
    expect(await reasons()).toEqual({
      evil: 'PENDING',
      exempt: 'EXEMPT',
      extended: 'EXTENDED',
      in: 'OPTED_IN',
      out: 'OPTED_OUT',
      pending: 'PENDING',
      young: 'NEW_ACCOUNT',
    });
    const { edges } = await list({ reasons: ['OPTED_OUT', 'EXTENDED', 'PENDING'], search: 'e' });
    expect(edges.map(({ node }) => node.account.id)).toEqual(['evil', 'extended', 'pending']);
    const at = '2016-03-20T09:00:00.000Z';
    const until = '2016-07-01T00:00:00.000Z';
    expect(edges[1]!.node).toMatchObject({
      state: { enabled: false, deadline: until },
      decision: { optedInAt: null, extendedUntil: until, exemptUntil: null },
      lastDecision: { type: 'DEADLINE_EXTENDED', actor: OPERATOR.subject, actorRole: 'OPERATOR', at, data: { reason: 'a release freeze' } },
    });
    expect(edges[2]!.node).toMatchObject({ decision: null, lastDecision: null });
    const [out] = (await list({ search: 'out' })).edges;
    expect(out!.node).toMatchObject({
      decision: { optedInAt: null, optedOutAt: at },
      lastDecision: { type: 'OPTED_OUT', actor: 'admin@out.example', actorRole: 'ADMINISTRATOR' },
    });
  });

  test('are those still open, those that are done, or those it does not touch', async () => {
    expect(Object.keys(await reasons({ standing: 'OPEN' }))).toEqual(['evil', 'exempt', 'extended', 'out', 'pending']);
    expect(Object.keys(await reasons({ standing: 'DONE' }))).toEqual(['in', 'young']);
    expect(await reasons({ reasons: ['NOT_AFFECTED'] })).toEqual({ apart: 'NOT_AFFECTED' });
    expect(await reasons({ reasons: ['MANDATORY'] })).toEqual({});
  });

  test('come page by page, and none twice or never', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    for (let more = true; more;) {
      const { edges, pageInfo }: Answer['migrationAccounts'] = await list({ first: 2, after });
      seen.push(...edges.map(({ node }) => node.account.id));
      ({ hasNextPage: more, endCursor: after } = pageInfo);
    }
    expect(seen).toEqual(['evil', 'exempt', 'extended', 'in', 'out', 'pending', 'young']);
    await refusalOf(list({ first: 101 }), 'INVALID_INPUT');
    await refusalOf(list({ after: 'nonsense' }), 'INVALID_CURSOR');
    await refusalOf(list({ search: 'x'.repeat(201) }), 'INVALID_INPUT');
    await refusalOf(list({}, administrator), 'FORBIDDEN');
  });

  test('of a draft are those it would touch', async () => {
    await service.house.migrations.createMigration(OPERATOR, {
      key: 'draft',
      title: 'draft',
      severity: 'LOW',
      affects: { platforms: ['APPLIANCE'] },
    });
    const query = '{ migrationAccounts(migration: "draft") { edges { node { account { id } state { reason } } } } }';
    expect(await service.operator.request(query)).toEqual({
      migrationAccounts: { edges: [{ node: { account: { id: 'apart' }, state: { reason: 'NOT_STARTED' } } }] },
    });
  });

  test('tell an administrator of their own what was decided, too', async () => {
    const query = `{ accountMigration(account: "in", migration: "${KEY}") { decision { optedInAt } lastDecision { type actor } } }`;
    expect(await administrator.request(query)).toEqual({
      accountMigration: {
        decision: { optedInAt: '2016-03-20T09:00:00.000Z' },
        lastDecision: { type: 'OPTED_IN', actor: 'admin@in.example' },
      },
    });
    const runtime = await service.clientOf({ role: 'RUNTIME', subject: 'login' });
    await refusalOf(runtime.request(query), 'FORBIDDEN');
  });
});

test('few among very many are looked for a stretch at a time, each going on where the last one ended', async () => {
  await service.db.query(
    `insert into account (id, name, platform, time_zone, uses_built_in_email, attributes, created_at, updated_at)
     select 'w-' || lpad(i::text, 5, '0'), 'Many', 'CLOUD', 'UTC', false, '{}', '2015-01-01', '2015-01-01' from generate_series(1, 26000) i`,
  );
  const { db, clock, migrations } = service.house;
  const shortSighted = new RolloutAccountsService(db, clock, migrations, service.house.usage, 1);
  const filter = { standing: 'ALL', reasons: ['NEW_ACCOUNT'], search: null } as const;
  const seen: string[][] = [];
  let after: string | null = null;
  for (let more = true; more;) {
    const { edges, hasNextPage, endCursor }: Page<RolloutAccount> = await shortSighted.accounts(OPERATOR, KEY, filter, { first: 1, after });
    seen.push(edges.map(({ node }) => node.accountId));
    more = hasNextPage;
    after = endCursor ?? edges.at(-1)?.cursor ?? null;
  }
  expect(seen).toEqual([[], ['young']]);
  expect(Object.keys(await reasons({ reasons: ['NEW_ACCOUNT', 'OPTED_OUT'] }))).toEqual(['out', 'young']);
  await service.db.query(`delete from account where id like 'w-%'`);
});

describe('the file of them', () => {
  test('is CSV that a spreadsheet takes for no formula and reads back as it was', async () => {
    const response = await call(service.url, `/migrations/${KEY}/accounts.csv`, { token });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/csv');
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${KEY}-accounts.csv"`);
    const [header, ...rows] = parse(await response.text());
    expect(header!.slice(0, 2)).toEqual(['account', 'name']);
    expect(rows.map(([account]) => account)).toEqual(['evil', 'exempt', 'extended', 'in', 'out', 'pending', 'young']);
    expect(rows[0]![1]).toBe(`'${EVIL}`);
    const extended = Object.fromEntries(header!.map((name, i) => [name, rows[2]![i]]));
    expect(extended).toEqual({
      account: 'extended',
      name: 'extended',
      platform: 'CLOUD',
      plan: '',
      region: '',
      enabled: 'false',
      reason: 'EXTENDED',
      since: '',
      deadline: '2016-07-01T00:00:00.000Z',
      exemptUntil: '',
      lastDecision: 'DEADLINE_EXTENDED',
      decidedAt: '2016-03-20T09:00:00.000Z',
      decidedBy: OPERATOR.subject,
      lastUsedAt: '',
      quietDays: '',
    });
  });

  test('is NDJSON with the same filters', async () => {
    const response = await call(service.url, `/migrations/${KEY}/accounts.ndjson?reasons=OPTED_IN,OPTED_OUT&search=o`, { token });
    const lines = (await response.text()).trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as ExportedAccount).account)).toEqual(['out']);
  });

  test('is an operator’s, and refuses what it does not know', async () => {
    const code = async (path: string, given?: string) => codeOf(await call(service.url, path, given === undefined ? {} : { token: given }));
    const file = `/migrations/${KEY}/accounts.csv`;
    expect(await code(file)).toBe('UNAUTHENTICATED');
    const partner = (
      await service.house.tokens.createToken(SYSTEM, {
        name: 'p',
        role: 'PARTNER',
        subject: 'Co',
        accounts: ['in'],
        scopes: ['migrations:read'],
      })
    ).token;
    expect(await code(file, partner)).toBe('FORBIDDEN');
    expect(await code('/migrations/nothing/accounts.csv', token)).toBe('NOT_FOUND');
    for (const wrong of ['standing=open', 'reasons=OPTED', 'serach=x', 'search=a&search=b', `search=${'x'.repeat(201)}`, 'search=%00'])
      expect(await code(`${file}?${wrong}`, token)).toBe('INVALID_INPUT');
  });

  test('of many accounts comes page by page, and ends short where the token is revoked meanwhile', async () => {
    await service.db.query(
      `insert into account (id, name, platform, time_zone, uses_built_in_email, attributes, created_at, updated_at)
       select 'many-' || lpad(i::text, 5, '0'), 'Many', 'CLOUD', 'UTC', false, '{}', '2015-01-01', '2015-01-01' from generate_series(1, 2500) i`,
    );
    const whole = parse(await (await call(service.url, `/migrations/${KEY}/accounts.csv?search=many-`, { token })).text());
    expect(whole).toHaveLength(2_501);
    expect(new Set(whole.map(([account]) => account)).size).toBe(2_501);
    let asked = 0;
    const ask = async () => {
      asked += 1;
      if (asked === 2) throw new Error('revoked');
      return OPERATOR;
    };
    const pages = await service.house.rolloutAccounts.export(ask, KEY, { standing: 'ALL', reasons: [], search: 'many-' });
    let rows = 0;
    await expect(
      (async () => {
        for await (const page of pages) rows += page.length;
      })(),
    ).rejects.toThrow('revoked');
    expect(rows).toBe(1_000);
  });
});

test('no caller met a defect', () => expect(service.defects).toEqual([]));
