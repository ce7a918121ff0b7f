import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Actor, SYSTEM } from '../../src/auth/actor.ts';
import { LastUseRecorder } from '../../src/auth/last-use-recorder.ts';
import type { NewToken } from '../../src/auth/tokens.rules.ts';
import { TokensService } from '../../src/auth/tokens.service.ts';
import type { Clock } from '../../src/clock.ts';
import { Database } from '../../src/db/database.ts';
import { type LoggedEvent, LOG_START, readEvents } from '../../src/events/log.ts';
import { Wake } from '../../src/events/wake.ts';
import { newId } from '../../src/ids.ts';
import { cloneDatabase } from '../support/database.ts';

const NOW = new Date('2026-05-01T09:00:00.000Z');
const OPERATOR: Actor = { role: 'OPERATOR', subject: 'olga@platform.example', administratorId: null, tokenId: null, scopes: [] };

let db: Database;
let tokens: TokensService;
let uses: LastUseRecorder;
let now = NOW;
const clock: Clock = { now: () => now };
const ada = newId();

beforeAll(async () => {
  db = await Database.connect(await cloneDatabase(), 4);
  const log = pino({ level: 'silent' });
  uses = new LastUseRecorder(db, log);
  tokens = new TokensService(db, new Wake(db, log), clock, uses);
  await db.query(
    `insert into administrator (id, email, name, time_zone, locale, created_at) values ($1, 'ada@acme.example', 'Ada', 'UTC', 'en', $2)`,
    [ada, NOW],
  );
  await db.query(
    `insert into account (id, name, platform, time_zone, uses_built_in_email, attributes, created_at, updated_at)
     select id, id, 'CLOUD', 'UTC', true, '{}', $1, $1 from unnest(array['acme', 'globex']) as a(id)`,
    [NOW],
  );
});
afterAll(async () => {
  await uses.close();
  await db.close();
});

const operatorToken: NewToken = { name: 'laptop', role: 'OPERATOR', subject: 'olga@platform.example' };

async function eventsOf(tokenId: string): Promise<LoggedEvent[]> {
  return (await readEvents(db, LOG_START, 1_000)).filter(({ data }) => data['tokenId'] === tokenId);
}

describe('a token', () => {
  test.each([
    ['gl_op_', operatorToken, { role: 'OPERATOR', subject: 'olga@platform.example', administratorId: null }],
    [
      'gl_ad_',
      { name: 'Ada', role: 'ADMINISTRATOR', subject: 'ada@acme.example', administratorId: ada },
      { role: 'ADMINISTRATOR', subject: 'ada@acme.example', administratorId: ada },
    ],
    [
      'gl_pa_',
      { name: 'Backups', role: 'PARTNER', subject: 'Backup Co', accounts: ['acme', 'globex'] },
      { role: 'PARTNER', subject: 'Backup Co', administratorId: null },
    ],
    ['gl_rt_', { name: 'eu-1', role: 'RUNTIME', subject: 'login eu-1' }, { role: 'RUNTIME', subject: 'login eu-1', administratorId: null }],
  ] as const)('%s… acts as what it was made for', async (prefix, input, actor) => {
    const { id, token, prefix: findable } = await tokens.createToken(OPERATOR, input);
    expect(token).toMatch(new RegExp(`^${prefix}[A-Za-z0-9_-]{43}$`));
    expect(findable).toBe(token.slice(0, 12));
    await expect(tokens.authenticate(`Bearer ${token}`)).resolves.toEqual({ scopes: [], ...actor, tokenId: id });
    await expect(tokens.authenticate(`bearer  ${token}`)).resolves.toEqual({ scopes: [], ...actor, tokenId: id });
  });

  test('is stored as its SHA-256 alone, and no event holds it', async () => {
    const { id, token } = await tokens.createToken(OPERATOR, operatorToken);
    const [row] = await db.query<{ hash: string; all: string }>('select hash, t::text as all from token t where id = $1', [id]);
    expect(row!.hash).toBe(createHash('sha256').update(token).digest('hex'));
    expect(row!.all).not.toContain(token);
    const events = await eventsOf(id);
    expect(events).toMatchObject([
      { type: 'TOKEN_CREATED', actor: 'olga@platform.example', at: NOW, data: { name: 'laptop', role: 'OPERATOR' } },
    ]);
    expect(JSON.stringify(events)).not.toContain(token.slice(12));
    expect(JSON.stringify(events)).not.toContain(row!.hash);
  });

  test('of a partner names its accounts', async () => {
    const { id } = await tokens.createToken(SYSTEM, { name: 'Backups', role: 'PARTNER', subject: 'Backup Co', accounts: ['acme', 'acme'] });
    const rows = await db.query('select a.id from token_account t join account a on a.number = t.account_number where t.token_id = $1', [
      id,
    ]);
    expect(rows).toEqual([{ id: 'acme' }]);
  });

  test('revoked is refused at once; revoking again changes nothing', async () => {
    const { id, token } = await tokens.createToken(OPERATOR, operatorToken);
    await expect(tokens.revokeToken(OPERATOR, id)).resolves.toMatchObject({ id, revokedAt: NOW });
    await expect(tokens.authenticate(`Bearer ${token}`)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringContaining('revoked'),
    });
    now = new Date(NOW.getTime() + 1_000);
    await expect(tokens.revokeToken(OPERATOR, id)).resolves.toMatchObject({ revokedAt: NOW });
    now = NOW;
    expect((await eventsOf(id)).map(({ type }) => type)).toEqual(['TOKEN_CREATED', 'TOKEN_REVOKED']);
  });

  test('expires to the millisecond', async () => {
    const expiresAt = new Date(NOW.getTime() + 5_000);
    const { token } = await tokens.createToken(OPERATOR, { ...operatorToken, expiresAt });
    now = new Date(expiresAt.getTime() - 1);
    await expect(tokens.authenticate(`Bearer ${token}`)).resolves.toMatchObject({ role: 'OPERATOR' });
    now = expiresAt;
    await expect(tokens.authenticate(`Bearer ${token}`)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringContaining('expired'),
    });
    now = NOW;
  });
});

