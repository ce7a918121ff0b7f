/** People and partners who come with a JWT of an issuer: a real one, with real keys, over HTTP. */
import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JWTPayload } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Actor } from '../../src/auth/actor.ts';
import { IssuerKeys } from '../../src/auth/issuer-keys.ts';
import { OidcService } from '../../src/auth/oidc.service.ts';
import { readConfig } from '../../src/config.ts';
import { graphqlClient } from '../support/graphql-client.ts';
import { MovingClock, operator, silent } from '../support/house.ts';
import { type Issuer, publicText, startIssuer } from '../support/oidc-issuer.ts';
import { refusalOf, startService, type TestService } from '../support/service.ts';

const NOW = '2016-04-01T09:00:00.000Z';
const SECONDS = Date.parse(NOW) / 1_000;
/** Longer than twenty requests take on a machine that does other things too. */
const COOLDOWN_MS = 1_500;
const AUDIENCE = 'https://migrations.example.com';
const ROLE = 'https://platform.example/roles';

type Key = Awaited<ReturnType<Issuer['addKey']>>;

let issuer: Issuer;
let service: TestService;
let rsa: Key;
let ec: Key;

beforeAll(async () => {
  issuer = await startIssuer();
  rsa = await issuer.addKey('RS256');
  ec = await issuer.addKey('ES256');
  const settings = { OIDC_ISSUER: issuer.url, OIDC_AUDIENCE: AUDIENCE, OIDC_ROLE_CLAIM: ROLE };
  service = await startService(NOW, settings);
  const { accounts, migrations } = service.house;
  for (const id of ['mine', 'theirs'])
    await accounts.createAccount(operator(), { id, name: id, platform: 'CLOUD', createdAt: new Date('2015-01-01') });
  await accounts.createAdministrator(operator(), { email: 'ada@mine.example', name: 'Ada', accounts: ['mine'] });
  await migrations.createMigration(operator(), { key: 'running', title: 'r', severity: 'LOW', gracePeriodStart: '2016-04-01' });
  await migrations.announceMigration(operator(), 'running');
});

/** What a JWT of an operator holds. */
const claims = (more: JWTPayload = {}): JWTPayload => ({
  sub: 'olga',
  aud: AUDIENCE,
  iat: SECONDS,
  exp: SECONDS + 600,
  [ROLE]: ['OPERATOR'],
  ...more,
});
const administrator = (more: JWTPayload = {}) =>
  claims({ [ROLE]: 'ADMINISTRATOR', email: 'Ada@Mine.example', email_verified: true, ...more });
const partner = (more: JWTPayload = {}) =>
  claims({ sub: 'backup', [ROLE]: ['PARTNER'], accounts: ['mine', 'gone'], scope: 'openid migrations:read opt_ins:write', ...more });

