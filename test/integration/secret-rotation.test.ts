import { randomBytes } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import { pino } from 'pino';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Actor } from '../../src/auth/actor.ts';
import { compose } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import type { House } from '../../src/house.ts';
import { newId } from '../../src/ids.ts';
import { placeOfIdentity } from '../../src/secrets/places.ts';
import { rotateSecrets } from '../../src/secrets/rotation.ts';
import { dumpOf } from '../support/dump.ts';
import { atEndOfFile } from '../support/end-of-file.ts';
import { TestProcess } from '../support/processes.ts';
import { startService, type TestService } from '../support/service.ts';
import { type SmtpSink, startSmtpSink } from '../support/smtp.ts';

const OPERATOR: Actor = { role: 'OPERATOR', subject: 'setup', administratorId: null, tokenId: null, scopes: [] };
const OLD = `2025:${randomBytes(32).toString('base64')}`;
const NEW = `2026:${randomBytes(32).toString('base64')}`;
const NEXT = `2027:${randomBytes(32).toString('base64')}`;
const LOGIN = { user: 'shop', password: 'correct horse battery staple' };
const USERS = 1_500;
/** Sealed texts that an older key sealed begin like this in any column. */
const sealedBy = (id: string) => new RegExp(`\\b${id}\\.[A-Za-z0-9_-]{38,}`, 'g');

let service: TestService;
let sink: SmtpSink;
let applicationId: string;
const senders: string[] = [];
const editors: string[] = [];

/** Another process: the house of production with these keys. */
async function houseWith(keys: string): Promise<House> {
  const ENCRYPTION_KEYS = readConfig({ ENCRYPTION_KEYS: keys }).ENCRYPTION_KEYS;
  const house = await compose({ ...service.house.config, ENCRYPTION_KEYS }, pino({ level: 'silent' }));
  atEndOfFile(() => house.close());
  return house;
}

beforeAll(async () => {
  sink = await startSmtpSink(0, { login: LOGIN });
  atEndOfFile(() => sink.close());
  const { host, hostname, port } = new URL(sink.url);
  service = await startService('2016-04-01T09:00:00.000Z', { ENCRYPTION_KEYS: `${OLD},${NEW}`, TRUSTED_SMTP_SERVERS: host });
  const { accounts, applications, emailSettings } = service.house;
  for (let i = 0; i < 12; i += 1) {
    const id = `shop-${i}`;
    await accounts.createAccount(OPERATOR, { id, name: id, platform: 'CLOUD', createdAt: new Date('2015-01-01') });
    (i < 4 ? senders : editors).push(id);
    if (i < 4)
      await emailSettings.setProvider(OPERATOR, id, {
        provider: 'SMTP',
        host: hostname,
        port: Number(port),
        defaultFrom: 'a@shop.example',
        ...LOGIN,
      });
    else await emailSettings.setProvider(OPERATOR, id, { provider: 'SENDGRID', apiKey: `SG.first-key-of-${id}` });
  }
  applicationId = (await applications.createApplication(OPERATOR, 'shop-0', 'App')).id;
  await seedIdentities();
});

/** Many users with a token of an identity provider each, so that a rotation has something to do. */
async function seedIdentities(): Promise<void> {
  const { number } = await service.house.accounts.account(OPERATOR, 'shop-0');
  const ids = Array.from({ length: USERS }, (_, i) => `google|${i}`);
  await service.db.query(
    `insert into platform_user (id, account_number, connection, email, name, created_at, updated_at)
     select id, $2, 'google', id || '@people.example', id, now(), now() from unnest($1::text[]) as u(id)`,
    [ids, number],
  );
  await service.db.query(
    `insert into identity (user_id, account_number, position, provider, connection, provider_user_id, is_social, access_token)
     select id, $3, 0, 'google', 'google', id, true, token from unnest($1::text[], $2::text[]) as i(id, token)`,
    [ids, ids.map((id) => service.house.secrets.seal(`token of ${id}`, placeOfIdentity(number, id, 0))), number],
  );
}

