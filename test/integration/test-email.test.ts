import { beforeAll, describe, expect, test } from 'vitest';
import type { Actor } from '../../src/auth/actor.ts';
import { atEndOfFile } from '../support/end-of-file.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { refusalOf, startService, type TestService } from '../support/service.ts';
import { type SmtpSink, startSmtpSink } from '../support/smtp.ts';

const OPERATOR: Actor = { role: 'OPERATOR', subject: 'setup', administratorId: null, tokenId: null, scopes: [] };
const SEND = `mutation ($account: ID!, $to: String!, $template: TemplateName) {
  sendTestEmail(account: $account, to: $to, template: $template) { provider outcome answer about from subject }
}`;
const SMTP = `mutation ($account: ID!, $input: SmtpEmailInput!) { setSmtpEmail(account: $account, input: $input) { provider } }`;

interface Answer {
  provider: string;
  outcome: string;
  answer: string;
  about: string | null;
  from: string;
  subject: string;
}

let service: TestService;
let builtIn: SmtpSink;
let own: SmtpSink;
/** Asks for a login. */
let guarded: SmtpSink;

beforeAll(async () => {
  [builtIn, own] = [await startSmtpSink(), await startSmtpSink()];
  guarded = await startSmtpSink(0, { login: { user: 'shop', password: 'the right one' } });
  atEndOfFile(() => Promise.all([builtIn, own, guarded].map((sink) => sink.close())));
  service = await startService('2016-04-01T09:00:00.000Z', {
    SMTP_URL: builtIn.url,
    TRUSTED_SMTP_SERVERS: [own, guarded].map(({ url }) => new URL(url).host).join(','),
    MAIL_TIMEOUT_SECONDS: '1',
  });
});

let count = 0;
async function newAccount(): Promise<{ id: string; send: (to: string, template?: string) => Promise<Answer> }> {
  const { accounts } = service.house;
  const id = `shop-${(count += 1)}`;
  await accounts.createAccount(OPERATOR, { id, name: id, platform: 'CLOUD', createdAt: new Date('2015-01-01') });
  const { id: administratorId } = await accounts.createAdministrator(OPERATOR, {
    email: `anna@${id}.example`,
    name: 'Anna',
    accounts: [id],
  });
  const client = await service.clientOf({ role: 'ADMINISTRATOR', subject: `anna@${id}.example`, administratorId });
  return { id, send: async (to, template) => (await sendWith(client, id, to, template)).sendTestEmail };
}

function sendWith(client: GraphqlClient, account: string, to: string, template?: string): Promise<{ sendTestEmail: Answer }> {
  return client.request<{ sendTestEmail: Answer }, unknown>(SEND, { account, to, template });
}

async function useOwnServer(account: string, more: Record<string, unknown> = {}): Promise<void> {
  const { hostname: host, port } = new URL(own.url);
  await service.operator.request(SMTP, { account, input: { host, port: Number(port), defaultFrom: 'Shop <shop@example.com>', ...more } });
}

