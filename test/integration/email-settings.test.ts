import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { importAccounts } from '../../src/accounts/import/import-accounts.ts';
import type { Actor } from '../../src/auth/actor.ts';
import { SecretBox } from '../../src/secrets/secret-box.ts';
import { dumpOf } from '../support/dump.ts';
import { type ApiError, type GraphqlClient } from '../support/graphql-client.ts';
import { refusalOf, startService, type TestService } from '../support/service.ts';

const OPERATOR: Actor = { role: 'OPERATOR', subject: 'setup', administratorId: null, tokenId: null, scopes: [] };
const FIELDS = `account provider enabled defaultFrom updatedAt
  ses { accessKeyId region configurationSet secretAccessKey { isSet hint } }
  mandrill { viewContentLink apiKey { isSet hint } }
  sendGrid { apiKey { isSet hint } }
  smtp { host port user headers { name value } password { isSet hint } }`;
/** Each provider whole, with the secret that must never come out again. */
const SES = {
  field: 'setSesEmail',
  input: {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    region: 'eu-central-1',
    configurationSet: 'mails',
  },
};
const MANDRILL = { field: 'setMandrillEmail', input: { apiKey: 'md-0123456789abcdefghij', viewContentLink: true } };
const SENDGRID = { field: 'setSendGridEmail', input: { apiKey: 'SG.abcdefghijklmnopqrstuv.0123456789012345678901234567890123456789xyz' } };
const SMTP = {
  field: 'setSmtpEmail',
  input: {
    host: '93.184.215.14',
    port: 587,
    user: 'shop',
    password: 'correct horse battery',
    headers: [{ name: 'X-Tag', value: 'shop mail' }],
  },
};
const SECRETS = [SES.input.secretAccessKey, MANDRILL.input.apiKey, SENDGRID.input.apiKey, SMTP.input.password];

interface Settings extends Record<string, unknown> {
  provider: string;
}

let service: TestService;
let administrator: GraphqlClient;
let answers = '';

beforeAll(async () => {
  service = await startService('2016-04-01T09:00:00.000Z');
});

let count = 0;
/** A new account with an administrator. */
async function newAccount(): Promise<string> {
  const { accounts } = service.house;
  const id = `shop-${(count += 1)}`;
  await accounts.createAccount(OPERATOR, { id, name: id, platform: 'CLOUD', createdAt: new Date('2015-01-01') });
  const { id: administratorId } = await accounts.createAdministrator(OPERATOR, {
    email: `anna@${id}.example`,
    name: 'Anna',
    accounts: [id],
  });
  administrator = await service.clientOf({ role: 'ADMINISTRATOR', subject: `anna@${id}.example`, administratorId });
  return id;
}

/** Sets a provider; keeps every answer and refusal to be searched for secrets. */
async function set(account: string, field: string, input: Record<string, unknown>, client = administrator): Promise<Settings> {
  const type = `${field.slice(3, -5)}EmailInput`;
  const document = `mutation ($account: ID!, $input: ${type}!) { ${field}(account: $account, input: $input) { ${FIELDS} } }`;
  const asked = client.request<Record<string, Settings>, unknown>(document, { account, input });
  const noted = asked.catch((error: ApiError) => {
    answers += JSON.stringify([error.message, error.extensions]);
    throw error;
  });
  const answer = await noted;
  answers += JSON.stringify(answer);
  return answer[field]!;
}

async function settings(account: string, client = administrator): Promise<Settings> {
  const answer = await client.request<{ emailSettings: Settings }, unknown>(
    `query ($account: ID!) { emailSettings(account: $account) { ${FIELDS} } }`,
    {
      account,
    },
  );
  answers += JSON.stringify(answer);
  return answer.emailSettings;
}

let lines = 0;
async function importLine(fields: Record<string, unknown>): Promise<void> {
  const { db, wake, clock, config } = service.house;
  const file = join(config.DATA_DIR, `accounts-${(lines += 1)}.ndjson`);
  await writeFile(file, `${JSON.stringify(fields)}\n`);
  const { rejected } = await importAccounts(db, wake, clock, OPERATOR, { file });
  expect(rejected).toBe(0);
}

