import { jwtVerify, SignJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Profile } from '../../src/users/profile.rules.ts';
import {
  announceGate,
  call,
  codeOf,
  CONNECTION,
  createCustomer,
  type Customer,
  OPERATOR,
  optIn,
  optOut,
  partnerToken,
  usesOf,
} from '../support/platform.ts';
import { startService, type TestService } from '../support/service.ts';

const MIGRATION = 'idp-access-tokens';
const TOKEN = 'ya29.token-of-google';
const PASSWORD = 'correct horse battery';
const PLATFORM = 'https://platform.example';

let service: TestService;

beforeAll(async () => {
  service = await startService('2016-06-15T09:00:00.000Z', { PUBLIC_URL: PLATFORM });
  await announceGate(service, MIGRATION, '2016-06-10', '2016-07-10');
});

/** A customer whose user signed in with Google and has a password besides. */
interface Story extends Customer {
  readonly userId: string;
  readonly reader: string;
  readonly tokenReader: string;
}

async function begin(account: string, createdAt: string): Promise<Story> {
  const customer = await createCustomer(service, account, new Date(createdAt));
  const { id } = await service.house.users.createUser(OPERATOR, account, {
    email: 'Greta@Example.com',
    name: 'Greta',
    connection: CONNECTION,
    password: PASSWORD,
    identities: [{ provider: 'google-oauth2', userId: `google-${account}`, accessToken: TOKEN }],
  });
  return {
    ...customer,
    userId: id,
    reader: await partnerToken(service, account, ['read:users']),
    tokenReader: await partnerToken(service, account, ['read:users', 'read:user_idp_tokens']),
  };
}

async function profileOf({ userId }: Story, token: string): Promise<Profile> {
  const response = await call(service.url, `/api/v2/users/${encodeURIComponent(userId)}`, { token });
  expect(response.status).toBe(200);
  return (await response.json()) as Profile;
}

async function signIn({ clientId }: Story, more: Record<string, string> = {}): Promise<Response> {
  const json = { client_id: clientId, username: 'greta@example.com', password: PASSWORD, connection: CONNECTION, scope: 'openid', ...more };
  return call(service.url, '/oauth/ro', { json });
}

async function idTokenOf(story: Story): Promise<string> {
  const response = await signIn(story);
  expect(response.status).toBe(200);
  const { id_token: idToken, token_type: type } = (await response.json()) as { id_token: string; token_type: string };
  expect(type).toBe('bearer');
  return idToken;
}

/** Everywhere a profile is told of, the token of the identity provider in it. */
async function tokensIn(story: Story): Promise<Record<string, string | undefined>> {
  const idToken = await idTokenOf(story);
  const { payload } = await jwtVerify<Profile>(idToken, new TextEncoder().encode(story.secret), {
    issuer: PLATFORM,
    audience: story.clientId,
    subject: story.userId,
    algorithms: ['HS256'],
    currentDate: service.house.clock.now(),
  });
  const info = (await (await call(service.url, '/tokeninfo', { form: { id_token: idToken } })).json()) as Profile;
  const found = (profile: Profile) => profile.identities[0]!.access_token;
  return {
    profile: found(await profileOf(story, story.reader)),
    profileWithScope: found(await profileOf(story, story.tokenReader)),
    idToken: found(payload),
    tokeninfo: found(info),
  };
}

const BEFORE = { profile: TOKEN, profileWithScope: TOKEN, idToken: TOKEN, tokeninfo: TOKEN };
const AFTER = { profile: undefined, profileWithScope: TOKEN, idToken: undefined, tokeninfo: undefined };