async function queueMails(house: House, count: number): Promise<string[]> {
  const now = house.clock.now();
  const addresses = Array.from({ length: count }, () => `u-${newId()}@people.example`);
  for (const [i, address] of addresses.entries()) {
    const { number } = await house.accounts.account(OPERATOR, senders[i % senders.length]!);
    await house.db.transaction((tx) =>
      house.userMails.queue(
        tx,
        {
          accountNumber: number,
          template: 'WELCOME',
          recipient: { name: 'Uma', address },
          variables: { user: { name: 'Uma', email: address }, application: { name: 'Shop' }, url: `https://shop.example/${address}` },
          expiresAt: new Date(now.getTime() + 3_600_000),
        },
        now,
      ),
    );
  }
  return addresses;
}

/** Opens everything there is once. */
async function openAll(house: House): Promise<void> {
  for (const id of [...senders, ...editors]) {
    const { number } = await house.accounts.account(OPERATOR, id);
    expect((await house.emailSettings.accessOf(number)).access).not.toBeNull();
  }
  expect(await house.applications.secretOf(applicationId)).toMatch(/./);
  const rows = await house.db.query<{ number: number; id: string; sealed: string }>(
    'select account_number as number, user_id as id, access_token as sealed from identity',
  );
  for (const { number, id, sealed } of rows) expect(house.secrets.open(sealed, placeOfIdentity(number, id, 0))).toBe(`token of ${id}`);
  expect(rows).toHaveLength(USERS);
}

/** Mails, edits and reads over these processes, for as long as `work` takes. @returns the last key each editor was given */
async function underTraffic(
  houses: readonly House[],
  work: () => Promise<unknown>,
): Promise<{ keys: Map<string, string>; sent: string[]; opened: number }> {
  const keys = new Map<string, string>();
  const sent: string[] = [];
  let opened = 0;
  let going = true;
  const repeat = async (round: (house: House, i: number) => Promise<void>) => {
    for (let i = 0; going || i < 3; i += 1) {
      await round(houses[i % houses.length]!, i);
      await breathe();
    }
  };
  const traffic = [
    repeat(async (house) => {
      const addresses = await queueMails(house, 4);
      await house.userMailSender.deliverDue(new AbortController().signal);
      sent.push(...addresses);
    }),
    repeat(async (house, i) => {
      const id = editors[i % editors.length]!;
      const apiKey = `SG.key-${newId()}`;
      await house.emailSettings.setProvider(OPERATOR, id, { provider: 'SENDGRID', apiKey });
      keys.set(id, apiKey);
    }),
    repeat(async (house, i) => {
      // A change that keeps the sealed secret must not bring an older one back.
      await house.emailSettings.setProvider(OPERATOR, senders[i % senders.length]!, {
        provider: 'SMTP',
        defaultFrom: `n${i}@shop.example`,
      });
    }),
    repeat(async (house) => {
      await openAll(house);
      opened += 1;
    }),
  ];
  await work();
  going = false;
  await Promise.all(traffic);
  return { keys, sent, opened };
}

async function expectSent(house: House, addresses: readonly string[]): Promise<void> {
  await house.userMailSender.deliverDue(new AbortController().signal);
  await expect.poll(() => addresses.filter((address) => sink.mailsTo(address).length !== 1)).toEqual([]);
  await expect
    .poll(() => house.db.query('select recipient, status, attempts, answer from user_mail where finished_at is null'))
    .toEqual([]);
  expect(await house.db.query(`select recipient, status, attempts, answer from user_mail where status <> 'SENT' or attempts <> 1`)).toEqual(
    [],
  );
}