async function eventsOf(account: string): Promise<{ type: string; data: Record<string, unknown> }[]> {
  return service.db.query(
    `select e.type, e.data from event e join account a on a.number = e.account_number where a.id = $1 and e.type <> 'ACCOUNT_CREATED'
        and e.type not like 'ADMINISTRATION%' order by e.id`,
    [account],
  );
}

async function numberOf(account: string): Promise<number> {
  return (await service.house.accounts.account(OPERATOR, account)).number;
}

describe('each provider', () => {
  test('nothing set: the built-in one sends', async () => {
    const account = await newAccount();
    expect(await settings(account)).toEqual({
      account,
      provider: 'BUILT_IN',
      enabled: true,
      defaultFrom: null,
      updatedAt: null,
      ses: null,
      mandrill: null,
      sendGrid: null,
      smtp: null,
    });
    expect(await service.house.emailSettings.accessOf(await numberOf(account))).toEqual({
      provider: 'BUILT_IN',
      version: 0,
      enabled: true,
      defaultFrom: null,
      access: null,
    });
  });

  test('is set and shown without its secret, and opened for whoever sends', async () => {
    const account = await newAccount();
    const number = await numberOf(account);
    const { emailSettings } = service.house;

    expect(await set(account, SES.field, { ...SES.input, defaultFrom: 'Shop <shop@example.com>' })).toMatchObject({
      provider: 'SES',
      enabled: true,
      defaultFrom: 'Shop <shop@example.com>',
      ses: {
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        region: 'eu-central-1',
        configurationSet: 'mails',
        secretAccessKey: { isSet: true, hint: 'EKEY' },
      },
      smtp: null,
    });
    expect(await emailSettings.accessOf(number)).toMatchObject({ version: 1, access: { provider: 'SES', ...SES.input } });

    expect(await set(account, MANDRILL.field, MANDRILL.input)).toMatchObject({
      provider: 'MANDRILL',
      defaultFrom: 'Shop <shop@example.com>',
      ses: null,
      mandrill: { viewContentLink: true, apiKey: { isSet: true, hint: 'ghij' } },
    });
    expect(await emailSettings.accessOf(number)).toMatchObject({ version: 2, access: { provider: 'MANDRILL', ...MANDRILL.input } });

    expect(await set(account, SENDGRID.field, SENDGRID.input)).toMatchObject({
      provider: 'SENDGRID',
      sendGrid: { apiKey: { isSet: true, hint: '9xyz' } },
    });
    expect((await emailSettings.accessOf(number)).access).toEqual({ provider: 'SENDGRID', ...SENDGRID.input });

    expect(await set(account, SMTP.field, SMTP.input)).toMatchObject({
      provider: 'SMTP',
      smtp: { host: '93.184.215.14', port: 587, user: 'shop', headers: SMTP.input.headers, password: { isSet: true, hint: 'tery' } },
    });
    expect((await emailSettings.accessOf(number)).access).toEqual({ provider: 'SMTP', ...SMTP.input, headers: { 'X-Tag': 'shop mail' } });

    expect(await set(account, 'setBuiltInEmail', { defaultFrom: null })).toMatchObject({
      provider: 'BUILT_IN',
      defaultFrom: null,
      smtp: null,
    });
    expect((await emailSettings.accessOf(number)).access).toBeNull();
    const [row] = await service.db.query('select secrets, hints, options from email_settings where account_number = $1', [number]);
    expect(row).toEqual({ secrets: {}, hints: {}, options: {} });
  });

  test('a short secret shows nothing of itself', async () => {
    const account = await newAccount();
    expect(await set(account, SMTP.field, { ...SMTP.input, password: 'fifteen letters' })).toMatchObject({
      smtp: { password: { isSet: true, hint: null } },
    });
  });

  test('a server without a login has no password', async () => {
    const account = await newAccount();
    const { host, port } = SMTP.input;
    expect(await set(account, SMTP.field, { host, port })).toMatchObject({ smtp: { user: null, password: { isSet: false, hint: null } } });
    expect((await service.house.emailSettings.accessOf(await numberOf(account))).access).toMatchObject({ user: null, password: null });
    await refusalOf(set(account, SMTP.field, { password: 'without user' }), 'INVALID_INPUT');
  });

  test('can be switched off and on again with nothing but that said', async () => {
    const account = await newAccount();
    await set(account, SMTP.field, SMTP.input);
    expect(await set(account, SMTP.field, { enabled: false })).toMatchObject({ provider: 'SMTP', enabled: false, smtp: { user: 'shop' } });
    expect(await service.house.emailSettings.accessOf(await numberOf(account))).toMatchObject({ enabled: false, provider: 'SMTP' });
    expect(await service.house.accounts.account(OPERATOR, account)).toMatchObject({ usesBuiltInEmail: false });
    expect(await set(account, SMTP.field, { enabled: true })).toMatchObject({ enabled: true });
  });
});

