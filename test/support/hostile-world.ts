/** A service in which everything that outsiders can write is {@link hostile}, and every page of the dashboard has something to show. */
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  AnnounceMigrationDocument,
  CancelMigrationDocument,
  CreateAccountDocument,
  CreateAdministratorDocument,
  CreateMigrationDocument,
  CreateTokenDocument,
  EditAccountDocument,
  ExemptAccountDocument,
  ExtendDeadlineDocument,
  OptOutDocument,
  RescheduleMigrationDocument,
} from '../../schema/generated/operations.ts';
import { addDays, dayIn, hourOfDay } from '../../src/time-zone.ts';
import { atEndOfFile } from './end-of-file.ts';
import { type GraphqlClient, graphqlClient } from './graphql-client.ts';
import { hostile, hostileMarkdown, KINDS } from './hostile-texts.ts';
import { call } from './platform.ts';
import { until } from './processes.ts';
import { startService } from './service.ts';
import type { ReceivedMail } from './smtp.ts';
import { createWorld, PLATFORM_TIME_ZONE, type World } from './world.ts';

/** The migrations behind the gates, in the order of {@link KINDS}: each is shown with all that gates know. */
export const MIGRATIONS = ['idp-access-tokens', 'email-from-address', 'email-template', 'password-reset-link'] as const;
/** Their accounts, likewise. Ids are what a platform has for ids. */
export const ACCOUNTS: readonly string[] = KINDS.map((kind) => `${hostile(kind, 190)}/%2e?#&`);

/** Sessions outlive the test, whose clock goes on to the next morning. */
const SETTINGS = {
  ENCRYPTION_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
  SESSION_HOURS: '720',
  SESSION_IDLE_MINUTES: '43200',
};
const CANCELLED = 'cancelled';
const ADA = `ada-${'w'.repeat(50)}@${'w'.repeat(60)}.${'w'.repeat(60)}.example`;
const SAM = 'sam@people.example';
const CLIENT = 'W'.repeat(128);
/** Into the morning in which reminders are sent. */
const MORNING_MS = 20 * 60_000;
/** As much as a server may say in a line, and more. */
const ANSWER = `${hostile('html', 0)} ${hostile('long', 1_500)}`;
const SET_TEMPLATE = `mutation ($account: ID!, $input: EmailTemplateInput!) {
  setEmailTemplate(account: $account, name: WELCOME, input: $input) { name } }`;
const SET_SMTP = `mutation ($account: ID!, $input: SmtpEmailInput!) { setSmtpEmail(account: $account, input: $input) { provider } }`;
const CREATE_USER = `mutation ($account: ID!, $input: NewUser!) { createUser(account: $account, input: $input) { id } }`;
const CREATE_APPLICATION = `mutation ($account: ID!, $clientId: ID, $name: String!) {
  createApplication(account: $account, clientId: $clientId, name: $name) { id } }`;
const QUEUES = '{ queues { name queued sending failed } }';
const OPT_IN = `mutation ($account: ID!, $migration: ID!) {
  optIn(account: $account, migration: $migration, acknowledge: true) { state { enabled } } }`;

interface Queue {
  readonly name: string;
  readonly failed: number;
}

/** See {@link createHostileWorld}. */
export interface HostileWorld {
  readonly world: World;
  readonly url: string;
  /** Tokens, by role. */
  readonly tokens: Readonly<Record<'OPERATOR' | 'ADMINISTRATOR', string>>;
  /** Path and query of the page where a user gives a new password. */
  readonly resetPath: string;
  /** The address of the mailbox of a machine without a mail server, in which there is the mail `hostile.eml`. */
  readonly mailbox: string;
}

/** Makes it, through the API as everybody would. It ends with the test file. */
export async function createHostileWorld(): Promise<HostileWorld> {
  const receiver = await startHostileReceiver();
  const world = await createWorld(new Date().toISOString(), { ...SETTINGS, TRUSTED_WEBHOOK_HOSTS: receiver });
  const [api, worker] = [await world.startApi(), await world.startWorker()];
  await Promise.all([api.ready(), worker.ready()]);
  const { url } = api;
  const operator = await world.createToken({ name: hostile('rightToLeft', 200), role: 'OPERATOR', subject: hostile('html', 200) });
  const olga = graphqlClient(url, operator);
  const administratorId = await createAccounts(olga);
  const token = { name: hostile('html', 200), role: 'ADMINISTRATOR', subject: hostile('long', 200), administratorId } as const;
  const administrator = await world.createToken(token);
  const ada = graphqlClient(url, administrator);
  const today = dayIn(world.now(), PLATFORM_TIME_ZONE);
  await createMigrations(olga, today);
  await world.settle();
  await setUpMail(ada);
  const resetPath = await useOldBehaviour(url, olga, ada, world);
  await decide(olga, ada, today);
  world.smtp.answer('*', { kind: 'refuse', code: 550, message: ANSWER });
  await world.workTo(new Date(hourOfDay(addDays(today, 1), 9, PLATFORM_TIME_ZONE).getTime() + MORNING_MS));
  await failToDeliver(url, olga, receiver);
  let queues: readonly Queue[] = [];
  const isGivenUp = async () =>
    (queues = (await olga.request<{ queues: Queue[] }, unknown>(QUEUES)).queues).every(({ failed }) => failed > 0);
  await until(isGivenUp, () => `Not every queue has given something up: ${JSON.stringify(queues)}\n${world.output}`);
  return { world, url, tokens: { OPERATOR: operator, ADMINISTRATOR: administrator }, resetPath, mailbox: await putMail() };
}

