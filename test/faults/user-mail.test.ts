/** Workers that die while mails to users are under way, as processes of their own. */
import { beforeAll, expect, test } from 'vitest';
import { spawnWorker, type TestProcess, until } from '../support/processes.ts';
import { type SendingAccount, startUserMailWorld, type UserMailWorld } from '../support/user-mail-world.ts';

const NOW = new Date('2026-05-01T08:00:00.000Z');
const MINUTE = 60_000;
const ENCRYPTION_KEYS = `faults:${Buffer.alloc(32, 5).toString('base64')}`;

let world: UserMailWorld;
beforeAll(async () => {
  world = await startUserMailWorld(NOW.toISOString(), 4, { ENCRYPTION_KEYS, MAIL_TIMEOUT_SECONDS: '20' });
});

/** A worker on the database and the clock of the world. */
async function worker(): Promise<TestProcess> {
  const { config } = world.service.house;
  const started = await spawnWorker({
    DATABASE_URL: world.service.databaseUrl,
    CLOCK_FILE: config.CLOCK_FILE!,
    DATA_DIR: config.DATA_DIR,
    ENCRYPTION_KEYS,
    TRUSTED_SMTP_SERVERS: config.TRUSTED_SMTP_SERVERS.join(','),
    MAIL_TIMEOUT_SECONDS: '20',
    SWEEP_INTERVAL_SECONDS: '0.5',
    LOG_LEVEL: 'warn',
  });
  return started.ready();
}

const setClock = (ms: number) => world.service.setClock(new Date(NOW.getTime() + ms).toISOString());
const statusOf = async (account: SendingAccount, address: string) => (await world.ledger(account, address)).status;

test('what a killed worker had under way is sent by the next, and counted as tried twice', async () => {
  const account = await world.account();
  const first = await worker();
  const [stuck] = await world.queue(account, 1);
  account.server.answer(stuck!, { kind: 'hang' }, 1);
  world.service.house.wake.ring();
  await until(
    () => account.server.unanswered.length === 1,
    () => `The mail was not begun:\n${first.output}`,
  );
  await first.stop('SIGKILL');
  const rest = await world.queue(account, 5);
  const second = await worker();
  await until(
    async () => (await Promise.all(rest.map((address) => statusOf(account, address)))).every((status) => status === 'SENT'),
    () => `The others were held up:\n${second.output}`,
  );
  expect(await statusOf(account, stuck!)).toBe('SENDING');
  await setClock(MINUTE);
  await until(
    async () => (await statusOf(account, stuck!)) === 'SENT',
    () => `It was not taken over:\n${second.output}`,
  );
  expect(await world.ledger(account, stuck!)).toMatchObject({ attempts: 2 });
  expect(account.server.mailsTo(stuck!)).toHaveLength(1);
  await second.stop('SIGTERM');
});

test('a worker that is told to stop does so in time, with a mail under way that never ends', async () => {
  const account = await world.account();
  const running = await worker();
  const [stuck] = await world.queue(account, 1);
  account.server.answer(stuck!, { kind: 'hang' }, 1);
  await until(
    () => account.server.unanswered.length === 1,
    () => `The mail was not begun:\n${running.output}`,
  );
  const asked = performance.now();
  expect(await running.stop('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(performance.now() - asked).toBeLessThan(5_000);
});

test('workers that are killed and started again and again lose no mail', async () => {
  const accounts = [await world.account(), await world.account()];
  const sent = await Promise.all(accounts.map((account) => world.queue(account, 150)));
  for (let round = 1; round <= 3; round += 1) {
    const before = accounts.reduce((sum, { server }) => sum + server.mails.length, 0);
    const running = await worker();
    await until(
      () => accounts.reduce((sum, { server }) => sum + server.mails.length, 0) > before + 20,
      () => `Nothing was sent:\n${running.output}`,
    );
    await running.stop('SIGKILL');
    await setClock((round + 1) * MINUTE);
  }
  await setClock(10 * MINUTE);
  const last = await worker();
  const open = () => world.service.db.query('select from user_mail where finished_at is null limit 1');
  await until(
    async () => (await open()).length === 0,
    () => `Mails were left:\n${last.output}`,
  );
  for (const [i, { server }] of accounts.entries()) {
    const received = server.mails.map(({ to }) => to[0]!);
    expect(new Set(received)).toEqual(new Set(sent[i]));
    // Only what was under way when a worker was killed, two of an account, can have gone out twice.
    expect(received.length - sent[i]!.length).toBeLessThanOrEqual(3 * 2);
  }
  await last.stop('SIGTERM');
});
