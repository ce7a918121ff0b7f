import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Actor } from '../../src/auth/actor.ts';
import { compose } from '../../src/compose.ts';
import { endOfLog } from '../../src/events/log.ts';
import type { House } from '../../src/house.ts';
import type { DeliveryView } from '../../src/webhooks/deliveries.repository.ts';
import type { EndpointWithSecret } from '../../src/webhooks/webhooks.service.ts';
import { dumpOf } from '../support/dump.ts';
import { atEndOfFile } from '../support/end-of-file.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { refusalOf, startService, type TestService } from '../support/service.ts';
import { type Receiver, type ReceiverBehaviour, startReceiver, verified } from '../support/webhook-receiver.ts';

const OPERATOR: Actor = { role: 'OPERATOR', subject: 'olga@platform.example', administratorId: null, tokenId: null, scopes: [] };
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const CREATE = 'mutation($input: NewWebhookEndpointInput!) { createWebhookEndpoint(input: $input) { secret endpoint { id } } }';

let service: TestService;
let stock: Receiver[];
let now = Date.parse('2026-05-04T09:00:00.000Z');
let accounts = 0;
const made: string[] = [];

beforeAll(async () => {
  // The library compares timestamps with the present, which is the clock's here.
  vi.useFakeTimers({ toFake: ['Date'], now });
  stock = await Promise.all(Array.from({ length: 24 }, () => startReceiver()));
  service = await startService(new Date(now).toISOString(), { TRUSTED_WEBHOOK_HOSTS: stock.map(({ host }) => host).join(',') });
});
afterAll(() => vi.useRealTimers());
beforeEach(async () => {
  for (const receiver of stock) Object.assign(receiver, { received: [], behaviour: 'take' });
  for (const id of made.splice(0)) await service.house.webhooks.deleteEndpoint(OPERATOR, id).catch(() => undefined);
});

async function pass(ms: number): Promise<void> {
  now += ms;
  vi.setSystemTime(now);
  await service.setClock(new Date(now).toISOString());
}

async function account(): Promise<string> {
  const id = `shop-${(accounts += 1)}`;
  await service.house.accounts.createAccount(OPERATOR, { id, name: id, platform: 'CLOUD', createdAt: new Date('2015-01-01') });
  return id;
}
const rename = (id: string, name: string) => service.house.accounts.editAccount(OPERATOR, id, { name });

/** An endpoint of operators that is told of edited accounts alone. */
async function endpointAt(receiver: Receiver, actor = OPERATOR): Promise<EndpointWithSecret> {
  const created = await service.house.webhooks.createEndpoint(actor, { url: receiver.url, types: ['ACCOUNT_EDITED'] });
  made.push(created.endpoint.id);
  return created;
}

async function deliver(house: House = service.house): Promise<void> {
  const { signal } = new AbortController();
  await house.webhookQueue.queueFromLog(signal);
  await house.webhookSender.deliverDue(signal);
}

async function deliveriesOf({ endpoint }: EndpointWithSecret, actor = OPERATOR): Promise<DeliveryView[]> {
  const page = await service.house.webhookDeliveries.deliveries(actor, endpoint.id, null, { first: 100, after: null });
  return page.edges.map(({ node }) => node);
}

async function viewOf({ endpoint }: EndpointWithSecret) {
  const { edges } = await service.house.webhooks.endpoints(OPERATOR, { first: 100, after: null });
  return edges.map(({ node }) => node).find(({ id }) => id === endpoint.id)!;
}

const eventsOf = (type: string) =>
  service.db.query<{ data: Record<string, unknown> }>('select data from event where type = $1 order by xid, id', [type]);

