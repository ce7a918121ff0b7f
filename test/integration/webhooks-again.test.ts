import { pino } from 'pino';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { compose } from '../../src/compose.ts';
import { endOfLog } from '../../src/events/log.ts';
import type { DeliveryView } from '../../src/webhooks/deliveries.repository.ts';
import type { EndpointWithSecret } from '../../src/webhooks/webhooks.service.ts';
import { atEndOfFile } from '../support/end-of-file.ts';
import { refusalOf } from '../support/service.ts';
import { type Receiver, verified } from '../support/webhook-receiver.ts';
import { OPERATOR, startWebhookWorld, type WebhookWorld } from '../support/webhook-world.ts';

const DAY_MS = 86_400_000;
/** What hangs is under way for 15 seconds. */
const BEFORE_IT_IS_LEFT_MS = 10_000;
const CREATE = 'mutation($input: NewWebhookEndpointInput!) { createWebhookEndpoint(input: $input) { secret endpoint { id } } }';
let world: WebhookWorld;

beforeAll(async () => {
  world = await startWebhookWorld(24);
});
beforeEach(() => world.clear());

describe('again', () => {
  test('by hand: the same id, ten tries anew', async () => {
    const [receiver] = world.receivers as unknown as [Receiver];
    const endpoint = await world.endpointAt(receiver);
    await world.rename(await world.account(), 'Renamed');
    await world.deliver();
    const [{ id }] = (await world.deliveriesOf(endpoint.endpoint)) as [DeliveryView];
    await world.service.house.webhookDeliveries.redeliver(OPERATOR, id);
    await world.deliver();
    expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual([id, id]);
    for (const request of receiver.received) verified(request, endpoint.secret);
    expect(await world.deliveriesOf(endpoint.endpoint)).toMatchObject([{ id, status: 'DELIVERED', attempts: 1 }]);
  });

  test('from a cursor: all of its types behind it, what was delivered by its id and what was missed', async () => {
    const [receiver] = world.receivers as unknown as [Receiver];
    const after = await endOfLog(world.service.db);
    const shop = await world.account();
    await world.rename(shop, 'Before there was an endpoint');
    const endpoint = await world.endpointAt(receiver);
    await world.rename(shop, 'Delivered');
    await world.deliver();
    await world.service.house.webhooks.editEndpoint(OPERATOR, endpoint.endpoint.id, { enabled: false });
    await world.rename(shop, 'Missed');
    await world.deliver();
    const replay = () => world.service.house.webhookDeliveries.replay(OPERATOR, endpoint.endpoint.id, after);
    await expect(replay()).rejects.toMatchObject({ code: 'WRONG_STATE' });
    await world.service.house.webhooks.editEndpoint(OPERATOR, endpoint.endpoint.id, { enabled: true });
    expect(await replay()).toMatchObject({ queued: 3, hasMore: false });
    await world.deliver();
    const names = receiver.received.map(
      (request) => /"(Before[^"]*|Delivered|Missed)"/.exec(JSON.stringify(verified(request, endpoint.secret)))![1],
    );
    expect(names.toSorted((a, b) => a!.localeCompare(b!))).toEqual(['Before there was an endpoint', 'Delivered', 'Delivered', 'Missed']);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(3);
    await expect(world.service.house.webhookDeliveries.replay(OPERATOR, endpoint.endpoint.id, 'nonsense')).rejects.toMatchObject({
      code: 'INVALID_CURSOR',
    });
  });

  test('two workers send each once', async () => {
    const [receiver] = world.receivers as unknown as [Receiver];
    const second = await compose({ ...world.service.house.config }, pino({ level: 'silent' }));
    atEndOfFile(() => second.close());
    const endpoint = await world.endpointAt(receiver);
    const shop = await world.account();
    for (let i = 0; i < 60; i += 1) await world.rename(shop, `Name ${i}`);
    // As the sweeps do: a worker that finds the endpoint being claimed ends its run and comes back.
    for (let round = 0; round < 100 && receiver.received.length < 60; round += 1)
      await Promise.all([world.deliver(), world.deliver(second)]);
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(ids).toHaveLength(60);
    expect(new Set(ids).size).toBe(60);
    expect(new Set((await world.deliveriesOf(endpoint.endpoint)).map(({ status }) => status))).toEqual(new Set(['DELIVERED']));
  });

  test('a test is sent at once, signed, also to a disabled endpoint', async () => {
    const [receiver] = world.receivers as unknown as [Receiver];
    const { endpoint, secret } = await world.endpointAt(receiver);
    await world.service.house.webhooks.editEndpoint(OPERATOR, endpoint.id, { enabled: false });
    receiver.behaviour = 'gone';
    expect(await world.service.house.webhookDeliveries.sendTest(OPERATOR, endpoint.id)).toMatchObject({
      type: 'TEST',
      status: 'FAILED',
      statusCode: 410,
    });
    receiver.behaviour = 'take';
    const sent = await world.service.house.webhookDeliveries.sendTest(OPERATOR, endpoint.id);
    expect(sent).toMatchObject({ type: 'TEST', status: 'DELIVERED', statusCode: 200, answer: 'thank you' });
    expect(verified(receiver.received[1]!, secret)).toMatchObject({ type: 'TEST' });
    await expect(world.service.house.webhookDeliveries.redeliver(OPERATOR, sent.id)).rejects.toMatchObject({ code: 'WRONG_STATE' });
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
    await refusalOf(world.service.operator.request(CREATE, { input: { url } }), code);
  });

  test('deliveries are deleted 30 days after they ended, and with their endpoint', async () => {
    const [receiver] = world.receivers as unknown as [Receiver];
    const [kept, deleted] = [await world.endpointAt(receiver), await world.endpointAt(receiver)];
    await world.rename(await world.account(), 'Renamed');
    await world.deliver();
    const left = async ({ endpoint }: EndpointWithSecret) =>
      (await world.service.db.query('select 1 from webhook_delivery where endpoint_id = $1', [endpoint.id])).length;
    await world.pass(30 * DAY_MS);
    await world.service.house.webhooks.deleteEndpoint(OPERATOR, deleted.endpoint.id);
    await world.service.house.webhookPurge.run();
    expect([await left(kept), await left(deleted)]).toEqual([1, 0]);
    expect(await world.service.db.query('select 1 from webhook_endpoint where id = $1', [deleted.endpoint.id])).toEqual([]);
    await world.pass(1);
    await world.service.house.webhookPurge.run();
    expect(await left(kept)).toBe(0);
  });
});

// Last, because of what hangs.
describe('a silent endpoint', () => {
  test('delays no other', async () => {
    const [good, ...slow] = world.receivers as unknown as [Receiver, ...Receiver[]];
    for (const receiver of slow) receiver.behaviour = 'hang';
    for (const receiver of slow) await world.endpointAt(receiver);
    const endpoint = await world.endpointAt(good);
    const shop = await world.account();
    for (let i = 0; i < 4; i += 1) await world.rename(shop, `Name ${i}`);
    const { signal } = new AbortController();
    await world.service.house.webhookQueue.queueFromLog(signal);
    const run = world.service.house.webhookSender.deliverDue(signal);
    await expect.poll(() => good.received.length, { timeout: BEFORE_IT_IS_LEFT_MS }).toBe(4);
    await run;
    expect((await world.deliveriesOf(endpoint.endpoint)).map(({ status }) => status)).toEqual(Array(4).fill('DELIVERED'));
    for (const receiver of slow) expect(receiver.received.length).toBeLessThanOrEqual(4);
  });
});
