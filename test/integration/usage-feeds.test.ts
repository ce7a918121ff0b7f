/** What follows from counted uses: impact and opt-in, the board, the lists of operators, the reminder mail. */
import { beforeAll, describe, expect, test } from 'vitest';
import { renderReminder } from '../../src/email/reminder-mail.ts';
import { parse } from '../support/csv.ts';
import type { ApiError, GraphqlClient } from '../support/graphql-client.ts';
import { createCustomer, OPERATOR } from '../support/platform.ts';
import { refusalOf, startService, type TestService } from '../support/service.ts';

const KEY = 'old-endpoint';
const START = '2016-06-01T09:30:00.000Z';
const NOW = '2016-07-15T09:30:00.000Z';

let service: TestService;
let administrator: GraphqlClient;
let runtime: GraphqlClient;

/** `busy` used it yesterday, `monthly` on the 20th of June, `quiet` on the 1st of June, `never` not at all. */
const LAST_USED = { busy: '2016-07-14T20:00:00.000Z', monthly: '2016-06-20T00:00:00.000Z', quiet: '2016-06-01T09:00:00.000Z' };

beforeAll(async () => {
  service = await startService(START);
  const { accounts, migrations } = service.house;
  for (const key of [KEY, 'uncounted']) {
    const dates = { gracePeriodStart: '2016-06-02', mandatoryOptIn: '2016-10-01' };
    await migrations.createMigration(OPERATOR, { key, title: key, severity: 'LOW', reversible: true, ...dates });
    await migrations.announceMigration(OPERATOR, key);
  }
  ({ administrator } = await createCustomer(service, 'busy', new Date('2015-01-01')));
  const [{ id }] = (await service.db.query<{ id: string }>('select id from administrator')) as [{ id: string }];
  for (const name of ['monthly', 'never', 'quiet']) {
    await accounts.createAccount(OPERATOR, { id: name, name, platform: 'CLOUD', createdAt: new Date('2015-01-01') });
    await accounts.grantAdministration(OPERATOR, id, name);
  }
  runtime = await service.clientOf({ role: 'RUNTIME', subject: 'gateway' });
  for (const [account, at] of Object.entries(LAST_USED).toReversed()) {
    await service.setClock(at > START ? at : START);
    await report({ account, migration: KEY, client: 'shop', uses: 3, lastUsedAt: at });
  }
  await service.setClock(NOW);
});

const report = (use: object) =>
  runtime.request('mutation ($reports: [UseReportInput!]!) { reportUsage(reports: $reports) { counted } }', { reports: [use] });

interface Impact {
  readonly todo: readonly { id: string; text: string; done: boolean; blocking: boolean }[];
  readonly lastUsedAt: string | null;
  readonly quietDays: number | null;
  readonly safeToEnable: boolean;
}
const impactOf = async (account: string, migration = KEY) =>
  (
    await administrator.request<{ migrationImpact: Impact }, object>(
      'query ($account: ID!, $migration: ID!) { migrationImpact(account: $account, migration: $migration) { todo { id text done blocking } lastUsedAt quietDays safeToEnable } }',
      { account, migration },
    )
  ).migrationImpact;

describe('the impact on an account', () => {
  test('says for how long it was quiet, and whether that is safe', async () => {
    const seen = await Promise.all(['busy', 'monthly', 'quiet', 'never'].map((account) => impactOf(account)));
    expect(seen.map(({ lastUsedAt, quietDays, safeToEnable }) => [lastUsedAt, quietDays, safeToEnable])).toEqual([
      [LAST_USED.busy, 1, false],
      [LAST_USED.monthly, 25, false],
      [LAST_USED.quiet, 44, true],
      [null, 44, true],
    ]);
  });

  test('has something to do first where it used it in the last 7 days', async () => {
    expect((await impactOf('busy')).todo).toEqual([
      {
        id: 'stop-using-the-old-behaviour',
        text: 'Change what still uses the old behaviour, as the guide of the migration says. In the last 7 days "shop" (3 times) used it.',
        done: false,
        blocking: true,
      },
    ]);
    expect((await impactOf('monthly')).todo).toMatchObject([
      { done: true, text: expect.stringContaining('Nobody used it in the last 7 days') },
    ]);
  });

  test('knows nothing of a migration of which nobody counts uses', async () => {
    expect(await impactOf('busy', 'uncounted')).toEqual({ todo: [], lastUsedAt: null, quietDays: null, safeToEnable: false });
  });
});

