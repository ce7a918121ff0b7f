import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AccountInput, AccountsService } from '../../src/accounts/accounts.service.ts';
import { requireAccount, visibleAccounts } from '../../src/accounts/visibility.ts';
import { type Actor, SYSTEM } from '../../src/auth/actor.ts';
import { Database } from '../../src/db/database.ts';
import type { GracelineError } from '../../src/errors.ts';
import { Wake } from '../../src/events/wake.ts';
import { newId } from '../../src/ids.ts';
import type { Page } from '../../src/pagination.ts';
import { cloneDatabase } from '../support/database.ts';

const OPERATOR: Actor = { role: 'OPERATOR', subject: 'op@example.com', administratorId: null, tokenId: null, scopes: [] };
const RUNTIME: Actor = { role: 'RUNTIME', subject: 'edge', administratorId: null, tokenId: newId(), scopes: [] };
const NOW = new Date('2026-05-01T12:00:00Z');
const ALL = { first: 100, after: null };
let db: Database;
let wake: Wake;
let accounts: AccountsService;

beforeAll(async () => {
  db = await Database.connect(await cloneDatabase(), 4);
  wake = new Wake(db, pino({ level: 'silent' }));
  accounts = new AccountsService(db, wake, { now: () => NOW });
});
afterAll(async () => {
  await wake.close();
  await db.close();
});
beforeEach(() => db.query('truncate account, administrator, token, event, migration, decision cascade'));

const create = (id: string, more: Partial<AccountInput> = {}) =>
  accounts.createAccount(OPERATOR, { id, name: `Name of ${id}`, platform: 'CLOUD', ...more });
const ids = (page: Page<{ id: string }>) => page.edges.map(({ node }) => node.id);
const events = () =>
  db.query<{ type: string; account: string; data: object }>(
    'select e.type, a.id as account, e.data from event e left join account a on a.number = e.account_number order by e.id',
  );

async function administratorOf(...of: string[]): Promise<Actor> {
  const { id, email } = await accounts.createAdministrator(OPERATOR, { email: `${newId()}@example.com`, name: 'Ada', accounts: of });
  return { role: 'ADMINISTRATOR', subject: email, administratorId: id, tokenId: newId(), scopes: [] };
}

async function partnerOf(...of: string[]): Promise<Actor> {
  const tokenId = newId();
  await db.query(
    `insert into token (id, hash, prefix, name, role, subject, created_at) values ($1::uuid, $1::uuid::text, 'gl', 'P', 'PARTNER', 'P', $2)`,
    [tokenId, NOW],
  );
  await db.query('insert into token_account select $1, number from account where id = any($2)', [tokenId, of]);
  return { role: 'PARTNER', subject: 'P', administratorId: null, tokenId, scopes: ['migrations:read'] };
}

