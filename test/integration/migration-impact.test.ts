import { beforeAll, describe, expect, test } from 'vitest';
import type { Change, MailBothWays, Todo } from '../../src/gates/impact.rules.ts';
import { announceGate, call, CONNECTION, createCustomer, type Customer, OPERATOR, optIn, partnerToken } from '../support/platform.ts';
import { refusalOf, startService, type TestService } from '../support/service.ts';

const SECRET = 'correct horse battery';
const LONG_AGO = new Date('2015-01-01');

let service: TestService;
beforeAll(async () => {
  service = await startService('2016-06-15T09:00:00.000Z');
  for (const key of ['idp-access-tokens', 'password-reset-link', 'email-from-address', 'email-template'])
    await announceGate(service, key, '2016-06-10', '2016-08-10');
});

interface Impact {
  readonly gate: string | null;
  readonly summary: string;
  readonly changes: readonly Change[];
  readonly mails: readonly MailBothWays[];
  readonly clients: readonly { client: string; uses: number; lastUsedAt: string }[];
  readonly todo: readonly Todo[];
  readonly lastUsedAt: string | null;
  readonly usesLast30Days: number;
}

const IMPACT = `query ($account: ID!, $migration: ID!) { migrationImpact(account: $account, migration: $migration) {
  gate summary changes { title before after } clients { client uses lastUsedAt } todo { id text done blocking } lastUsedAt usesLast30Days
  mails { template enabled before { from subject html text } after { from subject html text } } } }`;
const OPT_IN = `mutation ($account: ID!, $migration: ID!, $acknowledge: Boolean! = false) {
  optIn(account: $account, migration: $migration, acknowledge: $acknowledge) { state { reason } } }`;

async function impactOf({ administrator, account }: Customer, migration: string): Promise<Impact> {
  return (await administrator.request<{ migrationImpact: Impact }, unknown>(IMPACT, { account, migration })).migrationImpact;
}

const tryOptIn = ({ administrator, account }: Customer, migration: string, acknowledge?: boolean) =>
  administrator.request(OPT_IN, { account, migration, acknowledge });

const optInEvents = async (account: string) =>
  (
    await service.db.query<{ data: Record<string, unknown> }>(
      `select e.data from event e join account a on a.number = e.account_number where a.id = $1 and e.type = 'OPTED_IN' order by e.id`,
      [account],
    )
  ).map(({ data }) => data);

describe('identity provider tokens', () => {
  test('name who got one the old way, hold the opt-in until it is acknowledged, and let go a week later', async () => {
    const customer = await createCustomer(service, 'tokens', LONG_AGO);
    const clean = await impactOf(customer, 'idp-access-tokens');
    expect(clean).toMatchObject({ gate: 'IDP_TOKENS', clients: [], mails: [], lastUsedAt: null, usesLast30Days: 0 });
    expect(clean.summary).toContain('nothing should break');
    expect(clean.todo).toMatchObject([{ id: 'stop-reading-access-tokens', done: true, blocking: true }]);
    expect(clean.changes.length).toBeGreaterThan(0);

    const { id } = await service.house.users.createUser(OPERATOR, 'tokens', {
      email: 'greta@example.com',
      connection: CONNECTION,
      identities: [{ provider: 'google-oauth2', userId: 'greta', accessToken: 'ya29.secret' }],
    });
    const reader = await partnerToken(service, 'tokens', ['read:users']);
    for (let i = 0; i < 3; i++)
      expect((await call(service.url, `/api/v2/users/${encodeURIComponent(id)}`, { token: reader })).status).toBe(200);

    const used = await impactOf(customer, 'idp-access-tokens');
    expect(used).toMatchObject({
      clients: [{ client: 'Partner Co', uses: 3, lastUsedAt: '2016-06-15T09:00:00.000Z' }],
      lastUsedAt: '2016-06-15T09:00:00.000Z',
      usesLast30Days: 3,
    });
    expect(used.summary).toContain('"Partner Co" (3 times)');
    expect(used.todo).toMatchObject([{ id: 'stop-reading-access-tokens', done: false, blocking: true }]);
    expect(JSON.stringify(used)).not.toContain('ya29');

    const refused = await refusalOf(tryOptIn(customer, 'idp-access-tokens'), 'NOT_ACKNOWLEDGED');
    expect(refused.message).toContain('"Partner Co" (3 times)');
    expect(refused.message).toContain('acknowledge: true');
    expect(refused.extensions).toMatchObject({
      details: {
        account: 'tokens',
        blockers: [{ id: 'stop-reading-access-tokens', text: expect.stringContaining('read:user_idp_tokens') }],
      },
    });
    await refusalOf(service.operator.request(OPT_IN, { account: 'tokens', migration: 'idp-access-tokens' }), 'NOT_ACKNOWLEDGED');
    expect(await optInEvents('tokens')).toEqual([]);

    await service.setClock('2016-06-22T09:00:00.000Z');
    expect((await impactOf(customer, 'idp-access-tokens')).todo).toMatchObject([{ done: false }]);
    await service.setClock('2016-06-22T09:00:00.001Z');
    expect(await impactOf(customer, 'idp-access-tokens')).toMatchObject({ todo: [{ done: true }], usesLast30Days: 3 });
    await tryOptIn(customer, 'idp-access-tokens');
    expect(await optInEvents('tokens')).toEqual([{ before: 'PENDING', after: 'OPTED_IN', again: false }]);
    expect((await impactOf(customer, 'idp-access-tokens')).summary).toContain('on for this account already');
    await service.setClock('2016-06-15T09:00:00.000Z');
  });
});