describe('a delivery', () => {
  test('is signed, tells the event by public ids, and is listed with its answer', async () => {
    const [receiver] = stock as [Receiver];
    const endpoint = await endpointAt(receiver);
    const shop = await account();
    await rename(shop, 'Renamed');
    await deliver();
    expect(receiver.received).toHaveLength(1);
    const [request] = receiver.received as [(typeof receiver.received)[number]];
    expect(verified(request, endpoint.secret)).toMatchObject({
      type: 'ACCOUNT_EDITED',
      timestamp: new Date(now).toISOString(),
      data: { event: { account: shop, type: 'ACCOUNT_EDITED', actor: OPERATOR.subject, cursor: expect.stringMatching(/^\d+\.\d+$/) } },
    });
    expect(() => verified({ ...request, body: request.body.replace('Renamed', 'Forged') }, endpoint.secret)).toThrow();
    expect(request.path).toBe('/hooks?of=graceline');
    const [delivery] = await deliveriesOf(endpoint);
    expect(delivery).toMatchObject({
      id: request.headers['webhook-id'],
      status: 'DELIVERED',
      statusCode: 200,
      answer: 'thank you',
      attempts: 1,
    });
    expect(delivery!.body).toBe(request.body);
    expect(delivery!.durationMs).toBeLessThan(5_000);
    await deliver();
    expect(receiver.received).toHaveLength(1);
  });

  const unwell: [ReceiverBehaviour, number | null, RegExp][] = [
    ['fail', 500, /^no {2}disk x{900,991}$/],
    ['redirect', 302, /^$/],
    ['reset', null, /ECONNRESET|hang up/],
    ['garbage', null, /Parse Error/],
  ];
  test.each(unwell)('that meets "%s" is tried again by the same id until it is taken', async (behaviour, statusCode, answer) => {
    const [receiver] = stock as [Receiver];
    const endpoint = await endpointAt(receiver);
    await rename(await account(), 'Renamed');
    receiver.behaviour = behaviour;
    await deliver();
    const [waiting] = await deliveriesOf(endpoint);
    expect(waiting).toMatchObject({ status: 'QUEUED', attempts: 1, statusCode, finishedAt: null });
    expect(waiting!.answer).toMatch(answer);
    expect(await viewOf(endpoint)).toMatchObject({ failingSince: new Date(now), disabledAt: null });
    receiver.behaviour = 'take';
    await deliver();
    expect(receiver.received).toHaveLength(1);
    await pass(6_000);
    await deliver();
    expect(await deliveriesOf(endpoint)).toMatchObject([{ id: waiting!.id, status: 'DELIVERED', attempts: 2 }]);
    expect(await viewOf(endpoint)).toMatchObject({ failingSince: null });
    expect(receiver.received.map(({ path }) => path)).toEqual(['/hooks?of=graceline', '/hooks?of=graceline']);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([waiting!.id]));
    verified(receiver.received[1]!, endpoint.secret);
  });

  const liars: [ReceiverBehaviour, RegExp][] = [
    ['tooShort', /^only this$/],
    ['tooLong', /^than$/],
    ['endless', /^z{100,1000}$/],
  ];
  test.each(liars)('is taken where the status says so, though the body is "%s"', async (behaviour, answer) => {
    const [receiver] = stock as [Receiver];
    const endpoint = await endpointAt(receiver);
    await rename(await account(), 'Renamed');
    receiver.behaviour = behaviour;
    await deliver();
    const [delivery] = await deliveriesOf(endpoint);
    expect(delivery).toMatchObject({ status: 'DELIVERED', statusCode: 200 });
    expect(delivery!.answer).toMatch(answer);
    expect(delivery!.durationMs).toBeLessThan(2_500);
  });

  test('is tried ten times over three days, then given up', async () => {
    const [receiver] = stock as [Receiver];
    const endpoint = await endpointAt(receiver);
    await rename(await account(), 'Renamed');
    receiver.behaviour = 'fail';
    const begun = now;
    for (let i = 0; i < 20; i += 1) {
      await deliver();
      const [{ status, sendAfter }] = (await deliveriesOf(endpoint)) as [DeliveryView];
      if (status !== 'QUEUED') break;
      await pass(sendAfter.getTime() - now);
    }
    expect(receiver.received).toHaveLength(10);
    expect(now - begun).toBeGreaterThan(2.6 * DAY_MS);
    expect(now - begun).toBeLessThan(3.4 * DAY_MS);
    expect(new Set(receiver.received.map(({ headers, body }) => headers['webhook-id'] + body)).size).toBe(1);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(10);
    expect(await deliveriesOf(endpoint)).toMatchObject([{ status: 'FAILED', attempts: 10, finishedAt: new Date(now) }]);
  });
});