describe('the gate of identity provider tokens', () => {
  test('is off before, on in the very next request after an opt-in, off again after an opt-out, and on for all at the deadline', async () => {
    const story = await begin('acme', '2015-01-01');
    expect(await tokensIn(story)).toEqual(BEFORE);
    await optIn(story, MIGRATION);
    expect(await tokensIn(story)).toEqual(AFTER);
    await optOut(story, MIGRATION);
    expect(await tokensIn(story)).toEqual(BEFORE);
    await service.setClock('2016-07-09T23:59:59.999Z');
    expect(await tokensIn(story)).toEqual(BEFORE);
    await service.setClock('2016-07-10T00:00:00.000Z');
    expect(await tokensIn(story)).toEqual(AFTER);
    await service.setClock('2016-06-15T09:00:00.000Z');
  });

  test('is on from birth for an account created since the grace period began', async () => {
    const story = await begin('young', '2016-06-10T00:00:00Z');
    expect(await tokensIn(story)).toEqual(AFTER);
    expect(await usesOf(service, MIGRATION, 'young')).toEqual({});
  });

  test('counts a use where a token went out for want of the new behaviour, and only there', async () => {
    const story = await begin('counted', '2015-01-01');
    await tokensIn(story);
    // The id_token and what tokeninfo told of it, by the application; the profile, by the partner without the scope.
    expect(await usesOf(service, MIGRATION, 'counted')).toEqual({ [story.clientId]: 2, 'Partner Co': 1 });
    await optIn(story, MIGRATION);
    await tokensIn(story);
    await service.house.users.createUser(OPERATOR, 'counted', {
      email: 'tokenless@example.com',
      connection: CONNECTION,
      password: PASSWORD,
    });
    await optOut(story, MIGRATION);
    expect((await signIn(story, { username: 'tokenless@example.com' })).status).toBe(200);
    expect(await usesOf(service, MIGRATION, 'counted')).toEqual({ [story.clientId]: 2, 'Partner Co': 1 });
  });

  test('leaves nothing to read of the token in the database', async () => {
    const rows = await service.db.query<{ sealed: string }>('select access_token as sealed from identity where access_token is not null');
    const secrets = await service.db.query<{ sealed: string }>('select secret as sealed from application');
    expect(rows.length).toBeGreaterThan(0);
    for (const { sealed } of [...rows, ...secrets]) expect(sealed).toMatch(/^test\.[\w-]{40,}$/);
    expect(JSON.stringify(rows)).not.toContain(TOKEN);
  });
});

describe('a profile', () => {
  test('has the fields callers know, in snake case, and no secret', async () => {
    const story = await begin('fields', '2015-01-01');
    expect(await profileOf(story, story.reader)).toEqual({
      user_id: 'google-oauth2|google-fields',
      email: 'greta@example.com',
      name: 'Greta',
      created_at: '2016-06-15T09:00:00.000Z',
      updated_at: '2016-06-15T09:00:00.000Z',
      identities: [
        { provider: 'google-oauth2', connection: 'google-oauth2', user_id: 'google-fields', isSocial: true, access_token: TOKEN },
        { provider: 'db', connection: CONNECTION, user_id: expect.stringMatching(/^[0-9a-f]{24}$/), isSocial: false },
      ],
    });
  });

  test('is for operators, administrators of the account, and partners with the scope for it', async () => {
    const story = await begin('readers', '2015-01-01');
    const path = `/api/v2/users/${encodeURIComponent(story.userId)}`;
    const status = async (token?: string) => (await call(service.url, path, token === undefined ? {} : { token })).status;
    const { tokens } = service.house;
    const operator = await tokens.createToken(OPERATOR, { name: 'o', role: 'OPERATOR', subject: 'o' });
    const runtime = await tokens.createToken(OPERATOR, { name: 'r', role: 'RUNTIME', subject: 'r' });
    expect(await status(operator.token)).toBe(200);
    expect(await status(runtime.token)).toBe(403);
    expect(await status()).toBe(401);
    expect(await status(await partnerToken(service, 'readers', []))).toBe(403);
    expect(await status(await partnerToken(service, 'readers', ['read:user_idp_tokens']))).toBe(403);
  });

  test('of somebody else’s user is answered as one that does not exist, word for word', async () => {
    const [ours, theirs] = [await begin('ours', '2015-01-01'), await begin('theirs', '2015-01-01')];
    const answer = async (id: string) => {
      const response = await call(service.url, `/api/v2/users/${id}`, { token: ours.reader });
      return [response.status, await response.text()];
    };
    expect(await answer(encodeURIComponent(theirs.userId))).toEqual(await answer('google-oauth2%7Cnobody'));
    expect((await answer(theirs.userId.replace('|', '%7c')))[0]).toBe(404);
    expect((await answer('%00'))[0]).toBe(400);
    expect((await answer('%ff'))[0]).toBe(400);
    expect((await answer('a'.repeat(5_000)))[0]).toBe(404);
  });
});

