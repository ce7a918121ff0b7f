/** The client as a service uses it: what it answers before, without and after the server, and who may have what it is made from. */
import { OpenFeature, ProviderEvents } from '@openfeature/server-sdk';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { SYSTEM } from '../../src/auth/actor.ts';
import { GracelineClient, NoAnswerError } from '../../src/client/client.ts';
import { GracelineProvider } from '../../src/client/openfeature.ts';
import type { ClientOptions } from '../../src/client/options.ts';
import { lookAtClock, portOf, runtimeToken, startClient, startPlainProxy } from '../support/client-world.ts';
import { PATIENCE_MS } from '../support/patience.ts';
import { TestProcess, until } from '../support/processes.ts';
import { startProxy } from '../support/proxy.ts';
import { refusalOf, startService, type TestService } from '../support/service.ts';

const NOW = Date.parse('2026-05-20T12:00:00Z');
const START = Date.parse('2026-05-10T00:00:00Z');
const DEADLINE = Date.parse('2026-06-10T00:00:00Z');

let service: TestService;
let token: string;
let accounts = 0;

beforeAll(async () => {
  service = await startService('2026-05-01T00:00:00Z', { RATE_LIMIT_RUNTIME_POINTS: '1000000' });
  token = await runtimeToken(service);
  const dates = 'gracePeriodStart: "2026-05-10", mandatoryOptIn: "2026-06-10"';
  await run(
    `createMigration(input: { key: "tls", title: "TLS", severity: MEDIUM, ${dates}, guideUrl: "https://docs.example/tls" }) { key }`,
  );
  await run('announceMigration(key: "tls") { key }');
  await service.setClock(new Date(NOW).toISOString());
});

function run(mutation: string): Promise<unknown> {
  return service.operator.request(`mutation { ${mutation} }`, {});
}

async function newAccount(createdAt: string): Promise<string> {
  const id = `account-${++accounts}`;
  await run(`createAccount(input: { id: "${id}", name: "A", platform: CLOUD, createdAt: "${createdAt}" }) { id }`);
  return id;
}

const oldAccount = () => newAccount('2015-01-01T00:00:00Z');
const optIn = (account: string) => run(`optIn(account: "${account}", migration: "tls") { state { reason } }`);

function started(options: Partial<ClientOptions> = {}) {
  return startClient({ url: service.url, token, now: () => NOW, ...options });
}

async function ready(options: Partial<ClientOptions> = {}): Promise<GracelineClient> {
  const { client } = started(options);
  await client.ready(PATIENCE_MS);
  return client;
}

/** Of one that is told of every account. */
function knows(client: GracelineClient, account: string): boolean {
  return client.evaluate('tls', account).noAnswer === null;
}

function eventually(condition: () => boolean, what: string): Promise<void> {
  return until(
    () => condition(),
    () => what,
  );
}