test('an account that used it lately must say so to opt in; others need not', async () => {
  const decide = (field: string, account: string, migration: string, more = '') =>
    administrator.request(`mutation { ${field}(account: "${account}", migration: "${migration}" ${more}) { state { enabled } } }`);
  // A process may not know for some seconds that somebody began to count.
  await expect
    .poll(async () => {
      try {
        await decide('optIn', 'busy', KEY);
        await decide('optOut', 'busy', KEY);
        return 'opted in';
      } catch (error) {
        return (error as ApiError).code;
      }
    })
    .toBe('NOT_ACKNOWLEDGED');
  const refusal = await refusalOf(decide('optIn', 'busy', KEY), 'NOT_ACKNOWLEDGED');
  expect(refusal.message).toContain('"shop" (3 times) used it.');
  for (const [account, migration, more] of [
    ['busy', KEY, ', acknowledge: true'],
    ['quiet', KEY, ''],
    ['busy', 'uncounted', ''],
  ] as const) {
    expect(await decide('optIn', account, migration, more)).toEqual({ optIn: { state: { enabled: true } } });
    await decide('optOut', account, migration);
  }
});

test('the board counts as ready who did not use it lately, as safe who did not for long, and lists them in that order', async () => {
  const { board } = await administrator.request<{ board: { migrations: unknown[] } }, object>(
    '{ board { migrations { migration { key } open ready safe accounts { edges { node { accountMigration { account { id } lastUse { quietDays } } ready } } } } } }',
  );
  const node = (id: string, quietDays: number, ready: boolean) => ({
    node: { accountMigration: { account: { id }, lastUse: { quietDays } }, ready },
  });
  expect(board.migrations).toContainEqual({
    migration: { key: KEY },
    open: 4,
    ready: 3,
    safe: 2,
    accounts: { edges: [node('never', 44, true), node('quiet', 44, true), node('monthly', 25, true), node('busy', 1, false)] },
  });
  expect(board.migrations).toContainEqual(expect.objectContaining({ migration: { key: 'uncounted' }, open: 4, ready: 4, safe: 0 }));
});

describe('the accounts of a migration', () => {
  const listed = async (filter: string, migration = KEY) =>
    (
      await service.operator.request<{ migrationAccounts: { edges: { node: { account: { id: string } } }[] } }, object>(
        `{ migrationAccounts(migration: "${migration}" ${filter}) { edges { node { account { id } } } } }`,
      )
    ).migrationAccounts.edges.map(({ node }) => node.account.id);

  test('are those that were quiet for so long, or used it so lately', async () => {
    expect(await listed('quietForDays: 44')).toEqual(['never', 'quiet']);
    expect(await listed('quietForDays: 25')).toEqual(['monthly', 'never', 'quiet']);
    // Nobody counted for so long: nothing is known.
    expect(await listed('quietForDays: 45')).toEqual([]);
    expect(await listed('quietForDays: 1', 'uncounted')).toEqual([]);
    expect(await listed('usedWithinDays: 1')).toEqual([]);
    expect(await listed('usedWithinDays: 2')).toEqual(['busy']);
    expect(await listed('usedWithinDays: 26')).toEqual(['busy', 'monthly']);
    expect(await listed('usedWithinDays: 26, search: "mo"')).toEqual(['monthly']);
    expect(await listed('usedWithinDays: 400, standing: DONE')).toEqual([]);
    expect(await listed('usedWithinDays: 26, quietForDays: 10')).toEqual(['monthly']);
    for (const filter of ['quietForDays: 0', 'usedWithinDays: 401']) await refusalOf(listed(filter), 'INVALID_INPUT');
  });

  test('say when each last used it, to whoever may know', async () => {
    const query = `{ account(id: "monthly") { migrations { migration { key } lastUse { lastUsedAt quietDays safeToEnable } } } }`;
    expect(await administrator.request(query)).toMatchObject({
      account: {
        migrations: expect.arrayContaining([
          { migration: { key: KEY }, lastUse: { lastUsedAt: LAST_USED.monthly, quietDays: 25, safeToEnable: false } },
          { migration: { key: 'uncounted' }, lastUse: null },
        ]),
      },
    });
    await refusalOf(runtime.request(query), 'FORBIDDEN');
    const flags = await service.clientOf({ role: 'PARTNER', subject: 'Co', accounts: ['monthly'], scopes: ['flags:read'] });
    expect((await refusalOf(flags.request(query), 'FORBIDDEN')).message).toContain('"migrations:read"');
  });

  test('have it in their files, with the same filters', async () => {
    const { token } = await service.house.tokens.createToken(OPERATOR, { name: 'o', role: 'OPERATOR', subject: 'o' });
    const file = (ending: string) =>
      fetch(`${service.url}/migrations/${KEY}/accounts.${ending}`, { headers: { authorization: `Bearer ${token}` } });
    const [names = [], ...rows] = parse(await (await file('csv?quietForDays=20')).text());
    expect(names.slice(-2)).toEqual(['lastUsedAt', 'quietDays']);
    expect(rows.map((row) => [row[0], ...row.slice(-2)])).toEqual([
      ['monthly', LAST_USED.monthly, '25'],
      ['never', '', '44'],
      ['quiet', LAST_USED.quiet, '44'],
    ]);
    const lines = (await (await file('ndjson?usedWithinDays=5')).text()).trim().split('\n');
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([{ account: 'busy', lastUsedAt: LAST_USED.busy, quietDays: 1 }]);
    for (const wrong of ['quietForDays=many', 'usedWithinDays=0', 'quietForDays=']) expect((await file(`csv?${wrong}`)).status).toBe(400);
  });
});