const authenticate = (jwt: string): Promise<Actor> => service.house.tokens.authenticate(`Bearer ${jwt}`);
const clientWith = async (payload: JWTPayload) => graphqlClient(service.url, await issuer.sign(rsa, payload));
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a JWT', () => {
  test.each(['RS256', 'ES256'])('of an operator counts, signed by %s, and is named by its issuer and subject', async (alg) => {
    await expect(authenticate(await issuer.sign(alg === 'RS256' ? rsa : ec, claims()))).resolves.toEqual({
      role: 'OPERATOR',
      subject: `${issuer.url}|olga`,
      administratorId: null,
      tokenId: null,
      scopes: [],
    });
  });

  test('makes two operators of two subjects, and one of one', async () => {
    const [olga, again, otto] = await Promise.all([clientWith(claims()), clientWith(claims()), clientWith(claims({ sub: 'otto' }))]);
    const dates = '{ mandatoryOptIn: "2016-05-01", reason: "A reason." }';
    const asked = await olga.request<{ rescheduleMigration: { id: string; status: string } }, object>(
      `mutation { rescheduleMigration(key: "running", dates: ${dates}) { id status } }`,
    );
    expect(asked.rescheduleMigration.status).toBe('PENDING');
    const approve = `mutation { approveReschedule(id: "${asked.rescheduleMigration.id}") { status requestedBy decidedBy } }`;
    await refusalOf(again.request(approve), 'SECOND_OPERATOR_NEEDED');
    expect(await otto.request(approve)).toEqual({
      approveReschedule: { status: 'APPLIED', requestedBy: `${issuer.url}|olga`, decidedBy: `${issuer.url}|otto` },
    });
  });

  test('of an administrator is of the person with its verified address', async () => {
    const client = await clientWith(administrator());
    expect(await client.request('{ accounts { edges { node { id } } } }')).toEqual({ accounts: { edges: [{ node: { id: 'mine' } }] } });
    await expect(authenticate(await issuer.sign(rsa, administrator()))).resolves.toMatchObject({ subject: 'ada@mine.example' });
  });

  test('of a partner acts for the accounts it names, as far as its scopes go', async () => {
    const client = await clientWith(partner());
    const decide = (field: string, account: string) =>
      client.request(`mutation { ${field}(account: "${account}", migration: "running") { state { reason } } }`);
    expect(await client.request('{ accounts { edges { node { id } } } }')).toEqual({ accounts: { edges: [{ node: { id: 'mine' } }] } });
    expect(await client.request('{ accountMigration(account: "mine", migration: "running") { state { enabled } } }')).toEqual({
      accountMigration: { state: { enabled: false } },
    });
    // Beside one whose token names the same account, and one who may not: what is asked at once is written at once.
    const foreign = await clientWith(partner({ sub: 'other', accounts: ['theirs'] }));
    const [done] = await Promise.allSettled([
      decide('optIn', 'mine'),
      foreign.request('mutation { optIn(account: "mine", migration: "running") { state { reason } } }'),
    ]);
    expect(done).toEqual({ status: 'fulfilled', value: { optIn: { state: { reason: 'OPTED_IN' } } } });
    const events = await service.db.query(`select actor, token_id from event where type = 'OPTED_IN'`);
    expect(events).toEqual([{ actor: `${issuer.url}|backup`, token_id: null }]);
    for (const account of ['theirs', 'gone']) await refusalOf(decide('optIn', account), 'NOT_FOUND');
    expect(await decide('optOut', 'mine')).toEqual({ optOut: { state: { reason: 'OPTED_OUT' } } });
    await refusalOf(client.request('{ events { edges { cursor } } }'), 'FORBIDDEN');
    await refusalOf((await clientWith(partner({ scope: 'events:read' }))).request('{ accounts { edges { cursor } } }'), 'FORBIDDEN');
  });

  test('counts for the mightiest role it names, and never for a runtime', async () => {
    await expect(authenticate(await issuer.sign(ec, partner({ [ROLE]: ['PARTNER', 'staff', 'OPERATOR'] })))).resolves.toMatchObject({
      role: 'OPERATOR',
    });
    await expect(authenticate(await issuer.sign(ec, claims({ [ROLE]: 'RUNTIME' })))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('ends its socket when it expires', async () => {
    const client = await clientWith(administrator({ exp: SECONDS + 60 }));
    const notices = client.subscribe('subscription { accountMigrationChanged(account: "mine") { cursor } }');
    await notices.subscribed;
    await service.setClock('2016-04-01T09:01:03.000Z');
    expect(await notices.closed).toEqual({ code: 4403, reason: 'The JWT has expired. Sign in again.' });
    await service.setClock(NOW);
  });
});

test.each<[string, string, () => Promise<string> | string]>([
  ['for another audience', 'audience', () => issuer.sign(rsa, claims({ aud: 'https://elsewhere.example' }))],
  ['for no audience', 'aud', () => issuer.sign(rsa, claims({ aud: undefined }))],
  ['of another issuer', 'issuer', () => issuer.sign(rsa, claims({ iss: 'https://evil.example' }))],
  ['that has expired', 'expired', () => issuer.sign(rsa, claims({ exp: SECONDS - 3 }))],
  ['that never expires', 'exp', () => issuer.sign(rsa, claims({ exp: undefined }))],
  ['that is not valid yet', 'not valid yet', () => issuer.sign(rsa, claims({ nbf: SECONDS + 3 }))],
  ['of nobody', 'sub', () => issuer.sign(rsa, claims({ sub: undefined }))],
  ['of a name of two lines', 'sub', () => issuer.sign(rsa, claims({ sub: 'a\nb' }))],
  ['without a signature', 'algorithm', () => `${encoded({ alg: 'none' })}.${encoded({ iss: issuer.url, ...claims() })}.`],
  ['signed with the public key as a secret', 'algorithm', () => signedWithPublicKey()],
  ['signed by an algorithm that was not chosen', 'algorithm', async () => issuer.sign(await issuer.addKey('PS256'), claims())],
  ['with another payload than was signed', 'signature', () => forged()],
  ['signed with a key of its own', 'a key its issuer does not have', () => signedWithOwnKey()],
  ['signed with another key under a known name', 'signature', () => signedWithOwnKey(rsa.kid)],
  ['that is none', 'cannot be read', () => 'a.b.c'],
  ['without a role', 'none of OPERATOR', () => issuer.sign(rsa, claims({ [ROLE]: undefined }))],
  ['with a role of somebody else’s', 'none of OPERATOR', () => issuer.sign(rsa, claims({ [ROLE]: ['operator', 7, null] }))],
  ['of an administrator without an address', '"email"', () => issuer.sign(rsa, administrator({ email: undefined }))],
  ['of an administrator whose address nobody verified', 'not verified', () => issuer.sign(rsa, administrator({ email_verified: 'true' }))],
  ['of an administrator there is not', 'no administrator', () => issuer.sign(rsa, administrator({ email: 'eve@mine.example' }))],
  ['of a partner of no account', '"accounts"', () => issuer.sign(rsa, partner({ accounts: [] }))],
  ['of a partner whose accounts are no list', '"accounts"', () => issuer.sign(rsa, partner({ accounts: 'mine' }))],
  ['of a partner of what cannot be an account', '"accounts"', () => issuer.sign(rsa, partner({ accounts: ['mine', '\0', '\ud800'] }))],
])('a JWT %s is refused with a sentence', async (_, sentence, jwt) => {
  const refusal = await refusalOf(
    graphqlClient(service.url, await jwt()).request('{ migrations { edges { cursor } } }'),
    'UNAUTHENTICATED',
  );
  expect(refusal.message).toContain(sentence);
  expect(refusal.status).toBe(401);
});

test('clocks may differ by two seconds', async () => {
  for (const times of [{ exp: SECONDS - 1 }, { nbf: SECONDS + 2 }])
    await expect(authenticate(await issuer.sign(rsa, claims(times)))).resolves.toMatchObject({ role: 'OPERATOR' });
});

test('tokens of our own count beside JWTs, and no caller met a defect', async () => {
  expect(await service.operator.request('{ migrations { edges { node { key } } } }')).toBeDefined();
  expect(service.defects).toEqual([]);
});

describe('the keys of an issuer', () => {
  /** A service of JWTs of its own, with an issuer of its own. */
  async function own(cooldownMs: number): Promise<{ own: Issuer; key: Key; ask: (key?: Key) => Promise<string> }> {
    const other = await startIssuer();
    const key = await other.addKey('ES256');
    const keys = new IssuerKeys({ issuer: other.url, timeoutMs: 200, cooldownMs }, silent);
    const settings = { issuer: other.url, audience: AUDIENCE, algorithms: ['ES256'], claims: { role: ROLE, accounts: 'accounts' } };
    const jwts = new OidcService(service.db, new MovingClock(NOW), keys, settings);
    const ask = async (by = key) =>
      jwts.authenticate(await other.sign(by, claims())).then(
        ({ role }) => role,
        (error: unknown) => (error as { code: string }).code,
      );
    return { own: other, key, ask };
  }

  test('are asked for again where one is missing, and an old one ends when it is withdrawn', async () => {
    const { own: other, key, ask } = await own(0);
    expect(await ask()).toBe('OPERATOR');
    const next = await other.addKey('ES256');
    other.withdraw(next);
    expect(await ask(next)).toBe('UNAUTHENTICATED');
    const rotated = await other.addKey('ES256');
    other.withdraw(key);
    expect(await ask(rotated)).toBe('OPERATOR');
    expect(await ask(key)).toBe('UNAUTHENTICATED');
  });

  test('are not asked for by everybody who makes one up', async () => {
    const { own: other, ask } = await own(60_000);
    expect(await ask()).toBe('OPERATOR');
    const unknown = await other.addKey('ES256');
    expect(new Set(await Promise.all(Array.from({ length: 50 }, () => ask(unknown))))).toEqual(new Set(['UNAUTHENTICATED']));
    expect(other.asked).toBe(1);
  });

  test.each(['fail', 'hang', 'nonsense'] as const)(
    'that does not give them (%s) keeps people waiting, and asks no more often',
    async (mood) => {
      const { own: other, ask } = await own(COOLDOWN_MS);
      other.mood = mood;
      expect(new Set(await Promise.all(Array.from({ length: 20 }, () => ask())))).toEqual(new Set(['ISSUER_UNREACHABLE']));
      other.mood = 'answer';
      expect(await ask()).toBe('ISSUER_UNREACHABLE');
      await sleep(COOLDOWN_MS + 100);
      expect(await ask()).toBe('OPERATOR');
      expect(other.asked).toBe(1);
    },
  );

  test('that are at hand serve on while the issuer is away; a new one waits for it', async () => {
    const { own: other, ask } = await own(0);
    expect(await ask()).toBe('OPERATOR');
    const next = await other.addKey('ES256');
    other.mood = 'fail';
    expect(await ask(next)).toBe('ISSUER_UNREACHABLE');
    expect(await ask()).toBe('OPERATOR');
    other.mood = 'answer';
    expect(await ask(next)).toBe('OPERATOR');
    other.close();
    expect(await ask()).toBe('OPERATOR');
  });

  test.each([{ issuer: 'https://evil.example' }, { jwks_uri: 'http://keys.example/' }, { jwks_uri: 7 }])(
    'are not taken from a configuration that says %j',
    async (configuration) => {
      const { own: other, ask } = await own(0);
      other.configuration = configuration;
      expect(await ask()).toBe('ISSUER_UNREACHABLE');
      expect(other.asked).toBe(0);
    },
  );

  test('that nobody gives are told to callers as 503', async () => {
    const away = await startService(NOW, { OIDC_ISSUER: 'http://127.0.0.1:9', OIDC_AUDIENCE: AUDIENCE });
    const jwt = await issuer.sign(rsa, claims());
    const refusal = await refusalOf(graphqlClient(away.url, jwt).request('{ migrations { edges { cursor } } }'), 'ISSUER_UNREACHABLE');
    expect(refusal.status).toBe(503);
    const ended = await issuer.sign(rsa, { ...claims(), exp: Math.floor(Date.parse(NOW) / 1_000) - 60 });
    await refusalOf(graphqlClient(away.url, ended).request('{ migrations { edges { cursor } } }'), 'UNAUTHENTICATED');
    expect(await away.operator.request('{ migrations { edges { cursor } } }')).toBeDefined();
  });
});

test.each([
  ['OIDC_AUDIENCE', { OIDC_ISSUER: 'https://login.example.com' }],
  ['OIDC_ISSUER', { OIDC_ISSUER: 'http://login.example.com', OIDC_AUDIENCE: 'a' }],
  ['OIDC_JWKS_URL', { OIDC_ISSUER: 'https://login.example.com', OIDC_AUDIENCE: 'a', OIDC_JWKS_URL: 'ftp://login.example.com' }],
  ['OIDC_ALGORITHMS', { OIDC_ALGORITHMS: 'RS256,HS256' }],
  ['OIDC_ALGORITHMS', { OIDC_ALGORITHMS: 'none' }],
])('the setting %s is refused in %j', (name, settings) => {
  expect(() => readConfig(settings)).toThrow(new RegExp(`^  ${name}: `, 'm'));
});

/** What a service would take that verifies with "the key" by whatever algorithm the JWT names. */
async function signedWithPublicKey(): Promise<string> {
  const content = `${encoded({ alg: 'HS256', kid: rsa.kid })}.${encoded({ iss: issuer.url, ...claims() })}`;
  return `${content}.${createHmac('sha256', await publicText(rsa))
    .update(content)
    .digest('base64url')}`;
}

async function forged(): Promise<string> {
  const [header, , signature] = (await issuer.sign(rsa, administrator())).split('.');
  return `${header}.${encoded({ iss: issuer.url, ...claims() })}.${signature}`;
}

/** By a stranger, who brings the key along in the header. */
async function signedWithOwnKey(kid = 'mine'): Promise<string> {
  const own = await issuer.addKey('RS256');
  issuer.withdraw(own);
  return issuer.sign(own, claims(), { kid, jwk: own.jwk });
}
