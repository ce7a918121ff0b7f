/** The gates of sender and template, from outside: a user asks for a new password, and a real mail server gets the mail. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { atEndOfFile } from '../support/end-of-file.ts';
import { announceGate, call, CONNECTION, createCustomer, type Customer, OPERATOR, optIn, optOut, usesOf } from '../support/platform.ts';
import { startService, type TestService } from '../support/service.ts';
import { type ReceivedMail, type SmtpSink, startSmtpSink } from '../support/smtp.ts';

const FROM_ADDRESS = 'email-from-address';
const EMAIL_TEMPLATE = 'email-template';
const BUILT_IN = 'no-reply@auth.platform.example';
const OWN = {
  from: 'Acme Shop <shop@acme.example>',
  subject: 'New password, {{ user.name }}?',
  body: '<p>Acme’s own words.</p><p><a href="{{ url }}">Go on</a></p>',
};

const PLATFORM_SENDER = { name: 'Example Platform', address: BUILT_IN };
const OWN_SENDER = { name: 'Acme Shop', address: 'shop@acme.example' };
const PLATFORM_MAIL = { sender: PLATFORM_SENDER, subject: 'Change your password for Shop', words: 'PLATFORM' };
const OWN_MAIL = { sender: OWN_SENDER, subject: 'New password, Uma User?', words: 'OWN' };

/** So long before the deadline and after the start that both gates are open to opt in. */
const NOW = '2016-06-15T09:00:00.000Z';
const PASSWORD = 'correct horse battery';
const DEADLINE = '2016-07-10T00:00:00.000Z';

let builtIn: SmtpSink;
let own: SmtpSink;
let service: TestService;
let users = 0;

beforeAll(async () => {
  [builtIn, own] = await Promise.all([startSmtpSink(), startSmtpSink()]);
  atEndOfFile(() => Promise.all([builtIn.close(), own.close()]));
  service = await startService(NOW, {
    SMTP_URL: builtIn.url,
    BUILT_IN_FROM: BUILT_IN,
    TRUSTED_SMTP_SERVERS: new URL(own.url).host,
  });
  for (const gate of [FROM_ADDRESS, EMAIL_TEMPLATE]) await announceGate(service, gate, '2016-06-10', '2016-07-10', true);
});
beforeEach(() => service.setClock(NOW));

/** An account with its own words and sender, and an application `Shop`. */
async function customer(id: string, createdAt = '2015-01-01T00:00:00Z'): Promise<Customer> {
  const made = await createCustomer(service, id, new Date(createdAt));
  const shop = await service.house.applications.createApplication(OPERATOR, id, 'Shop');
  await customise(made, OWN);
  return { ...made, clientId: shop.id };
}

async function customise({ administrator, account }: Customer, input: object): Promise<void> {
  await administrator.request(
    'mutation ($account: ID!, $input: EmailTemplateInput!) { setEmailTemplate(account: $account, name: PASSWORD_CHANGE, input: $input) { name } }',
    { account, input },
  );
}

async function useOwnServer({ administrator, account }: Customer): Promise<void> {
  const { hostname: host, port } = new URL(own.url);
  await administrator.request(
    'mutation ($account: ID!, $input: SmtpEmailInput!) { setSmtpEmail(account: $account, input: $input) { provider } }',
    {
      account,
      input: { host, port: Number(port), user: null, defaultFrom: 'hello@acme.example' },
    },
  );
}

async function useBuiltIn({ administrator, account }: Customer): Promise<void> {
  await administrator.request('mutation ($account: ID!) { setBuiltInEmail(account: $account) { provider } }', { account });
}

/** Somebody new asks for a password: what arrives, and where. */
async function nextMail({ account, clientId }: Customer, server = builtIn, name = 'Uma User'): Promise<ReceivedMail> {
  const email = `user-${(users += 1)}@people.example`;
  await service.house.users.createUser(OPERATOR, account, { email, name, connection: CONNECTION, password: PASSWORD });
  const body = { client_id: clientId, email, connection: CONNECTION };
  const response = await call(service.url, '/dbconnections/change_password', { json: body });
  expect([response.status, await response.text()]).toEqual([200, expect.any(String)]);
  await service.house.userMailSender.deliverDue(new AbortController().signal);
  return server.waitForMail(({ to }) => to.includes(email));
}

