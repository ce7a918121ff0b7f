import { beforeAll, describe, expect, test } from 'vitest';
import { recordFailure, recordSuccess } from '../../src/db/sweep-runs.ts';
import { newId } from '../../src/ids.ts';
import type { QueueView, SweepView } from '../../src/operations/operations.rules.ts';
import { NOW as PRESENT, queueMails } from '../support/mail-fixtures.ts';
import { createCustomer, OPERATOR } from '../support/platform.ts';
import { refusalOf, startService, type TestService } from '../support/service.ts';
import type { Receiver } from '../support/webhook-receiver.ts';
import { startWebhookWorld } from '../support/webhook-world.ts';

const NOW = PRESENT.toISOString();
const later = (ms: number) => new Date(PRESENT.getTime() + ms);
let service: TestService;

beforeAll(async () => {
  service = await startService(NOW);
});

interface Retry {
  retryFailedMails: { retried: number; remaining: number };
}
const QUEUES = '{ queues { name queued due sending oldestDueAt failed failures { id failedAt attempts to error } } }';
const queues = async (): Promise<Record<string, QueueView>> => {
  const { queues: all } = await service.operator.request<{ queues: QueueView[] }, unknown>(QUEUES);
  return Object.fromEntries(all.map((queue) => [queue.name, queue]));
};
const SWEEPS = '{ sweeps { name outcome finishedAt durationMs failedAt lastError nextRunAt nextWorkAt isLate } }';
const sweeps = async () => (await service.operator.request<{ sweeps: SweepView[] }, unknown>(SWEEPS)).sweeps;

/** Gives mails up, each so many milliseconds after the one before. */
async function giveUp(mails: readonly { readonly id: string }[], error: string): Promise<void> {
  await service.db.query(
    `update mail m set status = 'FAILED', attempts = 8, last_error = $2, recipient = 'ada@example.com', finished_at = $3::timestamptz + (g.place * interval '1 millisecond')
       from unnest($1::uuid[]) with ordinality as g (id, place) where m.id = g.id`,
    [mails.map(({ id }) => id), error, PRESENT],
  );
}

describe('sweeps', () => {
  test('say how they last ended, when they run again, and whether they should have by now', async () => {
    const run = { durationMs: 12, everyMs: 15_000, nextWorkAt: later(3_600_000) };
    await recordSuccess(service.db, { ...run, name: 'well', finishedAt: PRESENT });
    await recordSuccess(service.db, { ...run, name: 'late', finishedAt: later(-45_001), nextWorkAt: null });
    await recordSuccess(service.db, { ...run, name: 'now and then', finishedAt: later(-1_000), nextWorkAt: null });
    await recordFailure(service.db, 'now and then', 15_000, PRESENT, `no\0 ${'x'.repeat(600)}`);
    await recordFailure(service.db, 'never', 15_000, PRESENT, 'no');
    await service.db.query(`insert into sweep (name, finished_at) values ('of an older worker', $1)`, [later(-86_400_000)]);
    const found = await sweeps();
    expect(found.map(({ name, outcome, isLate }) => [name, outcome, isLate])).toEqual([
      ['late', 'SUCCEEDED', true],
      ['never', 'FAILED', false],
      ['now and then', 'FAILED', false],
      ['of an older worker', 'SUCCEEDED', false],
      ['well', 'SUCCEEDED', false],
    ]);
    expect(found[4]).toEqual({
      name: 'well',
      outcome: 'SUCCEEDED',
      finishedAt: NOW,
      durationMs: 12,
      failedAt: null,
      lastError: null,
      nextRunAt: later(15_000).toISOString(),
      nextWorkAt: later(3_600_000).toISOString(),
      isLate: false,
    });
    expect(found[2]!.lastError).toMatch(/^no\u{FFFD} x{496}$/u);
    expect(found[1]).toMatchObject({ finishedAt: null, failedAt: NOW });
  });

  test('do not go back in time where two workers record at once', async () => {
    const run = { name: 'well', durationMs: 1, everyMs: 15_000, nextWorkAt: null };
    await recordSuccess(service.db, { ...run, finishedAt: later(-60_000) });
    await recordFailure(service.db, 'never', 15_000, later(-60_000), 'older');
    expect(Object.fromEntries((await sweeps()).map(({ name, durationMs, lastError }) => [name, durationMs ?? lastError]))).toMatchObject({
      well: 12,
      never: 'no',
    });
  });
});