/** Accounts and who administers them. @returns the id of the administrator of all */
async function createAccounts(olga: GraphqlClient): Promise<string> {
  for (const [index, kind] of KINDS.entries()) {
    const input = {
      id: ACCOUNTS[index],
      name: hostile(kind, 200),
      platform: 'CLOUD',
      plan: hostile(kind, 100).slice(0, 100),
      region: hostile(kind, 100).slice(0, 100),
      createdAt: '2020-01-01T00:00:00Z',
      attributes: { [hostile(kind, 100).slice(0, 100)]: hostile(kind, 500) },
    };
    await olga.request(CreateAccountDocument, { input } as never);
  }
  const people = [
    { email: ADA, name: hostile('html', 200) },
    { email: `o'x"onerror=&💥@people.example`.replace('"', ''), name: hostile('long', 200) },
    { email: 'c@people.example', name: hostile('rightToLeft', 200) },
    { email: 'd@people.example', name: hostile('emoji', 200) },
  ];
  const ids: string[] = [];
  for (const person of people) {
    const { createAdministrator } = await olga.request(CreateAdministratorDocument, {
      input: { ...person, accounts: [...ACCOUNTS], timeZone: PLATFORM_TIME_ZONE },
    });
    ids.push(createAdministrator.id);
  }
  return ids[0]!;
}

/** One of each kind in its grace period, a draft, one that was cancelled, and one whose new dates await approval. */
async function createMigrations(olga: GraphqlClient, today: string): Promise<void> {
  for (const [index, kind] of KINDS.entries()) {
    const input = {
      key: MIGRATIONS[index],
      title: hostile(kind, 200),
      description: hostileMarkdown(kind),
      guideUrl: `https://evil.example/${'W'.repeat(1_900)}?a="><script>window.ran=1</script>`,
      severity: 'HIGH',
      gracePeriodStart: today,
      mandatoryOptIn: addDays(today, 40),
    } as const;
    await olga.request(CreateMigrationDocument, { input });
    await olga.request(AnnounceMigrationDocument, { key: MIGRATIONS[index]! });
    const reason = hostile(kind, 2_000);
    await olga.request(RescheduleMigrationDocument, { key: MIGRATIONS[index]!, dates: { mandatoryOptIn: addDays(today, 50), reason } });
    await olga.request(RescheduleMigrationDocument, { key: MIGRATIONS[index]!, dates: { mandatoryOptIn: addDays(today, 45), reason } });
    await olga.request(CreateMigrationDocument, {
      input: { title: hostile(kind, 200), key: `${CANCELLED}-${index}`, severity: 'LOW', gracePeriodStart: 'TBD', mandatoryOptIn: 'TBD' },
    });
    await olga.request(CancelMigrationDocument, { key: `${CANCELLED}-${index}`, reason });
  }
}

/** Templates and headers of the accounts' own mail. */
async function setUpMail(ada: GraphqlClient): Promise<void> {
  for (const [index, kind] of KINDS.entries()) {
    await ada.request(SET_TEMPLATE, {
      account: ACCOUNTS[index],
      input: {
        from: `${hostile(kind, 190).replaceAll(/[<>"\\]/g, '')} <${ADA}>`,
        subject: hostile(kind, 500),
        body: `${hostile(kind, 20_000)}<p>{{ user.name }}</p>`,
        resultUrl: `https://evil.example/${'W'.repeat(1_900)}`,
      },
    });
  }
  const headers = [{ name: 'X-Hostile', value: `"><script>window.ran=1</script>${'W'.repeat(700)}` }];
  await ada.request(SET_SMTP, {
    account: ACCOUNTS[2],
    input: { host: '93.184.216.34', port: 587, user: 'W'.repeat(300), password: 'p'.repeat(20), headers },
  });
}

