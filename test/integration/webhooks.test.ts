import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DeliveryView } from '../../src/webhooks/deliveries.repository.ts';
import { dumpOf } from '../support/dump.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { refusalOf } from '../support/service.ts';
import { type Receiver, type ReceiverBehaviour, verified } from '../support/webhook-receiver.ts';
import { OPERATOR, startWebhookWorld, type WebhookWorld } from '../support/webhook-world.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const CREATE = 'mutation($input: NewWebhookEndpointInput!) { createWebhookEndpoint(input: $input) { secret endpoint { id } } }';
let world: WebhookWorld;

beforeAll(async () => {
  world = await startWebhookWorld(3);
});
beforeEach(() => world.clear());

const eventsOf = (type: string) =>
  world.service.db.query<{ data: Record<string, unknown> }>('select data from event where type = $1 order by xid, id', [type]);

describe('a delivery', () => {
  test('is signed, tells the event by public ids, and is listed with its answer', async () => {
    const [receiver] = world.receivers as unknown as [Receiver];
    const endpoint = await world.endpointAt(receiver);
    const shop = await world.account();
    await world.rename(shop, 'Renamed');
    await world.deliver();
    expect(receiver.received).toHaveLength(1);
    const [request] = receiver.received as [(typeof receiver.received)[number]];
    expect(verified(request, endpoint.secret)).toMatchObject({
      type: 'ACCOUNT_EDITED',
      timestamp: new Date(world.now).toISOString(),
      data: { event: { account: shop, type: 'ACCOUNT_EDITED', actor: OPERATOR.subject, cursor: expect.stringMatching(/^\d+\.\d+$/) } },
    });
    expect(() => verified({ ...request, body: request.body.replace('Renamed', 'Forged') }, endpoint.secret)).toThrow(
      'No matching signature',
    );
    expect(request.path).toBe('/hooks?of=graceline');
    const [delivery] = await world.deliveriesOf(endpoint.endpoint);
    expect(delivery).toMatchObject({
      id: request.headers['webhook-id'],
      status: 'DELIVERED',
      statusCode: 200,
      answer: 'thank you',
      attempts: 1,
    });
    expect(delivery!.body).toBe(request.body);
    expect(delivery!.durationMs).toBeLessThan(5_000);
    await world.deliver();
    expect(receiver.received).toHaveLength(1);
  });

  const unwell: [ReceiverBehaviour, number | null, RegExp][] = [
    ['fail', 500, /^no {2}disk x{900,991}$/],
    ['redirect', 302, /^$/],
    ['reset', null, /ECONNRESET|hang up/],
    ['garbage', null, /Parse Error/],
  ];
  test.each(unwell)('that meets "%s" is tried again by the same id until it is taken', async (behaviour, statusCode, answer) => {
    const [receiver] = world.receivers as unknown as [Receiver];
    const endpoint = await world.endpointAt(receiver);
    await world.rename(await world.account(), 'Renamed');
    receiver.behaviour = behaviour;
    await world.deliver();
    const [waiting] = await world.deliveriesOf(endpoint.endpoint);
    expect(waiting).toMatchObject({ status: 'QUEUED', attempts: 1, statusCode, finishedAt: null });
    expect(waiting!.answer).toMatch(answer);
    expect(await world.viewOf(endpoint.endpoint)).toMatchObject({ failingSince: new Date(world.now), disabledAt: null });
    receiver.behaviour = 'take';
    await world.deliver();
    expect(receiver.received).toHaveLength(1);
    await world.pass(6_000);
    await world.deliver();
    expect(await world.deliveriesOf(endpoint.endpoint)).toMatchObject([{ id: waiting!.id, status: 'DELIVERED', attempts: 2 }]);
    expect(await world.viewOf(endpoint.endpoint)).toMatchObject({ failingSince: null });
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
    const [receiver] = world.receivers as unknown as [Receiver];
    const endpoint = await world.endpointAt(receiver);
    await world.rename(await world.account(), 'Renamed');
    receiver.behaviour = behaviour;
    await world.deliver();
    const [delivery] = await world.deliveriesOf(endpoint.endpoint);
    expect(delivery).toMatchObject({ status: 'DELIVERED', statusCode: 200 });
    expect(delivery!.answer).toMatch(answer);
    expect(delivery!.durationMs).toBeLessThan(2_500);
  });

  test('is tried ten times over three days, then given up', async () => {
    const [receiver] = world.receivers as unknown as [Receiver];
    const endpoint = await world.endpointAt(receiver);
    await world.rename(await world.account(), 'Renamed');
    receiver.behaviour = 'fail';
    const begun = world.now;
    for (let i = 0; i < 20; i += 1) {
      await world.deliver();
      const [{ status, sendAfter }] = (await world.deliveriesOf(endpoint.endpoint)) as [DeliveryView];
      if (status !== 'QUEUED') break;
      await world.pass(sendAfter.getTime() - world.now);
    }
    expect(receiver.received).toHaveLength(10);
    expect(world.now - begun).toBeGreaterThan(2.6 * DAY_MS);
    expect(world.now - begun).toBeLessThan(3.4 * DAY_MS);
    expect(new Set(receiver.received.map(({ headers, body }) => headers['webhook-id'] + body)).size).toBe(1);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(10);
    expect(await world.deliveriesOf(endpoint.endpoint)).toMatchObject([
      { status: 'FAILED', attempts: 10, finishedAt: new Date(world.now) },
    ]);
  });
});