describe('a secret left out', () => {
  test('stays, with the same provider', async () => {
    const account = await newAccount();
    const number = await numberOf(account);
    for (const { field, input } of [SES, MANDRILL, SENDGRID, SMTP]) {
      await set(account, field, input);
      const { access } = await service.house.emailSettings.accessOf(number);
      await set(account, field, { defaultFrom: `${field}@example.com` });
      expect(await service.house.emailSettings.accessOf(number)).toMatchObject({ access, defaultFrom: `${field}@example.com` });
    }
    await set(account, SES.field, SES.input);
    await set(account, SES.field, { region: 'us-east-1', configurationSet: null });
    expect((await service.house.emailSettings.accessOf(number)).access).toMatchObject({
      ...SES.input,
      region: 'us-east-1',
      configurationSet: null,
    });
  });

  test('is asked for where it would go elsewhere', async () => {
    const account = await newAccount();
    await set(account, SMTP.field, SMTP.input);
    for (const change of [{ host: '93.184.215.15' }, { port: 465 }, { user: 'someone' }]) {
      const { message } = await refusalOf(set(account, SMTP.field, change), 'SECRET_NEEDED');
      expect(message).toMatch(/another host, port or user/);
    }
    expect(await set(account, SMTP.field, { host: '93.184.215.15', password: 'a new password!!' })).toMatchObject({
      smtp: { host: '93.184.215.15' },
    });
    await set(account, SES.field, SES.input);
    await refusalOf(set(account, SES.field, { accessKeyId: 'AKIAIOSFODNN7ANOTHER' }), 'SECRET_NEEDED');
    // Having been somewhere else, it is not there any more.
    await refusalOf(set(account, SMTP.field, { host: '93.184.215.15', port: 587, user: 'shop' }), 'SECRET_NEEDED');
    for (const { field, input } of [MANDRILL, SENDGRID]) {
      await refusalOf(set(account, field, {}), 'SECRET_NEEDED');
      await set(account, field, input);
    }
  });
});