describe('an endpoint', () => {
  test('that is gone is disabled at once, with an event, and what waits for it is skipped', async () => {
    const [receiver] = stock as [Receiver];
    const endpoint = await endpointAt(receiver);
    const shop = await account();
    for (let i = 0; i < 7; i += 1) await rename(shop, `Name ${i}`);
    receiver.behaviour = 'gone';
    await deliver();
    expect(await viewOf(endpoint)).toMatchObject({ disabledReason: 'GONE', disabledAt: new Date(now) });
    expect((await eventsOf('WEBHOOK_DISABLED')).at(-1)!.data).toMatchObject({
      endpointId: endpoint.endpoint.id,
      reason: 'GONE',
      host: receiver.host,
    });
    receiver.behaviour = 'take';
    const before = receiver.received.length;
    await rename(shop, 'Another');
    await pass(DAY_MS);
    await deliver();
    expect(receiver.received).toHaveLength(before);
    const states = (await deliveriesOf(endpoint)).map(({ status }) => status);
    expect(states).toHaveLength(7);
    expect(new Set(states)).toEqual(new Set(['FAILED', 'SKIPPED']));
    // Enabled anew it is told of what happens from then on.
    await service.house.webhooks.editEndpoint(OPERATOR, endpoint.endpoint.id, { enabled: true });
    await rename(shop, 'After');
    await deliver();
    expect(receiver.received.slice(before).map(({ body }) => body)).toEqual([expect.stringContaining('After')]);
  });

  test('that has failed for five days is disabled', async () => {
    const [receiver] = stock as [Receiver];
    const endpoint = await endpointAt(receiver);
    const shop = await account();
    receiver.behaviour = 'fail';
    for (let day = 0; day < 5; day += 1) {
      await rename(shop, `Day ${day}`);
      await deliver();
      expect(await viewOf(endpoint)).toMatchObject({ disabledAt: null });
      await pass(DAY_MS);
    }
    await rename(shop, 'Day 5');
    await deliver();
    expect(await viewOf(endpoint)).toMatchObject({ disabledReason: 'FAILING', disabledAt: new Date(now) });
    expect((await eventsOf('WEBHOOK_DISABLED')).at(-1)!.data).toMatchObject({ endpointId: endpoint.endpoint.id, reason: 'FAILING' });
  });

  test('that gets a new secret has two signatures until the overlap ends', async () => {
    const [receiver] = stock as [Receiver];
    const first = await endpointAt(receiver);
    const shop = await account();
    const second = await service.house.webhooks.rotateSecret(OPERATOR, first.endpoint.id, 24);
    expect(second.secret).not.toBe(first.secret);
    await rename(shop, 'During');
    await deliver();
    for (const { secret } of [first, second]) verified(receiver.received[0]!, secret);
    expect(receiver.received[0]!.headers['webhook-signature']!.split(' ')).toHaveLength(2);
    await pass(DAY_MS);
    await rename(shop, 'After');
    await deliver();
    verified(receiver.received[1]!, second.secret);
    expect(() => verified(receiver.received[1]!, first.secret)).toThrow('No matching signature');
    const third = await service.house.webhooks.rotateSecret(OPERATOR, first.endpoint.id, 0);
    await rename(shop, 'Last');
    await deliver();
    verified(receiver.received[2]!, third.secret);
    expect(() => verified(receiver.received[2]!, second.secret)).toThrow('No matching signature');
    const dump = await dumpOf(service.db);
    for (const { secret } of [first, second, third]) expect(dump).not.toContain(secret.slice('whsec_'.length));
    expect(dump).not.toContain('whsec_');
  });
});

