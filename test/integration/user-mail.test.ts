import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LOG_START, readEvents } from '../../src/events/log.ts';
import { claimUserMails, recordOutcome } from '../../src/email/user-mail/user-mail-claims.repository.ts';
import { startSmtpSink } from '../support/smtp.ts';
import { OPERATOR, type SendingAccount, startUserMailWorld, type UserMailWorld } from '../support/user-mail-world.ts';

const NOW = new Date('2026-05-01T08:00:00.000Z');
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

let world: UserMailWorld;
let account: SendingAccount;

beforeAll(async () => {
  world = await startUserMailWorld(NOW.toISOString(), 40);
});
beforeEach(async () => {
  await world.clear();
  await at(NOW);
  account = await world.account();
});

const at = (instant: Date) => world.service.setClock(instant.toISOString());
const later = (ms: number) => new Date(NOW.getTime() + ms);
const statuses = (one: SendingAccount, addresses: readonly string[]) =>
  Promise.all(addresses.map(async (address) => (await world.ledger(one, address)).status));
const claims = async () =>
  (await claimUserMails(world.service.db, { now: NOW, until: later(MINUTE), accounts: 10, after: 0, busy: [] }, async () => undefined))
    .mails;
const failures = async (one: SendingAccount) =>
  (await readEvents(world.service.db, LOG_START, 1_000)).filter(
    ({ type, accountNumber }) => type === 'USER_MAIL_FAILED' && accountNumber === one.number,
  );

describe('sending', () => {
  it('goes over the account’s own server, in its words, and leaves no link behind', async () => {
    const [address] = await world.queue(account, 1);
    expect(await world.send()).toMatchObject({ sent: 1, retried: 0, failed: 0, nextDueAt: null });
    const { parsed, to, from } = await account.server.waitForMail();
    expect(to).toEqual([address]);
    expect(from).toBe(`team@${account.id}.example`);
    expect(parsed.from!.value).toEqual([{ name: 'Team', address: `team@${account.id}.example` }]);
    expect(parsed.text).toContain(`https://platform.example/reset/${address}`);
    const mail = await world.ledger(account, address!);
    expect(mail).toMatchObject({ status: 'SENT', attempts: 1, provider: 'SMTP', subject: parsed.subject, finishedAt: NOW });
    expect(mail.messageId).toBe(parsed.messageId);
    expect(mail.answer).toContain('taken');
    expect(await world.service.db.query('select variables from user_mail where id = $1', [mail.id])).toEqual([{ variables: null }]);
  });

  it('keeps what a mail is filled with sealed until it has ended', async () => {
    const [address] = await world.queue(account, 1);
    const rows = await world.service.db.query<{ all: string }>('select u::text as all from user_mail u where account_number = $1', [
      account.number,
    ]);
    expect(rows[0]!.all).toContain(address);
    expect(rows[0]!.all).not.toMatch(/reset|Uma|Shop/);
  });

  it('waits where the account’s secrets cannot be opened, and goes on once they were given again', async () => {
    await world.setProvider(account.id, { provider: 'SENDGRID', apiKey: 'SG.a-key-that-was-good' });
    const [address] = await world.queue(account, 1);
    await world.service.db.query(`update email_settings set secrets = '{"apiKey":"lost.AAAA"}' where account_number = $1`, [
      account.number,
    ]);
    const { retried, nextDueAt } = await world.send();
    expect(retried).toBe(1);
    expect(nextDueAt!.getTime()).toBeGreaterThanOrEqual(later(5 * SECOND).getTime());
    expect(world.service.defects).toEqual([expect.stringContaining('could not make a mail to a user')]);
    const { hostname: host, port } = new URL(account.server.url);
    await world.setProvider(account.id, { provider: 'SMTP', host, port: Number(port), user: null });
    expect(await world.send()).toMatchObject({ sent: 1, nextDueAt: null });
    expect(account.server.mailsTo(address!)).toHaveLength(1);
  });

  it('sends each once with two senders at once, two of an account at a time', async () => {
    const other = await world.account();
    const second = await world.secondHouse();
    const addresses = [await world.queue(account, 60), await world.queue(other, 60)];
    const most = watchUnderWay();
    for (let sent = 0; sent < 120;) {
      const reports = await Promise.all([world.send(), world.send(second)]);
      sent += reports[0].sent + reports[1].sent;
    }
    expect(await most()).toBe(2);
    for (const [i, one] of [account, other].entries()) {
      expect(one.server.mails).toHaveLength(60);
      expect(new Set(one.server.mails.map(({ to }) => to[0]))).toEqual(new Set(addresses[i]));
    }
  });

  it('sends nothing that the account has switched off', async () => {
    const [address] = await world.queue(account, 1);
    await world.setProvider(account.id, { provider: 'SMTP', enabled: false });
    expect(await world.send()).toMatchObject({ skipped: 1, sent: 0 });
    expect(await world.ledger(account, address!)).toMatchObject({ status: 'SKIPPED', answer: expect.stringContaining('switched') });
    expect(account.server.mails).toEqual([]);
  });

  it('uses the settings of the moment, on a client of their own', async () => {
    await world.queue(account, 1);
    await world.send();
    await world.setProvider(account.id, { provider: 'SMTP', defaultFrom: 'News <news@new.example>' });
    const [address] = await world.queue(account, 1);
    await world.send();
    expect((await account.server.waitForMail(({ to }) => to[0] === address)).from).toBe('news@new.example');
  });
});

