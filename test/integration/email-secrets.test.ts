import { beforeAll, expect, test } from 'vitest';
import { freePort } from '../../src/db/embedded.ts';
import { SecretBox } from '../../src/secrets/secret-box.ts';
import { dumpOf } from '../support/dump.ts';
import {
  EmailSettingsWorld,
  MANDRILL,
  OPERATOR,
  OWN_PROVIDERS,
  SECRETS,
  SENDGRID,
  SES,
  type Shop,
  SMTP,
} from '../support/email-settings-world.ts';
import { graphqlClient } from '../support/graphql-client.ts';
import { TestProcess } from '../support/processes.ts';
import { refusalOf, type TestService } from '../support/service.ts';

let world: EmailSettingsWorld;
let service: TestService;
const shops: Shop[] = [];

beforeAll(async () => {
  world = await EmailSettingsWorld.start();
  ({ service } = world);
  for (const { field, input } of OWN_PROVIDERS) {
    const shop = await world.shop();
    shops.push(shop);
    await world.set(shop, field, input);
  }
});

/** Shown plainly, in base64, or in hex. */
function writings(secret: string): string[] {
  return [secret, Buffer.from(secret).toString('base64').slice(0, -4), Buffer.from(secret).toString('hex')];
}

test('a secret is in no answer, refusal or event', async () => {
  const [first, , , smtp] = shops;
  // Refused together with a secret that was right.
  await refusalOf(world.set(first!, SES.field, { ...SES.input, region: 'nowhere' }), 'INVALID_INPUT');
  await refusalOf(world.set(first!, SMTP.field, { ...SMTP.input, host: '10.0.0.1' }), 'HOST_FORBIDDEN');
  await refusalOf(world.set(first!, MANDRILL.field, { apiKey: `${MANDRILL.input.apiKey} ` }), 'INVALID_INPUT');
  await refusalOf(world.set(first!, SENDGRID.field, { apiKey: SENDGRID.input.apiKey.repeat(9) }), 'INVALID_INPUT');
  await world.set(smtp!, SMTP.field, { headers: [{ name: 'X-Key', value: 'perhaps a secret' }] });
  for (const shop of shops) await world.settings(shop);
  const events = JSON.stringify(await service.db.query('select * from event'));
  expect(world.answers).toContain('isSet');
  for (const secret of SECRETS) {
    expect(world.answers).not.toContain(secret);
    expect(events).not.toContain(secret);
  }
  expect(events).toContain('X-Key');
  expect(events).not.toContain('perhaps a secret');
  expect(service.defects).toEqual([]);
});

test('a secret is in no refusal of a request that is malformed', async () => {
  const secret = 'correct horse battery';
  const { client } = shops[0]!;
  const byVariable = async (input: unknown) => {
    const query = 'mutation ($input: SmtpEmailInput!) { setSmtpEmail(account: "shop-1", input: $input) { provider } }';
    return (await refusalOf(client.request(query, { input }), 'BAD_USER_INPUT')).message;
  };
  const inText = async (input: string) => {
    const query = `mutation { setSmtpEmail(account: "shop-1", input: ${input}) { provider } }`;
    return (await refusalOf(client.request(query, {}), 'GRAPHQL_VALIDATION_FAILED')).message;
  };
  const refusals = [
    await byVariable({ host: 'mail.example', prt: 587, password: secret }),
    await byVariable({ password: [secret] }),
    await byVariable({ headers: [{ name: 'X-Key', value: { [secret]: secret } }] }),
    await byVariable({ port: `${secret} at "input.x"; ` }),
    await byVariable(secret),
    await inText(`{ password: ["${secret}"] }`),
    await inText(`{ port: "${secret}" }`),
    await inText(`"${secret}"`),
  ];
  expect(refusals.filter((message) => message.includes(secret))).toEqual([]);
  expect(refusals.slice(0, 3)).toEqual([
    expect.stringContaining('Variable "$input" got an invalid value; Field "prt" is not defined by type "SmtpEmailInput".'),
    expect.stringContaining('Variable "$input" got an invalid value at "input.password"; String cannot represent a non string value.'),
    expect.stringContaining('an invalid value at "input.headers[0].value"; String cannot represent'),
  ]);
});

