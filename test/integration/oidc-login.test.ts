/** Signing in to the dashboard with an issuer that checks what it is given, over real HTTP. */
import { type AddressInfo, createServer } from 'node:net';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { Browser } from '../support/browser.ts';
import { operator } from '../support/house.ts';
import { type Issuer, type Key, startIssuer } from '../support/oidc-issuer.ts';
import { LoginEndpoints } from '../support/oidc-login.ts';
import { startService, type TestService } from '../support/service.ts';

const NOW = '2016-04-01T09:00:00.000Z';
const SECONDS = Date.parse(NOW) / 1_000;
const CLIENT = { id: 'dash board', secret: 'p%:ss word' };

let issuer: Issuer;
let login: LoginEndpoints;
let key: Key;
let service: TestService;

const times = { iat: SECONDS, exp: SECONDS + 300 };
const olga = { sub: 'olga', roles: ['OPERATOR'], ...times };
const ada = { sub: 'ada', roles: 'ADMINISTRATOR', email: 'Ada@Mine.example', email_verified: true, ...times };

/** A service that people sign in to with the issuer, at an address that it knows before it starts. */
async function startWith(secret: string | null): Promise<TestService> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const client = { id: CLIENT.id, secret, redirectUri: `${url}/session/oidc/callback` };
  issuer.login = login = new LoginEndpoints(issuer, key, client, olga);
  return startService(NOW, {
    PORT: String(port),
    PUBLIC_URL: url,
    OIDC_ISSUER: issuer.url,
    OIDC_AUDIENCE: 'https://migrations.example.com',
    OIDC_CLIENT_ID: CLIENT.id,
    ...(secret !== null && { OIDC_CLIENT_SECRET: secret }),
  });
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

beforeAll(async () => {
  issuer = await startIssuer();
  key = await issuer.addKey('RS256');
  service = await startWith(CLIENT.secret);
  const { accounts } = service.house;
  await accounts.createAccount(operator(), { id: 'mine', name: 'mine', platform: 'CLOUD', createdAt: new Date('2015-01-01') });
  await accounts.createAdministrator(operator(), { email: 'ada@mine.example', name: 'Ada', accounts: ['mine'] });
});
beforeEach(async () => {
  Object.assign(login, { person: olga, lies: {}, status: 200 });
  issuer.mood = 'answer';
  await service.setClock(NOW);
});

const locationOf = (response: Response) => new URL(response.headers.get('location')!);

/** Goes to the issuer and comes back with what it says: the address, not yet opened. */
async function atIssuer(browser: Browser, to = '/accounts/mine?tab=open'): Promise<URL> {
  const begun = await browser.raw(`/session/oidc?to=${encodeURIComponent(to)}`);
  expect(begun.status).toBe(302);
  const answer = await fetch(locationOf(begun), { redirect: 'manual' });
  expect(answer.status).toBe(302);
  return locationOf(answer);
}

/** Comes back as a browser does that another site sends: with no cookie that is Strict. */
const comeBack = (browser: Browser, url: URL) => browser.raw(url.href, { headers: { 'sec-fetch-site': 'cross-site' } });
const me = async (browser: Browser) => ((await (await browser.fetch('/session')).json()) as { session: unknown; oidc: boolean }).session;

