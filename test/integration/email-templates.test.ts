import { beforeAll, describe, expect, test } from 'vitest';
import { SYSTEM } from '../../src/auth/actor.ts';
import type { ComposedMail } from '../../src/email/templates/compose-mail.ts';
import type { TemplateName } from '../../src/email/templates/template.rules.ts';
import { workedMs } from '../support/cpu-time.ts';
import { createCustomer, type Customer, partnerToken } from '../support/platform.ts';
import { type GraphqlClient, graphqlClient } from '../support/graphql-client.ts';
import { census, refusalOf, startService, type TestService } from '../support/service.ts';

const TEMPLATE = `name customised from subject body resultUrl linkLifetimeSeconds enabled updatedAt wordsInUse senderInUse`;
const LIST = `query ($account: ID!) { emailTemplates(account: $account) { ${TEMPLATE} } }`;
const SET = `mutation ($account: ID!, $name: TemplateName!, $input: EmailTemplateInput!) {
  setEmailTemplate(account: $account, name: $name, input: $input) { ${TEMPLATE} } }`;
const RESET = `mutation ($account: ID!, $name: TemplateName!) { resetEmailTemplate(account: $account, name: $name) { ${TEMPLATE} } }`;
const MAIL = `from { name address } subject html text`;
const PREVIEW = `query ($account: ID!, $name: TemplateName!, $input: EmailTemplateInput) {
  previewEmailTemplate(account: $account, name: $name, input: $input) { today { ${MAIL} } afterFromAddress { ${MAIL} } afterEmailTemplate { ${MAIL} } } }`;
const EVENTS = `query ($account: ID!) { events(first: 5, account: $account, types: [EMAIL_TEMPLATE_CHANGED]) { edges { node { actor data } } } }`;

interface Template {
  readonly name: string;
  readonly customised: boolean;
  readonly from: string | null;
  readonly subject: string;
  readonly body: string;
  readonly resultUrl: string | null;
  readonly linkLifetimeSeconds: number;
  readonly enabled: boolean;
  readonly updatedAt: string | null;
  readonly wordsInUse: boolean;
  readonly senderInUse: string;
}
type Preview = Record<'today' | 'afterFromAddress' | 'afterEmailTemplate', ComposedMail>;

const PLATFORM = 'Example Platform <no-reply@mail.platform.example>';
const OWN = {
  from: 'Shop <shop@acme.example>',
  subject: 'Hi {{ user.name }}',
  body: '<p>Welcome, {{ user.name }}!</p><a href="{{ url }}">In</a>',
};

let service: TestService;
let acme: Customer;

beforeAll(async () => {
  service = await startService('2016-06-15T09:00:00.000Z');
  acme = await createCustomer(service, 'acme', new Date('2015-01-01'));
});

const set = async (input: object, name: TemplateName = 'WELCOME', client: GraphqlClient = acme.administrator) =>
  (await client.request<{ setEmailTemplate: Template }, object>(SET, { account: 'acme', name, input })).setEmailTemplate;
const reset = async (name: TemplateName = 'WELCOME') =>
  (await acme.administrator.request<{ resetEmailTemplate: Template }, object>(RESET, { account: 'acme', name })).resetEmailTemplate;
const list = async () =>
  (await acme.administrator.request<{ emailTemplates: Template[] }, object>(LIST, { account: 'acme' })).emailTemplates;
const preview = async (name: TemplateName, input?: object) =>
  (await acme.administrator.request<{ previewEmailTemplate: Preview }, object>(PREVIEW, { account: 'acme', name, input }))
    .previewEmailTemplate;
const events = async () =>
  (
    await acme.administrator.request<{ events: { edges: { node: { actor: string; data: Record<string, unknown> } }[] } }, object>(EVENTS, {
      account: 'acme',
    })
  ).events.edges;
/** What the mail to a user would be, without the previews. */
const compose = async (userName: string, name: TemplateName = 'WELCOME', url: string | null = 'https://login.example.com/?a=1&b=2') => {
  const [row] = await service.db.query<{ number: number }>(`select number from account where id = 'acme'`);
  const user = { name: userName, email: 'ada@people.example' };
  const settings = await service.house.emailSettings.accessOf(row!.number);
  return service.house.templates.compose(
    row!.number,
    name,
    { name: user.name, address: user.email },
    { user, application: { name: 'Shop & Co' }, url },
    settings,
  );
};

