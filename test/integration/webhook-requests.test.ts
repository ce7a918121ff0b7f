import { beforeEach, describe, expect, test } from 'vitest';
import { WebhookGuard } from '../../src/webhooks/webhook-guard.ts';
import { WebhookRequests } from '../../src/webhooks/webhook-request.provider.ts';
import { retryDelayMs } from '../../src/webhooks/webhook.rules.ts';
import { certificateFor } from '../support/certificate.ts';
import { type ReceiverBehaviour, startReceiver } from '../support/webhook-receiver.ts';

const NAME = 'hooks.shop.example';
const certificate = certificateFor(NAME);
const tls = await startReceiver(certificate);
const plain = await startReceiver();
const loopback = () => Promise.resolve([{ address: '127.0.0.1' }]);
const url = `https://${NAME}:${tls.port}/in?a=b`;

beforeEach(() => {
  for (const receiver of [tls, plain]) Object.assign(receiver, { received: [], behaviour: 'take' });
});

describe('over TLS', () => {
  const trusted = new WebhookGuard([`${NAME}:${tls.port}`], loopback);

  test('it connects to the address that was checked, and asks for the name', async () => {
    const requests = new WebhookRequests(trusted, 5_000, certificate.cert);
    expect(await requests.post(url, { 'webhook-id': 'a' }, '{}')).toMatchObject({ statusCode: 200, answer: 'thank you' });
    expect(tls.received).toMatchObject([{ path: '/in?a=b', body: '{}', headers: { host: `${NAME}:${tls.port}`, 'webhook-id': 'a' } }]);
  });

  test('a certificate of nobody we know, or for another name, gets nothing', async () => {
    const other = certificateFor('other.example');
    expect(await new WebhookRequests(trusted, 5_000).post(url, {}, '{}')).toMatchObject({
      statusCode: null,
      answer: expect.stringContaining('self-signed'),
    });
    const another = await startReceiver(other);
    const guard = new WebhookGuard([`${NAME}:${another.port}`], loopback);
    const outcome = await new WebhookRequests(guard, 5_000, other.cert).post(`https://${NAME}:${another.port}/`, {}, '{}');
    expect(outcome).toMatchObject({ statusCode: null, answer: expect.stringContaining('does not match') });
    expect([...tls.received, ...another.received]).toEqual([]);
  });
});

describe('the guard', () => {
  test('is asked for every request: a name that has moved inside gets nothing', async () => {
    const answers = ['93.184.215.14', '127.0.0.1', '169.254.169.254'];
    const guard = new WebhookGuard([], () => Promise.resolve([{ address: answers.shift()! }]));
    await guard.check(`https://${NAME}/`);
    const requests = new WebhookRequests(guard, 2_000);
    for (let i = 0; i < 2; i += 1)
      expect(await requests.post(`https://${NAME}/`, {}, '{}')).toMatchObject({
        statusCode: null,
        answer: expect.stringContaining('public internet'),
      });
  });

  test('one private address among public ones is refused, and http only where it is trusted', async () => {
    const mixed = new WebhookGuard([], () => Promise.resolve([{ address: '93.184.215.14' }, { address: '10.0.0.1' }]));
    await expect(mixed.check(`https://${NAME}/`)).rejects.toMatchObject({ code: 'HOST_FORBIDDEN' });
    await expect(new WebhookGuard([]).check('http://93.184.215.14/')).rejects.toMatchObject({ code: 'HOST_FORBIDDEN' });
    expect(await new WebhookGuard([plain.host]).check(plain.url)).toMatchObject({ address: '127.0.0.1', port: plain.port });
  });

  test('DNS that does not answer counts toward the deadline', async () => {
    const guard = new WebhookGuard([], () => new Promise(() => undefined));
    const outcome = await new WebhookRequests(guard, 200).post(`https://${NAME}/`, {}, '{}');
    expect(outcome).toMatchObject({ statusCode: null, answer: 'There was no answer within 0.2 s.' });
    expect(outcome.durationMs).toBeLessThan(1_000);
  });
});

test('a receiver that hangs is left at the deadline', async () => {
  plain.behaviour = 'hang' satisfies ReceiverBehaviour;
  const outcome = await new WebhookRequests(new WebhookGuard([plain.host]), 300).post(plain.url, {}, '{}');
  expect(outcome).toMatchObject({ statusCode: null, answer: 'There was no answer within 0.3 s.' });
  expect(outcome.durationMs).toBeGreaterThanOrEqual(290);
  expect(outcome.durationMs).toBeLessThan(1_000);
});

test('the tries of a delivery spread over three days, each a tenth sooner or later', () => {
  const total = (random: number) =>
    Array.from({ length: 9 }, (_, i) => retryDelayMs(i + 1, random)!).reduce((sum, ms) => sum + ms, 0) / 3_600_000;
  expect([total(0), total(0.5), total(1)].map(Math.round)).toEqual([64, 72, 79]);
  expect(retryDelayMs(10, 0.5)).toBeNull();
});
