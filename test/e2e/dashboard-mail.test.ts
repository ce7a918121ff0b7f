/** What was given up and goes on by a click, in a real browser on the real service: mails to administrators, and webhooks. */
import { beforeAll, expect, test, vi } from 'vitest';
import {
  AnnounceMigrationDocument,
  CreateAccountDocument,
  CreateAdministratorDocument,
  CreateMigrationDocument,
} from '../../schema/generated/operations.ts';
import { addDays, dayIn, hourOfDay } from '../../src/time-zone.ts';
import { axeViolations, describeInBrowser, openSignedIn } from '../support/chromium.ts';
import { type GraphqlClient, graphqlClient } from '../support/graphql-client.ts';
import { until } from '../support/processes.ts';
import { OLGA } from '../support/service.ts';
import { type Receiver, startReceiver } from '../support/webhook-receiver.ts';
import { createWorld, PLATFORM_TIME_ZONE, type World } from '../support/world.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** One more than a queue shows at first. */
const ACCOUNTS = ['acme', 'birch', 'cobalt', 'dune'] as const;
const ADMINISTRATORS = ['ada@acme.example', 'bea@birch.example'] as const;
const ENCRYPTION_KEYS = `test:${Buffer.alloc(32, 7).toString('base64')}`;
/** Into the morning in which reminders are sent. */
const MORNING_MS = 20 * 60_000;
const CREATE_ENDPOINT = `mutation ($url: String!) {
  createWebhookEndpoint(input: { url: $url, types: [ACCOUNT_EDITED] }) { endpoint { id } } }`;
const ENABLE_ENDPOINT = 'mutation ($id: ID!) { editWebhookEndpoint(id: $id, input: { enabled: true }) { id } }';
const EDIT_ACCOUNT = 'mutation ($id: ID!) { editAccount(id: $id, input: { plan: "team" }) { id } }';
const QUEUES = '{ queues { name failed } }';

interface CreatedEndpoint {
  readonly createWebhookEndpoint: { readonly endpoint: { readonly id: string } };
}

interface Queues {
  readonly queues: readonly { readonly name: string; readonly failed: number }[];
}

describeInBrowser('what was given up', () => {
  let world: World;
  let url: string;
  let token: string;
  let olga: GraphqlClient;
  let receiver: Receiver;

  beforeAll(async () => {
    receiver = await startReceiver();
    world = await createWorld(new Date().toISOString(), { ENCRYPTION_KEYS, TRUSTED_WEBHOOK_HOSTS: receiver.host });
    const [api, worker] = [await world.startApi(), await world.startWorker()];
    await Promise.all([api.ready(), worker.ready()]);
    ({ url } = api);
    token = await world.createToken({ name: 'olga', role: 'OPERATOR', subject: OLGA });
    olga = graphqlClient(url, token);
    for (const id of ACCOUNTS)
      await olga.request(CreateAccountDocument, { input: { id, name: id, platform: 'CLOUD', createdAt: '2020-01-01T00:00:00Z' } });
  });

  /** Waits until a queue has given so many up. */
  async function givenUp(queue: string, count: number): Promise<void> {
    let queues: Queues['queues'] = [];
    const isGivenUp = async () => {
      ({ queues } = await olga.request<Queues, unknown>(QUEUES));
      return queues.some(({ name, failed }) => name === queue && failed === count);
    };
    await until(isGivenUp, () => `${queue} has not given up ${count}: ${JSON.stringify(queues)}\n${world.output}`, 30_000);
  }

  test('of mails is sent again, all at once', async () => {
    for (const [index, email] of ADMINISTRATORS.entries()) {
      const input = { email, name: email, accounts: [ACCOUNTS[index]!], timeZone: PLATFORM_TIME_ZONE };
      await olga.request(CreateAdministratorDocument, { input });
      world.smtp.answer(email, { kind: 'refuse', code: 550, message: 'not today' });
    }
    const today = dayIn(world.now(), PLATFORM_TIME_ZONE);
    const input = {
      key: 'change',
      title: 'A change',
      severity: 'HIGH',
      gracePeriodStart: today,
      mandatoryOptIn: addDays(today, 30),
    } as const;
    await olga.request(CreateMigrationDocument, { input });
    await olga.request(AnnounceMigrationDocument, { key: 'change' });
    await world.workTo(new Date(hourOfDay(addDays(today, 1), 9, PLATFORM_TIME_ZONE).getTime() + MORNING_MS));
    await givenUp('REMINDER_MAIL', ADMINISTRATORS.length);
    const { page, faults } = await openSignedIn(url, token, '/mail');
    const all = page.getByRole('button', { name: 'Try all 2 again' });
    await all.waitFor();
    expect(await axeViolations(page)).toEqual([]);
    for (const email of ADMINISTRATORS) world.smtp.answer(email, { kind: 'accept' });
    await all.click();
    await page.getByRole('region', { name: 'Notifications' }).getByText('2 reminders are tried again.').waitFor();
    await expect.poll(() => ADMINISTRATORS.map((email) => world.smtp.mailsTo(email).length)).toEqual([1, 1]);
    await page.getByRole('heading', { name: 'Reminders: given up' }).waitFor({ state: 'detached' });
    expect(faults).toEqual([]);
  });

  test('of webhooks is delivered again, one or all; of many the last are shown until more are asked for', async () => {
    receiver.behaviour = 'gone';
    const { createWebhookEndpoint } = await olga.request<CreatedEndpoint, unknown>(CREATE_ENDPOINT, { url: receiver.url });
    const { id } = createWebhookEndpoint.endpoint;
    for (const [index, account] of ACCOUNTS.entries()) {
      await olga.request(EDIT_ACCOUNT, { id: account });
      await givenUp('WEBHOOK', index + 1);
      // An endpoint that says that it is gone is told nothing more.
      await olga.request(ENABLE_ENDPOINT, { id });
    }
    receiver.behaviour = 'take';
    receiver.received.length = 0;
    const { page, faults } = await openSignedIn(url, token, '/mail');
    const messages = page.getByRole('region', { name: 'Notifications' });
    const again = page.getByRole('button', { name: `Try again with the webhook to ${receiver.host}` });
    await page.getByText('The last 3 of 4.').waitFor();
    await expect.poll(() => again.count()).toBe(3);
    await page.getByRole('button', { name: 'Show 1 more: Webhooks' }).click();
    await expect.poll(() => again.count()).toBe(4);
    expect(await axeViolations(page)).toEqual([]);
    await again.last().click();
    await messages.getByText(`The webhook to ${receiver.host} is tried again.`).waitFor();
    await expect.poll(() => receiver.received.length).toBe(1);
    await page.getByRole('button', { name: /^Deliver failed again/ }).click();
    await messages.getByText('3 deliveries are tried again.').waitFor();
    await expect.poll(() => receiver.received.length).toBe(4);
    await page.getByRole('heading', { name: 'Webhooks: given up' }).waitFor({ state: 'detached' });
    expect(faults).toEqual([]);
  });
});