/** How many of one account were ever under way at once, in all senders. */
function watchUnderWay(): () => Promise<number> {
  let most = 0;
  let over = false;
  const watching = (async () => {
    while (!over) {
      const [row] = await world.service.db.query<{ most: number }>(
        `select coalesce(max(n), 0)::int as most from (select count(*) as n from user_mail where status = 'SENDING' group by account_number) c`,
      );
      most = Math.max(most, row!.most);
    }
  })();
  return async () => {
    over = true;
    await watching;
    return most;
  };
}

describe('trouble', () => {
  it('tries a mail again within seconds that is refused for now, and holds up none of the account’s others', async () => {
    const [grey, other] = await world.queue(account, 2);
    account.server.answer(grey!, { kind: 'refuse', code: 451, message: 'greylisted' }, 1);
    const first = await world.send();
    expect(first).toMatchObject({ sent: 1, retried: 1 });
    const waitMs = first.nextDueAt!.getTime() - NOW.getTime();
    expect(waitMs).toBeGreaterThanOrEqual(5 * SECOND);
    expect(waitMs).toBeLessThan(7 * SECOND);
    expect(await world.ledger(account, grey!)).toMatchObject({
      status: 'QUEUED',
      attempts: 1,
      answer: expect.stringContaining('greylisted'),
    });
    await at(first.nextDueAt!);
    expect(await world.send()).toMatchObject({ sent: 1, nextDueAt: null });
    expect(await statuses(account, [grey!, other!])).toEqual(['SENT', 'SENT']);
  });

  it('ends a mail that is refused for good, tells the account, and names no address in the log', async () => {
    const [address] = await world.queue(account, 1);
    account.server.answer(address!, { kind: 'refuse', code: 550, message: `no such user ${address}` });
    expect(await world.send()).toMatchObject({ failed: 1, nextDueAt: null });
    expect(await world.ledger(account, address!)).toMatchObject({
      status: 'FAILED',
      finishedAt: NOW,
      answer: expect.stringContaining('no such user'),
    });
    const [event] = await failures(account);
    expect(event).toMatchObject({ data: { template: 'PASSWORD_CHANGE', provider: 'SMTP', attempts: 1 } });
    expect(JSON.stringify(event)).not.toContain(address);
    const { failed, lastAnswer } = await world.service.house.userMails.emailHealth(OPERATOR, account.id);
    expect({ failed, lastAnswer }).toEqual({ failed: 1, lastAnswer: expect.stringContaining('no such user') });
  });

  it.each(['drip', 'hang', 'reset'] as const)('puts a mail off where the server does %s after DATA', async (kind) => {
    const [address] = await world.queue(account, 1);
    account.server.answer(address!, { kind }, 1);
    const begun = performance.now();
    expect(await sendUntilEnded()).toMatchObject({ retried: 1, sent: 0, failed: 0 });
    expect(performance.now() - begun).toBeLessThan(6 * SECOND);
    expect(await world.ledger(account, address!)).toMatchObject({ status: 'QUEUED', attempts: 1, answer: expect.any(String) });
    await at(later(10 * MINUTE));
    expect(await world.send()).toMatchObject({ sent: 1 });
  });

  it('holds an account whose server is gone, asks with one mail at a time, and lets all go when one is taken', async () => {
    const gone = account.server;
    const { port } = new URL(gone.url);
    await gone.close();
    const addresses = await world.queue(account, 20);
    const first = await world.send();
    expect(first).toMatchObject({ sent: 0, retried: 2 });
    const heldUntil = async () =>
      (
        await world.service.db.query<{ at: Date }>('select held_until as at from user_mail_hold where account_number = $1', [
          account.number,
        ])
      )[0]?.at;
    expect(first.nextDueAt).toEqual(await heldUntil());
    expect(await world.service.house.userMails.emailHealth(OPERATOR, account.id)).toMatchObject({
      queued: 20,
      failed: 0,
      heldUntil: first.nextDueAt,
      lastAnswer: expect.stringMatching(/\w/),
    });
    // Nothing is begun before, also not what is queued meanwhile.
    await world.queue(account, 1);
    expect(await world.send()).toMatchObject({ sent: 0, retried: 0 });
    const waits: number[] = [];
    for (let from = NOW, i = 0; i < 5; i += 1) {
      const until = (await heldUntil())!;
      waits.push(Math.round((until.getTime() - from.getTime()) / SECOND));
      await at((from = until));
      expect(await world.send()).toMatchObject({ sent: 0, retried: 1 });
    }
    for (const [i, least] of [5, 15, 60, 300, 300].entries()) {
      expect(waits[i]).toBeGreaterThanOrEqual(least);
      expect(waits[i]).toBeLessThanOrEqual(least * 1.3);
    }
    const back = await startSmtpSink(Number(port));
    await at((await heldUntil())!);
    let sent = 0;
    for (let i = 0; i < 5; i += 1) sent += (await world.send()).sent;
    await back.close();
    expect(sent).toBe(21);
    expect(await heldUntil()).toBeUndefined();
    expect(new Set(await statuses(account, addresses))).toEqual(new Set(['SENT']));
  });

  it('does not hold an account longer that has other settings since', async () => {
    const other = await world.account();
    await account.server.close();
    const [address] = await world.queue(account, 1);
    expect(await world.send()).toMatchObject({ retried: 1 });
    const { hostname: host, port } = new URL(other.server.url);
    await world.setProvider(account.id, { provider: 'SMTP', host, port: Number(port), user: null });
    expect(await world.service.house.userMails.emailHealth(OPERATOR, account.id)).toMatchObject({ heldUntil: null });
    expect(await world.send()).toMatchObject({ sent: 1 });
    expect(other.server.mailsTo(address!)).toHaveLength(1);
    const [late] = await world.queue(account, 1, 30 * SECOND);
    await at(later(30 * SECOND));
    await world.send();
    // What the server before answered has nothing to do with it.
    expect(await world.ledger(account, late!)).toMatchObject({ status: 'SKIPPED', answer: expect.stringContaining('Nobody came') });
  });

  it('gives up when a mail is of no use any more: what was tried has failed, what nobody came to is skipped', async () => {
    const other = await world.account();
    await account.server.close();
    const tried = await world.queue(account, 5, 30 * SECOND);
    const [untouched] = await world.queue(other, 1, 30 * SECOND);
    await world.service.db.query('update user_mail set send_after = $1 where recipient = $2', [later(25 * SECOND), untouched]);
    expect(await world.send()).toMatchObject({ retried: 2 });
    await at(later(30 * SECOND));
    await world.send();
    expect(await statuses(account, tried)).toEqual(tried.map(() => 'FAILED'));
    expect((await world.ledger(account, tried[4]!)).answer).toMatch(/of no use any more/);
    expect(await statuses(other, [untouched!])).toEqual(['SKIPPED']);
    expect(await failures(account)).toHaveLength(5);
    expect(await failures(other)).toHaveLength(0);
  });
});