test('a secret is in no line of the log, however much is logged and whatever goes wrong', async () => {
  const port = await freePort();
  const { CLOCK_FILE = '', ENCRYPTION_KEYS } = service.house.config;
  const [key] = ENCRYPTION_KEYS;
  const env = {
    DATABASE_URL: service.databaseUrl,
    CLOCK_FILE,
    PORT: String(port),
    LOG_LEVEL: 'trace',
    ENCRYPTION_KEYS: `${key!.id}:${key!.key.toString('base64')}`,
  };
  const api = TestProcess.spawn('src/main.ts', env, [], `http://127.0.0.1:${port}`);
  await api.ready('/healthz');
  const { token } = await service.house.tokens.createToken(OPERATOR, { name: 'log', role: 'OPERATOR', subject: 'olga@platform.example' });
  const by = graphqlClient(api.url, token);
  const shop = await world.shop();
  for (const { field, input } of OWN_PROVIDERS) await world.set(shop, field, input, by);
  await refusalOf(world.set(shop, SES.field, { ...SES.input, region: 'nowhere' }, by), 'INVALID_INPUT');
  // What is shown as INTERNAL is logged with its cause: here the database refuses to write the row.
  await service.db.query(`alter table email_settings add constraint refuse check (provider <> 'SES') not valid`);
  await refusalOf(world.set(shop, SES.field, SES.input, by), 'INTERNAL');
  await service.db.query('alter table email_settings drop constraint refuse');
  await expect.poll(() => api.output).toContain('a request failed for a reason of ours');
  for (const secret of SECRETS) for (const written of writings(secret)) expect(api.output).not.toContain(written);
  expect(api.output).not.toContain(env.ENCRYPTION_KEYS.split(':')[1]);
}, 90_000);

test('a dump of the database holds none, in any common writing, and opens with no other key', async () => {
  const dump = await dumpOf(service.db);
  expect(dump).toContain(shops[0]!.id);
  for (const secret of SECRETS) for (const written of writings(secret)) expect(dump).not.toContain(written);
  const thief = new SecretBox([{ id: 'test', key: Buffer.alloc(32, 1) }]);
  const rows = await service.db.query<{ number: number; provider: string; field: string; sealed: string }>(
    'select account_number as number, provider, e.key as field, e.value as sealed from email_settings, jsonb_each_text(secrets) e',
  );
  expect(rows.length).toBeGreaterThanOrEqual(OWN_PROVIDERS.length);
  for (const { number, provider, field, sealed } of rows)
    expect(() => thief.open(sealed, ['email_settings', number, provider, field])).toThrow(/cannot be opened/);
});

test('a sealed secret moved to another account does not open there', async () => {
  const [from, to] = [await world.shop(), await world.shop()];
  await world.set(from, SENDGRID.field, SENDGRID.input);
  await world.set(to, SENDGRID.field, { apiKey: 'SG.of-the-thief-0123456789' });
  await service.db.query(
    'update email_settings t set secrets = s.secrets from email_settings s where s.account_number = $1 and t.account_number = $2',
    [from.number, to.number],
  );
  await expect(service.house.emailSettings.accessOf(to.number)).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' });
});

test('a secret whose key is gone is told to the account, and to those who can bring the key back', async () => {
  const other = await EmailSettingsWorld.start({ ENCRYPTION_KEYS: `next:${Buffer.alloc(32, 9).toString('base64')}` });
  const shop = await other.shop();
  await other.set(shop, SENDGRID.field, SENDGRID.input);
  await other.service.db.query(`update email_settings set secrets = replace(secrets::text, 'next.', 'gone.')::jsonb`);
  const sent = shop.client.request(`mutation { sendTestEmail(account: "${shop.id}", to: "ada@example.com") { outcome } }`, {});
  expect((await refusalOf(sent, 'SECRET_UNREADABLE')).message).toMatch(/enter the secret again/);
  expect(other.service.defects).toEqual([expect.stringMatching(/sendTestEmail .*"gone"/)]);
});

test('without a key to seal with no secret is taken, and what needs none still is', async () => {
  const keyless = await EmailSettingsWorld.start({ ENCRYPTION_KEYS: '' });
  const shop = await keyless.shop();
  for (const { field, input } of OWN_PROVIDERS) await refusalOf(keyless.set(shop, field, input), 'INVALID_SETTINGS');
  expect(await keyless.eventsOf(shop)).toEqual([]);
  const { host, port } = SMTP.input;
  expect(await keyless.set(shop, SMTP.field, { host, port })).toMatchObject({ provider: 'SMTP' });
});