describe('a person who is a user of two accounts', () => {
  const SHARED = { provider: 'google-oauth2', userId: 'google-shared' };
  const PATH = '/api/v2/users/google-oauth2%7Cgoogle-shared';
  const answer = async (path: string, token: string) => {
    const response = await call(service.url, path, { token });
    const { email, error } = (await response.json()) as { email?: string; error?: { code: string } };
    return error?.code ?? email;
  };

  test('is a user of each by themselves: profile, password, link and token', async () => {
    const [one, two] = [await begin('shared-1', '2015-01-01'), await begin('shared-2', '2015-01-01')];
    for (const { account } of [one, two])
      await service.house.users.createUser(OPERATOR, account, {
        email: `shared@${account}.example`,
        connection: CONNECTION,
        password: PASSWORD,
        identities: [{ ...SHARED, accessToken: `token of ${account}` }],
      });
    const { token: operator } = await service.house.tokens.createToken(OPERATOR, { name: 'o', role: 'OPERATOR', subject: 'o' });
    expect(await answer(PATH, one.reader)).toBe('shared@shared-1.example');
    expect(await answer(PATH, two.reader)).toBe('shared@shared-2.example');
    expect(await answer(PATH, operator)).toBe('ACCOUNT_NEEDED');
    expect(await answer(`${PATH}?account=shared-2`, operator)).toBe('shared@shared-2.example');
    expect(await answer(`${PATH}?account=shared-2`, two.reader)).toBe('shared@shared-2.example');
    for (const account of ['shared-2', 'nobody', '', '%00'])
      expect(await answer(`${PATH}?account=${account}`, one.reader)).toBe('NOT_FOUND');
    expect(await answer(`${PATH}?account=ours`, operator)).toBe('NOT_FOUND');
    const response = await call(service.url, PATH, { token: two.tokenReader });
    expect(((await response.json()) as Profile).identities[0]!.access_token).toBe('token of shared-2');
    expect((await signIn(two, { username: 'shared@shared-1.example' })).status).toBe(401);
  });

  test('may be made by administrators, who learn nothing of the other account', async () => {
    const { administrator, account } = await begin('shared-3', '2015-01-01');
    const input = { email: 'shared@elsewhere.example', connection: CONNECTION, identities: [SHARED] };
    const made = await administrator.request<{ createUser: { id: string } }, object>(
      'mutation ($account: ID!, $input: NewUser!) { createUser(account: $account, input: $input) { id } }',
      { account, input },
    );
    expect(made.createUser.id).toBe('google-oauth2|google-shared');
  });
});

describe('an id_token', () => {
  test('is refused changed, expired, or signed for another application', async () => {
    const story = await begin('tokens', '2015-01-01');
    const other = await begin('tokens-of-another', '2015-01-01');
    const idToken = await idTokenOf(story);
    const [head, body, signature] = idToken.split('.') as [string, string, string];
    const forged = Buffer.from(
      JSON.stringify({ ...(JSON.parse(Buffer.from(body, 'base64url').toString()) as object), aud: other.clientId }),
    );
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    const answers: string[] = [];
    for (const token of [`${head}.${forged.toString('base64url')}.${signature}`, `${none}.${body}.`, `${idToken}x`, 'nonsense'])
      answers.push(await codeOf(await call(service.url, '/tokeninfo', { json: { id_token: token } })));
    await service.setClock('2016-06-15T19:00:01.000Z');
    answers.push(await codeOf(await call(service.url, '/tokeninfo', { json: { id_token: idToken } })));
    await service.setClock('2016-06-15T09:00:00.000Z');
    expect(answers).toEqual(Array.from({ length: 5 }, () => 'UNAUTHENTICATED'));
  });

  test('is refused where an application that knows its secret makes one for nobody', async () => {
    const { clientId, secret } = await begin('makers', '2015-01-01');
    for (const subject of ['google-oauth2|nobody', 'nul\0', 'a'.repeat(30_000), '']) {
      const idToken = await new SignJWT()
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuer(PLATFORM)
        .setAudience(clientId)
        .setSubject(subject)
        .setExpirationTime(new Date('2016-06-15T09:01:00.000Z'))
        .sign(new TextEncoder().encode(secret));
      expect(await codeOf(await call(service.url, '/tokeninfo', { json: { id_token: idToken } }))).toBe('UNAUTHENTICATED');
    }
  });
});

test('no caller met a defect', () => expect(service.defects).toEqual([]));
