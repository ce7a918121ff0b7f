import pino from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Actor } from '../../src/auth/actor.ts';
import { Database } from '../../src/db/database.ts';
import { MAX_ATTEMPTS } from '../../src/email/delivery.rules.ts';
import { type DeliveryReport, MailDelivery } from '../../src/email/delivery.service.ts';
import type { ContentOf } from '../../src/email/due-mails.ts';
import { LiveClaims } from '../../src/email/live-claims.ts';
import { MailPurge } from '../../src/email/mail-purge.service.ts';
import { claimDueMails, type MailView } from '../../src/email/mail.repository.ts';
import { MailService } from '../../src/email/mail.service.ts';
import type { MailTransport } from '../../src/email/outgoing-mail.ts';
import { createTransport } from '../../src/email/transport.provider.ts';
import { LOG_START, readEvents } from '../../src/events/log.ts';
import { Wake } from '../../src/events/wake.ts';
import { morningIn } from '../../src/notifications/mornings.ts';
import { cloneDatabase } from '../support/database.ts';
import { contentFor, NOW, type QueuedMail, queueMails } from '../support/mail-fixtures.ts';
import { PATIENCE_MS } from '../support/patience.ts';
import { type SmtpSink, startSmtpSink } from '../support/smtp.ts';

const MINUTE = 60_000;
const REMINDER_HOUR = 9;
const CONCURRENCY = 5;
const OPERATOR: Actor = { role: 'OPERATOR', subject: 'ops@example.com', administratorId: null, tokenId: null, scopes: [] };
const log = pino({ level: 'silent' });
const never = () => new AbortController().signal;

let db: Database;
let sink: SmtpSink;
let service: MailService;
let now: Date;
const clock = { now: () => now };
const transports: MailTransport[] = [];

beforeAll(async () => void (db = await Database.connect(await cloneDatabase(), 20)));
afterAll(() => db.close());
beforeEach(async () => {
  now = NOW;
  sink = await startSmtpSink();
  service = new MailService(db, new Wake(db, log), clock);
});
afterEach(async () => {
  await Promise.all(transports.splice(0).map((transport) => transport.close()));
  await sink.close();
  // Nothing may be left to send for the next test.
  await db.query(`update mail set status = 'SKIPPED', finished_at = created_at where status in ('QUEUED', 'SENDING')`);
});

function deliverer(contentOf: ContentOf, timeoutMs = 5_000): MailDelivery {
  const transport = createTransport({ SMTP_URL: sink.url, DATA_DIR: '/nowhere', MAIL_TIMEOUT_SECONDS: timeoutMs / 1_000 });
  transports.push(transport);
  const nextMorning = (timeZone: string, at: Date) => {
    const { open, nextAt } = morningIn(timeZone, at, REMINDER_HOUR);
    return open ? null : nextAt;
  };
  const settings = { from: 'migrations@example.com', platformName: 'Example Platform', timeoutMs, concurrency: CONCURRENCY };
  return new MailDelivery(db, new Wake(db, log), clock, transport, { contentOf, nextMorning }, settings, log);
}

function hourInBerlin(instant: Date): number {
  return Number(instant.toLocaleString('sv-SE', { timeZone: 'Europe/Berlin' }).slice(11, 13));
}

async function ledger({ id }: QueuedMail): Promise<MailView> {
  const { edges } = await service.mails(OPERATOR, {}, { first: 100, after: null });
  return edges.find(({ node }) => node.id === id)!.node;
}

/** Ends the connections by which deliverers show what they have under way, as a server does with a peer that is silent. */
async function endLocks(): Promise<void> {
  await db.query(
    `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`,
  );
}

/** How many of them are not sent, by how they stand. */
function unsent(mails: readonly QueuedMail[]) {
  return db.query<{ status: string; attempts: number; claimed: boolean; count: number }>(
    `select status, attempts, claimed_until is not null as claimed, count(*) from mail where id = any ($1) and status <> 'SENT' group by 1, 2, 3 order by 1, 2`,
    [mails.map(({ id }) => id)],
  );
}

