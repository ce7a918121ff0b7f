import { requireOperator } from '../accounts/visibility.ts';
import type { Actor } from '../auth/actor.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { readQueueDepth } from '../db/queue-depth.ts';
import { GracelineError } from '../errors.ts';
import { type NewEvent, writeEvents } from '../events/log.ts';
import type { Wake } from '../events/wake.ts';
import { isUuid } from '../ids.ts';
import { cursorKey, type Page, pageOf, type PageRequest, pageSize } from '../pagination.ts';
import { MAX_RETRIED, type QueueView, SHOWN_FAILURES } from '../operations/operations.rules.ts';
import {
  listMails,
  lockMail,
  type MailStatus,
  type MailView,
  readFailedMails,
  type RequeuedMail,
  requeueFailedMails,
  requeueMail,
} from './mail.repository.ts';

/** Why a mail in this state is not sent again; null where it is. */
const REFUSALS: Readonly<Record<MailStatus, string | null>> = {
  QUEUED: null,
  FAILED: null,
  SENDING: 'This mail is being sent right now. Look again in a minute.',
  SENT: 'This mail was sent already. What is still open comes with the next reminder.',
  SKIPPED: 'Nothing was left to say when this mail was due, so there is nothing to send.',
};

/** The ledger of mails for operators. */
export class MailService {
  constructor(
    private readonly db: Database,
    private readonly wake: Wake,
    private readonly clock: Clock,
  ) {}

  /**
   * Mails of the ledger, newest first.
   *
   * @param filter `status`: only mails in this state
   * @throws GracelineError FORBIDDEN, INVALID_INPUT, INVALID_CURSOR
   */
  async mails(actor: Actor, filter: { readonly status?: MailStatus | null | undefined }, page: PageRequest): Promise<Page<MailView>> {
    requireOperator(actor);
    const first = pageSize(page.first);
    const before = cursorKey(page.after, ['string'])?.[0] as string | undefined;
    if (before !== undefined && !isUuid(before))
      throw new GracelineError('INVALID_CURSOR', 'The cursor does not belong to this list. Use the "endCursor" of the page before.');
    const rows = await listMails(this.db, filter.status ?? null, before ?? null, first + 1);
    return pageOf(
      rows,
      first,
      ({ id }) => [id],
      (mail) => mail,
    );
  }

  /** How the queue stands, for whoever has been let in already. */
  async queueView(now: Date): Promise<Omit<QueueView, 'name'>> {
    const [depth, failed] = await Promise.all([readQueueDepth(this.db, 'mail', now), readFailedMails(this.db, SHOWN_FAILURES)]);
    return { ...depth, ...failed };
  }

  /**
   * Tries those again at once that were given up, the oldest first, a thousand at most. Each leaves an event, as one by one.
   *
   * @returns how many, and how many are left: none once it was called often enough
   * @throws GracelineError FORBIDDEN
   */
  async retryFailed(actor: Actor): Promise<{ retried: number; remaining: number }> {
    requireOperator(actor);
    const now = this.clock.now();
    const outcome = await this.db.transaction(async (tx) => {
      const mails = await requeueFailedMails(tx, now, MAX_RETRIED);
      await writeEvents(tx, actor, now, mails.map(retriedEvent));
      return { retried: mails.length, remaining: (await readFailedMails(tx, 0)).failed };
    });
    if (outcome.retried > 0) this.wake.ring();
    return outcome;
  }

  /**
   * Tries a mail again at once that was given up or waits for its next attempt.
   *
   * @throws GracelineError FORBIDDEN, NOT_FOUND, WRONG_STATE
   */
  async retryMail(actor: Actor, id: string): Promise<MailView> {
    requireOperator(actor);
    const now = this.clock.now();
    const mail = await this.db.transaction(async (tx) => {
      const before = isUuid(id) ? await lockMail(tx, id) : undefined;
      if (!before) throw new GracelineError('NOT_FOUND', 'There is no such mail. Check its id in the list of mails.');
      const refusal = REFUSALS[before.status];
      if (refusal) throw new GracelineError('WRONG_STATE', refusal, { status: before.status });
      const after = await requeueMail(tx, id, now);
      await writeEvents(tx, actor, now, [retriedEvent(before)]);
      return after;
    });
    this.wake.ring();
    return mail;
  }
}

function retriedEvent({ id, administratorId, attempts, lastError }: RequeuedMail): NewEvent {
  return { type: 'MAIL_RETRIED', administratorId, data: { mailId: id, attempts, error: lastError } };
}
