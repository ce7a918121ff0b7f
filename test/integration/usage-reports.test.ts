import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ApiError, type GraphqlClient } from '../support/graphql-client.ts';
import { OPERATOR, usesOf } from '../support/platform.ts';
import { refusalOf, startService, type TestService } from '../support/service.ts';

const NOW = '2016-06-15T09:00:00.000Z';
const KEY = 'old-endpoint';

let service: TestService;
let runtime: GraphqlClient;
let partner: GraphqlClient;

beforeAll(async () => {
  service = await startService(NOW);
  const { accounts, migrations } = service.house;
  for (const key of [KEY, 'draft'])
    await migrations.createMigration(OPERATOR, { key, title: key, severity: 'LOW', gracePeriodStart: '2016-06-20' });
  await migrations.announceMigration(OPERATOR, KEY);
  for (const id of ['acme', 'globex']) await accounts.createAccount(OPERATOR, { id, name: id, platform: 'CLOUD' });
  runtime = await service.clientOf({ role: 'RUNTIME', subject: 'gateway' });
  partner = await service.clientOf({ role: 'PARTNER', subject: 'Backup Co', accounts: ['acme'], scopes: ['usage:write'] });
});
beforeEach(async () => {
  await service.db.query('truncate usage, account_usage, usage_watch');
});

interface Report {
  readonly account: string;
  readonly migration: string;
  readonly client?: string;
  readonly uses?: number;
  readonly lastUsedAt?: string;
}
interface Outcome {
  readonly counted: number;
  readonly refused: readonly { account: string; migration: string; code: string; message: string }[];
}
const REPORT = `mutation ($reports: [UseReportInput!]!, $key: String) { reportUsage(reports: $reports, idempotencyKey: $key) {
  counted refused { account migration code message } } }`;
const report = async (client: GraphqlClient, reports: readonly Report[], key: string | null = null) =>
  (await client.request<{ reportUsage: Outcome }, unknown>(REPORT, { reports, key })).reportUsage;
const own = { account: 'acme', migration: KEY };

test('a batch is counted by account, client and day, and read where uses are read', async () => {
  const batch = [
    { ...own, client: 'shop', uses: 3, lastUsedAt: '2016-06-13T10:00:00Z' },
    { ...own, client: 'shop' },
    own,
    { account: 'globex', migration: KEY, uses: 2, lastUsedAt: '2016-06-15T08:59:00Z' },
  ];
  expect(await report(runtime, batch)).toEqual({ counted: 7, refused: [] });
  expect(await report(runtime, [{ ...own, client: 'shop', uses: 5 }])).toEqual({ counted: 5, refused: [] });
  expect(await usesOf(service, KEY, 'acme')).toEqual({ shop: 9, '': 1 });
  expect(await usesOf(service, KEY, 'globex')).toEqual({ '': 2 });
  const { migrationUsage } = await service.operator.request<{ migrationUsage: unknown }, unknown>(
    `{ migrationUsage(account: "acme", migration: "${KEY}") { lastUsedAt days { day uses } } }`,
  );
  expect(migrationUsage).toEqual({
    lastUsedAt: NOW,
    days: [
      { day: '2016-06-13', uses: 3 },
      { day: '2016-06-15', uses: 7 },
    ],
  });
});

test('nothing of it is in the event log', async () => {
  const events = () => service.db.query('select count(*) from event');
  const before = await events();
  await report(runtime, [own]);
  expect(await events()).toEqual(before);
});