describe('the queues', () => {
  test('say what waits, what is due since when, and what was given up last', async () => {
    expect(await queues()).toMatchObject({ REMINDER_MAIL: { queued: 0, due: 0, sending: 0, oldestDueAt: null, failed: 0, failures: [] } });
    await queueMails(service.db, 2, later(-5_000));
    await queueMails(service.db, 1, later(60_000));
    const [sending] = await queueMails(service.db, 1, later(-9_000));
    await service.db.query(`update mail set status = 'SENDING' where id = $1`, [sending!.id]);
    const failed = await queueMails(service.db, 25);
    await giveUp(failed, '550 no such user');
    const { REMINDER_MAIL: mail } = await queues();
    expect(mail).toMatchObject({ queued: 3, due: 2, sending: 1, oldestDueAt: later(-9_000).toISOString(), failed: 25 });
    expect(mail!.failures).toHaveLength(20);
    expect(mail!.failures[0]).toEqual({
      id: failed.at(-1)!.id,
      failedAt: later(25).toISOString(),
      attempts: 8,
      to: 'ada@example.com',
      error: '550 no such user',
    });
  });

  test('of mails to users name accounts and no people', async () => {
    const { account } = await createCustomer(service, 'acme', new Date('2015-01-01'));
    await service.db.query(
      `insert into user_mail (id, account_number, template, recipient, status, send_after, expires_at, attempts, message_id, answer, created_at, finished_at)
       select $1, number, 'WELCOME', 'uma@people.example', 'FAILED', $3, $3, 3, '<x>', 'refused', $3, $3 from account where id = $2`,
      [newId(), account, PRESENT],
    );
    const { USER_MAIL: queue } = await queues();
    expect(queue).toMatchObject({ queued: 0, failed: 1, failures: [{ to: 'acme', error: 'refused', attempts: 3 }] });
    expect(JSON.stringify(queue)).not.toContain('uma');
  });

  test('let an operator try all failed mails again, a thousand at a time, each with an event, and again changes nothing', async () => {
    const others = await queueMails(service.db, 1_000);
    await giveUp(others, 'connection refused');
    const retry = async () =>
      (await service.operator.request<Retry, unknown>('mutation { retryFailedMails { retried remaining } }')).retryFailedMails;
    expect(await retry()).toEqual({ retried: 1_000, remaining: 25 });
    expect(await retry()).toEqual({ retried: 25, remaining: 0 });
    expect(await retry()).toEqual({ retried: 0, remaining: 0 });
    const [mail] = await service.db.query('select status, urgent, attempts, finished_at from mail where id = $1', [others[0]!.id]);
    expect(mail).toEqual({ status: 'QUEUED', urgent: true, attempts: 0, finished_at: null });
    const events = await service.db.query<{ actor: string; data: object }>(
      `select actor, data from event where type = 'MAIL_RETRIED' and data->>'mailId' = $1`,
      [others[0]!.id],
    );
    expect(events).toEqual([{ actor: OPERATOR.subject, data: { mailId: others[0]!.id, attempts: 8, error: 'connection refused' } }]);
    const [total] = await service.db.query<{ count: number }>(`select count(*) from event where type = 'MAIL_RETRIED'`);
    expect(total!.count).toBe(1_025);
  });

  test('are operators’ business', async () => {
    const { administrator } = await createCustomer(service, 'other', new Date('2015-01-01'));
    for (const query of [QUEUES, SWEEPS, 'mutation { retryFailedMails { retried } }'])
      await refusalOf(administrator.request(query), 'FORBIDDEN');
    expect(service.defects).toEqual([]);
  });
});

test('what an endpoint was not told is delivered again when asked, and is in the queue until then', async () => {
  const world = await startWebhookWorld(1);
  const [receiver] = world.receivers as unknown as [Receiver];
  const { endpoint } = await world.endpointAt(receiver);
  await world.rename(await world.account(), 'Missed');
  await world.deliver();
  await world.service.db.query(
    `update webhook_delivery set status = 'FAILED', status_code = 500, answer = 'oops', attempts = 10, finished_at = $1 where endpoint_id = $2`,
    [new Date(world.now), endpoint.id],
  );
  await world.service.house.webhookDeliveries.sendTest(OPERATOR, endpoint.id);
  const webhooks = async () => (await world.service.house.operations.queues(OPERATOR)).find(({ name }) => name === 'WEBHOOK');
  expect(await webhooks()).toMatchObject({
    failed: 1,
    queued: 0,
    failures: [{ to: new URL(receiver.url).host, error: '500 oops', attempts: 10 }],
  });
  receiver.received.length = 0;
  const mutation = `mutation { redeliverFailedWebhooks(endpoint: "${endpoint.id}") { retried remaining } }`;
  expect(await world.service.operator.request(mutation)).toEqual({ redeliverFailedWebhooks: { retried: 1, remaining: 0 } });
  expect(await world.service.operator.request(mutation)).toEqual({ redeliverFailedWebhooks: { retried: 0, remaining: 0 } });
  await world.deliver();
  expect(receiver.received).toHaveLength(1);
  expect(await webhooks()).toMatchObject({ failed: 0, queued: 0, failures: [] });
  const told = await world.service.db.query<{ data: object }>(`select data from event where type = 'WEBHOOK_REPLAYED'`);
  expect(told).toEqual([{ data: { endpointId: endpoint.id, host: new URL(receiver.url).host, failed: true, queued: 1 } }]);
  const stranger = await world.service.clientOf({ role: 'PARTNER', subject: 'Co', allAccounts: true, scopes: ['webhooks:write'] });
  await refusalOf(stranger.request(mutation), 'NOT_FOUND');
});