describe('signing in with the issuer', () => {
  test.each([
    ['an operator', olga, () => ({ role: 'OPERATOR', subject: `${issuer.url}|olga`, administratorId: null })],
    ['an administrator', ada, () => ({ role: 'ADMINISTRATOR', subject: 'ada@mine.example', administratorId: expect.any(String) })],
  ])('%s comes back to where they were, with a session', async (_, person, session) => {
    login.person = person;
    const browser = new Browser(service.url);
    const back = await comeBack(browser, await atIssuer(browser));
    expect([back.status, back.headers.get('location')]).toEqual([302, '/accounts/mine?tab=open']);
    expect(await me(browser)).toEqual({ ...session(), expiresAt: '2016-04-01T21:00:00.000Z' });
    expect([...browser.cookies.keys()]).toEqual(['graceline_session']);
    expect(browser.setCookies[0]).toMatch(/^graceline_login=[\w-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(await browser.ask('{ accounts { edges { node { id } } } }')).toEqual({
      data: { accounts: { edges: [{ node: { id: 'mine' } }] } },
    });
  });

  test('works as a public client too, by PKCE alone', async () => {
    const before = login;
    const open = await startWith(null);
    const browser = new Browser(open.url);
    expect((await comeBack(browser, await atIssuer(browser))).status).toBe(302);
    expect(await me(browser)).toMatchObject({ role: 'OPERATOR' });
    issuer.login = login = before;
  });

  test.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/.//evil.example',
    'javascript:alert(1)',
    '',
    `/${'x'.repeat(2_000)}`,
  ])('leads to no other site, asked for %j', async (to) => {
    const browser = new Browser(service.url);
    expect((await comeBack(browser, await atIssuer(browser, to))).headers.get('location')).toBe('/');
  });

  test('ends with the administrator, and with the session', async () => {
    login.person = ada;
    const browser = new Browser(service.url);
    await comeBack(browser, await atIssuer(browser));
    await service.db.query(`update administrator set email = 'eve@mine.example' where email = 'ada@mine.example'`);
    expect(await me(browser)).toBeNull();
    await service.db.query(`update administrator set email = 'ada@mine.example' where email = 'eve@mine.example'`);
    await comeBack(browser, await atIssuer(browser));
    // Longer than the id_token lasts, which says who somebody is and not for how long.
    await service.setClock('2016-04-01T10:00:00.000Z');
    expect(await me(browser)).not.toBeNull();
    await service.setClock('2016-04-01T21:00:00.000Z');
    expect(await me(browser)).toBeNull();
  });

  test('looking at the address that leads back does not use it up', async () => {
    const browser = new Browser(service.url);
    const url = await atIssuer(browser);
    expect((await browser.raw(url.href, { method: 'HEAD' })).status).toBe(200);
    expect((await comeBack(browser, url)).status).toBe(302);
  });
});

/** Comes back and is refused: the page that says why. */
async function refused(browser: Browser, url: URL): Promise<{ status: number; page: string }> {
  const answer = await comeBack(browser, url);
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(browser.cookies.has('graceline_session')).toBe(false);
  return { status: answer.status, page: await answer.text() };
}

