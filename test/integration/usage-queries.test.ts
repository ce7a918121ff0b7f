import { beforeAll, describe, expect, test } from 'vitest';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { announceGate, createCustomer, OPERATOR } from '../support/platform.ts';
import { refusalOf, startService, type TestService } from '../support/service.ts';

const KEY = 'idp-access-tokens';
const NOW = '2016-06-15T09:00:00.000Z';
const DAY_MS = 86_400_000;

let service: TestService;
let administrator: GraphqlClient;
let accountNumber: number;

beforeAll(async () => {
  service = await startService(NOW);
  await announceGate(service, KEY, '2016-06-10', '2016-08-10');
  ({ administrator } = await createCustomer(service, 'acme', new Date('2015-01-01')));
  ({ accountNumber } = await service.house.rollouts.state(OPERATOR, 'acme', KEY));
});

const daysAgo = (days: number) => new Date(new Date(NOW).getTime() - days * DAY_MS);
const use = (client: string, days: number, account = accountNumber) =>
  service.house.usageRecorder.record(KEY, account, client, daysAgo(days));

interface Usage {
  readonly lastUsedAt: string | null;
  readonly usesLast30Days: number;
  readonly days: readonly { day: string; uses: number }[];
  readonly clients: readonly { client: string; uses: number; lastUsedAt: string }[];
}
const USAGE = `query ($account: ID!, $migration: ID!) { migrationUsage(account: $account, migration: $migration) {
  lastUsedAt usesLast30Days days { day uses } clients { client uses lastUsedAt } } }`;
const usage = async (client = administrator) =>
  (await client.request<{ migrationUsage: Usage }, unknown>(USAGE, { account: 'acme', migration: KEY })).migrationUsage;

interface Using {
  readonly edges: readonly { node: { account: { id: string }; state: { reason: string }; usesLast30Days: number; lastUsedAt: string } }[];
  readonly pageInfo: { hasNextPage: boolean; endCursor: string | null };
}
const USING = `query ($migration: ID!, $first: Int!, $after: String) { accountsUsing(migration: $migration, first: $first, after: $after) {
  edges { node { account { id } state { reason } usesLast30Days lastUsedAt } } pageInfo { hasNextPage endCursor } } }`;
const using = async (first: number, after: string | null = null) =>
  (await service.operator.request<{ accountsUsing: Using }, unknown>(USING, { migration: KEY, first, after })).accountsUsing;

test('an account sees when old behaviour was last used, by day and by client, of 30 days', async () => {
  expect(await usage()).toEqual({ lastUsedAt: null, usesLast30Days: 0, days: [], clients: [] });
  use('old', 399);
  expect(await usage()).toEqual({ lastUsedAt: daysAgo(399).toISOString(), usesLast30Days: 0, days: [], clients: [] });
  use('before', 30);
  use('login', 29);
  use('login', 2);
  use('login', 2);
  use('backup', 1);
  expect(await usage()).toEqual({
    lastUsedAt: daysAgo(1).toISOString(),
    usesLast30Days: 4,
    days: [
      { day: '2016-05-17', uses: 1 },
      { day: '2016-06-13', uses: 2 },
      { day: '2016-06-14', uses: 1 },
    ],
    clients: [
      { client: 'backup', uses: 1, lastUsedAt: daysAgo(1).toISOString() },
      { client: 'login', uses: 3, lastUsedAt: daysAgo(2).toISOString() },
    ],
  });
});

describe('operators', () => {
  test('page through the accounts that use old behaviour, the latest first', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    for (const [index, id] of ids.entries()) {
      await createCustomer(service, id, new Date('2015-01-01'));
      const { accountNumber: number } = await service.house.rollouts.state(OPERATOR, id, KEY);
      use('x', 20, number);
      // Two share a day: the page between them must neither repeat nor miss one.
      use('y', 3 + Math.floor(index / 2), number);
    }
    const long = await service.house.rollouts.state(OPERATOR, 'a', KEY);
    await service.house.rollouts.optIn(OPERATOR, long.accountId, KEY, true);
    await service.house.usageRecorder.flush();
    const all = await using(100);
    expect(all.edges.map(({ node }) => node.account.id)).toEqual(['acme', 'b', 'a', 'd', 'c', 'e']);
    expect(all.edges[2]!.node).toEqual({
      account: { id: 'a' },
      state: { reason: 'OPTED_IN' },
      usesLast30Days: 2,
      lastUsedAt: daysAgo(3).toISOString(),
    });
    const paged: string[] = [];
    for (let after: string | null = null, more = true; more && paged.length < 10;) {
      const { edges, pageInfo } = await using(1, after);
      paged.push(...edges.map(({ node }) => node.account.id));
      after = pageInfo.endCursor;
      more = pageInfo.hasNextPage;
    }
    expect(paged).toEqual(['acme', 'b', 'a', 'd', 'c', 'e']);
  });

  test('are told of cursors of other lists and numbers no list has', async () => {
    const cursor = (key: unknown) => Buffer.from(JSON.stringify(key)).toString('base64url');
    for (const key of [['a', 1], ['2016-06-15'], ['2016-06-15', 1.5], ['2016-02-30', 1], ['0000-01-01', 1], ['2016-06-15', 1e300], [1, 1]])
      await refusalOf(using(5, cursor(key)), 'INVALID_CURSOR');
    await refusalOf(using(0), 'INVALID_INPUT');
  });
});

test('counts are kept for 400 days', async () => {
  use('kept', 399, 12_345);
  use('gone', 400, 12_345);
  await service.house.usageRecorder.flush();
  await service.sweep();
  const rows = await service.db.query<{ client: string }>('select client from usage where account_number = 12345');
  expect(rows).toEqual([{ client: 'kept' }]);
  const [last] = await service.db.query('select last_day::text as day from account_usage where account_number = 12345');
  expect(last).toEqual({ day: daysAgo(399).toISOString().slice(0, 10) });
  await service.setClock('2016-06-16T09:00:00.000Z');
  await service.sweep();
  expect(await service.db.query('select from account_usage where account_number = 12345')).toEqual([]);
  await service.setClock(NOW);
  expect(service.defects).toEqual([]);
});

test('more than one batch is deleted, and a stop comes between batches', async () => {
  await service.db.query(
    `insert into usage select m.id, n, '2014-01-01', '', 1, '2014-01-01' from migration m, generate_series(1, 12000) n where m.key = $1`,
    [KEY],
  );
  const stop = new AbortController();
  stop.abort();
  expect(await service.house.usage.purge(stop.signal)).toBe(5_000);
  expect(await service.house.usage.purge()).toBe(7_000);
});