describe('who is told', () => {
  test('an administrator and a partner of what happens to their accounts, while they are theirs', async () => {
    const [ofAdministrator, ofPartner, ofOperators] = stock as [Receiver, Receiver, Receiver];
    const { house } = service;
    const [mine, other] = [await account(), await account()];
    const { id: administratorId } = await house.accounts.createAdministrator(OPERATOR, {
      email: 'anna@mine.example',
      name: 'Anna',
      accounts: [mine],
    });
    const anna = await service.clientOf({ role: 'ADMINISTRATOR', subject: 'anna@mine.example', administratorId });
    const scopes = ['webhooks:write'];
    const partner = await service.clientOf({ role: 'PARTNER', subject: 'Backup Co', accounts: [mine], scopes });
    const create = async (client: GraphqlClient, { url }: Receiver) => {
      const { createWebhookEndpoint } = await client.request<
        { createWebhookEndpoint: { secret: string; endpoint: { id: string } } },
        object
      >(CREATE, {
        input: { url },
      });
      made.push(createWebhookEndpoint.endpoint.id);
      return createWebhookEndpoint;
    };
    const annas = await create(anna, ofAdministrator);
    const partners = await create(partner, ofPartner);
    await create(service.operator, ofOperators);
    for (const id of [mine, other]) await rename(id, 'Renamed');
    await house.db.query(
      `insert into event (at, type, actor_role, actor, account_number, data)
       select now(), type, 'SYSTEM', 'clock', number, '{}' from account, unnest('{NOTICE_ADDED,RESCHEDULE_REQUESTED}'::text[]) as type where id = $1`,
      [mine],
    );
    await deliver();
    const told = ({ received }: Receiver, secret: string) =>
      received.map((request) => verified(request, secret)).map(({ type, data }) => [type, data.event.account]);
    expect(told(ofAdministrator, annas.secret)).toEqual([['ACCOUNT_EDITED', mine]]);
    expect(told(ofPartner, partners.secret)).toEqual([['ACCOUNT_EDITED', mine]]);
    const types = ofOperators.received.map(({ body }) => (JSON.parse(body) as { type: string }).type);
    expect(types).toContain('RESCHEDULE_REQUESTED');
    expect(types).not.toContain('NOTICE_ADDED');
    expect(types.filter((type) => type === 'ACCOUNT_EDITED')).toHaveLength(2);

    // What was queued while the account was theirs is not sent once it is not.
    for (const receiver of [ofAdministrator, ofPartner]) receiver.behaviour = 'fail';
    await rename(mine, 'Secret');
    await deliver();
    await house.accounts.revokeAdministration(OPERATOR, administratorId, mine);
    const [token] = await service.db.query<{ id: string }>(`select token_id as id from webhook_endpoint where id = $1`, [
      partners.endpoint.id,
    ]);
    await house.tokens.revokeToken(OPERATOR, token!.id);
    const counts = [ofAdministrator, ofPartner].map(({ received }) => received.length);
    await rename(mine, 'More secret');
    await pass(HOUR_MS);
    await deliver();
    expect([ofAdministrator, ofPartner].map(({ received }) => received.length)).toEqual(counts);
    expect((await deliveriesOf({ endpoint: partners.endpoint } as EndpointWithSecret)).map(({ status }) => status)).toEqual([
      'SKIPPED',
      'DELIVERED',
    ]);
  });

  test('nobody handles what is another’s, and a runtime or a partner without the scope nothing', async () => {
    const [receiver] = stock as [Receiver];
    const { endpoint } = await endpointAt(receiver);
    const { id: administratorId } = await service.house.accounts.createAdministrator(OPERATOR, {
      email: 'ben@x.example',
      name: 'Ben',
      accounts: [],
    });
    const ben = await service.clientOf({ role: 'ADMINISTRATOR', subject: 'ben@x.example', administratorId });
    await rename(await account(), 'Renamed');
    await deliver();
    const id = receiver.received[0]!.headers['webhook-id'];
    const operations = [
      `{ webhookDeliveries(endpoint: "${endpoint.id}") { edges { node { id } } } }`,
      `mutation { deleteWebhookEndpoint(id: "${endpoint.id}") { id } }`,
      `mutation { rotateWebhookSecret(id: "${endpoint.id}") { secret } }`,
      `mutation { sendTestWebhook(endpoint: "${endpoint.id}") { id } }`,
      `mutation { replayWebhooks(endpoint: "${endpoint.id}", after: "0.0") { queued } }`,
      `mutation { redeliverWebhook(id: "${id}") { id } }`,
      `mutation { editWebhookEndpoint(id: "${endpoint.id}", input: { enabled: false }) { id } }`,
    ];
    const runtime = await service.clientOf({ role: 'RUNTIME', subject: 'login' });
    for (const operation of operations) {
      await refusalOf(ben.request(operation), 'NOT_FOUND');
      await refusalOf(runtime.request(operation), 'FORBIDDEN');
    }
    expect(receiver.received).toHaveLength(1);
  });
});

