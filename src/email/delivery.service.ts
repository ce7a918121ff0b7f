import type { Logger } from 'pino';
import { SYSTEM } from '../auth/actor.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { writeEvents } from '../events/log.ts';
import type { Wake } from '../events/wake.ts';
import { MAX_ATTEMPTS, retryDelayMs } from './delivery.rules.ts';
import { LiveClaims } from './live-claims.ts';
import { type Attempt, claimDueMails, type ClaimedMail, nextMailDueAt, recordAttempt, releaseMails } from './mail.repository.ts';
import type { MailTransport, OutgoingMail, SendResult } from './outgoing-mail.ts';
import { type ReminderContent, renderReminder } from './reminder-mail.ts';

/** Mails one sender claims at once: enough to spare round trips, few enough that a slow one holds up little. */
const BATCH = 10;
/** A claim outlives this many attempts that all run into their hard deadline; what is left of the batch then is given back. */
const ATTEMPTS_PER_CLAIM = 3;

/** What a mail has to say now, by its id; null (or no entry) where nothing is left to say. Asked right before sending. */
export type ContentOf = (mailIds: readonly string[]) => Promise<ReadonlyMap<string, ReminderContent | null>>;

/** What the operator of the platform settled. */
export interface DeliverySettings {
  /** MAIL_FROM: the sender, from which the List-Id is made too. */
  readonly from: string;
  /** PLATFORM_NAME: what the sender is called. */
  readonly platformName: string;
  /** MAIL_TIMEOUT_SECONDS: the hard deadline of one attempt, however busy the server pretends to be. */
  readonly timeoutMs: number;
  /** How many messages are under way at once. */
  readonly concurrency: number;
}

/** What a run of the delivery did. */
export interface DeliveryReport {
  sent: number;
  /** Put off to a later attempt. */
  retried: number;
  /** Given up. */
  failed: number;
  /** Nothing was left to say. */
  skipped: number;
  /** Taken over from a deliverer that died, and so perhaps sent for the second time; counted among the others too. */
  resent: number;
  /** When to come back at the latest; null where nothing waits. */
  nextDueAt: Date | null;
}

/** Delivers the mails of the ledger. Any number of processes may do so at once. */
export class MailDelivery {
  constructor(
    private readonly db: Database,
    private readonly wake: Wake,
    private readonly clock: Clock,
    private readonly transport: MailTransport,
    private readonly contentOf: ContentOf,
    private readonly settings: DeliverySettings,
    private readonly log: Logger,
  ) {}

  /**
   * Sends all that is due. Called by the worker's sweep.
   *
   * @param signal once aborted nothing more is begun; resolves when what is under way has ended
   * @throws whatever the database threw; claims it left behind end by themselves
   */
  async deliverDue(signal: AbortSignal): Promise<DeliveryReport> {
    const report: DeliveryReport = { sent: 0, retried: 0, failed: 0, skipped: 0, resent: 0, nextDueAt: null };
    const live = await LiveClaims.open(this.db);
    const senders = Array.from({ length: this.settings.concurrency }, () => this.sendUntilNoneIsDue(live, signal, report));
    const ends = await Promise.allSettled(senders);
    await live.close();
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    report.nextDueAt = await nextMailDueAt(this.db);
    return report;
  }

  private async sendUntilNoneIsDue(live: LiveClaims, signal: AbortSignal, report: DeliveryReport): Promise<void> {
    while (!signal.aborted) {
      const now = this.clock.now();
      const mails = await claimDueMails(this.db, now, new Date(now.getTime() + this.settings.timeoutMs * (ATTEMPTS_PER_CLAIM + 1)), BATCH);
      if (mails.length === 0) return;
      const ids = mails.map(({ id }) => id);
      await live.hold(ids);
      await this.sendBatch(mails, signal, report);
      await live.drop(ids);
    }
  }