/** Partners with hostile names read tokens, and somebody forgets a password. @returns where they give a new one */
async function useOldBehaviour(url: string, olga: GraphqlClient, ada: GraphqlClient, world: World): Promise<string> {
  for (const [index, kind] of KINDS.entries()) {
    const account = ACCOUNTS[index]!;
    const identities = [{ provider: 'google-oauth2', userId: `g${index}`, accessToken: 'secret' }];
    const input = { email: SAM, connection: 'people', name: hostile(kind, 200), password: 'correct horse battery', identities };
    await olga.request(CREATE_USER, { account, input });
    const { createToken } = await olga.request(CreateTokenDocument, {
      input: { name: hostile(kind, 200), role: 'PARTNER', subject: hostile(kind, 200), accounts: [account], scopes: ['read:users'] },
    });
    const profile = await call(url, `/api/v2/users/google-oauth2%7Cg${index}`, { token: createToken.token });
    if (profile.status !== 200) throw new Error(`${profile.status} ${await profile.text()}`);
  }
  const account = ACCOUNTS[3]!;
  await olga.request(CREATE_APPLICATION, { account, clientId: CLIENT, name: hostile('html', 200) });
  // Before it opts in: that is old behaviour too.
  await askForPassword(url);
  await ada.request(OPT_IN, { account, migration: 'password-reset-link' });
  await askForPassword(url);
  const isForm = (mail: ReceivedMail) => /\/password-reset\?ticket=/.test(mail.parsed.text ?? '');
  await until(
    () => world.smtp.mailsTo(SAM).filter(isForm).length === 2,
    () => `The links did not come:\n${world.output}`,
  );
  return /\/password-reset\?ticket=[\w-]+/.exec(world.smtp.mailsTo(SAM).at(-1)!.parsed.text!)![0];
}

async function askForPassword(url: string): Promise<void> {
  const json = { client_id: CLIENT, email: SAM, connection: 'people', password: 'another horse battery' };
  const answer = await call(url, '/dbconnections/change_password', { json });
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
}

/** Decisions with reasons, of the administrator and of an operator. */
async function decide(olga: GraphqlClient, ada: GraphqlClient, today: string): Promise<void> {
  for (const [index, kind] of KINDS.entries()) {
    const [account, migration] = [ACCOUNTS[index]!, MIGRATIONS[(index + 1) % MIGRATIONS.length]!];
    await ada.request(OPT_IN, { account, migration });
    await ada.request(OptOutDocument, { account, migration });
    const variables = { account, migration, until: `${addDays(today, 60)}T00:00:00Z`, reason: hostile(kind, 2_000) };
    await olga.request(ExtendDeadlineDocument, variables);
    await olga.request(ExemptAccountDocument, { ...variables, migration: MIGRATIONS[(index + 2) % MIGRATIONS.length]! });
  }
}

/** What the mail server and the receiver of webhooks refuse in their own words. */
async function failToDeliver(url: string, olga: GraphqlClient, receiver: string): Promise<void> {
  const input = { url: `http://${receiver}/${'W'.repeat(1_500)}`, types: ['ACCOUNT_EDITED'] };
  await olga.request('mutation ($input: NewWebhookEndpointInput!) { createWebhookEndpoint(input: $input) { secret } }', { input });
  await olga.request(EditAccountDocument, { id: ACCOUNTS[2]!, input: { timeZone: 'Europe/Berlin' } });
  await askForPassword(url);
}

/** A mail that nobody of ours wrote. @returns the address of the mailbox */
async function putMail(): Promise<string> {
  const { house, url } = await startService(new Date().toISOString());
  const folder = join(house.config.DATA_DIR, 'mail');
  await mkdir(folder, { recursive: true });
  const header = (text: string) => `=?utf-8?b?${Buffer.from(text).toString('base64')}?=`;
  const mail = [
    `From: ${header(hostile('html', 0))} <a@evil.example>`,
    `To: ${header(hostile('rightToLeft', 0))} <${ADA}>`,
    `Subject: ${header(`${hostile('html', 0)} ${hostile('long', 1_000)}`)}`,
    'Content-Type: multipart/alternative; boundary=a',
    '',
    ...['plain', 'html'].flatMap((type) => [
      '--a',
      `Content-Type: text/${type}; charset=utf-8`,
      '',
      `${hostile('html', 0)} ${hostile('long', 10_000)}`,
    ]),
    '--a--',
    '',
  ];
  await writeFile(join(folder, 'hostile.eml'), mail.join('\r\n'));
  return `${url}/mailbox`;
}

/** A receiver of webhooks that is gone, and says so at length. @returns its host and port */
async function startHostileReceiver(): Promise<string> {
  const server = createServer((request, response) => void request.resume().on('end', () => response.writeHead(410).end(ANSWER.repeat(3))));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEndOfFile(() => server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
