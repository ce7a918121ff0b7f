/** Flags by OFREP: who may ask, what bad input gets, and how old an answer may be. */
import { request as httpRequest } from 'node:http';
import pg from 'pg';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  AnnounceMigrationDocument,
  CreateAccountDocument,
  CreateMigrationDocument,
  ExtendDeadlineDocument,
  OptInDocument,
  OptOutDocument,
} from '../../schema/generated/operations.ts';
import { SYSTEM } from '../../src/auth/actor.ts';
import type { NewToken } from '../../src/auth/tokens.rules.ts';
import { RolloutsService } from '../../src/rollouts/rollouts.service.ts';
import { operator } from '../support/house.ts';
import { type OfrepCaller, ofrepCaller, post } from '../support/ofrep.ts';
import { startService, type TestService } from '../support/service.ts';

const FLAGS = '/ofrep/v1/evaluate/flags';
const TLS = 'tls-1-0';
const DRAFT = 'only-considered';
const GRACE_STARTS = '2026-05-10T00:00:00.000Z';
const MANDATORY = '2026-06-10T00:00:00.000Z';
const NOW = '2026-05-20T12:00:00.000Z';
/** No answer is older. */
const STALE_MS = 2_000;
/** What a busy machine may add to an answer that is on its way. */
const SLACK_MS = 1_500;

/** Of the form of a runtime's, and nobody's. */
const NO_TOKEN = `gl_rt_${'x'.repeat(43)}`;

let service: TestService;
let runtime: OfrepCaller;
let runtimeToken: string;

beforeAll(async () => {
  service = await startService('2026-05-01T00:00:00Z');
  const { operator: olga } = service;
  for (const id of ['acme', 'globex', 'idle'])
    await olga.request(CreateAccountDocument, { input: { id, name: id, platform: 'CLOUD', createdAt: '2015-01-01T00:00:00Z' } });
  for (const key of [TLS, DRAFT]) {
    const dates = { gracePeriodStart: '2026-05-10', mandatoryOptIn: '2026-06-10' };
    await olga.request(CreateMigrationDocument, {
      input: { key, title: key, severity: 'MEDIUM', ...dates, guideUrl: 'https://docs.example/tls' },
    });
  }
  await olga.request(AnnounceMigrationDocument, { key: TLS });
  await service.setClock(NOW);
  runtimeToken = await tokenOf({ role: 'RUNTIME', subject: 'checkout' });
  runtime = ofrepCaller(service.url, runtimeToken);
});

async function tokenOf(token: Omit<NewToken, 'name'>): Promise<string> {
  return (await service.house.tokens.createToken(SYSTEM, { name: 'test', ...token })).token;
}

/** Waits for an answer, and says how long that took, in ms. */
async function msUntil(holds: () => Promise<boolean>): Promise<number> {
  const started = performance.now();
  while (!(await holds())) if (performance.now() - started > 20_000) throw new Error('It never held.');
  return performance.now() - started;
}

const isOn = async (account: string) => (await runtime.flag(TLS, account)).value;

