import { beforeAll, describe, expect, test } from 'vitest';
import { EmailSettingsWorld, MANDRILL, OPERATOR, OWN_PROVIDERS, SENDGRID, SES, SMTP } from '../support/email-settings-world.ts';
import { refusalOf, type TestService } from '../support/service.ts';

let world: EmailSettingsWorld;
let service: TestService;

beforeAll(async () => {
  world = await EmailSettingsWorld.start();
  ({ service } = world);
});

describe('each provider', () => {
  test('nothing set: the built-in one sends', async () => {
    const shop = await world.shop();
    expect(await world.settings(shop)).toEqual({
      account: shop.id,
      provider: 'BUILT_IN',
      enabled: true,
      defaultFrom: null,
      updatedAt: null,
      ses: null,
      mandrill: null,
      sendGrid: null,
      smtp: null,
    });
    expect(await service.house.emailSettings.accessOf(shop.number)).toEqual({
      provider: 'BUILT_IN',
      version: 0,
      enabled: true,
      defaultFrom: null,
      access: null,
    });
  });

  test('is set and shown without its secret, and opened for whoever sends', async () => {
    const shop = await world.shop();
    const { number } = shop;
    const { emailSettings } = service.house;

    expect(await world.set(shop, SES.field, { ...SES.input, defaultFrom: 'Shop <shop@example.com>' })).toMatchObject({
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

    expect(await world.set(shop, MANDRILL.field, MANDRILL.input)).toMatchObject({
      provider: 'MANDRILL',
      defaultFrom: 'Shop <shop@example.com>',
      ses: null,
      mandrill: { viewContentLink: true, apiKey: { isSet: true, hint: 'ghij' } },
    });
    expect(await emailSettings.accessOf(number)).toMatchObject({ version: 2, access: { provider: 'MANDRILL', ...MANDRILL.input } });

    expect(await world.set(shop, SENDGRID.field, SENDGRID.input)).toMatchObject({
      provider: 'SENDGRID',
      sendGrid: { apiKey: { isSet: true, hint: '9xyz' } },
    });
    expect((await emailSettings.accessOf(number)).access).toEqual({ provider: 'SENDGRID', ...SENDGRID.input });

    expect(await world.set(shop, SMTP.field, SMTP.input)).toMatchObject({
      provider: 'SMTP',
      smtp: { host: '93.184.215.14', port: 587, user: 'shop', headers: SMTP.input.headers, password: { isSet: true, hint: 'tery' } },
    });
    expect((await emailSettings.accessOf(number)).access).toEqual({ provider: 'SMTP', ...SMTP.input, headers: { 'X-Tag': 'shop mail' } });

    expect(await world.set(shop, 'setBuiltInEmail', { defaultFrom: null })).toMatchObject({
      provider: 'BUILT_IN',
      defaultFrom: null,
      smtp: null,
    });
    expect((await emailSettings.accessOf(number)).access).toBeNull();
    const [row] = await service.db.query('select secrets, hints, options from email_settings where account_number = $1', [number]);
    expect(row).toEqual({ secrets: {}, hints: {}, options: {} });
  });

  test('a short secret shows nothing of itself', async () => {
    const shop = await world.shop();
    expect(await world.set(shop, SMTP.field, { ...SMTP.input, password: 'fifteen letters' })).toMatchObject({
      smtp: { password: { isSet: true, hint: null } },
    });
  });

  test('a server without a login has no password', async () => {
    const shop = await world.shop();
    const { host, port } = SMTP.input;
    expect(await world.set(shop, SMTP.field, { host, port })).toMatchObject({
      smtp: { user: null, password: { isSet: false, hint: null } },
    });
    expect((await service.house.emailSettings.accessOf(shop.number)).access).toMatchObject({ user: null, password: null });
    await refusalOf(world.set(shop, SMTP.field, { password: 'without user' }), 'INVALID_INPUT');
  });

  test('can be switched off and on again with nothing but that said', async () => {
    const shop = await world.shop();
    await world.set(shop, SMTP.field, SMTP.input);
    expect(await world.set(shop, SMTP.field, { enabled: false })).toMatchObject({
      provider: 'SMTP',
      enabled: false,
      smtp: { user: 'shop' },
    });
    expect(await service.house.emailSettings.accessOf(shop.number)).toMatchObject({ enabled: false, provider: 'SMTP' });
    expect(await service.house.accounts.account(OPERATOR, shop.id)).toMatchObject({ usesBuiltInEmail: false });
    expect(await world.set(shop, SMTP.field, { enabled: true })).toMatchObject({ enabled: true });
  });

  test('can be switched off also when its server is gone', async () => {
    const shop = await world.shop();
    await world.set(shop, SMTP.field, SMTP.input);
    // As if DNS knew the name no longer: nothing in a test has a name that is public first and gone later.
    const gone = `update email_settings set options = jsonb_set(options, '{host}', '"gone.invalid"') where account_number = $1`;
    await service.db.query(gone, [shop.number]);
    expect(await world.set(shop, SMTP.field, { enabled: false })).toMatchObject({ enabled: false, smtp: { host: 'gone.invalid' } });
    await refusalOf(world.set(shop, SMTP.field, { host: 'other.invalid', password: 'a new password!!' }), 'INVALID_INPUT');
  });
});

describe('a secret left out', () => {
  test('stays, with the same provider', async () => {
    const shop = await world.shop();
    const { number } = shop;
    for (const { field, input } of OWN_PROVIDERS) {
      await world.set(shop, field, input);
      const { access } = await service.house.emailSettings.accessOf(number);
      await world.set(shop, field, { defaultFrom: `${field}@example.com` });
      expect(await service.house.emailSettings.accessOf(number)).toMatchObject({ access, defaultFrom: `${field}@example.com` });
    }
    await world.set(shop, SES.field, SES.input);
    await world.set(shop, SES.field, { region: 'us-east-1', configurationSet: null });
    expect((await service.house.emailSettings.accessOf(number)).access).toMatchObject({
      ...SES.input,
      region: 'us-east-1',
      configurationSet: null,
    });
  });

  test('is asked for where it would go elsewhere', async () => {
    const shop = await world.shop();
    await world.set(shop, SMTP.field, SMTP.input);
    for (const change of [{ host: '93.184.215.15' }, { port: 465 }, { user: 'someone' }]) {
      const { message } = await refusalOf(world.set(shop, SMTP.field, change), 'SECRET_NEEDED');
      expect(message).toMatch(/another host, port or user/);
    }
    expect(await world.set(shop, SMTP.field, { host: '93.184.215.15', password: 'a new password!!' })).toMatchObject({
      smtp: { host: '93.184.215.15' },
    });
    await world.set(shop, SES.field, SES.input);
    await refusalOf(world.set(shop, SES.field, { accessKeyId: 'AKIAIOSFODNN7ANOTHER' }), 'SECRET_NEEDED');
    // Having been somewhere else, it is not there any more.
    await refusalOf(world.set(shop, SMTP.field, { host: '93.184.215.15', port: 587, user: 'shop' }), 'SECRET_NEEDED');
    for (const { field, input } of [MANDRILL, SENDGRID]) {
      await refusalOf(world.set(shop, field, {}), 'SECRET_NEEDED');
      await world.set(shop, field, input);
    }
  });
});

describe('what is refused', () => {
  test('line breaks in every field that reaches a header or a command', async () => {
    const shop = await world.shop();
    const before = await world.settings(shop);
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
        const refusal = await world.codeOf(shop, field, input);
        expect([field, Object.keys(input), text, refusal]).toEqual([field, Object.keys(input), text, expect.stringMatching(/^INVALID_/)]);
      }
    }
    expect(await world.settings(shop)).toEqual(before);
  });

  test('headers that are ours to set, too many, twice', async () => {
    const shop = await world.shop();
    const names = ['From', 'to', 'CC', 'Bcc', 'Subject', 'Date', 'Message-ID', 'content-type', 'Content-Transfer-Encoding', 'MIME-Version'];
    for (const name of [...names, 'DKIM-Signature', 'Sender', 'Return-Path', 'Received', 'Resent-To', '__proto__', 'X Y', 'X:', '']) {
      await refusalOf(world.set(shop, SMTP.field, { ...SMTP.input, headers: [{ name, value: 'x' }] }), 'INVALID_INPUT');
    }
    const many = Array.from({ length: 21 }, (_, i) => ({ name: `X-${i}`, value: 'x' }));
    await refusalOf(world.set(shop, SMTP.field, { ...SMTP.input, headers: many }), 'INVALID_INPUT');
    const twice = [
      { name: 'X-Tag', value: 'a' },
      { name: 'x-tag', value: 'b' },
    ];
    await refusalOf(world.set(shop, SMTP.field, { ...SMTP.input, headers: twice }), 'INVALID_INPUT');
    await refusalOf(world.set(shop, SMTP.field, { ...SMTP.input, headers: [{ name: 'X-Tag', value: 'x'.repeat(801) }] }), 'INVALID_INPUT');
    expect(await world.settings(shop)).toMatchObject({ provider: 'BUILT_IN' });
  });

  test('what is no address, region, host or port', async () => {
    const shop = await world.shop();
    for (const defaultFrom of [
      'a@b.example, c@d.example',
      'Shop',
      'Shop <a@b.example> <c@d.example>',
      '',
      `${'x'.repeat(201)} <a@b.example>`,
    ])
      await refusalOf(world.set(shop, 'setBuiltInEmail', { defaultFrom }), 'INVALID_EMAIL');
    for (const region of ['evil.example/', 'eu-central-1.evil.example', '', 'EU-CENTRAL-1'])
      await refusalOf(world.set(shop, SES.field, { ...SES.input, region }), 'INVALID_INPUT');
    for (const host of ['', 'user:pw@mail.example.com', 'smtp://mail.example.com', 'mail.example.com:587', 'mail example', 'a/b'])
      await refusalOf(world.set(shop, SMTP.field, { ...SMTP.input, host }), 'INVALID_INPUT');
    for (const port of [0, -1, 65_536]) await refusalOf(world.set(shop, SMTP.field, { ...SMTP.input, port }), 'INVALID_INPUT');
    for (const field of [SES.field, SMTP.field]) await refusalOf(world.set(shop, field, {}), 'INVALID_INPUT');
  });

  test('servers that are not on the public internet, however they are written, and other ports', async () => {
    const shop = await world.shop();
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
      const code = await world.codeOf(shop, SMTP.field, { ...SMTP.input, host });
      expect([host, code]).toEqual([host, 'HOST_FORBIDDEN']);
    }
    for (const port of [22, 80, 6379, 5432]) await refusalOf(world.set(shop, SMTP.field, { ...SMTP.input, port }), 'HOST_FORBIDDEN');
    expect(await world.eventsOf(shop)).toEqual([]);
  });
});

