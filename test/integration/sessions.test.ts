/** Signing in to the dashboard, over real HTTP and real sockets: what its cookie is worth, to whom, and until when. */
import { once } from 'node:events';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createHash } from 'node:crypto';
import { SYSTEM } from '../../src/auth/actor.ts';
import type { NewToken } from '../../src/auth/tokens.rules.ts';
import { Browser } from '../support/browser.ts';
import { operator } from '../support/house.ts';
import { OLGA, startService, type TestService } from '../support/service.ts';

const NOW = '2016-04-01T09:00:00.000Z';
const later = (minutes: number) => new Date(Date.parse(NOW) + minutes * 60_000).toISOString();

let service: TestService;
let adaId: string;

beforeAll(async () => {
  service = await startService(NOW, { PLATFORM_NAME: 'Acme Cloud', PLATFORM_TIME_ZONE: 'Europe/Berlin' });
  const { accounts, migrations } = service.house;
  for (const id of ['mine', 'theirs'])
    await accounts.createAccount(operator(), { id, name: id, platform: 'CLOUD', createdAt: new Date('2015-01-01') });
  ({ id: adaId } = await accounts.createAdministrator(operator(), { email: 'ada@mine.example', name: 'Ada', accounts: ['mine'] }));
  await migrations.createMigration(operator(), { key: 'running', title: 'r', severity: 'LOW', gracePeriodStart: '2016-04-01' });
  await migrations.announceMigration(operator(), 'running');
});
beforeEach(async () => {
  await service.setClock(NOW);
});

const FACTS = { oidc: false, platform: 'Acme Cloud', timeZone: 'Europe/Berlin', development: true };
const operatorToken: Omit<NewToken, 'name'> = { role: 'OPERATOR', subject: OLGA };
const adaToken = (): Omit<NewToken, 'name'> => ({ role: 'ADMINISTRATOR', subject: 'ada@mine.example', administratorId: adaId });

const tokenOf = (token: Omit<NewToken, 'name'>) => service.house.tokens.createToken(SYSTEM, { name: 'laptop', ...token });

/** A browser whose person has signed in with a token of their own. */
async function signedIn(token: Omit<NewToken, 'name'> = operatorToken): Promise<{ browser: Browser; id: string; token: string }> {
  const made = await tokenOf(token);
  const browser = new Browser(service.url);
  expect((await browser.signIn(made.token)).status).toBe(201);
  return { browser, id: made.id, token: made.token };
}

const me = async (browser: Browser) => ((await (await browser.fetch('/session')).json()) as { session: unknown }).session;
const LIST = '{ accounts { edges { node { id } } } }';
const OPT_IN = 'mutation { optIn(account: "mine", migration: "running") { state { reason } } }';
const OPT_OUT = 'mutation { optOut(account: "mine", migration: "running") { state { reason } } }';