/** What of a mail the gates decide. */
function shown({ parsed, from }: ReceivedMail) {
  const [sender] = parsed.from!.value;
  // Whom the mail says it is from and whom the server was told are one.
  expect(from).toBe(sender!.address);
  const html = String(parsed.html);
  expect(html).toMatch(/<a href="https?:/);
  expect(parsed.text).toMatch(/https?:/);
  const words = html.includes('Acme’s own words') ? 'OWN' : 'PLATFORM';
  expect(html.includes('on behalf of')).toBe(words === 'PLATFORM');
  return { sender: { name: sender!.name, address: sender!.address }, subject: parsed.subject, words };
}

const mailOf = async (of: Customer, server?: SmtpSink) => shown(await nextMail(of, server));

describe('the gate of the sender', () => {
  test('opens with the opt-in and closes with the opt-out, each from the very next mail on', async () => {
    const acme = await customer('sender');
    expect(await mailOf(acme)).toEqual(OWN_MAIL);
    await optIn(acme, FROM_ADDRESS);
    expect(await mailOf(acme)).toEqual({ ...OWN_MAIL, sender: PLATFORM_SENDER });
    await optOut(acme, FROM_ADDRESS);
    expect(await mailOf(acme)).toEqual(OWN_MAIL);
  });

  test('opens for all at the deadline, to the millisecond', async () => {
    const acme = await customer('sender-late');
    await customise(acme, { ...OWN, subject: 'Own', body: OWN.body });
    await service.setClock(new Date(Date.parse(DEADLINE) - 1).toISOString());
    expect((await mailOf(acme)).sender).toEqual(OWN_SENDER);
    await service.setClock(DEADLINE);
    expect((await mailOf(acme)).sender).toEqual(PLATFORM_SENDER);
  });

  test('takes the default sender of the settings away too', async () => {
    const acme = await customer('sender-default');
    await customise(acme, { from: null });
    expect((await mailOf(acme)).sender).toEqual(PLATFORM_SENDER);
    await acme.administrator.request(
      'mutation { setBuiltInEmail(account: "sender-default", input: { defaultFrom: "team@acme.example" }) { provider } }',
    );
    expect((await mailOf(acme)).sender).toEqual({ name: '', address: 'team@acme.example' });
    await optIn(acme, FROM_ADDRESS);
    expect((await mailOf(acme)).sender).toEqual(PLATFORM_SENDER);
  });
});

describe('the gate of the template', () => {
  test('brings the platform’s template, subject and sender, and gives the account’s back with the opt-out', async () => {
    const acme = await customer('words');
    expect(await mailOf(acme)).toEqual(OWN_MAIL);
    await optIn(acme, EMAIL_TEMPLATE);
    expect(await mailOf(acme)).toEqual(PLATFORM_MAIL);
    await optOut(acme, EMAIL_TEMPLATE);
    expect(await mailOf(acme)).toEqual(OWN_MAIL);
  });

  test('opens for all at the deadline, to the millisecond', async () => {
    const acme = await customer('words-late');
    await service.setClock(new Date(Date.parse(DEADLINE) - 1).toISOString());
    expect(await mailOf(acme)).toEqual(OWN_MAIL);
    await service.setClock(DEADLINE);
    expect(await mailOf(acme)).toEqual(PLATFORM_MAIL);
  });

  test('keeps what the account wrote, says that it is not in use, and uses it again with an own provider', async () => {
    const acme = await customer('words-kept');
    await optIn(acme, EMAIL_TEMPLATE);
    expect(await mailOf(acme)).toEqual(PLATFORM_MAIL);
    const query = 'query ($account: ID!) { emailTemplates(account: $account) { name subject customised wordsInUse senderInUse } }';
    const kept = async () => {
      const { emailTemplates } = await acme.administrator.request<{ emailTemplates: { name: string }[] }, object>(query, {
        account: 'words-kept',
      });
      return emailTemplates.find(({ name }) => name === 'PASSWORD_CHANGE');
    };
    const own_ = { customised: true, subject: OWN.subject };
    expect(await kept()).toMatchObject({ ...own_, wordsInUse: false, senderInUse: `Example Platform <${BUILT_IN}>` });
    await useOwnServer(acme);
    expect(await kept()).toMatchObject({ ...own_, wordsInUse: true, senderInUse: OWN.from });
    expect(await mailOf(acme, own)).toEqual(OWN_MAIL);
    await useBuiltIn(acme);
    expect(await mailOf(acme)).toEqual(PLATFORM_MAIL);
  });
});

test('an account born during the grace period never knew it otherwise', async () => {
  const newborn = await customer('newborn', '2016-06-12T00:00:00Z');
  expect(await mailOf(newborn)).toEqual(PLATFORM_MAIL);
});

test('an account with its own provider sees no change, opted in or past the deadline', async () => {
  const acme = await customer('independent');
  await optIn(acme, FROM_ADDRESS);
  await optIn(acme, EMAIL_TEMPLATE);
  await useOwnServer(acme);
  expect(await mailOf(acme, own)).toEqual(OWN_MAIL);
  await service.setClock('2016-08-01T00:00:00.000Z');
  expect(await mailOf(acme, own)).toEqual(OWN_MAIL);
  await customise(acme, { from: null });
  expect((await mailOf(acme, own)).sender).toEqual({ name: '', address: 'hello@acme.example' });
});

test('an account that is said to have a provider of its own, and has none here, gets the mails of the platform', async () => {
  const acme = await customer('said-to-have-its-own');
  await service.house.accounts.editAccount(OPERATOR, acme.account, { usesBuiltInEmail: false });
  expect(await mailOf(acme)).toEqual(PLATFORM_MAIL);
  await service.setClock(DEADLINE);
  expect(await mailOf(acme)).toEqual(PLATFORM_MAIL);
  await service.setClock(NOW);
  await useBuiltIn(acme);
  expect(await mailOf(acme)).toEqual(OWN_MAIL);
});

test('what stands on the old behaviour is counted with each mail, and with nothing else', async () => {
  const acme = await customer('counted');
  const uses = async () => [await usesOf(service, FROM_ADDRESS, 'counted'), await usesOf(service, EMAIL_TEMPLATE, 'counted')];
  await acme.administrator.request('{ previewEmailTemplate(account: "counted", name: PASSWORD_CHANGE) { today { subject } } }');
  await acme.administrator.request(
    'mutation { sendTestEmail(account: "counted", to: "ada@acme.example", template: PASSWORD_CHANGE) { outcome } }',
  );
  expect(shown(await builtIn.waitForMail(({ to }) => to.includes('ada@acme.example')))).toMatchObject({ sender: OWN_SENDER, words: 'OWN' });
  expect(await uses()).toEqual([{}, {}]);
  await nextMail(acme);
  await nextMail(acme);
  expect(await uses()).toEqual([{ '': 2 }, { '': 2 }]);
  await optIn(acme, FROM_ADDRESS);
  await nextMail(acme);
  expect(await uses()).toEqual([{ '': 2 }, { '': 3 }]);
  await optIn(acme, EMAIL_TEMPLATE);
  await nextMail(acme);
  expect(await uses()).toEqual([{ '': 2 }, { '': 3 }]);
  const plain = await createCustomer(service, 'plain', new Date('2015-01-01'));
  await nextMail(plain);
  expect(await usesOf(service, EMAIL_TEMPLATE, 'plain')).toEqual({});
});

test('a mail that takes several attempts is one use, and one that is never sent is none', async () => {
  const { account, clientId } = await customer('retried');
  builtIn.answer('slow@people.example', { kind: 'refuse', code: 451 }, 2);
  builtIn.answer('gone@people.example', { kind: 'refuse', code: 550 });
  for (const name of ['slow', 'gone']) {
    const email = `${name}@people.example`;
    await service.house.users.createUser(OPERATOR, account, { email, name, connection: CONNECTION, password: PASSWORD });
    await call(service.url, '/dbconnections/change_password', { json: { client_id: clientId, email, connection: CONNECTION } });
  }
  for (const minute of ['00', '10', '40']) {
    await service.setClock(`2016-06-15T09:${minute}:00.000Z`);
    await service.house.userMailSender.deliverDue(new AbortController().signal);
  }
  expect(builtIn.mailsTo('slow@people.example')).toHaveLength(1);
  expect(builtIn.mailsTo('gone@people.example')).toEqual([]);
  expect(await usesOf(service, FROM_ADDRESS, account)).toEqual({ '': 1 });
  expect(await usesOf(service, EMAIL_TEMPLATE, account)).toEqual({ '': 1 });
});

test('names with commas, brackets and markup reach one person, as text', async () => {
  const acme = await customer('commas');
  await customise(acme, { ...OWN, from: '"Shop, Inc." <shop@acme.example>', body: '<p>Acme’s own words, {{ user.name }}.</p>' });
  const name = 'Uma, "Eve" <eve@evil.example>, <b>bold</b>';
  const { parsed, to } = await nextMail(acme, builtIn, name);
  expect(to).toHaveLength(1);
  expect(parsed.from!.value).toEqual([{ name: 'Shop, Inc.', address: 'shop@acme.example' }]);
  expect([parsed.to].flat().flatMap((list) => list!.value)).toEqual([{ name, address: to[0] }]);
  expect(parsed.subject).toBe(`New password, ${name}?`);
  expect(parsed.html).toContain('&lt;b&gt;bold&lt;/b&gt;');
  expect(parsed.html).not.toContain('<b>');
  expect(parsed.text).toContain(name);
});

test('a preview before the opt-in is what arrives after it', async () => {
  const acme = await customer('foreseen');
  const { previewEmailTemplate: foreseen } = await acme.administrator.request<
    { previewEmailTemplate: Record<string, { from: { name: string; address: string }; html: string; text: string }> },
    object
  >('{ previewEmailTemplate(account: "foreseen", name: PASSWORD_CHANGE) { afterEmailTemplate { from { name address } html text } } }', {});
  await optIn(acme, EMAIL_TEMPLATE);
  const { parsed } = await nextMail(acme);
  const after = foreseen['afterEmailTemplate']!;
  const plain = (text: string) =>
    text
      .replaceAll(/https?:[^\s"<>]+/g, 'URL')
      .replaceAll(/Example App|Shop/g, 'APP')
      .replaceAll(/[\w.+-]+@[\w.-]+/g, 'ADDRESS')
      .replaceAll(/Ada Example|Uma User/g, 'NAME');
  expect({ name: parsed.from!.value[0]!.name, address: parsed.from!.value[0]!.address }).toEqual(after.from);
  expect(plain(String(parsed.html)).trim()).toBe(plain(after.html).trim());
  expect(plain(parsed.text!).trim()).toBe(plain(after.text).trim());
});

test('no caller met a defect', () => expect(service.defects).toEqual([]));