describe('an endpoint', () => {
  test('that is gone is disabled at once, with an event, and what waits for it is skipped', async () => {
    const [receiver] = world.receivers as unknown as [Receiver];
    const endpoint = await world.endpointAt(receiver);
    const shop = await world.account();
    for (let i = 0; i < 7; i += 1) await world.rename(shop, `Name ${i}`);
    receiver.behaviour = 'gone';
    await world.deliver();
    expect(await world.viewOf(endpoint.endpoint)).toMatchObject({ disabledReason: 'GONE', disabledAt: new Date(world.now) });
    expect((await eventsOf('WEBHOOK_DISABLED')).at(-1)!.data).toMatchObject({
      endpointId: endpoint.endpoint.id,
      reason: 'GONE',
      host: receiver.host,
    });
    receiver.behaviour = 'take';
    const before = receiver.received.length;
    await world.rename(shop, 'Another');
    await world.pass(DAY_MS);
    await world.deliver();
    expect(receiver.received).toHaveLength(before);
    const states = (await world.deliveriesOf(endpoint.endpoint)).map(({ status }) => status);
    expect(states).toHaveLength(7);
    expect(new Set(states)).toEqual(new Set(['FAILED', 'SKIPPED']));
    // Enabled anew it is told of what happens from then on.
    await world.service.house.webhooks.editEndpoint(OPERATOR, endpoint.endpoint.id, { enabled: true });
    await world.rename(shop, 'After');
    await world.deliver();
    expect(receiver.received.slice(before).map(({ body }) => body)).toEqual([expect.stringContaining('After')]);
  });

  test('that has failed for five days is disabled', async () => {
    const [receiver] = world.receivers as unknown as [Receiver];
    const endpoint = await world.endpointAt(receiver);
    const shop = await world.account();
    receiver.behaviour = 'fail';
    for (let day = 0; day < 5; day += 1) {
      await world.rename(shop, `Day ${day}`);
      await world.deliver();
      expect(await world.viewOf(endpoint.endpoint)).toMatchObject({ disabledAt: null });
      await world.pass(DAY_MS);
    }
    await world.rename(shop, 'Day 5');
    await world.deliver();
    expect(await world.viewOf(endpoint.endpoint)).toMatchObject({ disabledReason: 'FAILING', disabledAt: new Date(world.now) });
    expect((await eventsOf('WEBHOOK_DISABLED')).at(-1)!.data).toMatchObject({ endpointId: endpoint.endpoint.id, reason: 'FAILING' });
  });

  test('that has been told nothing for days since it failed is not disabled by the next that fails', async () => {
    const [receiver] = world.receivers as unknown as [Receiver];
    const { endpoint } = await world.endpointAt(receiver);
    const shop = await world.account();
    receiver.behaviour = 'fail';
    await world.rename(shop, 'Given up');
    const began = new Date(world.now);
    await world.deliver();
    for (let tries = 1; tries < 10; tries += 1) {
      const [{ sendAfter }] = (await world.deliveriesOf(endpoint)) as [DeliveryView];
      await world.pass(sendAfter.getTime() - world.now);
      await world.deliver();
    }
    expect(await world.deliveriesOf(endpoint)).toMatchObject([{ status: 'FAILED', attempts: 10 }]);
    expect(await world.viewOf(endpoint)).toMatchObject({ failingSince: began, disabledAt: null });
    await world.pass(20 * DAY_MS);
    for (const name of ['Next', 'After that']) await world.rename(shop, name);
    for (let round = 0; round < 2; round += 1) await world.deliver();
    const again = new Date(world.now);
    expect(await world.viewOf(endpoint)).toMatchObject({ failingSince: again, disabledAt: null });
    expect((await world.deliveriesOf(endpoint)).map(({ status, attempts }) => `${status} ${attempts}`)).toEqual([
      'QUEUED 1',
      'QUEUED 1',
      'FAILED 10',
    ]);
    // While something is tried again it has gone on failing.
    await world.pass(HOUR_MS);
    await world.rename(shop, 'Later');
    await world.deliver();
    expect(await world.viewOf(endpoint)).toMatchObject({ failingSince: again });
  });

  test.each(['another address', 'a test that it takes'])('that failed is well again with %s', async (how) => {
    const [receiver, other] = world.receivers as unknown as [Receiver, Receiver];
    const { webhooks, webhookDeliveries } = world.service.house;
    const { endpoint } = await world.endpointAt(receiver);
    receiver.behaviour = 'fail';
    await world.rename(await world.account(), 'Renamed');
    await world.deliver();
    const failing = { failingSince: new Date(world.now) };
    await webhooks.editEndpoint(OPERATOR, endpoint.id, { url: receiver.url });
    await webhookDeliveries.sendTest(OPERATOR, endpoint.id);
    expect(await world.viewOf(endpoint)).toMatchObject(failing);
    receiver.behaviour = 'take';
    if (how === 'another address') await webhooks.editEndpoint(OPERATOR, endpoint.id, { url: other.url });
    else await webhookDeliveries.sendTest(OPERATOR, endpoint.id);
    expect(await world.viewOf(endpoint)).toMatchObject({ failingSince: null });
  });

  test('that gets a new secret has two signatures until the overlap ends', async () => {
    const [receiver] = world.receivers as unknown as [Receiver];
    const first = await world.endpointAt(receiver);
    const shop = await world.account();
    const second = await world.service.house.webhooks.rotateSecret(OPERATOR, first.endpoint.id, 24);
    expect(second.secret).not.toBe(first.secret);
    await world.rename(shop, 'During');
    await world.deliver();
    for (const { secret } of [first, second]) verified(receiver.received[0]!, secret);
    expect(receiver.received[0]!.headers['webhook-signature']!.split(' ')).toHaveLength(2);
    await world.pass(DAY_MS);
    await world.rename(shop, 'After');
    await world.deliver();
    verified(receiver.received[1]!, second.secret);
    expect(() => verified(receiver.received[1]!, first.secret)).toThrow('No matching signature');
    const third = await world.service.house.webhooks.rotateSecret(OPERATOR, first.endpoint.id, 0);
    await world.rename(shop, 'Last');
    await world.deliver();
    verified(receiver.received[2]!, third.secret);
    expect(() => verified(receiver.received[2]!, second.secret)).toThrow('No matching signature');
    const dump = await dumpOf(world.service.db);
    for (const { secret } of [first, second, third]) expect(dump).not.toContain(secret.slice('whsec_'.length));
    expect(dump).not.toContain('whsec_');
  });
});