describe('what it answers', () => {
  test('follows decisions and new accounts', async () => {
    const account = await oldAccount();
    const client = await ready();
    expect(client.isEnabled('tls', account)).toBe(false);
    await optIn(account);
    await eventually(() => client.isEnabled('tls', account), 'It never knew of the opt-in.');
    const { reason, deadline, guideUrl, gracePeriodStart } = client.evaluate('tls', account);
    expect({ reason, deadline, guideUrl, gracePeriodStart }).toEqual({
      reason: 'OPTED_IN',
      deadline: new Date(DEADLINE),
      guideUrl: 'https://docs.example/tls',
      gracePeriodStart: '2026-05-10',
    });
    const young = await newAccount('2026-05-15T00:00:00Z');
    await eventually(() => client.isEnabled('tls', young), 'It never knew of the new account.');
    expect(client.evaluate('tls', young).reason).toBe('NEW_ACCOUNT');
    expect(client.isEnabled('tls', await oldAccount())).toBe(false);
  });

  test('turns at the very millisecond of a date, with no message and cut off', async () => {
    const account = await newAccount('2026-05-15T00:00:00Z');
    let now = START - 1;
    const proxy = await startProxy(portOf(service));
    const client = await ready({ url: `http://127.0.0.1:${proxy.port}`, now: () => now, unknownAccount: false });
    const other = await oldAccount();
    await eventually(() => [account, other].every((id) => knows(client, id)), 'It never knew of the accounts.');
    proxy.cut();
    const told: (readonly string[])[] = [];
    client.on('changed', (migrations) => told.push(migrations));
    const at = (instant: number) => {
      now = instant;
      return ['tls', 'nothing'].map((migration) => [account, other].map((id) => client.isEnabled(migration, id)));
    };
    expect(at(START - 1)).toEqual([
      [false, false],
      [false, false],
    ]);
    expect(at(START)[0]).toEqual([true, false]);
    expect(at(DEADLINE - 1_000)[0]).toEqual([true, false]);
    lookAtClock(client);
    expect(at(DEADLINE - 1)[0]).toEqual([true, false]);
    expect(at(DEADLINE)[0]).toEqual([true, true]);
    expect(at(DEADLINE - 1)[0]).toEqual([true, false]);
    expect(told.filter((migrations) => migrations.includes('tls')).length).toBeGreaterThanOrEqual(2);
  });

  test('about what there is not is what the options say', async () => {
    const strange = await ready();
    expect(strange.isEnabled('none', 'nobody')).toBe(false);
    expect(strange.evaluate('none', 'nobody').noAnswer).toMatchObject({ code: 'UNKNOWN_MIGRATION' });
    expect(strange.evaluate('tls', 'nobody')).toMatchObject({ enabled: false, reason: 'PENDING', noAnswer: null });
    const strict = await ready({ unknownMigration: true, unknownAccount: 'THROW' });
    expect(strict.isEnabled('none', 'nobody')).toBe(true);
    expect(() => strict.isEnabled('tls', 'nobody')).toThrow(NoAnswerError);
    expect(strict.evaluate('tls', 'nobody').noAnswer).toMatchObject({ code: 'UNKNOWN_ACCOUNT' });
    const account = await oldAccount();
    await eventually(() => knows(strict, account), 'It never knew of the account.');
    expect(strict.isEnabled('tls', account)).toBe(false);
  });

  test('before there is a server is what the options say, and it is tried until there is one', async () => {
    const proxy = await startProxy(portOf(service));
    proxy.cut();
    const url = `http://127.0.0.1:${proxy.port}`;
    const [quiet, strict] = [started({ url }), started({ url, notReady: 'THROW' })];
    expect(quiet.client.status).toBe('LOADING');
    expect(quiet.client.isEnabled('tls', 'nobody')).toBe(false);
    expect(() => strict.client.isEnabled('tls', 'nobody')).toThrow(NoAnswerError);
    await expect(quiet.client.ready(1)).rejects.toThrow('no snapshot within 1 ms');
    await eventually(() => quiet.problems.length > 0, 'It never told that it cannot reach the server.');
    proxy.restore();
    await strict.client.ready(PATIENCE_MS);
    expect(strict.client.isEnabled('tls', 'nobody')).toBe(false);
  });

  test('keeps a process that has nothing else to do, as long as it is waited for', async () => {
    const proxy = await startProxy(portOf(service));
    proxy.cut();
    const script = `
      import { GracelineClient } from './src/client/client.ts';
      const client = new GracelineClient({ url: process.env.URL, token: process.env.TOKEN });
      client.on('problem', () => console.log('problem'));
      await client.ready();
      console.log(client.status);
      await client.close();`;
    const args = ['--import', 'tsx', '--input-type=module', '--eval', script];
    const waiting = TestProcess.spawnNode(args, { URL: `http://127.0.0.1:${proxy.port}`, TOKEN: token });
    await eventually(() => waiting.stdout.includes('problem'), 'It never told that it cannot reach the server.');
    proxy.restore();
    expect([await waiting.exited, waiting.stdout, waiting.stderr]).toEqual([
      { code: 0, signal: null },
      expect.stringMatching(/^(problem\n)+READY\n$/),
      '',
    ]);
  });

  test('with a token that does not count stays what it was, and the problem says so', async () => {
    const { client, problems } = started({ token: () => Promise.resolve('gl_rt_wrong') });
    await eventually(() => problems.some((problem) => problem.includes('UNAUTHENTICATED')), 'It never told of the wrong token.');
    expect(client.status).toBe('LOADING');
  });

  test('closed is as before the first snapshot', async () => {
    const client = await ready();
    await client.close();
    expect(client.status).toBe('CLOSED');
    expect(client.evaluate('tls', 'nobody').noAnswer).toMatchObject({ code: 'NOT_READY' });
  });

  test.each([
    [{ url: 'graceline.example' }, '"url"'],
    [{ token: '' }, '"token"'],
    [{ stale: 'SOMETIMES' as 'KEEP' }, '"stale"'],
    [{ pollEveryMs: 0 }, '"pollEveryMs"'],
  ])('options that cannot be are refused: %j', (options, named) => {
    expect(() => new GracelineClient({ url: service.url, token, ...options })).toThrow(named);
  });
});