async function events(mail: QueuedMail) {
  return (await readEvents(db, LOG_START, 500)).filter(({ data }) => data['mailId'] === mail.id);
}

describe('delivery', () => {
  it('sends what is due and writes down to whom and what', async () => {
    const [mail] = await queueMails(db, 1);
    const [later] = await queueMails(db, 1, new Date(NOW.getTime() + 90 * MINUTE));
    const report = await deliverer(contentFor([mail!, later!])).deliverDue(never());
    expect(report).toEqual({ sent: 1, retried: 0, failed: 0, skipped: 0, resent: 0, nextDueAt: new Date(NOW.getTime() + 90 * MINUTE) });
    const { parsed, to } = await sink.waitForMail();
    expect(to).toEqual([mail!.email]);
    expect(parsed.messageId).toBe(`<${mail!.id}@graceline.test>`);
    expect(parsed.headers.get('x-graceline-mail')).toBe(mail!.id);
    expect(parsed.headers.get('list')).toMatchObject({ id: { name: 'migrations.example.com' } });
    expect(await ledger(mail!)).toMatchObject({
      status: 'SENT',
      attempts: 1,
      recipient: mail!.email,
      subject: parsed.subject,
      lastError: null,
      finishedAt: NOW,
    });
    expect(await ledger(later!)).toMatchObject({ status: 'QUEUED', attempts: 0 });
  });

  it('never sends one twice with two deliverers at once', async () => {
    // Each claims two hundred ahead of its senders: with no more than that, the first to get a connection may take them all.
    const mails = await queueMails(db, 600);
    const reports = await Promise.all([deliverer(contentFor(mails)), deliverer(contentFor(mails))].map((one) => one.deliverDue(never())));
    expect(reports[0]!.sent + reports[1]!.sent).toBe(600);
    expect(sink.mails).toHaveLength(600);
    expect(new Set(sink.mails.map(({ to }) => to[0]))).toEqual(new Set(mails.map(({ email }) => email)));
    for (const { sent } of reports) expect(sent).toBeGreaterThan(0);
  });

  it('skips a mail with nothing left to say', async () => {
    const [mail] = await queueMails(db, 1);
    expect(await deliverer(contentFor([mail!], new Map([[mail!.id, null]]))).deliverDue(never())).toMatchObject({ skipped: 1, sent: 0 });
    expect(await ledger(mail!)).toMatchObject({ status: 'SKIPPED', finishedAt: NOW, recipient: null });
    expect(sink.mails).toEqual([]);
  });

  it('backs off from a 4xx and delivers when the server takes it', async () => {
    const [mail] = await queueMails(db, 1);
    const delivery = deliverer(contentFor([mail!]));
    sink.answer(mail!.email, { kind: 'refuse', code: 451, message: 'greylisted' }, 2);
    const first = await delivery.deliverDue(never());
    expect(first).toMatchObject({ retried: 1, sent: 0 });
    expect(first.nextDueAt!.getTime() - NOW.getTime()).toBeGreaterThanOrEqual(MINUTE);
    expect(await ledger(mail!)).toMatchObject({
      status: 'QUEUED',
      attempts: 1,
      lastError: expect.stringContaining('greylisted'),
      recipient: mail!.email,
    });
    expect(await delivery.deliverDue(never())).toMatchObject({ retried: 0, sent: 0 });

    now = first.nextDueAt!;
    const second = await delivery.deliverDue(never());
    expect(second.nextDueAt!.getTime() - now.getTime()).toBeGreaterThan(MINUTE);
    now = second.nextDueAt!;
    expect(await delivery.deliverDue(never())).toMatchObject({ sent: 1, nextDueAt: null });
    expect(await ledger(mail!)).toMatchObject({ status: 'SENT', attempts: 3, lastError: null, finishedAt: now });
  });

  it('tries again in mornings alone, and gives up after three days of 4xx', async () => {
    const [mail] = await queueMails(db, 1);
    const delivery = deliverer(contentFor([mail!]));
    sink.answer(mail!.email, { kind: 'refuse', code: 451 });
    const hours: number[] = [];
    let report: DeliveryReport;
    do {
      report = await delivery.deliverDue(never());
      if (report.retried + report.failed > 0) hours.push(hourInBerlin(now));
      now = report.nextDueAt ?? now;
    } while (report.nextDueAt);
    expect(report.failed).toBe(1);
    expect(hours.every((hour) => hour >= REMINDER_HOUR && hour < REMINDER_HOUR + 3)).toBe(true);
    expect((now.getTime() - NOW.getTime()) / (24 * 60 * MINUTE)).toBeGreaterThan(2);
    expect((now.getTime() - NOW.getTime()) / (24 * 60 * MINUTE)).toBeLessThan(4);
    expect(await ledger(mail!)).toMatchObject({ status: 'FAILED', attempts: MAX_ATTEMPTS, finishedAt: now });
  });

  it('lets what is found at night wait for the morning, also where a deliverer died over it, unless an operator asks', async () => {
    const [waiting, abandoned, asked] = await queueMails(db, 3);
    await db.query(`update mail set status = 'SENDING', attempts = 1, claimed_until = $2 where id = $1`, [abandoned!.id, NOW]);
    await db.query(`update mail set urgent = true where id = $1`, [asked!.id]);
    now = new Date('2026-05-01T20:00:00Z');
    const morning = new Date('2026-05-02T07:00:00Z');
    const delivery = deliverer(contentFor([waiting!, abandoned!, asked!]));
    expect(await delivery.deliverDue(never())).toMatchObject({ sent: 1, resent: 0, nextDueAt: morning });
    expect(sink.mails.map(({ to }) => to[0])).toEqual([asked!.email]);
    expect(await ledger(waiting!)).toMatchObject({ status: 'QUEUED', attempts: 0, sendAfter: morning });
    now = morning;
    expect(await delivery.deliverDue(never())).toMatchObject({ sent: 2, resent: 1, nextDueAt: null });
  });

  it('ends a mail at a 5xx, tells the log, and sends it when an operator asks again', async () => {
    const [mail, other] = await queueMails(db, 2);
    const delivery = deliverer(contentFor([mail!, other!]));
    sink.answer(mail!.email, { kind: 'refuse', code: 550, message: 'no such user' }, 1);
    expect(await delivery.deliverDue(never())).toMatchObject({ failed: 1, sent: 1, nextDueAt: null });
    const { edges } = await service.mails(OPERATOR, { status: 'FAILED' }, { first: 1, after: null });
    expect(edges[0]!.node).toMatchObject({ id: mail!.id, lastError: expect.stringContaining('no such user'), recipient: mail!.email });

    expect(await service.retryMail(OPERATOR, mail!.id)).toMatchObject({ status: 'QUEUED', attempts: 0, sendAfter: NOW, finishedAt: null });
    expect(await delivery.deliverDue(never())).toMatchObject({ sent: 1 });
    expect((await events(mail!)).map(({ type, actor, administratorId }) => ({ type, actor, administratorId }))).toEqual([
      { type: 'MAIL_FAILED', actor: 'clock', administratorId: mail!.administratorId },
      { type: 'MAIL_RETRIED', actor: 'ops@example.com', administratorId: mail!.administratorId },
    ]);
  });

  it.each(['drip', 'hang', 'reset'] as const)(
    'puts a mail off where the server does %s after DATA, and does not hold up others',
    async (kind) => {
      const mails = await queueMails(db, 10);
      sink.answer(mails[0]!.email, { kind });
      expect(await deliverer(contentFor(mails), 2_000).deliverDue(never())).toMatchObject({ sent: 9, retried: 1 });
      expect(await ledger(mails[0]!)).toMatchObject({ status: 'QUEUED', attempts: 1, lastError: expect.any(String) });
    },
  );

  it('tries every mail once where the server answers nobody, also those given back because they waited too long', async () => {
    const mails = await queueMails(db, 30);
    sink.answer('*', { kind: 'hang' });
    expect(await deliverer(contentFor(mails), 300).deliverDue(never())).toMatchObject({ retried: 30, sent: 0, resent: 0 });
    const tried = await db.query(`select status, attempts, count(*) from mail where id = any ($1) group by 1, 2`, [
      mails.map(({ id }) => id),
    ]);
    expect(tried).toEqual([{ status: 'QUEUED', attempts: 1, count: 30 }]);
  });

  it('takes over from a deliverer that died, and counts that', async () => {
    const [mail] = await queueMails(db, 1);
    const died = await LiveClaims.open(db, 'mail');
    await claimDueMails(died, now, new Date(now.getTime() + MINUTE), 10);
    await died.close();
    const delivery = deliverer(contentFor([mail!]));
    expect(await delivery.deliverDue(never())).toMatchObject({ sent: 0, resent: 0, nextDueAt: new Date(NOW.getTime() + MINUTE) });
    now = new Date(NOW.getTime() + MINUTE);
    expect(await delivery.deliverDue(never())).toMatchObject({ sent: 1, resent: 1 });
    expect(await ledger(mail!)).toMatchObject({ status: 'SENT', attempts: 2 });
  });

  it('takes nothing over from a deliverer that lives, however far the clock jumps', async () => {
    const [mail] = await queueMails(db, 1);
    sink.answer(mail!.email, { kind: 'hang' }, 1);
    const slow = deliverer(contentFor([mail!]), 3_000).deliverDue(never());
    await expect.poll(() => sink.unanswered.length).toBe(1);
    now = new Date(NOW.getTime() + 24 * 60 * MINUTE);
    expect(await deliverer(contentFor([mail!])).deliverDue(never())).toMatchObject({ sent: 0, resent: 0 });
    expect(await slow).toMatchObject({ retried: 1 });
    expect(await ledger(mail!)).toMatchObject({ status: 'QUEUED', attempts: 1 });
  });

  it('takes nothing over that a deliverer whose clock is behind has only just claimed', async () => {
    await queueMails(db, 3);
    const [behind, ahead] = [await LiveClaims.open(db, 'mail'), await LiveClaims.open(db, 'mail')];
    expect(await claimDueMails(behind, now, new Date(now.getTime() + MINUTE), 10)).toHaveLength(3);
    const hourLater = new Date(now.getTime() + 60 * MINUTE);
    expect(await claimDueMails(ahead, hourLater, new Date(hourLater.getTime() + MINUTE), 10)).toEqual([]);
    await behind.close();
    expect(await claimDueMails(ahead, hourLater, new Date(hourLater.getTime() + MINUTE), 10)).toHaveLength(3);
    await ahead.close();
  });

  it('says so where its connection is lost, and goes on next time', async () => {
    const mails = await queueMails(db, 2);
    sink.answer(mails[0]!.email, { kind: 'hang' }, 1);
    const delivery = deliverer(contentFor(mails), 3_000);
    const cut = delivery.deliverDue(never()).catch((error: unknown) => error);
    await expect.poll(() => sink.unanswered.length).toBe(1);
    await endLocks();
    expect(await cut).toBeInstanceOf(Error);
    now = new Date(NOW.getTime() + 24 * 60 * MINUTE);
    await delivery.deliverDue(never());
    expect(sink.mailsTo(mails[0]!.email)).toHaveLength(1);
    expect(sink.mailsTo(mails[1]!.email)).toHaveLength(1);
  });

  it('sends nothing of what it claimed ahead once nobody can see that it is under way: another has taken it over by then', async () => {
    const mails = await queueMails(db, 60);
    sink.answer('*', { kind: 'hang' }, CONCURRENCY);
    const cut = deliverer(contentFor(mails), 3_000)
      .deliverDue(never())
      .catch((error: unknown) => error);
    await expect.poll(() => sink.unanswered.length).toBe(CONCURRENCY);
    await endLocks();
    expect(await cut).toBeInstanceOf(Error);
    expect(sink.mails).toEqual([]);
    expect(await unsent(mails)).toEqual([
      { status: 'QUEUED', attempts: 0, claimed: false, count: 60 - CONCURRENCY },
      { status: 'QUEUED', attempts: 1, claimed: false, count: CONCURRENCY },
    ]);
  });

  it('finishes what is under way when told to stop, and leaves the rest as it was', async () => {
    const mails = await queueMails(db, 60);
    const stop = new AbortController();
    const running = deliverer(contentFor(mails)).deliverDue(stop.signal);
    await sink.waitForMail();
    stop.abort();
    const { sent } = await running;
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(60);
    expect(sink.mails).toHaveLength(sent);
    expect(await unsent(mails)).toEqual([{ status: 'QUEUED', attempts: 0, claimed: false, count: 60 - sent }]);
  });

  it('gives back at once what waits behind a slow server when told to stop: the process may not live to see its answers', async () => {
    const mails = await queueMails(db, 60);
    sink.answer('*', { kind: 'hang' });
    const stop = new AbortController();
    const running = deliverer(contentFor(mails), 2 * PATIENCE_MS).deliverDue(stop.signal);
    await expect.poll(() => sink.unanswered.length).toBe(CONCURRENCY);
    stop.abort();
    await expect
      .poll(() => unsent(mails))
      .toEqual([
        { status: 'QUEUED', attempts: 0, claimed: false, count: 60 - CONCURRENCY },
        { status: 'SENDING', attempts: 1, claimed: true, count: CONCURRENCY },
      ]);
    await sink.close();
    expect(await running).toMatchObject({ sent: 0, retried: CONCURRENCY });
  });

  it('loses no mail where its content cannot be had', async () => {
    const [mail] = await queueMails(db, 1);
    const broken = deliverer(() => Promise.reject(new Error('the content is broken')));
    const { nextDueAt, retried } = await broken.deliverDue(never());
    expect(retried).toBe(1);
    expect(await ledger(mail!)).toMatchObject({ status: 'QUEUED', lastError: expect.stringContaining('the content is broken') });
    now = nextDueAt!;
    expect(await deliverer(contentFor([mail!])).deliverDue(never())).toMatchObject({ sent: 1 });
  });
});