describe('a test mail', () => {
  test('goes through the built-in provider', async () => {
    const { id, send } = await newAccount();
    const answer = await send('ada@users.example');
    expect(answer).toMatchObject({ provider: 'BUILT_IN', outcome: 'SENT', about: null });
    const [mail] = builtIn.mailsTo('ada@users.example');
    expect(mail!.parsed.subject).toBe(answer.subject);
    expect(answer.answer).toContain('taken');
    const events = await service.db.query(
      `select e.actor_role, e.data from event e join account a on a.number = e.account_number where a.id = $1 and e.type = 'TEST_EMAIL_SENT'`,
      [id],
    );
    expect(events).toEqual([
      { actor_role: 'ADMINISTRATOR', data: { provider: 'BUILT_IN', template: 'VERIFICATION', domain: 'users.example', outcome: 'SENT' } },
    ]);
  });

  test('goes through the account’s own server, with its sender and its headers, also where sending is disabled', async () => {
    const { id, send } = await newAccount();
    await useOwnServer(id, { headers: [{ name: 'X-Tag', value: 'shop mail' }], enabled: false });
    expect(await send('bob@users.example', 'WELCOME')).toMatchObject({
      provider: 'SMTP',
      outcome: 'SENT',
      from: 'Shop <shop@example.com>',
    });
    const [mail] = own.mailsTo('bob@users.example');
    expect(mail!.from).toBe('shop@example.com');
    expect(mail!.raw).toMatch(/^X-Tag: shop mail\r?$/m);
    expect(builtIn.mailsTo('bob@users.example')).toEqual([]);
  });

  test('tells what a provider refused, in its words', async () => {
    const { id, send } = await newAccount();
    await useOwnServer(id);
    own.answer('nobody@users.example', { kind: 'refuse', code: 550, message: 'no such mailbox' });
    expect(await send('nobody@users.example')).toMatchObject({
      outcome: 'REJECTED',
      about: 'RECIPIENT',
      answer: expect.stringContaining('no such mailbox'),
    });
    own.answer('busy@users.example', { kind: 'refuse', code: 451, message: 'come back later' });
    expect(await send('busy@users.example')).toMatchObject({
      outcome: 'RETRY',
      about: null,
      answer: expect.stringContaining('come back later'),
    });
  });

  test('tells that a login was refused, without the password, though the server repeats it', async () => {
    const { id, send } = await newAccount();
    const password = 'the wrong password 4711';
    const { hostname: host, port } = new URL(guarded.url);
    await useOwnServer(id, { host, port: Number(port), user: 'shop', password });
    const answer = await send('ada@users.example');
    expect(answer).toMatchObject({ outcome: 'REJECTED', about: 'CREDENTIALS', answer: expect.stringContaining('no login') });
    expect(guarded.passwords).toContain(password);
    expect(JSON.stringify(answer)).not.toContain(password);
    expect(service.defects).toEqual([]);
  });

  test.each(['hang', 'drip', 'reset'] as const)('ends soon where the server would %s', async (kind) => {
    const { id, send } = await newAccount();
    await useOwnServer(id);
    own.answer(`${kind}@users.example`, { kind });
    const began = performance.now();
    expect(await send(`${kind}@users.example`)).toMatchObject({ outcome: 'RETRY' });
    expect(performance.now() - began).toBeLessThan(3_000);
  });

  test('goes to one address and no more', async () => {
    const { send } = await newAccount();
    for (const to of [
      'a@b.example, c@d.example',
      'a@b.example\r\nBcc: c@d.example',
      'Ada <a@b.example>',
      '<a@b.example>',
      '',
      'a@b.example;c@d.example',
    ])
      await refusalOf(send(to), 'INVALID_EMAIL');
  });

  test('is sent five times a minute for an account, whoever asks; other accounts have their own five', async () => {
    const [{ id, send }, other] = [await newAccount(), await newAccount()];
    const outcomes = await Promise.allSettled([
      ...Array.from({ length: 6 }, () => send('many@users.example')),
      ...Array.from({ length: 6 }, () => sendWith(service.operator, id, 'many@users.example')),
    ]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    const { message, extensions } = await refusalOf(send('many@users.example'), 'RATE_LIMITED');
    const { retryAfterSeconds } = extensions['details'] as { retryAfterSeconds: number };
    expect(retryAfterSeconds).toBeGreaterThan(0);
    expect(retryAfterSeconds).toBeLessThanOrEqual(60);
    expect(message).toContain(`This was done too often. Try again in ${retryAfterSeconds} s.`);
    expect(builtIn.mailsTo('many@users.example')).toHaveLength(5);
    expect(await other.send('one@users.example')).toMatchObject({ outcome: 'SENT' });
    const rows = await service.db.query<{ key: string }>('select key from rate_limit');
    expect(JSON.stringify(rows)).not.toContain('users.example');
  });
});