/** Lets time pass, from {@link NOW}. */
function pass(seconds: number): Date {
  now = new Date(NOW.getTime() + seconds * 1_000);
  return now;
}

async function outcomeOf(token: string): Promise<string> {
  return tokens.authenticate(`Bearer ${token}`).then(
    () => 'ok',
    (error: unknown) => (error as Error).message,
  );
}

describe('a rotated token', () => {
  test('has a new secret, while the old one goes on to the end of the overlap, to the millisecond', async () => {
    const old = await tokens.createToken(OPERATOR, { ...operatorToken, expiresAt: new Date('2027-01-01') });
    const rotated = await tokens.rotateToken(OPERATOR, old.id, 60);
    expect(rotated).toMatchObject({ id: old.id, previousExpiresAt: new Date(NOW.getTime() + 60_000) });
    expect(rotated.token).not.toBe(old.token);
    const actor = await tokens.authenticate(`Bearer ${old.token}`);
    expect(await tokens.authenticate(`Bearer ${rotated.token}`)).toEqual(actor);
    pass(59.999);
    expect(await outcomeOf(old.token)).toBe('ok');
    pass(60);
    expect(await outcomeOf(old.token)).toContain('was rotated');
    expect(await outcomeOf(rotated.token)).toBe('ok');
    now = NOW;
  });

  test('overlaps for a day, unless said otherwise; at once where there is no overlap', async () => {
    const { id, token } = await tokens.createToken(OPERATOR, operatorToken);
    const first = await tokens.rotateToken(OPERATOR, id);
    expect(first.previousExpiresAt).toEqual(new Date(NOW.getTime() + 86_400_000));
    const second = await tokens.rotateToken(OPERATOR, id, 0);
    expect(await outcomeOf(token)).toContain('unknown');
    expect(await outcomeOf(first.token)).toContain('was rotated');
    expect(await outcomeOf(second.token)).toBe('ok');
  });

  test('is revoked with both its secrets', async () => {
    const { id, token } = await tokens.createToken(OPERATOR, operatorToken);
    const rotated = await tokens.rotateToken(OPERATOR, id);
    await tokens.revokeToken(OPERATOR, id);
    expect(await outcomeOf(token)).toContain('revoked');
    expect(await outcomeOf(rotated.token)).toContain('revoked');
    await expect(tokens.rotateToken(OPERATOR, id)).rejects.toMatchObject({ code: 'WRONG_STATE' });
  });

  test('ends with its date, in both its secrets, and then rotates no more', async () => {
    const { id, token } = await tokens.createToken(OPERATOR, { ...operatorToken, expiresAt: new Date(NOW.getTime() + 5_000) });
    const rotated = await tokens.rotateToken(OPERATOR, id);
    pass(5);
    expect(await outcomeOf(token)).toContain('expired');
    expect(await outcomeOf(rotated.token)).toContain('expired');
    await expect(tokens.rotateToken(OPERATOR, id)).rejects.toMatchObject({ code: 'WRONG_STATE' });
    now = NOW;
  });

  test('ten times at once has two secrets that count, and ten events that hold none', async () => {
    const made = await tokens.createToken(OPERATOR, operatorToken);
    const rotated = await Promise.all(Array.from({ length: 10 }, () => tokens.rotateToken(OPERATOR, made.id)));
    const outcomes = await Promise.all([made, ...rotated].map(({ token }) => outcomeOf(token)));
    expect(outcomes.filter((outcome) => outcome === 'ok')).toHaveLength(2);
    const events = await eventsOf(made.id);
    expect(events.map(({ type }) => type)).toEqual(['TOKEN_CREATED', ...rotated.map(() => 'TOKEN_ROTATED')]);
    for (const { token } of rotated) expect(JSON.stringify(events)).not.toContain(token.slice(12));
    expect(JSON.stringify(await db.query('select * from token where id = $1', [made.id]))).not.toContain(rotated[0]!.token);
  });

  test.each([-1, 0.5, 14 * 86_400 + 1, Number.NaN])('does not overlap for %d seconds', async (seconds) => {
    const { id } = await tokens.createToken(OPERATOR, operatorToken);
    await expect(tokens.rotateToken(OPERATOR, id, seconds)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});

test('when a token was last used is shown to the minute, and written at most once a minute', async () => {
  const { id, token } = await tokens.createToken(OPERATOR, operatorToken);
  const lastUsedAt = async () => {
    await uses.flush();
    const { edges } = await tokens.tokens(OPERATOR, { first: 1, after: null });
    expect(edges[0]!.node.id).toBe(id);
    return edges[0]!.node.lastUsedAt;
  };
  const written = async () => (await db.query<{ xmin: string }>('select xmin::text from token where id = $1', [id]))[0]!.xmin;
  expect(await lastUsedAt()).toBeNull();
  for (let i = 0; i < 3; i++) await tokens.authenticate(`Bearer ${token}`);
  expect(await lastUsedAt()).toEqual(NOW);
  const once = await written();
  pass(59);
  await tokens.authenticate(`Bearer ${token}`);
  expect(await lastUsedAt()).toEqual(NOW);
  // Another process that read the token before the first use was written.
  uses.record({ id, lastUsedAt: null }, now);
  expect(await lastUsedAt()).toEqual(NOW);
  expect(await written()).toBe(once);
  const later = pass(60);
  await tokens.authenticate(`Bearer ${token}`);
  expect(await lastUsedAt()).toEqual(later);
  await tokens.revokeToken(OPERATOR, id);
  pass(600);
  await expect(tokens.authenticate(`Bearer ${token}`)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(await lastUsedAt()).toEqual(later);
  now = NOW;
});

test('a token a transaction holds keeps no use of another waiting', async () => {
  const [held, free] = [await tokens.createToken(OPERATOR, operatorToken), await tokens.createToken(OPERATOR, operatorToken)];
  for (const { token } of [held, free]) await tokens.authenticate(`Bearer ${token}`);
  await db.transaction(async (tx) => {
    await tx.query('select from token where id = $1 for update', [held.id]);
    await uses.flush();
  });
  const rows = await db.query('select id from token where id = any ($1) and last_used_at is not null', [[held.id, free.id]]);
  expect(rows).toEqual([{ id: free.id }]);
});

test('an administrator’s token ends with the administrator', async () => {
  const gone = newId();
  await db.query(
    `insert into administrator (id, email, name, time_zone, locale, created_at) values ($1, 'gone@acme.example', 'G', 'UTC', 'en', $2)`,
    [gone, NOW],
  );
  const { token } = await tokens.createToken(OPERATOR, {
    name: 'G',
    role: 'ADMINISTRATOR',
    subject: 'gone@acme.example',
    administratorId: gone,
  });
  await db.query('delete from administrator where id = $1', [gone]);
  await expect(tokens.authenticate(`Bearer ${token}`)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test.each([
  ['missing', undefined, 'No token'],
  ['empty', '', 'No token'],
  ['another scheme', 'Basic b2xnYTpzZWNyZXQ=', 'holds no token of ours'],
  ['the scheme alone', 'Bearer', 'holds no token of ours'],
  ['two tokens', `Bearer gl_op_${'A'.repeat(43)} gl_op_${'A'.repeat(43)}`, 'holds no token of ours'],
  ['a foreign token', 'Bearer ghp_abcdefghijklmnopqrstuvwxyz0123456789', 'holds no token of ours'],
  ['cut short', `Bearer gl_op_${'A'.repeat(42)}`, 'holds no token of ours'],
  ['a megabyte', `Bearer gl_op_${'A'.repeat(1_000_000)}`, 'holds no token of ours'],
  ['unknown', `Bearer gl_op_${'A'.repeat(43)}`, 'unknown'],
])('an Authorization header is refused with a sentence: %s', async (_, header, sentence) => {
  await expect(tokens.authenticate(header)).rejects.toMatchObject({ code: 'UNAUTHENTICATED', message: expect.stringContaining(sentence) });
});

test.each<[string, string, Partial<NewToken>]>([
  ['no administrator', 'INVALID_INPUT', { role: 'ADMINISTRATOR' }],
  ['an unknown administrator', 'NOT_FOUND', { role: 'ADMINISTRATOR', administratorId: newId() }],
  ['an administrator id of the wrong form', 'NOT_FOUND', { role: 'ADMINISTRATOR', administratorId: 'ada' }],
  ['an administrator for a runtime', 'INVALID_INPUT', { role: 'RUNTIME', administratorId: ada }],
  ['an empty administrator id for a runtime', 'INVALID_INPUT', { role: 'RUNTIME', administratorId: '' }],
  ['a partner without accounts', 'INVALID_INPUT', { role: 'PARTNER', accounts: [] }],
  ['a partner of no account and not of all', 'INVALID_INPUT', { role: 'PARTNER', allAccounts: false }],
  ['a partner of all accounts and of one', 'INVALID_INPUT', { role: 'PARTNER', accounts: ['acme'], allAccounts: true }],
  ['all accounts for an administrator', 'INVALID_INPUT', { role: 'ADMINISTRATOR', administratorId: ada, allAccounts: true }],
  ['all accounts for a runtime', 'INVALID_INPUT', { role: 'RUNTIME', allAccounts: true }],
  ['an unknown scope', 'INVALID_INPUT', { role: 'PARTNER', allAccounts: true, scopes: ['events:read', 'events:write'] }],
  ['scopes for a runtime', 'INVALID_INPUT', { role: 'RUNTIME', scopes: ['flags:read'] }],
  ['a partner of an unknown account', 'NOT_FOUND', { role: 'PARTNER', accounts: ['acme', 'nobody', '\0'] }],
  ['accounts for an operator', 'INVALID_INPUT', { accounts: ['acme'] }],
  ['an end that has passed', 'DATE_IN_PAST', { expiresAt: NOW }],
  ['a blank name', 'INVALID_INPUT', { name: ' ' }],
  ['a name of a megabyte', 'INVALID_INPUT', { name: 'x'.repeat(1_000_000) }],
  ['a subject of two lines', 'INVALID_INPUT', { subject: 'a\nb' }],
])('a token is not made with %s, and nothing is written', async (_, code, wrong) => {
  const before = await db.query('select count(*) from token');
  await expect(tokens.createToken(OPERATOR, { ...operatorToken, ...wrong })).rejects.toMatchObject({ code });
  expect(await db.query('select count(*) from token')).toEqual(before);
});

test.each(['ADMINISTRATOR', 'PARTNER', 'RUNTIME'] as const)('a token of the role %s manages no tokens', async (role) => {
  const actor = { ...OPERATOR, role };
  await expect(tokens.createToken(actor, operatorToken)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(tokens.revokeToken(actor, newId())).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(tokens.rotateToken(actor, newId())).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(tokens.tokens(actor, { first: 1, after: null })).rejects.toMatchObject({ code: 'FORBIDDEN' });
});

test.each([newId(), 'no-uuid', ''])('rotating and revoking what does not exist (%j) says so', async (id) => {
  await expect(tokens.rotateToken(OPERATOR, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(tokens.revokeToken(OPERATOR, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('lists go from the newest to the oldest, page by page', async () => {
  const made = [];
  for (const name of ['one', 'two', 'three']) made.unshift((await tokens.createToken(OPERATOR, { ...operatorToken, name })).id);
  const listed: string[] = [];
  let after: string | null = null;
  do {
    const page = await tokens.tokens(OPERATOR, { first: 2, after });
    listed.push(...page.edges.map(({ node }) => node.id));
    after = page.hasNextPage ? page.edges.at(-1)!.cursor : null;
  } while (after);
  expect(listed.slice(0, 3)).toEqual(made);
  expect(new Set(listed).size).toBe(listed.length);
  await expect(tokens.tokens(OPERATOR, { first: 101, after: null })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  await expect(tokens.tokens(OPERATOR, { first: 1, after: 'forged' })).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
});