describe('whom a migration touches', () => {
  const DRAFT = 'seen-using';
  const edit = (affects: string) =>
    service.operator.request<{ editMigration: { affects: { listedOnly: boolean } } }, object>(
      `mutation { editMigration(key: "${DRAFT}", input: { affects: { ${affects} } }) { affects { listedOnly } } }`,
    );
  const touched = async () => {
    const [row] = await service.db.query<{ ids: string[] }>(
      `select array(select a.id from account a, migration m where m.key = $1 and is_affected(m, a) order by a.id) as ids`,
      [DRAFT],
    );
    return row!.ids;
  };
  const previewed = async (affects: string) => {
    type Previewed = { previewMigration: { affectedAccounts: number; problems: { field: string }[] } };
    const { previewMigration } = await service.operator.request<Previewed, object>(
      `{ previewMigration(editing: "${DRAFT}", input: { title: "Seen", severity: LOW, affects: { ${affects} } }) {
          affectedAccounts problems { field } } }`,
    );
    return previewMigration;
  };

  beforeAll(async () => {
    await service.house.migrations.createMigration(OPERATOR, { key: DRAFT, title: 'Seen', severity: 'LOW' });
    for (const [account, at] of Object.entries(LAST_USED)) await report({ account, migration: DRAFT, uses: 1, lastUsedAt: at });
  });

  test('may be those that were seen using the old behaviour, and stays so until somebody says otherwise', async () => {
    expect(await previewed('usedWithinDays: 26')).toEqual({ affectedAccounts: 2, problems: [] });
    expect((await edit('usedWithinDays: 26')).editMigration.affects.listedOnly).toBe(true);
    expect(await touched()).toEqual(['busy', 'monthly']);
    await report({ account: 'never', migration: DRAFT, uses: 1, lastUsedAt: NOW });
    expect(await touched()).toEqual(['busy', 'monthly']);
    await edit('usedWithinDays: 1');
    expect(await touched()).toEqual(['never']);
    await edit('builtInEmailOnly: false');
    expect(await touched()).toEqual(['never']);
    await edit('accounts: null');
    expect(await touched()).toEqual(['busy', 'monthly', 'never', 'quiet']);
  });

  test('is refused where it means nothing', async () => {
    for (const wrong of [
      'usedWithinDays: 0',
      'usedWithinDays: 401',
      'usedWithinDays: 5, accounts: ["busy"]',
      'usedWithinDays: 5, accounts: null',
    ]) {
      expect((await refusalOf(edit(wrong), 'INVALID_INPUT')).extensions).toMatchObject({ details: { field: 'usedWithinDays' } });
      expect(await previewed(wrong)).toEqual({ affectedAccounts: 0, problems: [{ field: 'usedWithinDays' }] });
    }
    const create = `mutation { createMigration(input: { title: "New one", severity: LOW, affects: { usedWithinDays: 5 } }) { key } }`;
    expect((await refusalOf(service.operator.request(create), 'INVALID_INPUT')).message).toContain('then edit it');
    expect(await touched()).toEqual(['busy', 'monthly', 'never', 'quiet']);
  });
});

test('the reminder mail says which accounts are safe to enable', async () => {
  await service.sweep();
  const mails = await service.db.query<{ id: string }>('select id from mail order by created_at desc limit 1');
  const content = (await service.house.reminders.contentOf(mails.map(({ id }) => id))).get(mails[0]!.id);
  const { text } = renderReminder(content!);
  const [, counted = ''] = text.split(`${KEY}\n`);
  expect(counted).toMatch(/- busy \(busy\): [^\n]*old behaviour last used on July 14, 2016\n/);
  expect(counted).toMatch(/- monthly \(monthly\): old behaviour last used on June 20, 2016\n/);
  expect(counted).toMatch(/- never \(never\): old behaviour not used for 44 days: safe to enable\n/);
  expect(counted).toMatch(/- quiet \(quiet\): [^\n]*old behaviour not used for 44 days: safe to enable\n/);
  expect(service.defects).toEqual([]);
});