describe('a rotation', () => {
  test('seals everything anew while mails are sent and settings edited, with no failed open, and loses no edit', async () => {
    const houses = [await houseWith(`${NEW},${OLD}`), await houseWith(`${NEW},${OLD}`)];
    expect((await dumpOf(service.db)).match(sealedBy('2025'))!.length).toBeGreaterThan(USERS);
    const progress: number[] = [];
    let report;
    const { keys, sent, opened } = await underTraffic(houses, async () => {
      const onProgress = ({ done, total }: { done: number; total: number }) => void progress.push(done / total);
      report = await rotateSecrets(houses[0]!.db, houses[0]!.secrets, { onProgress });
    });
    expect(report).toMatchObject({ finished: true, left: 0, unreadable: {} });
    expect(progress.length).toBeGreaterThan(5);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(opened).toBeGreaterThan(0);
    await expectSent(houses[0]!, sent);
    expect(await dumpOf(service.db)).not.toMatch(sealedBy('2025'));

    const onlyNew = await houseWith(NEW);
    await openAll(onlyNew);
    for (const [id, apiKey] of keys) {
      const { number } = await onlyNew.accounts.account(OPERATOR, id);
      expect((await onlyNew.emailSettings.accessOf(number)).access).toEqual({ provider: 'SENDGRID', apiKey });
    }
    await expectSent(onlyNew, await queueMails(onlyNew, 8));
    expect(sink.passwords.every((password) => password === LOGIN.password)).toBe(true);
  });

  test('finds what a process sealed with the old key meanwhile, at the latest when it is run again', async () => {
    const [behind, ahead] = [await houseWith(`${NEW},${NEXT}`), await houseWith(`${NEXT},${NEW}`)];
    const { sent } = await underTraffic([behind, ahead], () => rotateSecrets(ahead.db, ahead.secrets));
    await expectSent(ahead, sent);
    expect(await rotateSecrets(ahead.db, ahead.secrets)).toMatchObject({ finished: true, left: 0 });
    expect(await dumpOf(service.db)).not.toMatch(sealedBy('2026'));
    await openAll(await houseWith(NEXT));
  });

  test('goes on where it was stopped, two at once do no harm, and done again it does nothing', async () => {
    const house = await houseWith(`${OLD},${NEXT}`);
    const stopping = new AbortController();
    const stopped = await rotateSecrets(house.db, house.secrets, { signal: stopping.signal, onProgress: () => stopping.abort() });
    expect(stopped.finished).toBe(false);
    expect(stopped.done).toBeLessThan(stopped.total);
    const both = await Promise.all([rotateSecrets(house.db, house.secrets), rotateSecrets(house.db, house.secrets)]);
    for (const report of both) expect(report).toMatchObject({ finished: true, left: 0, unreadable: {} });
    expect(both[0].done + both[1].done).toBe(stopped.total - stopped.done);
    expect(await rotateSecrets(house.db, house.secrets)).toMatchObject({ total: 0, done: 0, finished: true });
    await openAll(await houseWith(OLD));
  });

  test('waits for nobody: what a transaction holds is passed over, and found when it is free', async () => {
    const house = await houseWith(`${NEW},${OLD}`);
    const client = house.db.createClient();
    await client.connect();
    try {
      await client.query('begin');
      await client.query(`select from identity where user_id in ('google|3', 'google|7') for update`);
      const during = await rotateSecrets(house.db, house.secrets);
      expect(during).toMatchObject({ finished: true, left: 2, unreadable: {} });
      await client.query('commit');
    } finally {
      await client.end();
    }
    expect(await rotateSecrets(house.db, house.secrets)).toMatchObject({ total: 2, done: 2, left: 0 });
  });

  test('on the command line: tells what it did, and what opens with no key', async () => {
    const run = async (ENCRYPTION_KEYS: string) => {
      const { CLOCK_FILE = '' } = service.house.config;
      const cli = TestProcess.spawn('src/cli.ts', { DATABASE_URL: service.databaseUrl, CLOCK_FILE, ENCRYPTION_KEYS }, ['rotate-secrets']);
      const { code } = await cli.exited;
      return { code, text: cli.output };
    };
    expect(await run('')).toEqual({ code: 1, text: expect.stringContaining('ENCRYPTION_KEYS is not set') });
    const [moved] = await service.db.query<{ token: string }>(`select access_token as token from identity where user_id = 'google|1'`);
    await service.db.query(`update identity set access_token = $1 where user_id = 'google|2'`, [moved!.token]);
    const partly = await run(`${OLD},${NEW}`);
    expect(partly.code).toBe(1);
    expect(partly.text).toMatch(/1 in identity\.access_token open with no key/);
    await service.db.query(`delete from identity where user_id = 'google|2'`);
    expect(await run(`${OLD},${NEW}`)).toEqual({ code: 0, text: expect.stringMatching(/^0 secrets sealed anew.*\nOlder keys can go/) });
    expect(await dumpOf(service.db)).not.toMatch(sealedBy('2026'));
  });
});