describe('a flag', () => {
  test('says whether a migration is on, why, and until when one may act', async () => {
    const metadata = { gracePeriodStart: '2026-05-10', deadline: MANDATORY, guide: 'https://docs.example/tls' };
    const pending = { key: TLS, value: false, reason: 'TARGETING_MATCH', variant: 'off', metadata: { reason: 'PENDING', ...metadata } };
    expect(await runtime.flag(TLS, 'idle')).toEqual(pending);
    expect((await runtime.all('idle')).body).toEqual({ flags: [pending] });
    await service.operator.request(OptInDocument, { account: 'acme', migration: TLS });
    await msUntil(() => isOn('acme'));
    expect(await runtime.flag(TLS, 'acme')).toEqual({
      ...pending,
      value: true,
      variant: 'on',
      metadata: { reason: 'OPTED_IN', ...metadata, since: NOW },
    });
  });

  test('is on at the very instant of the deadline, with nothing told', async () => {
    onTestFinished(() => service.setClock(NOW));
    const reasons = [];
    for (const instant of ['2026-05-09T23:59:59.999Z', GRACE_STARTS, '2026-06-09T23:59:59.999Z', MANDATORY]) {
      await service.setClock(instant);
      const { value, reason, metadata } = await runtime.flag(TLS, 'idle');
      reasons.push([value, reason, metadata['reason'], metadata['since']]);
    }
    expect(reasons).toEqual([
      [false, 'DISABLED', 'NOT_STARTED', undefined],
      [false, 'TARGETING_MATCH', 'PENDING', undefined],
      [false, 'TARGETING_MATCH', 'PENDING', undefined],
      [true, 'TARGETING_MATCH', 'MANDATORY', MANDATORY],
    ]);
  });

  test('comes once: who has all of them already gets 304 until one changes', async () => {
    const first = await runtime.all('globex');
    const etag = first.headers.get('etag')!;
    for (const given of [etag, `W/${etag}`, `"other", ${etag}`]) {
      const again = await runtime.all('globex', given);
      expect([again.status, again.body, again.headers.get('etag')]).toEqual([304, null, etag]);
    }
    expect((await runtime.all('globex', '"other"')).status).toBe(200);
    const until = '2026-07-01T00:00:00.000Z';
    await service.operator.request(ExtendDeadlineDocument, { account: 'globex', migration: TLS, until, reason: 'asked' });
    await msUntil(async () => (await runtime.all('globex', etag)).status === 200);
    expect((await runtime.flag(TLS, 'globex')).metadata).toMatchObject({ reason: 'EXTENDED', deadline: until });
  });

  test('is there from the announcement on, and its account from its creation', async () => {
    const { operator: olga } = service;
    expect([(await runtime.one('new', 'idle')).status, (await runtime.one(TLS, 'new')).status]).toEqual([404, 400]);
    await olga.request(CreateMigrationDocument, { input: { key: 'new', title: 'New', severity: 'LOW', gracePeriodStart: '2026-06' } });
    expect((await runtime.one('new', 'idle')).status).toBe(404);
    await olga.request(AnnounceMigrationDocument, { key: 'new' });
    await msUntil(async () => (await runtime.one('new', 'idle')).status === 200);
    expect((await runtime.flag('new', 'idle')).metadata).toEqual({ reason: 'NOT_STARTED', gracePeriodStart: '2026-06' });
    await olga.request(CreateAccountDocument, { input: { id: 'new', name: 'New', platform: 'CLOUD', createdAt: NOW } });
    expect((await runtime.flag(TLS, 'new')).metadata['reason']).toBe('NEW_ACCOUNT');
  });
});

describe('how old an answer may be', () => {
  /** Opts in and out again and again, waiting each time until that is seen. */
  async function latencies(times: number, decide: (optIn: boolean) => Promise<unknown>): Promise<number[]> {
    const all: number[] = [];
    for (let i = 0; i < times; i++) {
      const optIn = !(await isOn('idle'));
      await decide(optIn);
      all.push(await msUntil(async () => (await isOn('idle')) === optIn));
    }
    return all;
  }

  test('moments where the wake came', async () => {
    const of = { account: 'idle', migration: TLS };
    const all = await latencies(10, (optIn) =>
      optIn ? service.operator.request(OptInDocument, of) : service.operator.request(OptOutDocument, of),
    );
    expect(all.toSorted((a, b) => a - b)[5]).toBeLessThan(500);
    expect(Math.max(...all)).toBeLessThan(STALE_MS + SLACK_MS);
  });

  test('two seconds where it was lost, an older transaction being open or not', async () => {
    const { db, clock } = service.house;
    // Of a process whose wakes nobody hears.
    const elsewhere = new RolloutsService(db, { ring: () => undefined } as never, clock);
    const decide = (optIn: boolean) => (optIn ? elsewhere.optIn(operator(), 'idle', TLS) : elsewhere.optOut(operator(), 'idle', TLS));
    const client = new pg.Client(service.databaseUrl);
    await client.connect();
    onTestFinished(() => client.end());
    const free = await latencies(2, decide);
    await client.query('begin');
    await client.query('select pg_current_xact_id()');
    const held = await latencies(3, decide);
    expect(Math.max(...free, ...held)).toBeLessThan(STALE_MS + SLACK_MS);
  });

  test('not at all where the log cannot be read: the database is asked', async () => {
    await isOn('idle');
    const client = new pg.Client(service.databaseUrl);
    await client.connect();
    onTestFinished(() => client.end());
    await client.query('begin');
    await client.query('lock table event in access exclusive mode');
    const on = await isOn('idle');
    // Nobody is told of this.
    await service.db.query(
      `insert into decision as d (migration_id, account_number, opted_in_at) select m.id, a.number, case when $2 then null else $3::timestamptz end from migration m, account a where m.key = $1 and a.id = 'idle'
       on conflict (migration_id, account_number) do update set opted_in_at = excluded.opted_in_at`,
      [TLS, on, NOW],
    );
    expect(await msUntil(async () => (await isOn('idle')) !== on)).toBeLessThan(STALE_MS + SLACK_MS);
  });

  test('a token that was revoked is refused within it, one that ends at that instant', async () => {
    onTestFinished(() => service.setClock(NOW));
    const { id, token } = await service.house.tokens.createToken(SYSTEM, { name: 'gone', role: 'RUNTIME', subject: 'gone' });
    const caller = ofrepCaller(service.url, token);
    expect((await caller.one(TLS, 'idle')).status).toBe(200);
    await service.house.tokens.revokeToken(SYSTEM, id);
    expect(await msUntil(async () => (await caller.one(TLS, 'idle')).status === 401)).toBeLessThan(STALE_MS + SLACK_MS);
    const ending = ofrepCaller(
      service.url,
      await tokenOf({ role: 'RUNTIME', subject: 'ending', expiresAt: new Date('2026-05-21T00:00:00Z') }),
    );
    expect((await ending.one(TLS, 'idle')).status).toBe(200);
    await service.setClock('2026-05-21T00:00:00Z');
    const refused = await ending.one(TLS, 'idle');
    expect([refused.status, refused.body]).toEqual([
      401,
      { key: TLS, errorCode: 'GENERAL', errorDetails: expect.stringContaining('expired') as string },
    ]);
  });
});