describe('nobody is signed in', () => {
  test.each<[string, RegExp, (url: URL, browser: Browser) => void]>([
    ['with a state of somebody else’s', /does not belong/, (url) => url.searchParams.set('state', 'other')],
    ['without a state', /does not belong/, (url) => url.searchParams.delete('state')],
    ['with a made-up code', /does not belong/, (url) => url.searchParams.set('code', 'other')],
    ['in a browser that began nothing', /No sign-in is under way/, (_, browser) => browser.cookies.clear()],
    ['with a cookie that is none', /No sign-in is under way/, (_, browser) => browser.cookies.set('graceline_login', 'e30')],
  ])('%s', async (_, sentence, change) => {
    const browser = new Browser(service.url);
    const url = await atIssuer(browser);
    change(url, browser);
    expect(await refused(browser, url)).toEqual({ status: 401, page: expect.stringMatching(sentence) });
  });

  test('with a verifier or nonce of another sign-in', async () => {
    for (const part of ['verifier', 'nonce']) {
      const [browser, other] = [new Browser(service.url), new Browser(service.url)];
      const url = await atIssuer(browser);
      await atIssuer(other);
      const [mine, theirs] = [browser, other].map(
        ({ cookies }) => JSON.parse(Buffer.from(cookies.get('graceline_login')!, 'base64url').toString()) as Record<string, string>,
      );
      const mixed = { ...mine, [part]: theirs![part] };
      browser.cookies.set('graceline_login', Buffer.from(JSON.stringify(mixed)).toString('base64url'));
      expect(await refused(browser, url)).toEqual({ status: 401, page: expect.stringMatching(/does not belong/) });
    }
  });

  test('with a code that was used', async () => {
    const browser = new Browser(service.url);
    const url = await atIssuer(browser);
    const kept = browser.cookies.get('graceline_login')!;
    expect((await comeBack(browser, url)).status).toBe(302);
    const thief = new Browser(service.url);
    thief.cookies.set('graceline_login', kept);
    expect((await refused(thief, url)).status).toBe(401);
  });

  test.each<[string, Record<string, unknown>, number, RegExp]>([
    ['for another client', { aud: 'other' }, 401, /does not belong/],
    ['of another issuer', { iss: 'https://evil.example' }, 401, /does not belong/],
    ['that is old', { iat: SECONDS - 600, exp: SECONDS - 300 }, 401, /does not belong/],
    ['of nobody with a role', { roles: ['staff'] }, 401, /none of OPERATOR/],
    ['of a partner', { roles: ['PARTNER'], accounts: ['mine'] }, 403, /for people and not for a partner/],
    ['of an administrator there is not', { ...ada, email: 'eve@mine.example' }, 401, /no administrator/],
    ['of an administrator whose address nobody verified', { ...ada, email_verified: false }, 401, /not verified/],
  ])('by an id_token %s', async (_, lies, status, sentence) => {
    login.lies = lies;
    const browser = new Browser(service.url);
    expect(await refused(browser, await atIssuer(browser))).toEqual({ status, page: expect.stringMatching(sentence) });
  });

  test('by an id_token that somebody else signed', async () => {
    const own = await issuer.addKey('RS256');
    issuer.withdraw(own);
    const sign = issuer.sign.bind(issuer);
    issuer.sign = (_, claims) => sign(own, claims, { kid: key.kid });
    const browser = new Browser(service.url);
    const { page } = await refused(browser, await atIssuer(browser)).finally(() => (issuer.sign = sign));
    expect(page).toMatch(/signature/);
  });

  test('who changed their mind at the issuer, whose words are shown as text', async () => {
    login.person = { error: 'access_denied', error_description: `<script>alert(1)</script>${'x'.repeat(5_000)}` };
    const browser = new Browser(service.url);
    const { status, page } = await refused(browser, await atIssuer(browser));
    expect([status, page.includes('access_denied &lt;script&gt;'), page.includes('<script>'), page.length < 6_000]).toEqual([
      401,
      true,
      false,
      true,
    ]);
  });

  test('while the issuer is away, and everybody is once it is back', async () => {
    const browser = new Browser(service.url);
    const url = await atIssuer(browser);
    login.status = 503;
    expect(await refused(browser, url)).toEqual({ status: 503, page: expect.stringMatching(/does not answer now/) });
    login.status = 200;
    expect((await comeBack(browser, await atIssuer(browser))).status).toBe(302);
  });
});

test('an issuer that cannot be found keeps people waiting, with a page, and is asked again', async () => {
  const other = await startIssuer();
  other.login = issuer.login;
  other.mood = 'fail';
  const away = await startService(NOW, { OIDC_ISSUER: other.url, OIDC_AUDIENCE: 'a', OIDC_CLIENT_ID: 'c' });
  const browser = new Browser(away.url);
  const answer = await browser.raw('/session/oidc');
  expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('does not answer now')]);
  other.mood = 'answer';
  expect((await browser.raw('/session/oidc')).status).toBe(302);
  expect(await (await browser.fetch('/session')).json()).toMatchObject({ oidc: true });
});

test('an issuer that refuses us as its client is our operators’ to mend, and they are told', async () => {
  const before = login;
  const stranger = await startWith('another');
  const redirectUri = `${stranger.url}/session/oidc/callback`;
  issuer.login = login = new LoginEndpoints(issuer, key, { ...CLIENT, redirectUri }, olga);
  const browser = new Browser(stranger.url);
  expect(await refused(browser, await atIssuer(browser))).toEqual({
    status: 401,
    page: expect.stringMatching(/whoever runs this platform/),
  });
  expect(stranger.defects).toEqual([expect.stringContaining('OIDC_CLIENT_ID')]);
  issuer.login = login = before;
});

test('where there is no issuer, nobody is sent to one', async () => {
  const alone = await startService(NOW);
  const answer = await new Browser(alone.url).raw('/session/oidc');
  expect([answer.status, await answer.text()]).toEqual([404, expect.stringContaining('Sign in with a token')]);
  expect(() => readConfig({ OIDC_CLIENT_ID: 'c' })).toThrow(/^ {2}OIDC_ISSUER: /m);
});

test('no caller met a defect', () => expect(service.defects).toEqual([]));
