import { SYSTEM } from '../../auth/actor.ts';
import type { Clock } from '../../clock.ts';
import type { Database } from '../../db/database.ts';
import { type NewEvent, writeEvents } from '../../events/log.ts';
import type { Wake } from '../../events/wake.ts';
import type { Verdict } from './attempt.service.ts';
import {
  type ClaimedUserMail,
  endHold,
  expireUserMails,
  failuresInARow,
  holdAccount,
  recordOutcome,
  type UserMailOutcome,
} from './user-mail-claims.repository.ts';
import { holdDelayMs, retryDelayMs } from './user-mail.rules.ts';

/** Writes down what became of mails, and what follows from it for them and their accounts. */
export class UserMailOutcomes {
  constructor(
    private readonly db: Database,
    private readonly wake: Wake,
    private readonly clock: Clock,
  ) {}

  /**
   * Writes down how an attempt ended. A failure is an event as well, so that the account learns of it.
   *
   * @returns where the mail stands now; null where another sender has it by now, whose word counts
   */
  async record(mail: ClaimedUserMail, verdict: Verdict): Promise<UserMailOutcome['status'] | null> {
    const now = this.clock.now();
    const outcome = await this.outcomeOf(mail, verdict, now);
    const ours = outcome.status === 'FAILED' ? await this.recordFailure(mail, outcome, now) : await recordOutcome(this.db, mail, outcome);
    // Even where another sender has the mail by now, this is what the provider said.
    if (mail.probe && verdict.kind !== 'RETRY') await endHold(this.db, mail.accountNumber);
    return ours ? outcome.status : null;
  }

  /**
   * Ends mails that are of no use any more.
   *
   * @param limit how many at most; call again while it ends as many
   */
  async expire(now: Date, limit: number): Promise<{ failed: number; skipped: number }> {
    const expired = await this.db.transaction(async (tx) => {
      const mails = await expireUserMails(tx, now, limit);
      await writeEvents(tx, SYSTEM, now, mails.filter(({ status }) => status === 'FAILED').map(failureOf));
      return mails;
    });
    const failed = expired.filter(({ status }) => status === 'FAILED').length;
    if (failed > 0) this.wake.ring();
    return { failed, skipped: expired.length - failed };
  }

  private async outcomeOf(mail: ClaimedUserMail, verdict: Verdict, now: Date): Promise<UserMailOutcome> {
    const { kind, provider, subject, answer } = verdict;
    if (kind !== 'RETRY') return { status: kind, sendAfter: null, finishedAt: now, provider, subject, answer };
    const again = await this.againAt(mail, verdict, now);
    if (again >= mail.expiresAt) {
      const last = `${answer} It was not tried again, because it would have been of no use by then.`;
      return { status: 'FAILED', sendAfter: null, finishedAt: now, provider, subject, answer: last };
    }
    // Where the account is held, that decides when; the mail goes to the end of the line, in case the trouble is its own.
    const sendAfter = verdict.wholeAccount ? now : again;
    return { status: 'QUEUED', sendAfter, finishedAt: null, provider, subject, answer };
  }

  /** When a mail is tried again at the earliest; holds its account where all of its mails would meet the same. */
  private async againAt(mail: ClaimedUserMail, verdict: Verdict, now: Date): Promise<Date> {
    const { retryAfterMs, wholeAccount, settingsVersion, answer } = verdict;
    const { accountNumber } = mail;
    if (!wholeAccount) return new Date(now.getTime() + retryDelayMs(mail.attempts, retryAfterMs, Math.random()));
    const failures = (mail.probe ? await failuresInARow(this.db, accountNumber) : 0) + 1;
    const heldUntil = new Date(now.getTime() + holdDelayMs(failures, retryAfterMs, Math.random()));
    await holdAccount(this.db, { accountNumber, heldUntil, failures, settingsVersion, answer }, now);
    return heldUntil;
  }

  private async recordFailure(mail: ClaimedUserMail, outcome: UserMailOutcome, now: Date): Promise<boolean> {
    const ours = await this.db.transaction(async (tx) => {
      if (!(await recordOutcome(tx, mail, outcome))) return false;
      await writeEvents(tx, SYSTEM, now, [failureOf({ ...mail, provider: outcome.provider })]);
      return true;
    });
    if (ours) this.wake.ring();
    return ours;
  }
}

type FailedUserMail = Pick<ClaimedUserMail, 'id' | 'accountNumber' | 'template' | 'attempts'> & Pick<UserMailOutcome, 'provider'>;

/** What the account learns from the log. The provider's answer may name the recipient, so it stands in the ledger alone. */
function failureOf({ id, accountNumber, template, provider, attempts }: FailedUserMail): NewEvent {
  return { type: 'USER_MAIL_FAILED', accountNumber, data: { mailId: id, template, provider, attempts } };
}