describe('cut off', () => {
  test('it says so, goes on with what it knows, and catches up', async () => {
    const account = await oldAccount();
    const proxy = await startProxy(portOf(service));
    const [keeping, strict] = await Promise.all(
      (['KEEP', false] as const).map((stale) => ready({ url: `http://127.0.0.1:${proxy.port}`, staleAfterMs: 100, stale })),
    );
    const told: string[] = [];
    for (const event of ['stale', 'ready'] as const) keeping!.on(event, () => told.push(event));
    const young = await newAccount('2026-05-15T00:00:00Z');
    await eventually(() => keeping!.isEnabled('tls', young) && strict!.isEnabled('tls', young), 'They never knew of the new account.');
    proxy.cut();
    await optIn(account);
    await eventually(() => keeping!.status === 'STALE' && strict!.status === 'STALE', 'They never became stale.');
    expect(keeping!.isEnabled('tls', young)).toBe(true);
    expect(strict!.isEnabled('tls', young)).toBe(false);
    expect(strict!.evaluate('tls', young).noAnswer).toMatchObject({ code: 'STALE' });
    proxy.restore();
    await eventually(() => keeping!.isEnabled('tls', account) && strict!.isEnabled('tls', account), 'They never caught up.');
    await eventually(() => keeping!.status === 'READY', 'It never became ready again.');
    expect(told).toEqual(['stale', 'ready']);
  });

  test('from the socket alone, it polls', async () => {
    const account = await oldAccount();
    const port = await startPlainProxy(portOf(service));
    const client = await ready({ url: `http://127.0.0.1:${port}`, pollEveryMs: 50, staleAfterMs: 20_000 });
    await optIn(account);
    await eventually(() => client.isEnabled('tls', account), 'It never polled.');
    expect(client.status).toBe('READY');
  });
});

describe('by OpenFeature', () => {
  test('flags, errors and events are those of the protocol', async () => {
    const account = await oldAccount();
    const proxy = await startProxy(portOf(service));
    const provider = new GracelineProvider({
      url: `http://127.0.0.1:${proxy.port}`,
      token,
      now: () => NOW,
      staleAfterMs: 100,
      strictAccounts: true,
    });
    onTestFinished(() => OpenFeature.close());
    const told: string[] = [];
    for (const event of [ProviderEvents.Ready, ProviderEvents.Stale, ProviderEvents.ConfigurationChanged] as const)
      OpenFeature.addHandler(event, () => void told.push(event));
    await OpenFeature.setProviderAndWait(provider);
    await eventually(() => knows(provider.client, account), 'It never knew of the account.');
    const flags = OpenFeature.getClient();
    const ask = (key: string, targetingKey?: string) =>
      flags.getBooleanDetails(key, true, targetingKey === undefined ? {} : { targetingKey });
    expect(await ask('tls', account)).toMatchObject({
      value: false,
      reason: 'TARGETING_MATCH',
      flagMetadata: { reason: 'PENDING', deadline: '2026-06-10T00:00:00.000Z', guide: 'https://docs.example/tls' },
    });
    expect(await ask('none', account)).toMatchObject({ value: true, errorCode: 'FLAG_NOT_FOUND' });
    expect(await ask('tls', 'nobody')).toMatchObject({ value: true, errorCode: 'INVALID_CONTEXT' });
    expect(await ask('tls')).toMatchObject({ value: true, errorCode: 'TARGETING_KEY_MISSING' });
    expect(await flags.getStringDetails('tls', 'x', { targetingKey: account })).toMatchObject({ value: 'x', errorCode: 'TYPE_MISMATCH' });
    await optIn(account);
    await eventually(() => told.includes(ProviderEvents.ConfigurationChanged), 'It never told that something has changed.');
    expect(await ask('tls', account)).toMatchObject({ value: true, variant: 'on' });
    proxy.cut();
    await eventually(() => told.includes(ProviderEvents.Stale), 'It never told that it is stale.');
    expect(await ask('tls', account)).toMatchObject({ value: true, variant: 'on' });
    const before = told.length;
    proxy.restore();
    await eventually(() => told.slice(before).includes(ProviderEvents.Ready), 'It never told that it is ready again.');
  });
});