describe('signing in', () => {
  test('tells who is signed in, the platform, and nothing of the token', async () => {
    const browser = new Browser(service.url);
    const before = await browser.fetch('/session');
    expect([before.status, await before.json()]).toEqual([200, { session: null, ...FACTS }]);
    const { token } = await tokenOf(adaToken());
    const answer = await browser.signIn(` ${token}\n`);
    const session = { role: 'ADMINISTRATOR', subject: 'ada@mine.example', administratorId: adaId, expiresAt: later(12 * 60) };
    expect([answer.status, await answer.json()]).toEqual([201, { session, ...FACTS }]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await me(browser)).toEqual(session);
    expect(await browser.ask(LIST)).toEqual({ data: { accounts: { edges: [{ node: { id: 'mine' } }] } } });
  });

  test('gives a cookie that scripts cannot read and other sites cannot send, and keeps its hash alone', async () => {
    const { browser, token } = await signedIn();
    const [cookie] = browser.setCookies;
    expect(cookie).toMatch(/^graceline_session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
    const id = /=([\w-]+)/.exec(cookie!)![1]!;
    const kept = JSON.stringify(await service.db.query('select * from session'));
    expect(kept).toContain(createHash('sha256').update(id).digest('hex'));
    expect(kept).not.toContain(id);
    expect(kept).not.toContain(token);
  });

  test('over https gives one that no other host can set, and takes no other', async () => {
    const secure = await startService(NOW, { PUBLIC_URL: 'https://migrations.example.com' });
    const { token } = await secure.house.tokens.createToken(SYSTEM, { name: 'laptop', ...operatorToken });
    const browser = new Browser(secure.url, { origin: 'https://migrations.example.com' });
    expect((await browser.signIn(token)).status).toBe(201);
    expect(browser.setCookies[0]).toMatch(
      /^__Host-graceline_session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
    expect(await me(browser)).toMatchObject({ subject: OLGA });
    // Behind a proxy that asks by a host of its own.
    const headers = { cookie: browser.cookieHeader(), origin: 'https://migrations.example.com' };
    const socket = new WebSocket(`${secure.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers });
    await once(socket, 'open');
    socket.terminate();
    browser.cookies.set('graceline_session', browser.cookies.get('__Host-graceline_session')!);
    browser.cookies.delete('__Host-graceline_session');
    expect(await me(browser)).toBeNull();
    // A page without TLS of the same host is whoever sits on the way.
    const onTheWay = new Browser(secure.url, { origin: `http://${new URL(secure.url).host}`, fetchSite: undefined });
    expect((await onTheWay.signIn(token)).status).toBe(403);
  });

  test.each([
    ['an unknown one', () => `gl_op_${'x'.repeat(43)}`, 401, 'UNAUTHENTICATED', /unknown/],
    ['none of ours', () => 'eyJhbGciOiJIUzI1NiJ9.e30.x', 401, 'UNAUTHENTICATED', /begins with "gl_op_"/],
    [
      'a partner’s',
      async () => (await tokenOf({ role: 'PARTNER', subject: 'p', allAccounts: true })).token,
      403,
      'FORBIDDEN',
      /for people.*partner/,
    ],
    ['a runtime’s', async () => (await tokenOf({ role: 'RUNTIME', subject: 'r' })).token, 403, 'FORBIDDEN', /for people.*runtime/],
    ['a revoked one', () => revoked(), 401, 'UNAUTHENTICATED', /revoked/],
    ['an expired one', () => expired(), 401, 'UNAUTHENTICATED', /expired/],
    ['nothing', () => '', 400, 'INVALID_INPUT', /"token" is missing/],
    ['a novel', () => 'x'.repeat(2_000), 400, 'INVALID_INPUT', /at most 1000/],
  ])('with %s is refused with a sentence', async (_, token, status, code, message) => {
    const browser = new Browser(service.url);
    const answer = await browser.signIn(await token());
    expect([answer.status, await answer.json()]).toEqual([
      status,
      { error: expect.objectContaining({ code, message: expect.stringMatching(message) }) },
    ]);
    expect(browser.cookies.size).toBe(0);
  });

  test('may fail so often a minute from one address, and locks nobody out who has a token', async () => {
    const guessed = await startService(NOW);
    const browser = new Browser(guessed.url);
    const answers: number[] = [];
    for (let i = 0; i < 31; i += 1) answers.push((await browser.signIn('guess')).status);
    expect(answers).toEqual([...Array.from({ length: 30 }, () => 401), 429]);
    const { token } = await guessed.house.tokens.createToken(SYSTEM, { name: 'laptop', ...operatorToken });
    expect((await browser.signIn(token)).status).toBe(201);
  });

  test('again ends the session there was', async () => {
    const { browser, token } = await signedIn();
    const [before] = browser.cookies.values();
    await browser.signIn(token);
    const thief = new Browser(service.url);
    thief.cookies.set('graceline_session', before!);
    expect(await me(thief)).toBeNull();
    expect(await me(browser)).not.toBeNull();
  });
});

async function revoked(): Promise<string> {
  const { id, token } = await tokenOf(operatorToken);
  await service.house.tokens.revokeToken(SYSTEM, id);
  return token;
}

async function expired(): Promise<string> {
  const { token } = await tokenOf({ ...operatorToken, expiresAt: new Date(later(1)) });
  await service.setClock(later(1));
  return token;
}

describe('a session', () => {
  test('may do what its token may, and the log names the token as its key', async () => {
    const { browser, id } = await signedIn(adaToken());
    expect(await browser.ask(OPT_IN)).toEqual({ data: { optIn: { state: { reason: 'OPTED_IN' } } } });
    const [event] = await service.db.query(`select actor, token_id from event where type = 'OPTED_IN' order by id desc limit 1`);
    expect(event).toEqual({ actor: 'ada@mine.example', token_id: id });
    expect(await browser.ask(OPT_OUT)).toMatchObject({ data: { optOut: { state: { reason: 'OPTED_OUT' } } } });
    expect(await browser.ask('{ tokens { edges { cursor } } }')).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    const other = 'mutation { optIn(account: "theirs", migration: "running") { state { reason } } }';
    expect(await browser.ask(other)).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
  });

  test('reads the log as NDJSON, and yields to a header', async () => {
    const { browser } = await signedIn();
    const log = await browser.fetch('/events.ndjson');
    expect([log.status, (await log.text()).split('\n').length > 2]).toEqual([200, true]);
    const header = await browser.fetch('/events.ndjson', { headers: { authorization: `Bearer gl_op_${'x'.repeat(43)}` } });
    expect(header.status).toBe(401);
  });

  test('ends when it is signed out', async () => {
    const { browser } = await signedIn();
    const stolen = new Browser(service.url);
    for (const [name, value] of browser.cookies) stolen.cookies.set(name, value);
    const answer = await browser.fetch('/session', { method: 'DELETE' });
    expect([answer.status, await answer.text(), answer.headers.get('content-length'), browser.cookies.size]).toEqual([204, '', null, 0]);
    expect(await me(stolen)).toBeNull();
    expect((await browser.fetch('/session', { method: 'DELETE' })).status).toBe(204);
  });

  test.each<[string, (token: { id: string }) => Promise<unknown>]>([
    ['is revoked', ({ id }) => service.house.tokens.revokeToken(SYSTEM, id)],
    ['is rotated away', ({ id }) => service.house.tokens.rotateToken(SYSTEM, id, 0)],
    [
      'was rotated, once its old secret ends',
      async ({ id }) => {
        await service.house.tokens.rotateToken(SYSTEM, id, 60);
        await service.setClock(later(1));
      },
    ],
    [
      'is rotated twice',
      async ({ id }) => {
        for (let i = 0; i < 2; i += 1) await service.house.tokens.rotateToken(SYSTEM, id);
      },
    ],
  ])('ends with its token, at once, when that %s', async (_, change) => {
    const { browser, id } = await signedIn();
    expect(await me(browser)).not.toBeNull();
    await change({ id });
    const answer = await browser.post(LIST);
    expect([answer.status, await answer.json()]).toMatchObject([401, { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] }]);
    expect(await me(browser)).toBeNull();
    expect(browser.cookies.size).toBe(0);
  });

  test('goes on while the old secret of its token does', async () => {
    const { browser, id } = await signedIn();
    await service.house.tokens.rotateToken(SYSTEM, id, 120);
    await service.setClock(later(1));
    expect(await me(browser)).not.toBeNull();
  });

  test('ends when it expires, though used, or with its token where that is sooner', async () => {
    const { browser } = await signedIn();
    const short = await signedIn({ ...operatorToken, expiresAt: new Date(later(90)) });
    expect(await me(short.browser)).toMatchObject({ expiresAt: later(90) });
    for (let minutes = 60; minutes < 12 * 60; minutes += 60) {
      await service.setClock(later(minutes));
      expect(await me(browser)).not.toBeNull();
      expect((await me(short.browser)) === null).toBe(minutes >= 90);
    }
    await service.setClock(later(12 * 60));
    expect(await me(browser)).toBeNull();
  });

  test('ends when nobody used it for two hours, and what has ended is purged', async () => {
    await service.db.query('delete from session');
    const { browser } = await signedIn();
    const kept = await signedIn();
    await service.setClock(later(60));
    expect(await me(kept.browser)).not.toBeNull();
    await service.setClock(later(120));
    expect([await me(browser), (await me(kept.browser)) === null]).toEqual([null, false]);
    expect(await service.house.sessions.purge()).toBe(1);
    expect(await service.db.query('select 1 from session')).toHaveLength(1);
    await service.setClock(later(241));
    expect(await me(kept.browser)).toBeNull();
    await service.sweep();
    expect(await service.db.query('select 1 from session')).toHaveLength(0);
  });

  test('is told from all others that ask in the same moment', async () => {
    const { sessions, tokens } = service.house;
    const people = await Promise.all(
      Array.from({ length: 60 }, async (_, i) => {
        const { token, id } = await tokenOf({ ...operatorToken, subject: `person ${i}` });
        const opened = await sessions.signIn(token, 'here');
        if (i % 3 === 0) await tokens.revokeToken(SYSTEM, id);
        if (i % 3 === 1) await sessions.end(opened.id);
        return opened.id;
      }),
    );
    await service.setClock(later(2));
    const said = (error: unknown) => (error as Error).message;
    const answers = await Promise.all(
      people.map(async (id) => sessions.authenticate(`Session ${id}`).then(({ subject }) => subject, said)),
    );
    const expected = (i: number): unknown =>
      [expect.stringContaining('revoked'), expect.stringContaining('has ended'), `person ${i}`][i % 3];
    expect(answers).toEqual(people.map((_, i) => expected(i)));
    const used = await service.db.query('select 1 from session where used_at = $1', [later(2)]);
    expect(used).toHaveLength(20);
  });

  test.each([
    ['empty', ''],
    ['short', 'x'],
    ['unknown', 'a'.repeat(43)],
    ['NUL', '\0'],
    ['no ASCII', 'é'],
    ['long', 'a'.repeat(5_000)],
  ])('that a cookie makes up (%s) is none', async (_, id) => {
    const browser = new Browser(service.url);
    browser.cookies.set('graceline_session', encodeURIComponent(id));
    expect(await me(browser)).toBeNull();
    browser.cookies.set('graceline_session', encodeURIComponent(id));
    expect((await browser.post(LIST)).status).toBe(401);
  });
});

describe('pages of others', () => {
  const FOREIGN = { origin: 'https://evil.example', fetchSite: 'cross-site' };

  test.each<[string, Record<string, string>, number]>([
    ['of our own', { origin: 'SELF', 'sec-fetch-site': 'same-origin' }, 200],
    ['of our own in a browser that says little', { origin: 'SELF' }, 200],
    ['of another site', { origin: FOREIGN.origin, 'sec-fetch-site': 'cross-site' }, 403],
    ['of another site in a browser that says little', { origin: FOREIGN.origin }, 403],
    ['of a sister of ours', { origin: 'http://sister.localhost', 'sec-fetch-site': 'same-site' }, 403],
    ['in a frame without an origin', { origin: 'null' }, 403],
    ['that nobody names', {}, 403],
    ['that somebody typed', { 'sec-fetch-site': 'none' }, 403],
  ])('a mutation by a page %s', async (_, headers, status) => {
    const { browser } = await signedIn(adaToken());
    const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value === 'SELF' ? service.url : value]));
    const before = await service.db.query('select count(*) from event');
    const answer = await browser.raw('/graphql', {
      method: 'POST',
      body: JSON.stringify({ query: 'mutation { dismissNotice(id: "0") { id } }' }),
      headers: { 'content-type': 'application/json', ...sent },
    });
    const { errors } = (await answer.json()) as { errors: [{ extensions: { code: string } }] };
    expect([answer.status, errors[0].extensions.code]).toEqual([status, status === 200 ? 'NOT_FOUND' : 'FORBIDDEN']);
    expect(await service.db.query('select count(*) from event')).toEqual(before);
  });

  test('cannot post a form, nor read by a link that is a query', async () => {
    const { browser } = await signedIn(adaToken());
    const form = new URLSearchParams({ query: OPT_IN });
    for (const type of ['application/x-www-form-urlencoded', 'text/plain']) {
      const answer = await browser.raw('/graphql', {
        method: 'POST',
        body: form.toString(),
        headers: { 'content-type': type, ...FOREIGN },
      });
      expect(answer.status).toBe(415);
    }
    const link = await browser.raw(`/graphql?query=${encodeURIComponent(LIST)}`, { headers: { 'sec-fetch-site': 'cross-site' } });
    expect([link.status, (await link.text()).includes('mine')]).toEqual([400, false]);
    const log = await browser.raw('/events.ndjson', { headers: { 'sec-fetch-site': 'cross-site' } });
    expect(log.status).toBe(403);
  });

  test('can sign nobody in or out', async () => {
    const { browser, token } = await signedIn();
    const stranger = new Browser(service.url, FOREIGN);
    stranger.cookies.set('graceline_session', browser.cookies.get('graceline_session')!);
    expect((await stranger.signIn(token)).status).toBe(403);
    const form = new URLSearchParams({ token }).toString();
    const posted = await stranger.fetch('/session', {
      method: 'POST',
      body: form,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(posted.status).toBe(415);
    expect((await stranger.fetch('/session', { method: 'DELETE' })).status).toBe(403);
    expect(await me(browser)).not.toBeNull();
  });

  test('get no socket; our own get one, which ends with the session', async () => {
    const { browser, id } = await signedIn();
    const open = (origin: string) =>
      new WebSocket(`${service.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
        headers: { cookie: browser.cookieHeader(), origin },
      });
    const [, refused] = (await once(open(FOREIGN.origin), 'unexpected-response')) as [unknown, { statusCode: number }];
    expect(refused.statusCode).toBe(403);
    const socket = open(service.url);
    await once(socket, 'open');
    const acknowledged = once(socket, 'message');
    socket.send(JSON.stringify({ type: 'connection_init' }));
    expect(JSON.parse(String((await acknowledged)[0]))).toEqual({ type: 'connection_ack' });
    const closed = once(socket, 'close') as Promise<[number, Buffer]>;
    await service.house.tokens.revokeToken(SYSTEM, id);
    const [code, reason] = await closed;
    expect([code, reason.toString()]).toEqual([4403, expect.stringContaining('revoked')]);
  });
});

test('no caller met a defect', () => expect(service.defects).toEqual([]));
