import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { deliverUserMail } from '../../worker/jobs/deliver-user-mail.ts';
import type { Work } from '../../worker/jobs/work.ts';
import { SweepRunner } from '../../worker/runner.ts';
import { silent } from '../support/house.ts';
import { type SendingAccount, startUserMailWorld, type UserMailWorld } from '../support/user-mail-world.ts';

/** More silent servers at once than a sender has lanes. */
const BAD_ACCOUNTS = 40;
const ONE_SECOND_MS = 1_000;

let world: UserMailWorld;
let runner: SweepRunner<Work>;
let good: SendingAccount;

beforeAll(async () => {
  // On the machine's own clock, because back-off must come and go while mail is measured.
  world = await startUserMailWorld('2026-05-01T08:00:00.000Z', BAD_ACCOUNTS + 3, { CLOCK_FILE: '', MAIL_TIMEOUT_SECONDS: '5' });
  const { house } = world.service;
  runner = new SweepRunner<Work>([deliverUserMail], house, { db: house.db, clock: house.clock, log: silent, config: house.config });
  house.wake.onWake(() => runner.wake());
  await house.wake.start();
  runner.start();
  good = await world.account();
});
beforeEach(() => world.clear());
afterAll(() => runner.stop(6_000));

/** Milliseconds from a commit to the mail's arrival, mail after mail, sorted. */
async function delays(count: number, everyMs: number): Promise<number[]> {
  const waits: Promise<number>[] = [];
  for (let i = 0; i < count; i += 1) {
    const [address] = await world.queue(good, 1);
    const queued = performance.now();
    waits.push(good.server.waitForMail(({ to }) => to[0] === address).then(() => performance.now() - queued));
    await sleep(everyMs);
  }
  const sorted = (await Promise.all(waits)).toSorted((a, b) => a - b);
  // A server that works must never have been taken for one that does not.
  expect(
    await world.service.db.query(`select attempts, answer from user_mail where account_number = $1 and attempts > 1`, [good.number]),
  ).toEqual([]);
  return sorted;
}

function figures(sorted: readonly number[]): string {
  const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms`;
}

it('is not held up by another account with 200 mails for a silent server', async ({ annotate }) => {
  const quiet = await delays(40, 100);
  const bad = await world.account();
  bad.server.silent = true;
  await world.queue(bad, 200);
  const sorted = await delays(80, 100);
  await annotate(`Alone: ${figures(quiet)}. Beside 200 mails for a silent server: ${figures(sorted)}.`);
  expect(sorted.at(-1)).toBeLessThan(ONE_SECOND_MS);
  expect(runner.isAlive()).toBe(true);
});

it('is not held up by 40 accounts with silent servers', async ({ annotate }) => {
  const bad: SendingAccount[] = [];
  for (let i = 0; i < BAD_ACCOUNTS; i += 1) {
    const account = await world.account();
    account.server.silent = true;
    bad.push(account);
  }
  for (const account of bad) await world.queue(account, 20);
  const sorted = await delays(80, 100);
  await annotate(`Beside 40 accounts with silent servers: ${figures(sorted)}.`);
  expect(sorted.at(-1)).toBeLessThan(2 * ONE_SECOND_MS);
});

it('is not held up by an account that sends a thousand mails at once', async ({ annotate }) => {
  const busy = await world.account();
  await world.queue(busy, 1_000);
  const sorted = await delays(40, 50);
  await annotate(`Beside an account with 1,000 mails: ${figures(sorted)}.`);
  expect(busy.server.mails.length).toBeGreaterThan(0);
  expect(sorted.at(-1)).toBeLessThan(ONE_SECOND_MS);
});