describe('again', () => {
  test('by hand: the same id, ten tries anew', async () => {
    const [receiver] = stock as [Receiver];
    const endpoint = await endpointAt(receiver);
    await rename(await account(), 'Renamed');
    await deliver();
    const [{ id }] = (await deliveriesOf(endpoint)) as [DeliveryView];
    await service.house.webhookDeliveries.redeliver(OPERATOR, id);
    await deliver();
    expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual([id, id]);
    for (const request of receiver.received) verified(request, endpoint.secret);
    expect(await deliveriesOf(endpoint)).toMatchObject([{ id, status: 'DELIVERED', attempts: 1 }]);
  });

  test('from a cursor: all of its types behind it, what was delivered by its id and what was missed', async () => {
    const [receiver] = stock as [Receiver];
    const after = await endOfLog(service.db);
    const shop = await account();
    await rename(shop, 'Before there was an endpoint');
    const endpoint = await endpointAt(receiver);
    await rename(shop, 'Delivered');
    await deliver();
    await service.house.webhooks.editEndpoint(OPERATOR, endpoint.endpoint.id, { enabled: false });
    await rename(shop, 'Missed');
    await deliver();
    const replay = () => service.house.webhookDeliveries.replay(OPERATOR, endpoint.endpoint.id, after);
    await expect(replay()).rejects.toMatchObject({ code: 'WRONG_STATE' });
    await service.house.webhooks.editEndpoint(OPERATOR, endpoint.endpoint.id, { enabled: true });
    expect(await replay()).toMatchObject({ queued: 3, hasMore: false });
    await deliver();
    const names = receiver.received.map(
      (request) => /"(Before[^"]*|Delivered|Missed)"/.exec(JSON.stringify(verified(request, endpoint.secret)))![1],
    );
    expect(names.toSorted()).toEqual(['Before there was an endpoint', 'Delivered', 'Delivered', 'Missed']);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(3);
    await expect(service.house.webhookDeliveries.replay(OPERATOR, endpoint.endpoint.id, 'nonsense')).rejects.toMatchObject({
      code: 'INVALID_CURSOR',
    });
  });

  test('two workers send each once', async () => {
    const [receiver] = stock as [Receiver];
    const second = await compose({ ...service.house.config }, pino({ level: 'silent' }));
    atEndOfFile(() => second.close());
    const endpoint = await endpointAt(receiver);
    const shop = await account();
    for (let i = 0; i < 60; i += 1) await rename(shop, `Name ${i}`);
    for (let round = 0; round < 5 && receiver.received.length < 60; round += 1) await Promise.all([deliver(), deliver(second)]);
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(ids).toHaveLength(60);
    expect(new Set(ids).size).toBe(60);
    expect(new Set((await deliveriesOf(endpoint)).map(({ status }) => status))).toEqual(new Set(['DELIVERED']));
  });

  test('a test is sent at once, signed, also to a disabled endpoint', async () => {
    const [receiver] = stock as [Receiver];
    const { endpoint, secret } = await endpointAt(receiver);
    await service.house.webhooks.editEndpoint(OPERATOR, endpoint.id, { enabled: false });
    receiver.behaviour = 'gone';
    expect(await service.house.webhookDeliveries.sendTest(OPERATOR, endpoint.id)).toMatchObject({
      type: 'TEST',
      status: 'FAILED',
      statusCode: 410,
    });
    receiver.behaviour = 'take';
    const sent = await service.house.webhookDeliveries.sendTest(OPERATOR, endpoint.id);
    expect(sent).toMatchObject({ type: 'TEST', status: 'DELIVERED', statusCode: 200, answer: 'thank you' });
    expect(verified(receiver.received[1]!, secret)).toMatchObject({ type: 'TEST' });
    await expect(service.house.webhookDeliveries.redeliver(OPERATOR, sent.id)).rejects.toMatchObject({ code: 'WRONG_STATE' });
  });
});