describe('who may', () => {
  test('read: whoever sees the account, but no runtime; change: not without the scope', async () => {
    const [mine, other] = [await world.shop(), await world.shop()];
    const partner = await service.clientOf({ role: 'PARTNER', subject: 'Backup Co', accounts: [mine.id], scopes: ['migrations:read'] });
    const writer = await service.clientOf({ role: 'PARTNER', subject: 'Mail Co', accounts: [mine.id], scopes: ['email:write'] });
    const runtime = await service.clientOf({ role: 'RUNTIME', subject: 'login' });
    for (const by of [mine.client, partner, writer, service.operator])
      expect(await world.settings(mine, by)).toMatchObject({ account: mine.id });
    await refusalOf(world.settings(mine, runtime), 'FORBIDDEN');
    await refusalOf(world.settings(mine, service.anonymous), 'UNAUTHENTICATED');
    await refusalOf(world.settings(mine, other.client), 'NOT_FOUND');
    await refusalOf(world.settings(other, writer), 'NOT_FOUND');

    const { field, input } = MANDRILL;
    for (const by of [mine.client, writer, service.operator]) await world.set(mine, field, input, by);
    await refusalOf(world.set(mine, field, input, partner), 'FORBIDDEN');
    await refusalOf(world.set(mine, field, input, runtime), 'FORBIDDEN');
    await refusalOf(world.set(mine, field, input, service.anonymous), 'UNAUTHENTICATED');
    await refusalOf(world.set(mine, field, input, other.client), 'NOT_FOUND');
    await refusalOf(world.set(other, field, input, writer), 'NOT_FOUND');
  });
});

