import type { Logger } from 'pino';
import { SYSTEM } from '../auth/actor.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { Gatherer } from '../db/gatherer.ts';
import { writeEvents } from '../events/log.ts';
import type { Wake } from '../events/wake.ts';
import { NO_TRACING, type Span, type Tracing } from '../tracing/tracing.ts';
import { MAX_ATTEMPTS, retryDelayMs } from './delivery.rules.ts';
import { type CausesOf, type DueMail, DueMails, type MailSource } from './due-mails.ts';
import { LiveClaims } from './live-claims.ts';
import { type Attempt, type ClaimedMail, type EndedAttempt, nextMailDueAt, recordAttempts } from './mail.repository.ts';
import type { MailTransport, OutgoingMail, SendResult } from './outgoing-mail.ts';
import { type ReminderContent, renderReminder } from './reminder-mail.ts';

/**
 * How many attempts of one sender may still be on their way into the ledger when it begins the next: enough that it does not
 * wait for commits, few because what a crash loses of them is sent twice.
 */
const MAX_UNWRITTEN = 4;

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

/** Who watches the delivery. */
export interface DeliveryWatch {
  /** Told what came of each attempt. */
  readonly attempted?: ((outcome: string) => void) | undefined;
  readonly tracing?: Tracing;
  /** Asked where there is somebody to tell. */
  readonly causesOf?: CausesOf;
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
  /** What several senders have to write down at once is one statement and one commit. */
  private readonly ended = new Gatherer<EndedAttempt, boolean>((all) => recordAttempts(this.db, all));

  constructor(
    private readonly db: Database,
    private readonly wake: Wake,
    private readonly clock: Clock,
    private readonly transport: MailTransport,
    private readonly source: MailSource,
    private readonly settings: DeliverySettings,
    private readonly log: Logger,
    private readonly watch: DeliveryWatch = {},
  ) {}

  /**
   * Sends all that is due. Called by the worker's sweep.
   *
   * @param signal once aborted nothing more is begun; resolves when what is under way has ended
   * @throws whatever the database threw; claims it left behind end by themselves
   */
  async deliverDue(signal: AbortSignal): Promise<DeliveryReport> {
    const report: DeliveryReport = { sent: 0, retried: 0, failed: 0, skipped: 0, resent: 0, nextDueAt: null };
    const live = await LiveClaims.open(this.db, 'mail');
    const due = new DueMails(this.db, this.clock, live, this.source, this.causesOf(), this.settings.timeoutMs, signal);
    const senders = Array.from({ length: this.settings.concurrency }, () => this.sendUntilNoneIsDue(due, report));
    const ends = [...(await Promise.allSettled(senders)), ...(await Promise.allSettled([due.close()]))];
    await live.close();
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    report.nextDueAt = await nextMailDueAt(this.db);
    return report;
  }

  private async sendUntilNoneIsDue(due: DueMails, report: DeliveryReport): Promise<void> {
    const unwritten: Promise<void>[] = [];
    try {
      for (let next = await due.next(); next; next = await due.next()) {
        const { written } = await this.deliver(next, report);
        unwritten.push(written);
        if (unwritten.length > MAX_UNWRITTEN) await unwritten.shift();
      }
    } finally {
      await Promise.all(unwritten);
    }
  }

  /** @returns once the attempt ended; `written` resolves when that stands in the ledger */
  private async deliver({ mail, content, causes, done }: DueMail, report: DeliveryReport): Promise<{ written: Promise<void> }> {
    if (mail.takenOver) report.resent += 1;
    const [parent, ...links] = causes;
    const { id, attempts } = mail;
    const facts = { kind: 'CONSUMER', parent, links, attributes: { 'graceline.mail': id, 'graceline.attempt': attempts } } as const;
    const attempt = await this.tracing.span('send mail', facts, (span) => this.attempt(mail, content, span));
    const written = this.record(mail, attempt, report).finally(done);
    // Whoever awaits it hears of a fault; that may be after it happened.
    written.catch(() => undefined);
    return { written };
  }

  private async attempt(mail: ClaimedMail, content: ReminderContent | null | Error, span: Span): Promise<Omit<Attempt, 'finishedAt'>> {
    if (content === null) return { status: 'SKIPPED', sendAfter: null, recipient: null, subject: null, error: null };
    let outgoing: OutgoingMail | null = null;
    let result: SendResult;
    try {
      if (content instanceof Error) throw content;
      outgoing = this.compose(mail, content);
      result = await this.send(outgoing);
    } catch (error) {
      // A defect of ours or a database that went away: the mail must neither be lost nor tried in a hot loop.
      this.log.error({ error, mail: mail.id }, 'could not make a mail; trying again later');
      result = { kind: 'retry', reason: `Internal error: ${(error as Error).message}` };
    }
    // The answer may name the recipient, so it stands in the ledger alone.
    if (result.kind !== 'sent') span.fail(result.kind);
    return { recipient: outgoing?.to.address ?? null, subject: outgoing?.subject ?? null, ...this.outcome(mail, result) };
  }

  private async send(mail: OutgoingMail): Promise<SendResult> {
    // AbortSignal.timeout would keep its timer, and what it holds, long after the mail has left.
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), this.settings.timeoutMs);
    try {
      return await this.transport.send(mail, deadline.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  private get tracing(): Tracing {
    return this.watch.tracing ?? NO_TRACING;
  }

  private causesOf(): CausesOf | null {
    return this.tracing.isOn ? (this.watch.causesOf ?? null) : null;
  }

  private outcome(mail: ClaimedMail, result: SendResult): Pick<Attempt, 'status' | 'sendAfter' | 'error'> {
    if (result.kind === 'sent') return { status: 'SENT', sendAfter: null, error: null };
    if (result.kind === 'rejected' || mail.attempts >= MAX_ATTEMPTS) return { status: 'FAILED', sendAfter: null, error: result.reason };
    const sendAfter = new Date(this.clock.now().getTime() + retryDelayMs(mail.attempts, mail.urgent, Math.random()));
    return { status: 'QUEUED', sendAfter, error: result.reason };
  }

  private async record(mail: ClaimedMail, attempt: Omit<Attempt, 'finishedAt'>, report: DeliveryReport): Promise<void> {
    const now = this.clock.now();
    const finished = { ...attempt, finishedAt: attempt.status === 'QUEUED' ? null : now };
    const ours =
      attempt.status === 'FAILED' ? await this.recordFailure(mail, finished, now) : await this.ended.ask({ mail, attempt: finished });
    if (!ours) {
      this.log.warn({ mail: mail.id }, 'a claim ended before its mail did; another deliverer took it over');
      return;
    }
    report[COUNTED_AS[attempt.status]] += 1;
    this.watch.attempted?.(COUNTED_AS[attempt.status]);
  }

  /** What an operator has to know of is an event; what went well stands in the ledger alone. */
  private async recordFailure(mail: ClaimedMail, attempt: Attempt, now: Date): Promise<boolean> {
    const ours = await this.db.transaction(async (tx) => {
      const [recorded] = await recordAttempts(tx, [{ mail, attempt }]);
      if (!recorded) return false;
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