describe('what it is made from', () => {
  const get = (query: string, bearer: string, headers: Record<string, string> = {}) =>
    fetch(`${service.url}/flags/v1/snapshot${query}`, { headers: { authorization: `Bearer ${bearer}`, ...headers } });

  test('is sent once', async () => {
    const first = await get('', token);
    const etag = first.headers.get('etag')!;
    expect(first.status).toBe(200);
    const again = await get('', token, { 'if-none-match': `"other", W/${etag}` });
    expect([again.status, (await again.arrayBuffer()).byteLength, again.headers.get('etag')]).toEqual([304, 0, etag]);
    expect(again.headers.get('graceline-cursor')).toMatch(/^\d+\.0$/);
    await optIn(await oldAccount());
    const after = (await service.operator.request<{ logCursor: string }, object>('{ logCursor }', {})).logCursor;
    await optIn(await oldAccount());
    const other = await get(`?after=${after}`, token, { 'if-none-match': etag });
    expect(other.status).toBe(200);
    expect(other.headers.get('etag')).not.toBe(etag);
  });

  test('is refused behind a place that the log has not come to, which no other one lies behind either', async () => {
    const [end] = (await service.operator.request<{ logCursor: string }, object>('{ logCursor }', {})).logCursor.split('.');
    expect((await get(`?after=${end}.0`, token)).status).toBe(200);
    for (const after of [`${BigInt(end!) + 1_000n}.0`, '9000000000000000000.0']) {
      const refused = await get(`?after=${after}`, token);
      const { error } = (await refused.json()) as { error: { code: string; message: string } };
      expect([after, refused.status, error.code]).toEqual([after, 410, 'CURSOR_EXPIRED']);
      expect(error.message).toContain('without "after"');
    }
  });

  test('is for those who may know of every account', async () => {
    const scopes = ['flags:read'] as const;
    const account = await oldAccount();
    const create = async (more: object) =>
      (await service.house.tokens.createToken(SYSTEM, { name: 't', role: 'PARTNER', subject: 'P', scopes: [...scopes], ...more })).token;
    const [some, all] = [await create({ accounts: [account] }), await create({ allAccounts: true })];
    expect((await get('', all)).status).toBe(200);
    const refused = await get('', some);
    expect([refused.status, await refused.json()]).toMatchObject([403, { error: { code: 'FORBIDDEN' } }]);
    expect((await get('', 'gl_rt_wrong')).status).toBe(401);
    expect((await get('?accounts=mine', token)).status).toBe(400);
    expect((await get('?after=soon', token)).status).toBe(400);
    const changes = 'subscription { flagsChanged { cursor } }';
    await refusalOf(service.operator.subscribe(changes).next(), 'FORBIDDEN');
    const partner = await service.clientOf({ role: 'PARTNER', subject: 'P', scopes: [...scopes], accounts: [account] });
    await refusalOf(partner.subscribe(changes).next(), 'FORBIDDEN');
  });

  test('tells of no defect', () => expect(service.defects).toEqual([]));
});