  private async sendBatch(mails: readonly ClaimedMail[], signal: AbortSignal, report: DeliveryReport): Promise<void> {
    const begun = performance.now();
    const contents = await this.contentOf(mails.map(({ id }) => id)).catch((error: unknown) => error as Error);
    for (const [i, mail] of mails.entries()) {
      // On elapsed time, not on the clock: a claim must outlast the next attempt also while a test holds the clock still.
      if (signal.aborted || performance.now() - begun > this.settings.timeoutMs * ATTEMPTS_PER_CLAIM)
        return releaseMails(this.db, mails.slice(i));
      if (mail.takenOver) report.resent += 1;
      await this.deliver(mail, contents instanceof Error ? contents : (contents.get(mail.id) ?? null), report);
    }
  }

  private async deliver(mail: ClaimedMail, content: ReminderContent | null | Error, report: DeliveryReport): Promise<void> {
    if (content === null)
      return this.record(mail, { status: 'SKIPPED', sendAfter: null, recipient: null, subject: null, error: null }, report);
    let outgoing: OutgoingMail | null = null;
    let result: SendResult;
    try {
      if (content instanceof Error) throw content;
      outgoing = this.compose(mail, content);
      result = await this.transport.send(outgoing, AbortSignal.timeout(this.settings.timeoutMs));
    } catch (error) {
      // A defect of ours or a database that went away: the mail must neither be lost nor tried in a hot loop.
      this.log.error({ error, mail: mail.id }, 'could not make a mail; trying again later');
      result = { kind: 'retry', reason: `Internal error: ${(error as Error).message}` };
    }
    await this.record(
      mail,
      { recipient: outgoing?.to.address ?? null, subject: outgoing?.subject ?? null, ...this.outcome(mail, result) },
      report,
    );
  }

  private outcome(mail: ClaimedMail, result: SendResult): Pick<Attempt, 'status' | 'sendAfter' | 'error'> {
    if (result.kind === 'sent') return { status: 'SENT', sendAfter: null, error: null };
    if (result.kind === 'rejected' || mail.attempts >= MAX_ATTEMPTS) return { status: 'FAILED', sendAfter: null, error: result.reason };
    const sendAfter = new Date(this.clock.now().getTime() + retryDelayMs(mail.attempts, Math.random()));
    return { status: 'QUEUED', sendAfter, error: result.reason };
  }

  private async record(mail: ClaimedMail, attempt: Omit<Attempt, 'finishedAt'>, report: DeliveryReport): Promise<void> {
    const now = this.clock.now();
    const finished = { ...attempt, finishedAt: attempt.status === 'QUEUED' ? null : now };
    const ours = attempt.status === 'FAILED' ? await this.recordFailure(mail, finished, now) : await recordAttempt(this.db, mail, finished);
    if (!ours) {
      this.log.warn({ mail: mail.id }, 'a claim ended before its mail did; another deliverer took it over');
      return;
    }
    report[COUNTED_AS[attempt.status]] += 1;
  }

  /** What an operator has to know of is an event; what went well stands in the ledger alone. */
  private async recordFailure(mail: ClaimedMail, attempt: Attempt, now: Date): Promise<boolean> {
    const ours = await this.db.transaction(async (tx) => {
      if (!(await recordAttempt(tx, mail, attempt))) return false;
      await writeEvents(tx, SYSTEM, now, [
        {
          type: 'MAIL_FAILED',
          administratorId: mail.administratorId,
          data: { mailId: mail.id, attempts: mail.attempts, error: attempt.error },
        },
      ]);
      return true;
    });
    if (ours) this.wake.ring();
    return ours;
  }

  private compose(mail: ClaimedMail, content: ReminderContent): OutgoingMail {
    return {
      id: mail.id,
      messageId: mail.messageId,
      createdAt: mail.createdAt,
      date: this.clock.now(),
      from: { name: this.settings.platformName, address: this.settings.from },
      to: { name: content.administrator.name, address: content.administrator.email },
      listId: this.settings.from.replace('@', '.'),
      ...renderReminder(content),
    };
  }
}

const COUNTED_AS = { SENT: 'sent', QUEUED: 'retried', FAILED: 'failed', SKIPPED: 'skipped' } as const;
