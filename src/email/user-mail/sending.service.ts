import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../clock.ts';
import type { Database } from '../../db/database.ts';
import type { Wake } from '../../events/wake.ts';
import { UnderWay } from '../../outbound/under-way.ts';
import { LiveClaims } from '../live-claims.ts';
import type { UserMailAttempts } from './attempt.service.ts';
import type { UserMailOutcomes } from './outcome.service.ts';
import { type ClaimedUserMail, claimUserMails, nextUserMailDueAt, takeOverUserMails } from './user-mail-claims.repository.ts';
import { MAX_UNDER_WAY_PER_ACCOUNT } from './user-mail.rules.ts';

/** One run of the sweep; what is under way then goes on beside the next. The worker counts as alive by runs that end. */
const RUN_MS = 3_000;
/** Between two looks for mail that nobody rang for. */
const POLL_MS = 1_000;
/** Between two looks for mail that somebody rang for: rings come up to 100 times a second. */
const RUNG_GAP_MS = 200;
/** A claim outlives its attempt, and what is read and written around it, by this. */
const CLAIM_MARGIN_MS = 15_000;
/** Mails that expire in one statement. */
const BATCH = 500;
/** What attempts under way get to end by themselves when the process stops. */
const STOP_MS = 500;

/** What a run did. */
export interface UserMailReport {
  sent: number;
  /** Put off to a later attempt. */
  retried: number;
  failed: number;
  skipped: number;
  /** Left by senders that died, and so perhaps sent for the second time; counted among the others too. */
  takenOver: number;
  /** When to come back at the latest; null where nothing waits. */
  nextDueAt: Date | null;
}

/** Sends the mails to users. Any number of processes may do so at once. */
export class UserMailSender {
  private readonly underWay = new UnderWay<number>(MAX_UNDER_WAY_PER_ACCOUNT);
  private live: LiveClaims | undefined;
  /** Whose locks are still held, though their mails have ended. */
  private ended: string[] = [];
  /** The account whose turn was last. */
  private turn = 0;
  private tendedAt = -Infinity;
  private lookedAt = -Infinity;
  private fault: Error | undefined;
  private report = emptyReport();

  /**
   * @param timeoutMs the hard deadline of one attempt, by which claims are long enough
   * @param attempted told what came of each attempt
   */
  constructor(
    private readonly db: Database,
    private readonly wake: Wake,
    private readonly clock: Clock,
    private readonly attempts: UserMailAttempts,
    private readonly outcomes: UserMailOutcomes,
    private readonly timeoutMs: number,
    private readonly attempted: (outcome: string) => void = () => undefined,
  ) {}

  /**
   * Sends what is due, and what falls due meanwhile, until nothing is or three seconds have passed. Slow attempts may be
   * under way after it; they hold up no other account, and the next run goes on beside them. Called by the worker's sweep.
   *
   * @param signal once aborted nothing more is begun; resolves when what is under way has ended
   * @throws whatever the database threw; claims it left behind end by themselves
   */
  async deliverDue(signal: AbortSignal): Promise<UserMailReport> {
    const report = (this.report = emptyReport());
    this.tendedAt = -Infinity;
    const endsAt = performance.now() + RUN_MS;
    const stopListening = this.wake.onWake(() => this.rung());
    const stopOnAbort = () => this.underWay.kick();
    signal.addEventListener('abort', stopOnAbort, { once: true });
    try {
      while (!signal.aborted && performance.now() < endsAt) {
        await this.tend();
        const begun = await this.beginDue();
        this.throwFault();
        if (begun > 0) continue;
        if (this.underWay.size === 0) break;
        await this.underWay.changed(POLL_MS);
      }
      if (signal.aborted) await this.underWay.allEnded();
      report.nextDueAt = this.underWay.size > 0 ? this.clock.now() : await nextUserMailDueAt(this.db);
      return report;
    } finally {
      signal.removeEventListener('abort', stopOnAbort);
      stopListening();
      if (this.underWay.size === 0) await this.closeLive();
    }
  }

  /** Waits a moment for what is under way; the rest is taken over by another process. Nothing may be begun any more. */
  async close(): Promise<void> {
    await Promise.race([this.underWay.allEnded(), sleep(STOP_MS, undefined, { ref: false })]);
    await this.closeLive();
  }

  private throwFault(): void {
    const { fault } = this;
    this.fault = undefined;
    if (fault) throw fault;
  }

  /** Looks again soon. */
  private rung(): void {
    const waitMs = this.lookedAt + RUNG_GAP_MS - performance.now();
    if (waitMs <= 0) this.underWay.kick();
    else setTimeout(() => this.underWay.kick(), waitMs).unref();
  }

  /** At the beginning of a run and once a second: ends what has expired, and queues anew what dead senders had. */
  private async tend(): Promise<void> {
    if (performance.now() - this.tendedAt < POLL_MS) return;
    const now = this.clock.now();
    this.report.takenOver += await takeOverUserMails(this.db, now);
    for (let expired = BATCH; expired === BATCH;) expired = await this.expire(now);
    this.tendedAt = performance.now();
  }

  private async expire(now: Date): Promise<number> {
    const { failed, skipped } = await this.outcomes.expire(now, BATCH);
    this.report.failed += failed;
    this.report.skipped += skipped;
    return failed + skipped;
  }

  /** Claims what there are lanes for and begins it. Returns how many. */
  private async beginDue(): Promise<number> {
    const { freeLanes, busy } = this.underWay;
    this.lookedAt = performance.now();
    if (freeLanes <= 0) return 0;
    const now = this.clock.now();
    const until = new Date(now.getTime() + this.timeoutMs + CLAIM_MARGIN_MS);
    const accounts = Math.ceil(freeLanes / 2);
    const request = { now, until, accounts, after: this.turn, busy };
    const { mails, turn } = await claimUserMails(this.db, request, (claimed) => this.hold(claimed)).catch(async (error: unknown) => {
      // What is under way loses its locks with the connection; the ends of its claims protect it.
      await this.closeLive();
      throw error;
    });
    this.turn = turn;
    for (const mail of mails) this.underWay.begin(mail.accountNumber, () => this.deliver(mail));
    return mails.length;
  }

  private async hold(mails: readonly ClaimedUserMail[]): Promise<void> {
    this.live ??= await LiveClaims.open(this.db, 'user_mail');
    const ended = this.ended.splice(0);
    if (ended.length > 0) await this.live.drop(ended);
    await this.live.hold(mails.map(({ id }) => id));
  }

  private async closeLive(): Promise<void> {
    const { live } = this;
    this.live = undefined;
    this.ended = [];
    await live?.close();
  }

  /** Never rejects: the run under way or the next one throws what went wrong. */
  private async deliver(mail: ClaimedUserMail): Promise<void> {
    try {
      const status = await this.outcomes.record(mail, await this.attempts.make(mail));
      if (!status) return;
      this.report[COUNTED_AS[status]] += 1;
      this.attempted(COUNTED_AS[status]);
    } catch (error) {
      this.fault ??= error instanceof Error ? error : new Error('Not an error was thrown.', { cause: error });
    } finally {
      this.ended.push(mail.id);
    }
  }
}

const COUNTED_AS = { SENT: 'sent', QUEUED: 'retried', FAILED: 'failed', SKIPPED: 'skipped' } as const;

function emptyReport(): UserMailReport {
  return { sent: 0, retried: 0, failed: 0, skipped: 0, takenOver: 0, nextDueAt: null };
}