describe('what is refused', () => {
  test('line breaks in every field that reaches a header or a command', async () => {
    const account = await newAccount();
    const before = await settings(account);
    const evil = ['x\r\nBcc: victim@example.com', 'x\nBcc: a', 'x\rBcc: a', 'x\u0000y', 'x\r\n', '\r\nx', 'x\u0085y'];
    for (const text of evil) {
      const cases: [string, Record<string, unknown>][] = [
        ['setBuiltInEmail', { defaultFrom: `${text}@example.com` }],
        ['setBuiltInEmail', { defaultFrom: `${text} <shop@example.com>` }],
        ['setBuiltInEmail', { defaultFrom: `Shop <shop@example.com>${text}` }],
        [SES.field, { ...SES.input, accessKeyId: text }],
        [SES.field, { ...SES.input, secretAccessKey: text }],
        [SES.field, { ...SES.input, region: text }],
        [SES.field, { ...SES.input, configurationSet: text }],
        [MANDRILL.field, { apiKey: text }],
        [SENDGRID.field, { apiKey: text }],
        [SMTP.field, { ...SMTP.input, host: `${text}.example.com` }],
        [SMTP.field, { ...SMTP.input, user: text }],
        [SMTP.field, { ...SMTP.input, password: text }],
        [SMTP.field, { ...SMTP.input, headers: [{ name: 'X-Tag', value: text }] }],
        [SMTP.field, { ...SMTP.input, headers: [{ name: text, value: 'x' }] }],
      ];
      for (const [field, input] of cases) {
        const refusal = await set(account, field, input).catch((error: ApiError) => error.code);
        expect([field, Object.keys(input), text, refusal]).toEqual([field, Object.keys(input), text, expect.stringMatching(/^INVALID_/)]);
      }
    }
    expect(await settings(account)).toEqual(before);
  });

  test('headers that are ours to set, too many, twice', async () => {
    const account = await newAccount();
    const names = ['From', 'to', 'CC', 'Bcc', 'Subject', 'Date', 'Message-ID', 'content-type', 'Content-Transfer-Encoding', 'MIME-Version'];
    for (const name of [...names, 'DKIM-Signature', 'Sender', 'Return-Path', 'Received', 'Resent-To', '__proto__', 'X Y', 'X:', '']) {
      await refusalOf(set(account, SMTP.field, { ...SMTP.input, headers: [{ name, value: 'x' }] }), 'INVALID_INPUT');
    }
    const many = Array.from({ length: 21 }, (_, i) => ({ name: `X-${i}`, value: 'x' }));
    await refusalOf(set(account, SMTP.field, { ...SMTP.input, headers: many }), 'INVALID_INPUT');
    const twice = [
      { name: 'X-Tag', value: 'a' },
      { name: 'x-tag', value: 'b' },
    ];
    await refusalOf(set(account, SMTP.field, { ...SMTP.input, headers: twice }), 'INVALID_INPUT');
    await refusalOf(set(account, SMTP.field, { ...SMTP.input, headers: [{ name: 'X-Tag', value: 'x'.repeat(801) }] }), 'INVALID_INPUT');
    expect(await settings(account)).toMatchObject({ provider: 'BUILT_IN' });
  });

  test('what is no address, region, host or port', async () => {
    const account = await newAccount();
    for (const defaultFrom of [
      'a@b.example, c@d.example',
      'Shop',
      'Shop <a@b.example> <c@d.example>',
      '',
      `${'x'.repeat(201)} <a@b.example>`,
    ])
      await refusalOf(set(account, 'setBuiltInEmail', { defaultFrom }), 'INVALID_EMAIL');
    for (const region of ['evil.example/', 'eu-central-1.evil.example', '', 'EU-CENTRAL-1'])
      await refusalOf(set(account, SES.field, { ...SES.input, region }), 'INVALID_INPUT');
    for (const host of ['', 'user:pw@mail.example.com', 'smtp://mail.example.com', 'mail.example.com:587', 'mail example', 'a/b'])
      await refusalOf(set(account, SMTP.field, { ...SMTP.input, host }), 'INVALID_INPUT');
    for (const port of [0, -1, 65_536]) await refusalOf(set(account, SMTP.field, { ...SMTP.input, port }), 'INVALID_INPUT');
    for (const field of [SES.field, SMTP.field]) await refusalOf(set(account, field, {}), 'INVALID_INPUT');
  });

  test('servers that are not on the public internet, however they are written, and other ports', async () => {
    const account = await newAccount();
    const hosts = [
      '127.0.0.1',
      '10.0.0.1',
      '192.168.1.1',
      '172.16.0.1',
      '169.254.169.254',
      '100.64.0.1',
      '0.0.0.0',
      '::1',
      '::ffff:127.0.0.1',
    ];
    const disguised = ['::ffff:7f00:1', '::7f00:1', '64:ff9b::7f00:1', 'fe80::1', 'fc00::1', '2130706433', '0x7f.1', '127.1', '0177.0.0.1'];
    for (const host of [...hosts, ...disguised]) {
      const code = await set(account, SMTP.field, { ...SMTP.input, host }).catch((error: ApiError) => error.code);
      expect([host, code]).toEqual([host, 'HOST_FORBIDDEN']);
    }
    for (const port of [22, 80, 6379, 5432]) await refusalOf(set(account, SMTP.field, { ...SMTP.input, port }), 'HOST_FORBIDDEN');
    expect(await eventsOf(account)).toEqual([]);
  });
});