describe('who asks', () => {
  test('partners see the accounts they act for; others read as missing', async () => {
    const scopes = ['flags:read'];
    const partner = ofrepCaller(service.url, await tokenOf({ role: 'PARTNER', subject: 'Shop', accounts: ['acme'], scopes }));
    const everybody = ofrepCaller(service.url, await tokenOf({ role: 'PARTNER', subject: 'Hub', allAccounts: true, scopes }));
    expect((await partner.one(TLS, 'acme')).status).toBe(200);
    const [foreign, missing] = [await partner.one(TLS, 'globex'), await partner.one(TLS, 'nobody')];
    expect([foreign.status, foreign.body!['errorCode']]).toEqual([400, 'INVALID_CONTEXT']);
    expect(JSON.stringify(foreign.body).replaceAll('globex', 'nobody')).toBe(JSON.stringify(missing.body));
    expect((await partner.all('globex')).status).toBe(400);
    expect((await everybody.one(TLS, 'globex')).status).toBe(200);
  });

  test.each<[string, Omit<NewToken, 'name'> | null, number, string]>([
    [
      'a partner without the scope',
      { role: 'PARTNER', subject: 'Shop', allAccounts: true, scopes: ['migrations:read'] },
      403,
      'flags:read',
    ],
    ['an operator', { role: 'OPERATOR', subject: 'olga@platform.example' }, 403, 'token of a runtime'],
    ['nobody', null, 401, 'unknown'],
  ])('%s is refused', async (_who, token, status, message) => {
    const caller = ofrepCaller(service.url, token ? await tokenOf(token) : NO_TOKEN);
    for (const { status: given, body } of [await caller.one(TLS, 'acme'), await caller.all('acme')]) {
      expect(given).toBe(status);
      expect(body).toMatchObject({ errorCode: 'GENERAL', errorDetails: expect.stringContaining(message) as string });
    }
  });

  test('a key in X-API-Key counts as a bearer token', async () => {
    const body = JSON.stringify({ context: { targetingKey: 'acme' } });
    expect((await post(service.url, FLAGS, body, { 'x-api-key': runtimeToken })).status).toBe(200);
    expect((await post(service.url, FLAGS, body, {})).status).toBe(401);
  });
});

