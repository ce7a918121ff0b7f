/** The public OpenFeature providers of OFREP, as they come, against a running service. */
import { OFREPProvider } from '@openfeature/ofrep-provider';
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
import { type Client as ServerClient, OpenFeature as ServerOpenFeature } from '@openfeature/server-sdk';
import { type Client as WebClient, OpenFeature as WebOpenFeature, ProviderEvents } from '@openfeature/web-sdk';
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { AnnounceMigrationDocument, CreateMigrationDocument, OptInDocument, OptOutDocument } from '../../schema/generated/operations.ts';
import { runtimeToken } from '../support/client-world.ts';
import { operator } from '../support/house.ts';
import { ofrepCaller } from '../support/ofrep.ts';
import { until } from '../support/processes.ts';
import { startService, type TestService } from '../support/service.ts';

const TLS = 'tls-1-0';
const NOW = '2026-05-20T12:00:00.000Z';
const MANDATORY = '2026-06-10T00:00:00.000Z';
const ACME = { account: 'acme', migration: TLS };
const METADATA = { gracePeriodStart: '2026-05-10', deadline: MANDATORY, guide: 'https://docs.example/tls' };
const POLL_MS = 50;
const FEW_POINTS = 60;

let service: TestService;
let frugal: TestService;

beforeAll(async () => {
  [service, frugal] = [
    await startService(NOW),
    await startService(NOW, { MAX_QUERY_COST: String(FEW_POINTS), RATE_LIMIT_RUNTIME_POINTS: String(FEW_POINTS) }),
  ];
  for (const one of [service, frugal]) await fill(one);
});

/** Everybody is pending, in the grace period. */
beforeEach(async () => {
  await service.setClock(NOW);
  await service.operator.request(OptInDocument, ACME);
  await service.operator.request(OptOutDocument, ACME);
  const caller = ofrepCaller(service.url, await runtimeToken(service));
  await until(
    async () => (await caller.flag(TLS, 'acme')).metadata['reason'] === 'OPTED_OUT',
    () => 'The opt-out was never seen.',
  );
});

async function fill(one: TestService): Promise<void> {
  const { operator: olga, house } = one;
  await one.setClock('2026-05-01T00:00:00Z');
  for (const id of ['acme', 'globex'])
    await house.accounts.createAccount(operator(), { id, name: id, platform: 'CLOUD', createdAt: new Date('2015-01-01') });
  const input = {
    key: TLS,
    title: 'TLS 1.0',
    severity: 'MEDIUM',
    gracePeriodStart: '2026-05-10',
    mandatoryOptIn: '2026-06-10',
    guideUrl: METADATA.guide,
  } as const;
  await olga.request(CreateMigrationDocument, { input });
  await olga.request(AnnounceMigrationDocument, { key: TLS });
  await one.setClock(NOW);
}

/** Fetches, and remembers what came. */
class Watched {
  readonly answers: { readonly status: number; readonly sent: Headers; readonly got: Headers }[] = [];
  readonly fetch: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    this.answers.push({ status: response.status, sent: new Headers(init?.headers), got: response.headers });
    return response;
  };

  count(status: number): number {
    return this.answers.filter((answer) => answer.status === status).length;
  }
}

let domains = 0;

describe('@openfeature/ofrep-provider', () => {
  async function clientOf(of: TestService, token: string): Promise<{ client: ServerClient; watched: Watched }> {
    const watched = new Watched();
    const headers: [string, string][] = [['Authorization', `Bearer ${token}`]];
    const domain = `server-${domains++}`;
    await ServerOpenFeature.setProviderAndWait(domain, new OFREPProvider({ baseUrl: of.url, headers, fetchImplementation: watched.fetch }));
    return { client: ServerOpenFeature.getClient(domain), watched };
  }

  test('evaluates a boolean, with why', async () => {
    const { client } = await clientOf(service, await runtimeToken(service));
    const acme = { targetingKey: 'acme' };
    expect(await client.getBooleanDetails(TLS, true, acme)).toEqual({
      flagKey: TLS,
      value: false,
      variant: 'off',
      reason: 'TARGETING_MATCH',
      flagMetadata: { reason: 'OPTED_OUT', ...METADATA },
    });
    await service.operator.request(OptInDocument, ACME);
    await until(
      () => client.getBooleanValue(TLS, false, acme),
      () => 'The opt-in was never seen.',
    );
    expect(await client.getBooleanDetails(TLS, false, acme)).toMatchObject({
      value: true,
      variant: 'on',
      flagMetadata: { reason: 'OPTED_IN', since: NOW },
    });
  });

  test('passes the deadline by the clock', async () => {
    const { client } = await clientOf(service, await runtimeToken(service));
    await service.setClock(MANDATORY);
    expect(await client.getBooleanDetails(TLS, false, { targetingKey: 'globex' })).toMatchObject({
      value: true,
      flagMetadata: { reason: 'MANDATORY', since: MANDATORY },
    });
  });

  test.each([
    ['an unknown flag', 'nothing', { targetingKey: 'acme' }, 'FLAG_NOT_FOUND'],
    ['no targeting key', TLS, {}, 'TARGETING_KEY_MISSING'],
    ['an unknown account', TLS, { targetingKey: 'nobody' }, 'INVALID_CONTEXT'],
  ])('gives the default for %s', async (_what, flag, context, errorCode) => {
    const { client } = await clientOf(service, await runtimeToken(service));
    for (const value of [true, false])
      expect(await client.getBooleanDetails(flag, value, context)).toMatchObject({ value, reason: 'ERROR', errorCode });
  });

  test('gives the default for another type', async () => {
    const { client } = await clientOf(service, await runtimeToken(service));
    const details = await client.getStringDetails(TLS, 'old', { targetingKey: 'acme' });
    expect(details).toMatchObject({ value: 'old', errorCode: 'TYPE_MISMATCH' });
  });

  test('gives the default where the token is wrong', async () => {
    const { client, watched } = await clientOf(service, `gl_rt_${'x'.repeat(43)}`);
    expect(await client.getBooleanDetails(TLS, true, { targetingKey: 'acme' })).toMatchObject({ value: true, reason: 'ERROR' });
    expect(watched.answers.map(({ status }) => status)).toEqual([401]);
  });

  test('asks no more for as long as it is told to wait', async () => {
    const { client, watched } = await clientOf(frugal, await runtimeToken(frugal));
    for (let i = 0; i < FEW_POINTS + 3; i++) await client.getBooleanValue(TLS, false, { targetingKey: 'acme' });
    expect([watched.count(200), watched.count(429), watched.answers.length]).toEqual([FEW_POINTS, 1, FEW_POINTS + 1]);
    expect(Number(watched.answers.at(-1)!.got.get('retry-after'))).toBeGreaterThan(0);
    expect(await client.getBooleanDetails(TLS, true, { targetingKey: 'acme' })).toMatchObject({
      value: true,
      errorMessage: expect.stringContaining('TooManyRequests') as string,
    });
  });
});