describe('who may', () => {
  test('read: whoever sees the account, but no runtime; change: not without the scope', async () => {
    const account = await newAccount();
    const foreign = administrator;
    const mine = await newAccount();
    const partner = await service.clientOf({ role: 'PARTNER', subject: 'Backup Co', accounts: [mine] });
    const writer = await service.clientOf({ role: 'PARTNER', subject: 'Mail Co', accounts: [mine], scopes: ['email:write'] });
    const runtime = await service.clientOf({ role: 'RUNTIME', subject: 'login' });
    for (const client of [administrator, partner, writer, service.operator])
      expect(await settings(mine, client)).toMatchObject({ account: mine });
    await refusalOf(settings(mine, runtime), 'FORBIDDEN');
    await refusalOf(settings(mine, service.anonymous), 'UNAUTHENTICATED');
    for (const client of [foreign]) await refusalOf(settings(mine, client), 'NOT_FOUND');
    await refusalOf(settings(account, writer), 'NOT_FOUND');

    for (const client of [administrator, writer, service.operator]) await set(mine, MANDRILL.field, MANDRILL.input, client);
    await refusalOf(set(mine, MANDRILL.field, MANDRILL.input, partner), 'FORBIDDEN');
    await refusalOf(set(mine, MANDRILL.field, MANDRILL.input, runtime), 'FORBIDDEN');
    await refusalOf(set(mine, MANDRILL.field, MANDRILL.input, service.anonymous), 'UNAUTHENTICATED');
    await refusalOf(set(mine, MANDRILL.field, MANDRILL.input, foreign), 'NOT_FOUND');
    await refusalOf(set(account, MANDRILL.field, MANDRILL.input, writer), 'NOT_FOUND');
  });
});

describe('the account', () => {
  test('follows: whether the built-in provider sends, and which migrations touch it, with their events', async () => {
    const account = await newAccount();
    const { migrations, accounts } = service.house;
    const affects = { builtInEmailOnly: true };
    await migrations.createMigration(OPERATOR, {
      key: 'built-in',
      title: 'a',
      severity: 'LOW',
      gracePeriodStart: '2016-03-20',
      mandatoryOptIn: '2016-06-20',
      affects,
    });
    await migrations.announceMigration(OPERATOR, 'built-in');
    await set(account, SENDGRID.field, SENDGRID.input);
    expect(await accounts.account(OPERATOR, account)).toMatchObject({ usesBuiltInEmail: false });
    await set(account, 'setBuiltInEmail', {});
    expect(await accounts.account(OPERATOR, account)).toMatchObject({ usesBuiltInEmail: true });
    const events = await eventsOf(account);
    expect(events.map(({ type }) => type)).toEqual([
      'EMAIL_SETTINGS_CHANGED',
      'ACCOUNT_EDITED',
      'ACCOUNT_UNAFFECTED',
      'EMAIL_SETTINGS_CHANGED',
      'ACCOUNT_EDITED',
      'ACCOUNT_AFFECTED',
    ]);
    expect(events[0]!.data).toEqual({
      provider: 'SENDGRID',
      before: { provider: 'BUILT_IN' },
      after: { provider: 'SENDGRID' },
      changedSecrets: ['apiKey'],
    });
  });

  test('cannot be told otherwise by an operator or an import', async () => {
    const account = await newAccount();
    const { accounts } = service.house;
    await accounts.editAccount(OPERATOR, account, { usesBuiltInEmail: false });
    await set(account, SENDGRID.field, SENDGRID.input);
    await expect(accounts.editAccount(OPERATOR, account, { usesBuiltInEmail: true })).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await accounts.editAccount(OPERATOR, account, { usesBuiltInEmail: false, plan: 'gold' })).toMatchObject({
      usesBuiltInEmail: false,
    });
    await importLine({ id: account, name: 'Renamed', platform: 'CLOUD', usesBuiltInEmail: true });
    expect(await accounts.account(OPERATOR, account)).toMatchObject({ name: 'Renamed', usesBuiltInEmail: false });
    const before = (await eventsOf(account)).length;
    await importLine({ id: account, name: 'Renamed', platform: 'CLOUD' });
    expect(await eventsOf(account)).toHaveLength(before);
  });

  test('agrees with the settings after imports and edits at the same time', async () => {
    const account = await newAccount();
    const { accounts } = service.house;
    const field = (i: number) => (i % 2 === 0 ? set(account, SENDGRID.field, SENDGRID.input) : set(account, 'setBuiltInEmail', {}));
    for (let i = 0; i < 10; i += 1) {
      const edit = accounts.editAccount(OPERATOR, account, { usesBuiltInEmail: i % 2 === 1 });
      await Promise.all([
        field(i),
        importLine({ id: account, name: `Name ${i}`, platform: 'CLOUD', usesBuiltInEmail: i % 3 === 0 }),
        edit.catch((error: unknown) => expect(error).toMatchObject({ code: 'CONFLICT' })),
      ]);
      const { provider } = await settings(account);
      expect(await accounts.account(OPERATOR, account)).toMatchObject({ usesBuiltInEmail: provider === 'BUILT_IN' });
    }
  });

  test('says what changed and no secret; the same again is no change', async () => {
    const account = await newAccount();
    await set(account, SMTP.field, SMTP.input);
    await set(account, SMTP.field, { headers: [{ name: 'X-Key', value: 'perhaps a secret' }], defaultFrom: 'shop@example.com' });
    await set(account, SMTP.field, { headers: [{ name: 'X-Key', value: 'perhaps a secret' }], enabled: true });
    const events = (await eventsOf(account)).filter(({ type }) => type === 'EMAIL_SETTINGS_CHANGED');
    expect(events).toHaveLength(2);
    expect(events[1]!.data).toEqual({
      provider: 'SMTP',
      before: { headers: ['X-Tag'], defaultFrom: null },
      after: { headers: ['X-Key'], defaultFrom: 'shop@example.com' },
      changedSecrets: [],
    });
  });

  test('keeps one of many edits at once, whole', async () => {
    const account = await newAccount();
    const number = await numberOf(account);
    const edits = Array.from({ length: 12 }, (_, i) => i).map((i) =>
      i % 2 === 0
        ? set(account, SMTP.field, { ...SMTP.input, host: `93.184.215.${100 + i}`, user: `user-${i}`, password: `password-of-user-${i}` })
        : set(account, MANDRILL.field, { apiKey: `md-key-${i}-0123456789` }),
    );
    const outcomes = await Promise.allSettled(edits);
    for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'CONFLICT' });
    const { access, version } = await service.house.emailSettings.accessOf(number);
    expect(version).toBe(outcomes.filter(({ status }) => status === 'fulfilled').length);
    if (access?.provider === 'SMTP') {
      const i = access.user!.slice('user-'.length);
      expect(access).toMatchObject({ host: `93.184.215.${100 + Number(i)}`, password: `password-of-user-${i}` });
    } else expect(access).toMatchObject({ provider: 'MANDRILL', apiKey: expect.stringMatching(/^md-key-\d+-0123456789$/) });
  });
});