describe('bad input', () => {
  const context = (targetingKey: unknown) => JSON.stringify({ context: { targetingKey } });
  const long = 'k'.repeat(10_000);

  test.each<[string, string | Buffer, string]>([
    ['no JSON', '{"context":', 'PARSE_ERROR'],
    ['no text', Buffer.from([0xff, 0xfe, 0x00]), 'PARSE_ERROR'],
    ['a list', '[]', 'PARSE_ERROR'],
    ['null', 'null', 'PARSE_ERROR'],
    ['nothing', '', 'PARSE_ERROR'],
    ['no context', '{}', 'INVALID_CONTEXT'],
    ['a context that is a text', '{"context":"acme"}', 'INVALID_CONTEXT'],
    ['a context that is a list', '{"context":[]}', 'INVALID_CONTEXT'],
    ['a context without a key', '{"context":{}}', 'TARGETING_KEY_MISSING'],
    ['a key that is null', context(null), 'TARGETING_KEY_MISSING'],
    ['a key that is empty', context(''), 'TARGETING_KEY_MISSING'],
    ['a key that is a number', context(7), 'INVALID_CONTEXT'],
    ['a key that is an object', context({}), 'INVALID_CONTEXT'],
    ['a key with NUL', context('a\0b'), 'INVALID_CONTEXT'],
    ['a key with half a surrogate pair', context('\ud800'), 'INVALID_CONTEXT'],
    ['a key of 10,000 characters', context(long), 'INVALID_CONTEXT'],
    ['a key of a prototype', context('__proto__'), 'INVALID_CONTEXT'],
    ['a body of a mebibyte', `{"context":{"targetingKey":"acme","x":"${'x'.repeat(1_048_576)}"}}`, 'PARSE_ERROR'],
    ['a body nested deeply', `{"context":${'['.repeat(20_000)}${']'.repeat(20_000)}}`, 'INVALID_CONTEXT'],
  ])('%s', async (_what, body, code) => {
    const authorization = `Bearer ${runtimeToken}`;
    for (const path of [FLAGS, `${FLAGS}/${TLS}`]) {
      const answer = await post(service.url, path, body, { authorization });
      expect([answer.status, answer.body!['errorCode'], answer.body!['key']]).toEqual([400, code, path === FLAGS ? undefined : TLS]);
      expect(String(answer.body!['errorDetails']).length).toBeLessThan(400);
    }
  });

  test.each(['application/x-www-form-urlencoded', 'text/plain', 'application/xml', 'application/json; charset=utf-16'])(
    'a body as %s',
    async (type) => {
      const headers = { authorization: `Bearer ${runtimeToken}`, 'content-type': type };
      const { status, body } = await post(service.url, FLAGS, 'context=x', headers);
      expect([status, body!['errorCode']]).toEqual([400, 'PARSE_ERROR']);
    },
  );

  test.each<[string, string, number, string]>([
    ['of 10,000 characters', long, 404, 'FLAG_NOT_FOUND'],
    ['with NUL', 'a%00b', 400, 'PARSE_ERROR'],
    ['that is no UTF-8', '%ff', 400, 'PARSE_ERROR'],
    ['of a prototype', '__proto__', 404, 'FLAG_NOT_FOUND'],
    ['of a draft', DRAFT, 404, 'FLAG_NOT_FOUND'],
  ])('a flag %s', async (_what, key, status, code) => {
    const answer = await post(service.url, `${FLAGS}/${key}`, context('acme'), { authorization: `Bearer ${runtimeToken}` });
    expect([answer.status, answer.body!['errorCode']]).toEqual([status, code]);
    expect(JSON.stringify(answer.body).length).toBeLessThan(800);
  });

  test('other methods and addresses are told what to use', async () => {
    const got = await fetch(service.url + FLAGS, { headers: { authorization: `Bearer ${runtimeToken}` } });
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await fetch(`${service.url}${FLAGS}/a/b`, { method: 'POST' })).status).toBe(404);
  });

  test('a wrong token given over and over is soon told to wait', async () => {
    const other = await startService(NOW, { MAX_QUERY_COST: '50', RATE_LIMIT_ANONYMOUS_POINTS: '50' });
    const caller = ofrepCaller(other.url, NO_TOKEN);
    const statuses = [];
    for (let i = 0; i < 7; i++) statuses.push((await caller.one(TLS, 'acme')).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
  });

  test('a request that breaks off is nobody’s defect', async () => {
    const { hostname, port } = new URL(service.url);
    const broken = httpRequest({
      hostname,
      port,
      path: FLAGS,
      method: 'POST',
      headers: { authorization: `Bearer ${runtimeToken}`, 'content-type': 'application/json', 'content-length': 100 },
    });
    broken.on('error', () => undefined);
    await new Promise((resolve) => broken.write('{"context":', resolve));
    broken.destroy();
    expect((await runtime.one(TLS, 'acme')).status).toBe(200);
    expect(service.defects).toEqual([]);
  });
});