describe('who sees which accounts', () => {
  test('each role sees its own, in lists, one by one, and by the condition other features use', async () => {
    for (const id of ['a', 'b', 'c']) await create(id);
    const table: [Actor, string[]][] = [
      [OPERATOR, ['a', 'b', 'c']],
      [SYSTEM, ['a', 'b', 'c']],
      [await administratorOf('a', 'b'), ['a', 'b']],
      [await administratorOf(), []],
      [await partnerOf('c'), ['c']],
      [await partnerOf(), []],
      [{ ...(await partnerOf()), allAccounts: true }, ['a', 'b', 'c']],
    ];
    for (const [actor, seen] of table) {
      expect(ids(await accounts.accounts(actor, {}, ALL))).toEqual(seen);
      const { sql, values } = visibleAccounts(actor, 'x', 2);
      const rows = await db.query<{ id: string }>(`select x.id from account x where x.id <> $1 and ${sql} order by x.id`, [
        'none',
        ...values,
      ]);
      expect(rows.map(({ id }) => id)).toEqual(seen);
      for (const id of ['a', 'b', 'c']) {
        const read = accounts.account(actor, id);
        if (seen.includes(id)) await expect(read).resolves.toMatchObject({ id });
        else await expect(read).rejects.toMatchObject({ code: 'NOT_FOUND' });
      }
    }
  });

  test('a runtime reads any single account but lists nothing', async () => {
    await create('a');
    expect(await requireAccount(db, RUNTIME, 'a')).toMatchObject({ id: 'a' });
    await expect(accounts.accounts(RUNTIME, {}, ALL)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(accounts.administrators(RUNTIME, {}, ALL)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  test('a foreign account reads exactly like a missing one', async () => {
    await create('mine');
    await create('theirs');
    const actor = await administratorOf('mine');
    const answer = (id: string) =>
      accounts
        .account(actor, id)
        .then(() => 'found')
        .catch((error: unknown) => {
          const { code, message, details } = error as GracelineError;
          return JSON.stringify({ code, message, details }).replaceAll(id, '*');
        });
    expect(await answer('theirs')).toBe(await answer('absent'));
    expect(await answer('nul\0')).toContain('NOT_FOUND');
    await expect(accounts.administratorsOfAccount(actor, 'theirs', ALL)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('only operators write', async () => {
    await create('a');
    const actor = await administratorOf('a');
    for (const who of [actor, await partnerOf('a'), RUNTIME, SYSTEM]) {
      const writes = [
        () => accounts.createAccount(who, { id: 'x', name: 'X', platform: 'CLOUD' }),
        () => accounts.editAccount(who, 'a', { plan: 'free' }),
        () => accounts.createAdministrator(who, { email: 'x@example.com', name: 'X', accounts: [] }),
        () => accounts.editAdministrator(who, actor.administratorId!, { name: 'Me' }),
        () => accounts.grantAdministration(who, actor.administratorId!, 'a'),
        () => accounts.revokeAdministration(who, actor.administratorId!, 'a'),
      ];
      for (const write of writes) await expect(write()).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
  });

  test('an administrator sees itself alone among administrators, a partner nobody', async () => {
    await create('a');
    const [one] = [await administratorOf('a'), await administratorOf('a')];
    expect(ids(await accounts.administratorsOfAccount(OPERATOR, 'a', ALL))).toHaveLength(2);
    expect(ids(await accounts.administratorsOfAccount(one, 'a', ALL))).toEqual([one.administratorId]);
    expect(ids(await accounts.administrators(await partnerOf('a'), {}, ALL))).toEqual([]);
    await expect(accounts.administrator(await partnerOf('a'), one.administratorId!)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(accounts.administrator(OPERATOR, 'no-uuid')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('accounts', () => {
  test('are listed page by page without gaps or doubles, searched and filtered', async () => {
    const names = Array.from({ length: 25 }, (_, i) => `acct-${String((i * 7) % 25).padStart(2, '0')}`);
    for (const id of names) await create(id, { name: `Firm 50% ${id.toUpperCase()}`, platform: id.endsWith('3') ? 'APPLIANCE' : 'CLOUD' });
    const seen: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const page = await accounts.accounts(OPERATOR, {}, { first: 4, after });
      seen.push(...ids(page));
      after = page.edges.at(-1)!.cursor;
      more = page.hasNextPage;
    }
    expect(seen).toEqual(names.toSorted());
    expect(ids(await accounts.accounts(OPERATOR, { search: 'acct-1' }, ALL))).toHaveLength(10);
    expect(ids(await accounts.accounts(OPERATOR, { search: '50% acct-07' }, ALL))).toEqual(['acct-07']);
    expect(ids(await accounts.accounts(OPERATOR, { search: '%', platform: 'APPLIANCE' }, ALL))).toEqual(['acct-03', 'acct-13', 'acct-23']);
    expect(ids(await accounts.accounts(OPERATOR, { administrator: (await administratorOf('acct-05')).administratorId }, ALL))).toEqual([
      'acct-05',
    ]);
    await expect(accounts.accounts(OPERATOR, { search: 'x'.repeat(201) }, ALL)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(accounts.accounts(OPERATOR, {}, { first: 101, after: null })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(accounts.accounts(OPERATOR, {}, { first: 1, after: 'zzz' })).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
  });

  test('are created with their event; a taken id is refused and burns no number', async () => {
    const a = await create('a', { attributes: { tier: 'gold' }, timeZone: 'Europe/Berlin' });
    expect(a).toMatchObject({ plan: null, usesBuiltInEmail: true, createdAt: NOW, updatedAt: NOW, attributes: { tier: 'gold' } });
    await expect(create('a')).rejects.toMatchObject({ code: 'KEY_TAKEN' });
    expect((await create('b')).number).toBe(a.number + 1);
    expect(await accounts.accountsByNumbers([a.number + 1, 999_999_999, a.number])).toMatchObject([{ id: 'b' }, null, { id: 'a' }]);
    expect(await events()).toMatchObject([
      { type: 'ACCOUNT_CREATED', account: 'a', data: { account: { id: 'a', timeZone: 'Europe/Berlin' } } },
      { type: 'ACCOUNT_CREATED', account: 'b' },
    ]);
  });

  test.each<[string, Partial<AccountInput>, object]>([
    ['a name of 1 MB', { name: 'n'.repeat(1_000_000) }, { code: 'INVALID_INPUT', details: { field: 'name', limit: 200 } }],
    [
      'a wrong time zone',
      { timeZone: 'Mars/Olympus' },
      { code: 'INVALID_TIME_ZONE', message: expect.stringContaining('Europe/Berlin') as string },
    ],
    ['nested attributes', { attributes: { a: {} } as never }, { code: 'INVALID_INPUT', details: { field: 'attributes.a' } }],
    ['an infinite attribute', { attributes: { a: Infinity } }, { code: 'INVALID_INPUT' }],
  ])('refuse %s and write nothing', async (_, more, refusal) => {
    await expect(create('a', more)).rejects.toMatchObject(refusal);
    await create('b');
    await expect(accounts.editAccount(OPERATOR, 'b', more)).rejects.toMatchObject(refusal);
    expect(await events()).toHaveLength(1);
  });

  test('are edited with before and after of what changed; nothing changed, nothing written', async () => {
    await create('a', { plan: 'free', attributes: { x: 1 } });
    const edited = await accounts.editAccount(OPERATOR, 'a', { plan: null, name: ' New ', attributes: { x: 1 } });
    expect(edited).toMatchObject({ plan: null, name: 'New', platform: 'CLOUD', attributes: { x: 1 } });
    await accounts.editAccount(OPERATOR, 'a', { name: 'New' });
    expect((await events()).slice(1)).toEqual([
      { type: 'ACCOUNT_EDITED', account: 'a', data: { before: { plan: 'free', name: 'Name of a' }, after: { plan: null, name: 'New' } } },
    ]);
    await expect(accounts.editAccount(OPERATOR, 'absent', {})).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('say which live migrations touch them now, or no longer', async () => {
    const live = newId();
    for (const [id, state] of [
      [live, 'MANDATORY'],
      [newId(), 'CANCELLED'],
    ] as const) {
      await db.query(
        `insert into migration (id, key, title, description, severity, state, grace_period_start, grace_starts_at, mandatory_opt_in, reversible, platforms,
                                built_in_email_only, required_attributes, listed_only, created_at, updated_at)
         values ($1::uuid, 'k-' || $1::uuid, 'T', '', 'LOW', $2, '2026-04-15', '2026-04-15T00:00:00Z', 'TBD', true, '{CLOUD}', true, '{}', false, $3, $3)`,
        [id, state, NOW],
      );
    }
    const { number } = await create('a');
    await db.query('insert into decision (migration_id, account_number, opted_out_at) values ($1, $2, $3)', [live, number, NOW]);
    await accounts.editAccount(OPERATOR, 'a', { usesBuiltInEmail: false });
    await accounts.editAccount(OPERATOR, 'a', { platform: 'APPLIANCE' });
    await accounts.editAccount(OPERATOR, 'a', { platform: 'CLOUD', usesBuiltInEmail: true });
    const data = { born: true, optedIn: false, optedOut: true };
    expect(await db.query(`select type, migration_id, data from event where type like 'ACCOUNT\\_%AFFECTED' order by id`)).toEqual([
      { type: 'ACCOUNT_UNAFFECTED', migration_id: live, data },
      { type: 'ACCOUNT_AFFECTED', migration_id: live, data },
    ]);
  });
});

describe('administrators', () => {
  test('are created, granted, revoked and edited, each once and with its event', async () => {
    await create('a');
    await create('b');
    const ada = await accounts.createAdministrator(OPERATOR, {
      email: ' Ada@Example.com ',
      name: 'Ada',
      locale: 'de-at',
      accounts: ['a', 'a'],
    });
    expect(ada).toMatchObject({ email: 'ada@example.com', timeZone: 'UTC', locale: 'de-AT' });
    await accounts.grantAdministration(OPERATOR, ada.id, 'b');
    await accounts.grantAdministration(OPERATOR, ada.id, 'b');
    await accounts.revokeAdministration(OPERATOR, ada.id, 'a');
    await accounts.revokeAdministration(OPERATOR, ada.id, 'a');
    await accounts.editAdministrator(OPERATOR, ada.id, { email: 'ada@example.com', timeZone: 'Asia/Tokyo' });
    expect((await events()).slice(2)).toEqual([
      {
        type: 'ADMINISTRATOR_CREATED',
        account: null,
        data: { administrator: { email: 'ada@example.com', name: 'Ada', timeZone: 'UTC', locale: 'de-AT' } },
      },
      { type: 'ADMINISTRATION_GRANTED', account: 'a', data: {} },
      { type: 'ADMINISTRATION_GRANTED', account: 'b', data: {} },
      { type: 'ADMINISTRATION_REVOKED', account: 'a', data: {} },
      { type: 'ADMINISTRATOR_EDITED', account: null, data: { before: { timeZone: 'UTC' }, after: { timeZone: 'Asia/Tokyo' } } },
    ]);
    expect(ids(await accounts.accounts({ ...RUNTIME, role: 'ADMINISTRATOR', administratorId: ada.id }, {}, ALL))).toEqual(['b']);
    expect(await accounts.administratorsByIds([newId(), ada.id])).toMatchObject([null, { timeZone: 'Asia/Tokyo' }]);
  });

  test('refuse a taken or malformed address, a wrong zone or locale, and an unknown account, and write nothing', async () => {
    const input = { email: 'ada@example.com', name: 'Ada', accounts: [] };
    const ada = await accounts.createAdministrator(OPERATOR, input);
    const bob = await accounts.createAdministrator(OPERATOR, { ...input, email: 'bob@example.com' });
    const refused = async (more: object, code: string) =>
      expect(accounts.createAdministrator(OPERATOR, { ...input, email: 'new@example.com', ...more })).rejects.toMatchObject({ code });
    await refused({ email: 'ADA@example.com' }, 'KEY_TAKEN');
    await refused({ email: 'ada@example.com\r\nBcc: x@example.com' }, 'INVALID_EMAIL');
    await refused({ timeZone: '+02:00' }, 'INVALID_TIME_ZONE');
    await refused({ locale: 'not a locale' }, 'INVALID_INPUT');
    await refused({ accounts: ['absent'] }, 'NOT_FOUND');
    await refused({ name: '' }, 'INVALID_INPUT');
    await expect(accounts.editAdministrator(OPERATOR, bob.id, { email: 'ada@example.com' })).rejects.toMatchObject({ code: 'KEY_TAKEN' });
    await expect(accounts.editAdministrator(OPERATOR, newId(), {})).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(ids(await accounts.administrators(OPERATOR, {}, ALL))).toEqual([ada.id, bob.id]);
    expect(ids(await accounts.administrators(OPERATOR, { search: 'BOB@' }, ALL))).toEqual([bob.id]);
    expect(await events()).toHaveLength(2);
  });
});