describe('the account', () => {
  test('follows: whether the built-in provider sends, and which migrations touch it, with their events', async () => {
    const shop = await world.shop();
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
    await migrations.announceBegun(OPERATOR, 'built-in');
    await world.set(shop, SENDGRID.field, SENDGRID.input);
    expect(await accounts.account(OPERATOR, shop.id)).toMatchObject({ usesBuiltInEmail: false });
    await world.set(shop, 'setBuiltInEmail', {});
    expect(await accounts.account(OPERATOR, shop.id)).toMatchObject({ usesBuiltInEmail: true });
    const events = await world.eventsOf(shop);
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
    const shop = await world.shop();
    const { accounts } = service.house;
    await accounts.editAccount(OPERATOR, shop.id, { usesBuiltInEmail: false });
    await world.set(shop, SENDGRID.field, SENDGRID.input);
    await expect(accounts.editAccount(OPERATOR, shop.id, { usesBuiltInEmail: true })).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await accounts.editAccount(OPERATOR, shop.id, { usesBuiltInEmail: false, plan: 'gold' })).toMatchObject({
      usesBuiltInEmail: false,
    });
    await world.importLine({ id: shop.id, name: 'Renamed', platform: 'CLOUD', usesBuiltInEmail: true });
    expect(await accounts.account(OPERATOR, shop.id)).toMatchObject({ name: 'Renamed', usesBuiltInEmail: false });
    const before = (await world.eventsOf(shop)).length;
    await world.importLine({ id: shop.id, name: 'Renamed', platform: 'CLOUD' });
    expect(await world.eventsOf(shop)).toHaveLength(before);
  });

  test('agrees with the settings after imports and edits at the same time', async () => {
    const shop = await world.shop();
    const { accounts } = service.house;
    const field = (i: number) => (i % 2 === 0 ? world.set(shop, SENDGRID.field, SENDGRID.input) : world.set(shop, 'setBuiltInEmail', {}));
    for (let i = 0; i < 10; i += 1) {
      const edit = accounts.editAccount(OPERATOR, shop.id, { usesBuiltInEmail: i % 2 === 1 });
      await Promise.all([
        field(i),
        world.importLine({ id: shop.id, name: `Name ${i}`, platform: 'CLOUD', usesBuiltInEmail: i % 3 === 0 }),
        edit.catch((error: unknown) => expect(error).toMatchObject({ code: 'CONFLICT' })),
      ]);
      const { provider } = await world.settings(shop);
      expect(await accounts.account(OPERATOR, shop.id)).toMatchObject({ usesBuiltInEmail: provider === 'BUILT_IN' });
    }
  });

  test('says what changed and no secret; the same again is no change', async () => {
    const shop = await world.shop();
    await world.set(shop, SMTP.field, SMTP.input);
    await world.set(shop, SMTP.field, { headers: [{ name: 'X-Key', value: 'perhaps a secret' }], defaultFrom: 'shop@example.com' });
    await world.set(shop, SMTP.field, { headers: [{ name: 'X-Key', value: 'perhaps a secret' }], enabled: true });
    const events = (await world.eventsOf(shop)).filter(({ type }) => type === 'EMAIL_SETTINGS_CHANGED');
    expect(events).toHaveLength(2);
    expect(events[1]!.data).toEqual({
      provider: 'SMTP',
      before: { headers: ['X-Tag'], defaultFrom: null },
      after: { headers: ['X-Key'], defaultFrom: 'shop@example.com' },
      changedSecrets: [],
    });
  });

  test('keeps one of many edits at once, whole', async () => {
    const shop = await world.shop();
    const { number } = shop;
    const edits = Array.from({ length: 12 }, (_, i) => i).map((i) =>
      i % 2 === 0
        ? world.set(shop, SMTP.field, {
            ...SMTP.input,
            host: `93.184.215.${100 + i}`,
            user: `user-${i}`,
            password: `password-of-user-${i}`,
          })
        : world.set(shop, MANDRILL.field, { apiKey: `md-key-${i}-0123456789` }),
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