/** Runs until nothing is under way. */
async function sendUntilEnded() {
  const first = await world.send();
  let { sent, retried, failed } = first;
  for (let i = 0; i < 3 && sent + retried + failed === 0; i += 1) {
    const next = await world.send();
    sent += next.sent;
    retried += next.retried;
    failed += next.failed;
  }
  return { sent, retried, failed };
}

describe('senders that die or live', () => {
  it('takes over from one that died, when its claim has ended and not before', async () => {
    const [address] = await world.queue(account, 1);
    expect(await claims()).toHaveLength(1);
    expect(await world.send()).toMatchObject({ sent: 0, takenOver: 0, nextDueAt: later(MINUTE) });
    await at(later(MINUTE));
    expect(await world.send()).toMatchObject({ sent: 1 });
    expect(await world.ledger(account, address!)).toMatchObject({ status: 'SENT', attempts: 2 });
  });

  it('does not take the word of one whose mail was taken over', async () => {
    const [address] = await world.queue(account, 1);
    const [stale] = await claims();
    await at(later(MINUTE));
    await world.send();
    const late = { status: 'FAILED', sendAfter: null, finishedAt: NOW, provider: 'SMTP', subject: null, answer: 'late' } as const;
    expect(await recordOutcome(world.service.db, stale!, late)).toBe(false);
    expect(await world.ledger(account, address!)).toMatchObject({ status: 'SENT' });
  });

  it('takes nothing over from one that lives, however far the clock jumps', async () => {
    const [address] = await world.queue(account, 1);
    account.server.answer(address!, { kind: 'hang' }, 1);
    const slow = world.send();
    await expect.poll(() => account.server.unanswered.length).toBe(1);
    await at(later(50 * MINUTE));
    expect(await world.send(await world.secondHouse())).toMatchObject({ sent: 0, takenOver: 0 });
    await slow;
    await expect.poll(async () => (await world.ledger(account, address!)).status).toBe('QUEUED');
    expect(account.server.mailsTo(address!)).toHaveLength(0);
  });

  it('says so where its connection is lost, and goes on next time', async () => {
    const [slow] = await world.queue(account, 1);
    account.server.answer(slow!, { kind: 'hang' }, 1);
    const running = world.send().catch((error: unknown) => error);
    await expect.poll(() => account.server.unanswered.length).toBe(1);
    await world.service.db.query(
      `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`,
    );
    const other = await world.account();
    const [next] = await world.queue(other, 1);
    await running;
    await world.send().catch(() => undefined);
    await world.send();
    expect(await statuses(other, [next!])).toEqual(['SENT']);
    expect(other.server.mailsTo(next!)).toHaveLength(1);
  });

  it('says at the next run what went wrong after the last', async () => {
    const [slow] = await world.queue(account, 1);
    account.server.answer(slow!, { kind: 'hang' }, 1);
    const { house, db } = world.service;
    const stop = new AbortController();
    const running = house.userMailSender.deliverDue(stop.signal);
    await expect.poll(() => account.server.unanswered.length).toBe(1);
    await db.query('alter table user_mail rename column subject to elsewhere');
    stop.abort();
    await running;
    await db.query('alter table user_mail rename column elsewhere to subject');
    await expect(world.send()).rejects.toThrow(/column "subject"/);
    expect(await world.send()).toMatchObject({ sent: 0 });
  });

  it('ends what is under way when told to stop, and begins nothing more', async () => {
    await world.queue(account, 50);
    const stop = new AbortController();
    const running = world.service.house.userMailSender.deliverDue(stop.signal);
    await account.server.waitForMail();
    stop.abort();
    const { sent } = await running;
    expect(sent).toBeLessThan(50);
    expect(account.server.mails).toHaveLength(sent);
    const left = await world.service.db.query(
      `select status, attempts, count(*)::int from user_mail where account_number = $1 and status <> 'SENT' group by 1, 2`,
      [account.number],
    );
    expect(left).toEqual([{ status: 'QUEUED', attempts: 0, count: 50 - sent }]);
  });
});

describe('keys', () => {
  it('lose no mail when they are changed midway', async () => {
    const old = world.service.house.config.ENCRYPTION_KEYS;
    const fresh = { id: 'fresh', key: Buffer.alloc(32, 9) };
    const addresses = await world.queue(account, 2);
    const withoutOld = await world.secondHouse({ ENCRYPTION_KEYS: [fresh] });
    // A process that was started without the old key: it opens nothing that was sealed with it, and loses none of it.
    expect(await world.send(withoutOld)).toMatchObject({ sent: 0, failed: 0, retried: 2 });
    expect((await world.ledger(account, addresses[0]!)).answer).toContain('cannot be opened');
    await at(later(10 * SECOND));
    const withBoth = await world.secondHouse({ ENCRYPTION_KEYS: [fresh, ...old] });
    expect(await world.send(withBoth)).toMatchObject({ sent: 2 });
    expect(await statuses(account, addresses)).toEqual(['SENT', 'SENT']);
  });
});