describe('what is refused and what is forgotten', () => {
  const refused: [string, string][] = [
    ['nonsense', 'INVALID_INPUT'],
    ['ftp://example.com/', 'INVALID_INPUT'],
    ['https://user:password@93.184.215.14/', 'INVALID_INPUT'],
    ['https://93.184.215.14/#part', 'INVALID_INPUT'],
    ['http://93.184.215.14/', 'HOST_FORBIDDEN'],
    ['https://93.184.215.14:25/', 'HOST_FORBIDDEN'],
    ...['127.0.0.1', '10.0.0.1', '169.254.169.254', '[::1]', '[::ffff:127.0.0.1]', '0x7f.1', '2130706433', '[fd00::1]', '127.1'].map(
      (host): [string, string] => [`https://${host}/`, 'HOST_FORBIDDEN'],
    ),
  ];
  test.each(refused)('%s as an endpoint: %s', async (url, code) => {
    await refusalOf(service.operator.request(CREATE, { input: { url } }), code);
  });

  test('deliveries are deleted 30 days after they ended, and with their endpoint', async () => {
    const [receiver] = stock as [Receiver];
    const [kept, deleted] = [await endpointAt(receiver), await endpointAt(receiver)];
    await rename(await account(), 'Renamed');
    await deliver();
    const left = async ({ endpoint }: EndpointWithSecret) =>
      (await service.db.query('select 1 from webhook_delivery where endpoint_id = $1', [endpoint.id])).length;
    await pass(30 * DAY_MS);
    await service.house.webhooks.deleteEndpoint(OPERATOR, deleted.endpoint.id);
    await service.house.webhookPurge.run();
    expect([await left(kept), await left(deleted)]).toEqual([1, 0]);
    expect(await service.db.query('select 1 from webhook_endpoint where id = $1', [deleted.endpoint.id])).toEqual([]);
    await pass(1);
    await service.house.webhookPurge.run();
    expect(await left(kept)).toBe(0);
  });
});

// Last, because what hangs is under way for 15 seconds.
describe('a silent endpoint', () => {
  test('delays no other', async () => {
    const [good, ...slow] = stock as [Receiver, ...Receiver[]];
    for (const receiver of slow) receiver.behaviour = 'hang';
    for (const receiver of slow) await endpointAt(receiver);
    const endpoint = await endpointAt(good);
    const shop = await account();
    for (let i = 0; i < 4; i += 1) await rename(shop, `Name ${i}`);
    const begun = performance.now();
    const { signal } = new AbortController();
    await service.house.webhookQueue.queueFromLog(signal);
    const run = service.house.webhookSender.deliverDue(signal);
    await vi.waitFor(() => expect(good.received).toHaveLength(4), { timeout: 3_000, interval: 20 });
    console.log(`beside ${slow.length} silent endpoints: ${Math.round(performance.now() - begun)} ms for 4 events`);
    await run;
    expect((await deliveriesOf(endpoint)).map(({ status }) => status)).toEqual(Array(4).fill('DELIVERED'));
    for (const receiver of slow) expect(receiver.received.length).toBeLessThanOrEqual(4);
  });
});