describe('what is wrong in a batch', () => {
  test('is named once for each account and migration, and keeps nothing else from being counted', async () => {
    const batch = [
      { account: 'nobody', migration: KEY, client: 'a' },
      { account: 'nobody', migration: KEY, client: 'b' },
      { account: 'acme', migration: 'nothing' },
      { ...own, uses: 0 },
      { ...own, lastUsedAt: '2016-06-16T00:00:00Z' },
      { ...own, uses: 2 },
    ];
    const { counted, refused } = await report(runtime, batch);
    expect(counted).toBe(2);
    expect(refused.map(({ account, migration, code }) => [account, migration, code])).toEqual([
      ['acme', KEY, 'INVALID_INPUT'],
      ['acme', KEY, 'INVALID_INPUT'],
      ['acme', 'nothing', 'NOT_FOUND'],
      ['nobody', KEY, 'NOT_FOUND'],
    ]);
    expect(refused[3]!.message).toBe('There is no account "nobody". Check its id.');
    expect(await usesOf(service, KEY, 'acme')).toEqual({ '': 2 });
  });

  test('may not be its size', async () => {
    await refusalOf(report(runtime, []), 'INVALID_INPUT');
    await refusalOf(
      report(
        runtime,
        Array.from({ length: 1_001 }, () => own),
      ),
      'INVALID_INPUT',
    );
    const most = Array.from({ length: 1_000 }, (_, i) => ({ ...own, client: `client ${i}` }));
    expect(await report(runtime, most)).toEqual({ counted: 1_000, refused: [] });
    expect(Object.keys(await usesOf(service, KEY, 'acme'))).toHaveLength(1_000);
  });
});

describe('a partner', () => {
  test('reports of its accounts and of migrations that people were told of; everything else does not exist', async () => {
    const batch = [
      own,
      { account: 'globex', migration: KEY },
      { account: 'nobody', migration: KEY },
      { account: 'acme', migration: 'draft' },
    ];
    const { counted, refused } = await report(partner, batch);
    expect(counted).toBe(1);
    expect(refused.map(({ message }) => message)).toEqual([
      expect.stringContaining('"draft"'),
      'There is no account "globex". Check its id.',
      'There is no account "nobody". Check its id.',
    ]);
    expect(await usesOf(service, KEY, 'globex')).toEqual({});
    expect(await report(runtime, [{ account: 'acme', migration: 'draft' }])).toEqual({ counted: 1, refused: [] });
  });

  test('needs the scope', async () => {
    const other = await service.clientOf({ role: 'PARTNER', subject: 'Co', accounts: ['acme'], scopes: ['flags:read', 'opt_ins:write'] });
    expect((await refusalOf(report(other, [own]), 'FORBIDDEN')).message).toContain('"usage:write"');
  });
});

describe('with an idempotencyKey', () => {
  test('a batch that comes a hundred times at once, or later again, is counted once and answered alike', async () => {
    const send = () =>
      report(
        runtime,
        [
          { ...own, uses: 7 },
          { account: 'nobody', migration: KEY },
        ],
        'batch 1',
      );
    // Whoever waits longer than it should is told to send it again.
    const sendUntilAnswered = async (): Promise<Outcome> => {
      try {
        return await send();
      } catch (error) {
        if (error instanceof ApiError && error.code === 'IDEMPOTENCY_IN_PROGRESS') return sendUntilAnswered();
        throw error;
      }
    };
    const answers = await Promise.all(Array.from({ length: 100 }, sendUntilAnswered));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]!.counted).toBe(7);
    expect(await send()).toEqual(answers[0]);
    expect(await usesOf(service, KEY, 'acme')).toEqual({ '': 7 });
    await refusalOf(report(runtime, [{ ...own, uses: 8 }], 'batch 1'), 'IDEMPOTENCY_KEY_REUSED');
  });

  test('many batches over the same accounts at once, in any order, are all counted', async () => {
    const batches = Array.from({ length: 100 }, (_, n) => {
      const pairs = ['acme', 'globex'].flatMap((account) =>
        [KEY, 'draft'].map((migration) => ({ account, migration, client: `c${n % 3}` })),
      );
      return n % 2 ? pairs : pairs.toReversed();
    });
    await Promise.all(batches.map((batch, n) => report(runtime, batch, `many ${n}`)));
    const uses = await Promise.all(['acme', 'globex'].flatMap((account) => [KEY, 'draft'].map((key) => usesOf(service, key, account))));
    expect(uses).toEqual(Array.from({ length: 4 }, () => ({ c0: 34, c1: 33, c2: 33 })));
    expect(service.defects).toEqual([]);
  });
});