describe('password reset', () => {
  test('names the applications that still send a password, and the log what was acknowledged', async () => {
    const customer = await createCustomer(service, 'reset', LONG_AGO);
    const json = { client_id: customer.clientId, email: 'somebody@example.com', connection: CONNECTION };
    expect((await call(service.url, '/dbconnections/change_password', { json })).status).toBe(200);
    expect(await impactOf(customer, 'password-reset-link')).toMatchObject({ clients: [], todo: [{ done: true }] });
    expect((await call(service.url, '/dbconnections/change_password', { json: { ...json, password: SECRET } })).status).toBe(200);

    const used = await impactOf(customer, 'password-reset-link');
    expect(used).toMatchObject({
      gate: 'PASSWORD_RESET',
      clients: [{ client: customer.clientId, uses: 1 }],
      todo: [{ id: 'stop-sending-passwords', done: false, blocking: true }],
    });
    expect(used.summary).toContain(`"${customer.clientId}" (once)`);
    await refusalOf(tryOptIn(customer, 'password-reset-link', false), 'NOT_ACKNOWLEDGED');
    await tryOptIn(customer, 'password-reset-link', true);
    await tryOptIn(customer, 'password-reset-link');
    expect(await optInEvents('reset')).toEqual([
      { before: 'PENDING', after: 'OPTED_IN', again: false, acknowledged: ['stop-sending-passwords'] },
    ]);
  });
});

describe('mail of the built-in provider', () => {
  test('changes nothing where an account has the platform’s mail', async () => {
    const customer = await createCustomer(service, 'plain', LONG_AGO);
    for (const migration of ['email-from-address', 'email-template']) {
      expect(await impactOf(customer, migration)).toMatchObject({
        summary: expect.stringContaining('Nothing changes'),
        changes: [],
        mails: [],
        todo: [],
      });
      await tryOptIn(customer, migration);
    }
  });

  test('is shown both ways where a sender or words of the account’s own would go', async () => {
    const customer = await createCustomer(service, 'custom', LONG_AGO);
    const { templates } = service.house;
    const body = '<p>Hej {{ user.name }}, this is ours.</p>';
    await templates.setEmailTemplate(OPERATOR, 'custom', 'WELCOME', { from: 'Custom <hello@custom.example>' });
    await templates.setEmailTemplate(OPERATOR, 'custom', 'BREACH_ALERT', { subject: 'Ours', body });

    const sender = await impactOf(customer, 'email-from-address');
    expect(sender.mails.map(({ template }) => template)).toEqual(['WELCOME']);
    expect(sender.mails[0]!.before.from).toBe('Custom <hello@custom.example>');
    expect(sender.mails[0]!.after).toEqual({ ...sender.mails[0]!.before, from: expect.stringContaining('no-reply@mail.platform.example') });
    expect(sender.changes).toEqual([
      { title: 'Sender of welcome mails', before: 'Custom <hello@custom.example>', after: sender.mails[0]!.after.from },
    ]);
    expect(sender.summary).toContain('1 of 6 mails');
    expect(sender.todo).toMatchObject([{ id: 'connect-a-provider', done: false, blocking: true }]);

    const words = await impactOf(customer, 'email-template');
    expect(words.mails.map(({ template }) => template)).toEqual(['WELCOME', 'BREACH_ALERT']);
    expect(words.mails[1]!.before).toMatchObject({ subject: 'Ours', html: expect.stringContaining('this is ours') });
    expect(words.mails[1]!.after.html).not.toContain('this is ours');
    expect(words.changes.map(({ title }) => title)).toEqual([
      'Sender of welcome mails',
      'Subject of breach alert mails',
      'Text of breach alert mails',
    ]);
    for (const migration of ['email-from-address', 'email-template']) await refusalOf(tryOptIn(customer, migration), 'NOT_ACKNOWLEDGED');

    await service.house.emailSettings.setProvider(OPERATOR, 'custom', { provider: 'SENDGRID', apiKey: 'SG.key-of-a-test' });
    for (const migration of ['email-from-address', 'email-template']) {
      // These migrations are announced for all accounts here; with an own provider they still touch nothing.
      const { summary, mails, todo } = await impactOf(customer, migration);
      expect(summary).toContain('its own provider');
      expect(mails).toEqual([]);
      expect(todo).toMatchObject([{ id: 'connect-a-provider', done: true }]);
      await tryOptIn(customer, migration);
    }
  });

  test('does not block where the mail concerned is switched off, or the other gate has changed it already', async () => {
    const customer = await createCustomer(service, 'off', LONG_AGO);
    const { templates } = service.house;
    await templates.setEmailTemplate(OPERATOR, 'off', 'WELCOME', { from: 'hello@off.example', enabled: false });
    expect(await impactOf(customer, 'email-from-address')).toMatchObject({ mails: [{ enabled: false }], todo: [] });
    await templates.setEmailTemplate(OPERATOR, 'off', 'WELCOME', { enabled: true });
    await optIn(customer, 'email-template');
    expect(await impactOf(customer, 'email-from-address')).toMatchObject({ mails: [], todo: [] });
    await tryOptIn(customer, 'email-from-address');
  });
});