describe('the mails of an account', () => {
  test('are the platform’s six until it changes one', async () => {
    const templates = await list();
    expect(templates.map(({ name }) => name)).toEqual([
      'VERIFICATION',
      'WELCOME',
      'PASSWORD_CHANGE',
      'BLOCKED_ACCOUNT',
      'BREACH_ALERT',
      'ENROLMENT',
    ]);
    for (const template of templates) {
      expect(template).toMatchObject({
        customised: false,
        from: null,
        enabled: true,
        updatedAt: null,
        wordsInUse: true,
        senderInUse: PLATFORM,
      });
      const { today } = await preview(template.name as TemplateName);
      expect(today.from).toEqual({ name: 'Example Platform', address: 'no-reply@mail.platform.example' });
      expect(today.html).not.toMatch(/\{\{|\{%/);
      for (const part of [today.html, today.text]) {
        expect(part).toContain('Example Platform');
        expect(part).toContain('Example App');
      }
      expect(today.text).toContain('<https://login.example.com/sample-link?ticket=0123456789abcdef>');
      expect(today.text).not.toContain('style');
    }
  });

  test('are changed field by field, told of in the log without whole bodies, and given back', async () => {
    const set1 = await set(OWN);
    expect(set1).toMatchObject({
      ...OWN,
      customised: true,
      wordsInUse: true,
      senderInUse: OWN.from,
      updatedAt: '2016-06-15T09:00:00.000Z',
    });
    expect(await set({ linkLifetimeSeconds: 3_600, resultUrl: 'https://acme.example/in' })).toMatchObject({
      ...OWN,
      linkLifetimeSeconds: 3_600,
      resultUrl: 'https://acme.example/in',
    });
    expect(await set({ from: null, resultUrl: null, subject: null })).toMatchObject({ from: null, resultUrl: null, subject: OWN.subject });
    expect((await list()).filter(({ customised }) => customised).map(({ name }) => name)).toEqual(['WELCOME']);

    const [last] = await events();
    expect(last!.node).toMatchObject({
      actor: 'admin@acme.example',
      data: { template: 'WELCOME', before: { from: OWN.from, linkLifetimeSeconds: 3_600 }, after: { from: null, subject: OWN.subject } },
    });
    expect(JSON.stringify(last!.node.data)).not.toContain('Welcome, ');
    expect(last!.node.data).toMatchObject({
      after: { body: { characters: OWN.body.length, sha256: expect.stringMatching(/^[\da-f]{64}$/) } },
    });

    expect(await reset()).toMatchObject({ customised: false, from: null, linkLifetimeSeconds: 432_000 });
    const told = (await events()).length;
    await reset();
    expect((await events()).length).toBe(told);
  });

  test('the same change again writes nothing, and of changes at once none is lost', async () => {
    await set(OWN);
    const before = await census(service.db);
    await set(OWN);
    expect(await census(service.db)).toEqual(before);
    await reset();
    await Promise.all([set({ linkLifetimeSeconds: 120 }), set({ enabled: false }), set({ resultUrl: 'https://acme.example/x' })]);
    expect((await list())[1]).toMatchObject({ linkLifetimeSeconds: 120, enabled: false, resultUrl: 'https://acme.example/x' });
    await reset();
  });

  test('may be changed by a partner with the scope, and looked at by one without', async () => {
    const without = graphqlClient(service.url, await partnerToken(service, 'acme', ['migrations:read']));
    const allowed = graphqlClient(service.url, await partnerToken(service, 'acme', ['email:write']));
    expect((await refusalOf(set(OWN, 'WELCOME', without), 'FORBIDDEN')).message).toContain('email:write');
    await without.request(PREVIEW, { account: 'acme', name: 'WELCOME' });
    expect(await set(OWN, 'WELCOME', allowed)).toMatchObject(OWN);
    await reset();
  });

  const refused: [Record<string, unknown>, string][] = [
    [{ from: 'Shop <shop@acme.example>\r\nBcc: all@acme.example' }, 'INVALID_EMAIL'],
    [{ from: 'a@acme.example, b@acme.example' }, 'INVALID_EMAIL'],
    [{ from: '{{ user.email }}' }, 'INVALID_EMAIL'],
    [{ subject: '  ' }, 'INVALID_INPUT'],
    [{ subject: 'x'.repeat(501) }, 'INVALID_INPUT'],
    [{ body: 'x'.repeat(100_001) }, 'INVALID_INPUT'],
    [{ linkLifetimeSeconds: 59 }, 'INVALID_INPUT'],
    [{ linkLifetimeSeconds: 432_001 }, 'INVALID_INPUT'],
    [{ resultUrl: 'http://acme.example/' }, 'INVALID_INPUT'],
    [{ resultUrl: 'javascript:alert(1)' }, 'INVALID_INPUT'],
    [{ resultUrl: 'https://user:secret@acme.example/' }, 'INVALID_INPUT'],
    [{ resultUrl: 'https://acme.example/\r\nLocation: x' }, 'INVALID_INPUT'],
    [{ resultUrl: `https://acme.example/${'x'.repeat(2_000)}` }, 'INVALID_INPUT'],
    [{ subject: '{{ user.name' }, 'INVALID_TEMPLATE'],
    [{ subject: '{{ "" }}' }, 'INVALID_TEMPLATE'],
    [{ body: '{% render "package.json" %}' }, 'INVALID_TEMPLATE'],
    [{ body: '{% include "../../package.json" %}' }, 'INVALID_TEMPLATE'],
    [{ body: '{{ user.constructor.constructor }}' }, 'INVALID_TEMPLATE'],
    [{ body: '{% for i in (1..999999999) %}x{% endfor %}' }, 'INVALID_TEMPLATE'],
    [{ body: '{{ user.name | raw }}' }, 'INVALID_TEMPLATE'],
  ];
  const named = refused.map(([input, code]): [string, (typeof refused)[0][0], string] => [JSON.stringify(input).slice(0, 80), input, code]);
  test.each(named)('are not changed by %s', async (_name, input, code) => {
    const before = await census(service.db);
    const refusal = await refusalOf(set(input), code);
    expect(refusal.extensions).toMatchObject({ details: { field: Object.keys(input)[0] } });
    expect((await refusalOf(preview('WELCOME', input), code)).message).toBe(refusal.message);
    expect(await census(service.db)).toEqual(before);
  });

  test('http is taken for the machine at hand', async () => {
    expect(await set({ resultUrl: 'http://localhost:3000/in' })).toMatchObject({ resultUrl: 'http://localhost:3000/in' });
    await reset();
  });

  test('say where they are wrong, all at once', async () => {
    const body = '<h1>Hi</h1>\n<p>{{ user.fullname }}</p>\n{% if url == "" %}{{ nothing }}{% endif %}';
    const refusal = await refusalOf(set({ body }), 'INVALID_TEMPLATE');
    expect(refusal.message).toMatch(
      /The body is wrong at line 2, column 7: there is no variable "user\.fullname"; use user\.name, .* There is 1 more problem\./,
    );
    expect(refusal.extensions.details).toMatchObject({
      field: 'body',
      line: 2,
      column: 7,
      problems: [
        { line: 2, column: 7 },
        { line: 3, column: 22 },
      ],
    });
  });
});

describe('a mail', () => {
  test('holds names as text, whatever they are', async () => {
    await set({ ...OWN, subject: '{{ user.name }} & {{ application.name }}' });
    const mail = await compose('<script>alert(1)</script>"\r\nBcc: all@acme.example, "Eve" <eve@evil.example>');
    expect(mail.html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&#34;');
    expect(mail.html).not.toContain('<script');
    expect(mail.html).toContain('<a href="https://login.example.com/?a=1&amp;b=2">');
    expect(mail.subject).toBe('<script>alert(1)</script>" Bcc: all@acme.example, "Eve" <eve@evil.example> & Shop & Co');
    expect(mail.subject).not.toMatch(/[\r\n]/);
    expect(mail.to.name).not.toMatch(/[\r\n]/);
    expect(mail.to.address).toBe('ada@people.example');
    expect(mail.text).toContain('In <https://login.example.com/?a=1&b=2>');
    await reset();
  });

  test('without a link shows none', async () => {
    for (const name of ['VERIFICATION', 'WELCOME'] as const) expect((await compose('Ada', name, null)).html).not.toContain('href');
  });

  test('fits one line and a size that providers take, whatever it is filled with', async () => {
    await set({
      subject: '{% for i in (1..100) %}{{ user.name }}\n{% endfor %}',
      body: '{% for i in (1..1000) %}{{ user.name }}{% endfor %}',
    });
    expect((await compose('Ada')).subject.length).toBeLessThanOrEqual(250);
    await expect(compose('x'.repeat(1_000))).rejects.toMatchObject({ code: 'INVALID_TEMPLATE', details: { field: 'body' } });
    await reset();
  });

  test('says how long its link lives, and whether it is wanted at all', async () => {
    await set({
      linkLifetimeSeconds: 7_200,
      body: '{{ link_lifetime }} or {{ link_lifetime_hours }}',
      enabled: false,
      resultUrl: 'https://acme.example/in',
    });
    expect(await compose('Ada')).toMatchObject({ html: '2 hours or 2', enabled: false });
    const [row] = await service.db.query<{ number: number }>(`select number from account where id = 'acme'`);
    expect(await service.house.templates.linkSettings(row!.number, 'WELCOME')).toEqual({
      lifetimeSeconds: 7_200,
      resultUrl: 'https://acme.example/in',
      enabled: false,
    });
    await reset();
  });
});

test('a preview shows changes that are not kept, and all mails are shown to who weighs a migration', async () => {
  const before = await census(service.db);
  const shown = await preview('WELCOME', OWN);
  expect(shown.today).toMatchObject({ from: { name: 'Shop', address: 'shop@acme.example' }, subject: 'Hi Ada Example' });
  expect(shown.afterFromAddress).toMatchObject({
    from: { name: 'Example Platform', address: 'no-reply@mail.platform.example' },
    subject: 'Hi Ada Example',
  });
  expect(shown.afterEmailTemplate).toMatchObject({ subject: 'Welcome to Example App' });
  expect(await service.house.templates.previewAll(SYSTEM, 'acme')).toHaveLength(6);
  expect(await census(service.db)).toEqual(before);
});

describe('many previews at once', () => {
  // Some ten milliseconds: no fault, and much for a process that has others to answer.
  const slow = { body: '{% for i in (1..3000) %}{% assign x = i | times: 3 | plus: 1 %}{% endfor %}<p>Hi</p>' };
  const twenty = Array.from({ length: 20 }, (_, n) => `p${n}: previewEmailTemplate(account: "acme", name: WELCOME, input: $input)`);
  const QUERY = `query ($input: EmailTemplateInput) { ${twenty.map((field) => `${field} { today { subject } }`).join(' ')} }`;
  const ask = () => acme.administrator.request<object, object>(QUERY, { input: slow });

  test('let other requests in between any two', async () => {
    const begun = workedMs();
    let pending = true;
    const asked = ask().finally(() => (pending = false));
    let longest = 0;
    while (pending) {
      const sent = workedMs();
      await service.anonymous.request('{ __typename }', {});
      longest = Math.max(longest, workedMs() - sent);
    }
    await asked;
    expect(longest).toBeLessThan((workedMs() - begun) / 8);
  });

  test('are refused to an account that asks for ever more, and to no other', async () => {
    const other = await createCustomer(service, 'other', new Date('2015-01-01'));
    await Promise.all([ask(), ask()]);
    const many = Promise.allSettled([ask(), ask(), ask()]);
    await other.administrator.request(PREVIEW, { account: 'other', name: 'WELCOME' });
    const refused = (await many).flatMap((outcome) => (outcome.status === 'rejected' ? [(outcome.reason as { code: string }).code] : []));
    expect([...new Set(refused)]).toEqual(['RATE_LIMITED']);
    // An answer is refused with its first field; the others go on.
    await expect.poll(() => ask().then(() => 'shown', String)).toBe('shown');
  });
});

test('no caller met a defect', () => expect(service.defects).toEqual([]));