describe('who is told', () => {
  test('an administrator and a partner of what happens to their accounts, while they are theirs', async () => {
    const [ofAdministrator, ofPartner, ofOperators] = world.receivers as unknown as [Receiver, Receiver, Receiver];
    const { house } = world.service;
    const [mine, other] = [await world.account(), await world.account()];
    const { id: administratorId } = await house.accounts.createAdministrator(OPERATOR, {
      email: 'anna@mine.example',
      name: 'Anna',
      accounts: [mine],
    });
    const anna = await world.service.clientOf({ role: 'ADMINISTRATOR', subject: 'anna@mine.example', administratorId });
    const scopes = ['webhooks:write'];
    const partner = await world.service.clientOf({ role: 'PARTNER', subject: 'Backup Co', accounts: [mine], scopes });
    const create = async (client: GraphqlClient, { url }: Receiver) => {
      const { createWebhookEndpoint } = await client.request<
        { createWebhookEndpoint: { secret: string; endpoint: { id: string } } },
        object
      >(CREATE, {
        input: { url },
      });
      world.willGo(createWebhookEndpoint.endpoint);
      return createWebhookEndpoint;
    };
    const annas = await create(anna, ofAdministrator);
    const partners = await create(partner, ofPartner);
    await create(world.service.operator, ofOperators);
    for (const id of [mine, other]) await world.rename(id, 'Renamed');
    await house.db.query(
      `insert into event (at, type, actor_role, actor, account_number, data)
       select now(), type, 'SYSTEM', 'clock', number, '{}' from account, unnest('{NOTICE_ADDED,RESCHEDULE_REQUESTED}'::text[]) as type where id = $1`,
      [mine],
    );
    await world.deliver();
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
    await world.rename(mine, 'Secret');
    await world.deliver();
    await house.accounts.revokeAdministration(OPERATOR, administratorId, mine);
    const [token] = await world.service.db.query<{ id: string }>(`select token_id as id from webhook_endpoint where id = $1`, [
      partners.endpoint.id,
    ]);
    await house.tokens.revokeToken(OPERATOR, token!.id);
    const counts = [ofAdministrator, ofPartner].map(({ received }) => received.length);
    await world.rename(mine, 'More secret');
    await world.pass(HOUR_MS);
    await world.deliver();
    expect([ofAdministrator, ofPartner].map(({ received }) => received.length)).toEqual(counts);
    expect((await world.deliveriesOf(partners.endpoint)).map(({ status }) => status)).toEqual(['SKIPPED', 'DELIVERED']);
  });

  test('nobody of what was delivered about an account that is no longer theirs, but operators', async () => {
    const [receiver] = world.receivers as unknown as [Receiver];
    const { accounts } = world.service.house;
    const [kept, lost] = [await world.account(), await world.account()];
    const input = { email: 'cleo@x.example', name: 'Cleo', accounts: [kept, lost] };
    const { id: administratorId } = await accounts.createAdministrator(OPERATOR, input);
    const cleo = await world.service.clientOf({ role: 'ADMINISTRATOR', subject: input.email, administratorId });
    const { createWebhookEndpoint } = await cleo.request<{ createWebhookEndpoint: { endpoint: { id: string } } }, object>(CREATE, {
      input: { url: receiver.url },
    });
    const { id } = createWebhookEndpoint.endpoint;
    world.willGo({ id });
    await world.rename(kept, 'Kept');
    await world.rename(lost, 'Lost');
    await world.deliver();
    await cleo.request(`mutation { sendTestWebhook(endpoint: "${id}") { body } }`);
    type Shown = Pick<DeliveryView, 'id' | 'body' | 'answer'>;
    const query = `{ webhookDeliveries(endpoint: "${id}") { edges { node { id body answer } } } }`;
    const shownTo = async (client: GraphqlClient) =>
      (await client.request<{ webhookDeliveries: { edges: { node: Shown }[] } }, object>(query, {})).webhookDeliveries.edges.map(
        ({ node }) => node,
      );
    const before = await shownTo(cleo);
    expect(before.map(({ body }) => /Lost|Kept|TEST/.exec(body!)![0])).toEqual(['TEST', 'Lost', 'Kept']);
    await accounts.revokeAdministration(OPERATOR, administratorId, lost);
    const gone = { id: before[1]!.id, body: null, answer: null };
    expect(await shownTo(cleo)).toEqual([before[0], gone, before[2]]);
    expect(await shownTo(world.service.operator)).toEqual(before);
    const redeliver = `mutation { redeliverWebhook(id: "${gone.id}") { id body answer } }`;
    expect(await cleo.request(redeliver)).toEqual({ redeliverWebhook: gone });
    await world.deliver();
    const answer = expect.stringContaining('no longer sees') as string;
    expect((await shownTo(cleo))[1]).toEqual({ ...gone, answer });
  });

  test('nobody handles what is another’s, and a runtime or a partner without the scope nothing', async () => {
    const [receiver] = world.receivers as unknown as [Receiver];
    const { endpoint } = await world.endpointAt(receiver);
    const { id: administratorId } = await world.service.house.accounts.createAdministrator(OPERATOR, {
      email: 'ben@x.example',
      name: 'Ben',
      accounts: [],
    });
    const ben = await world.service.clientOf({ role: 'ADMINISTRATOR', subject: 'ben@x.example', administratorId });
    await world.rename(await world.account(), 'Renamed');
    await world.deliver();
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
    const runtime = await world.service.clientOf({ role: 'RUNTIME', subject: 'login' });
    for (const operation of operations) {
      await refusalOf(ben.request(operation), 'NOT_FOUND');
      await refusalOf(runtime.request(operation), 'FORBIDDEN');
    }
    expect(receiver.received).toHaveLength(1);
  });
});