describe('@openfeature/ofrep-web-provider', () => {
  async function clientOf(of: TestService, token: string): Promise<{ client: WebClient; watched: Watched; ready: Promise<void> }> {
    const watched = new Watched();
    const domain = `web-${domains++}`;
    await WebOpenFeature.setContext(domain, { targetingKey: 'acme' });
    const provider = new OFREPWebProvider({
      baseUrl: of.url,
      headers: [['Authorization', `Bearer ${token}`]],
      fetchImplementation: watched.fetch,
      pollInterval: POLL_MS,
      cacheMode: 'disabled',
    });
    onTestFinished(() => provider.onClose?.());
    const ready = WebOpenFeature.setProviderAndWait(domain, provider);
    ready.catch(() => undefined);
    return { client: WebOpenFeature.getClient(domain), watched, ready };
  }

  test('evaluates all at once, and is sent what changes and nothing else', async () => {
    const { client, watched, ready } = await clientOf(service, await runtimeToken(service));
    await ready;
    expect(client.getBooleanDetails(TLS, true)).toEqual({
      flagKey: TLS,
      value: false,
      variant: 'off',
      reason: 'TARGETING_MATCH',
      flagMetadata: { reason: 'OPTED_OUT', ...METADATA },
    });
    expect(client.getBooleanDetails('nothing', true)).toMatchObject({ value: true, errorCode: 'FLAG_NOT_FOUND' });
    await until(
      () => watched.count(304) >= 3,
      () => `It was not told that nothing changed: ${watched.answers.map(({ status }) => status).join()}`,
    );
    expect(watched.count(200)).toBe(1);
    const changed: unknown[] = [];
    client.addHandler(ProviderEvents.ConfigurationChanged, (details) => changed.push(details?.flagsChanged));
    await service.operator.request(OptInDocument, ACME);
    await until(
      () => client.getBooleanValue(TLS, false),
      () => 'The opt-in was never seen.',
    );
    expect([changed, watched.count(200)]).toEqual([[[TLS]], 2]);
    await service.setClock(MANDATORY);
    expect(client.getBooleanDetails(TLS, false).flagMetadata).toMatchObject({ reason: 'OPTED_IN' });
    const after = watched.answers.length;
    await until(
      () => watched.answers.length >= after + 3,
      () => 'It polls no more.',
    );
    // Nothing of it changes with the deadline for who opted in before.
    expect(watched.answers.map(({ status }) => status).filter((status) => status !== 304)).toEqual([200, 200]);
    expect(watched.count(200)).toBe(2);
  });

  test('passes the deadline with the next poll, with nothing told', async () => {
    const { client, ready } = await clientOf(service, await runtimeToken(service));
    await ready;
    expect(client.getBooleanValue(TLS, true)).toBe(false);
    await service.setClock(MANDATORY);
    await until(
      () => client.getBooleanValue(TLS, false),
      () => 'The deadline never passed.',
    );
    expect(client.getBooleanDetails(TLS, false).flagMetadata).toMatchObject({ reason: 'MANDATORY', since: MANDATORY });
  });

  test('is refused once and for all where the token is wrong', async () => {
    const { client, watched, ready } = await clientOf(service, `gl_rt_${'x'.repeat(43)}`);
    await expect(ready).rejects.toThrow('Initialization failed');
    expect(client.getBooleanDetails(TLS, true)).toMatchObject({ value: true, reason: 'ERROR' });
    expect(watched.answers.map(({ status }) => status)).toEqual([401]);
  });

  test('keeps what it has and asks no more for as long as it is told to wait', async () => {
    const { client, watched, ready } = await clientOf(frugal, await runtimeToken(frugal));
    await ready;
    await until(
      () => watched.count(429) > 0,
      () => 'It was never told to wait.',
    );
    const { length } = watched.answers;
    expect(Number(watched.answers.at(-1)!.got.get('retry-after'))).toBeGreaterThan(0);
    // So long as another polls on.
    const other = await clientOf(service, await runtimeToken(service));
    await until(
      () => other.watched.answers.length > 5,
      () => 'The other does not poll.',
    );
    expect([watched.answers.length, client.getBooleanValue(TLS, true)]).toEqual([length, false]);
  });
});