describe('a secret comes out nowhere', () => {
  test('not in answers, refusals, events or failures', async () => {
    expect(answers).toContain('isSet');
    const log = JSON.stringify(await service.db.query('select * from event'));
    for (const secret of [...SECRETS, 'perhaps a secret']) {
      if (secret !== 'perhaps a secret') expect(answers).not.toContain(secret);
      expect(log).not.toContain(secret);
      expect(service.defects.join('\n')).not.toContain(secret);
    }
    expect(service.defects).toEqual([]);
  });

  test('not in a dump of the database, in any common writing; another key opens none', async () => {
    const account = await newAccount();
    const others = [];
    for (const { field, input } of [SES, MANDRILL, SENDGRID, SMTP]) {
      others.push(await newAccount());
      await set(others.at(-1)!, field, input);
    }
    const dump = await dumpOf(service.db);
    expect(dump).toContain(account);
    for (const secret of SECRETS)
      for (const written of [secret, Buffer.from(secret).toString('base64').slice(0, -4), Buffer.from(secret).toString('hex')])
        expect(dump).not.toContain(written);
    const thief = new SecretBox([{ id: 'test', key: Buffer.alloc(32, 1) }]);
    const rows = await service.db.query<{ number: number; provider: string; field: string; sealed: string }>(
      'select account_number as number, provider, e.key as field, e.value as sealed from email_settings, jsonb_each_text(secrets) e',
    );
    expect(rows.length).toBeGreaterThanOrEqual(4);
    for (const { number, provider, field, sealed } of rows)
      expect(() => thief.open(sealed, ['email_settings', number, provider, field])).toThrow(/cannot be opened/);
  });

  test('not moved to another account', async () => {
    const [from, to] = [await newAccount(), await newAccount()];
    await set(from, SENDGRID.field, SENDGRID.input, service.operator);
    await set(to, SENDGRID.field, { apiKey: 'SG.of-the-thief-0123456789' }, service.operator);
    await service.db.query(
      'update email_settings t set secrets = s.secrets from email_settings s where s.account_number = $1 and t.account_number = $2',
      [await numberOf(from), await numberOf(to)],
    );
    await expect(service.house.emailSettings.accessOf(await numberOf(to))).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' });
  });
});