describe('the ledger for operators', () => {
  it('is read page by page, newest first', async () => {
    const mails = await queueMails(db, 5);
    const first = await service.mails(OPERATOR, { status: 'QUEUED' }, { first: 3, after: null });
    const second = await service.mails(OPERATOR, { status: 'QUEUED' }, { first: 3, after: first.edges.at(-1)!.cursor });
    expect([...first.edges, ...second.edges].map(({ node }) => node.id)).toEqual(mails.map(({ id }) => id).toReversed());
    expect([first.hasNextPage, second.hasNextPage]).toEqual([true, false]);
  });

  it('is for operators only, and names each fault', async () => {
    const [mail] = await queueMails(db, 1);
    const administrator: Actor = {
      role: 'ADMINISTRATOR',
      subject: 'ada@example.com',
      administratorId: mail!.administratorId,
      tokenId: null,
      scopes: [],
    };
    await expect(service.mails(administrator, {}, { first: 10, after: null })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(service.retryMail(administrator, mail!.id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    for (const id of ['nonsense', '01a20514-300c-76fc-b8a1-d52c71331aa1'])
      await expect(service.retryMail(OPERATOR, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await deliverer(contentFor([mail!])).deliverDue(never());
    await expect(service.retryMail(OPERATOR, mail!.id)).rejects.toMatchObject({ code: 'WRONG_STATE' });
    const cursor = Buffer.from('["x"]').toString('base64url');
    await expect(service.mails(OPERATOR, {}, { first: 10, after: cursor })).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
  });

  it('forgets what old mails said, and keeps their rows', async () => {
    const [mail] = await queueMails(db, 1);
    await deliverer(contentFor([mail!])).deliverDue(never());
    const later = NOW.getTime() + 90 * 24 * 60 * 60 * 1_000;
    expect(await new MailPurge(db, { now: () => new Date(later) }).run()).toBe(0);
    expect(await new MailPurge(db, { now: () => new Date(later + 1) }).run()).toBeGreaterThan(0);
    expect(await ledger(mail!)).toMatchObject({
      status: 'SENT',
      recipient: null,
      subject: null,
      messageId: `<${mail!.id}@graceline.test>`,
    });
  });
});