test('a template that no longer renders is a blocker, and no trap', async () => {
  const customer = await createCustomer(service, 'broken', LONG_AGO);
  await service.house.templates.setEmailTemplate(OPERATOR, 'broken', 'WELCOME', { subject: 'Ours' });
  await service.db.query(
    `update email_template set subject = '{% if %}' from account a where a.number = account_number and a.id = 'broken'`,
  );
  await refusalOf(impactOf(customer, 'email-template'), 'INVALID_TEMPLATE');
  const refused = await refusalOf(tryOptIn(customer, 'email-template'), 'NOT_ACKNOWLEDGED');
  expect(refused.extensions).toMatchObject({ details: { blockers: [{ id: 'correct-the-template' }] } });
  await tryOptIn(customer, 'email-template', true);
  expect(await optInEvents('broken')).toMatchObject([{ acknowledged: ['correct-the-template'] }]);
});

describe('any other migration', () => {
  beforeAll(async () => {
    await announceGate(service, 'tls', '2016-06-10', '2016-08-10');
    const description = 'TLS 1.0 is\nswitched off.\n\nUpdate your clients.';
    await service.house.migrations.editMigration(OPERATOR, 'tls', { description });
  });

  test('has the beginning of its description, and blocks nobody', async () => {
    const customer = await createCustomer(service, 'other', LONG_AGO);
    expect(await impactOf(customer, 'tls')).toEqual({
      gate: null,
      summary: 'TLS 1.0 is switched off.',
      changes: [],
      mails: [],
      clients: [],
      todo: [],
      lastUsedAt: null,
      usesLast30Days: 0,
    });
    await tryOptIn(customer, 'tls');
  });

  test('costs an opt-in no look at blockers', async () => {
    const { rollouts } = service.house;
    await createCustomer(service, 'hot', LONG_AGO);
    const asked: string[] = [];
    const query = service.db.queryPrepared.bind(service.db);
    service.db.queryPrepared = (name, text, values) => {
      asked.push(name);
      return query(name, text, values);
    };
    try {
      await rollouts.optIn(OPERATOR, 'hot', 'tls');
    } finally {
      service.db.queryPrepared = query;
    }
    expect(asked).toEqual(['opt-in OPERATOR ALL']);
  });
});

test('refusals come before blockers, so that they tell nothing', async () => {
  const customer = await createCustomer(service, 'mine', LONG_AGO);
  await createCustomer(service, 'foreign', LONG_AGO);
  const { accountNumber } = await service.house.rollouts.state(OPERATOR, 'foreign', 'idp-access-tokens');
  service.house.gates.recordUse('IDP_TOKENS', accountNumber, 'secret client');
  const foreign = { ...customer, account: 'foreign' };
  await refusalOf(tryOptIn(foreign, 'idp-access-tokens'), 'NOT_FOUND');
  await refusalOf(impactOf(foreign, 'idp-access-tokens'), 'NOT_FOUND');
  await createCustomer(service, 'young', new Date('2016-06-12'));
  await refusalOf(service.operator.request(OPT_IN, { account: 'young', migration: 'idp-access-tokens' }), 'ALREADY_ENABLED');
});
