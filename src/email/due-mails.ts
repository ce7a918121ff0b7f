import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import type { LiveClaims } from './live-claims.ts';
import { claimDueMails, type ClaimedMail, releaseMails } from './mail.repository.ts';
import type { ReminderContent } from './reminder-mail.ts';

/** Mails claimed at once: enough that the statements for them cost each of them little. */
const BATCH = 100;
/** With fewer left the next are claimed, so that senders need not wait for them. */
const FEW = BATCH;
/** A claim outlives this many attempts that all run into their hard deadline; what waits longer is given back. */
const ATTEMPTS_PER_CLAIM = 3;

/** What a mail has to say now, by its id; null (or no entry) where nothing is left to say. Asked when mails are claimed. */
export type ContentOf = (mailIds: readonly string[]) => Promise<ReadonlyMap<string, ReminderContent | null>>;

/** What mails follow from, by their id: spans that were traced. */
export type CausesOf = (mailIds: readonly string[]) => Promise<ReadonlyMap<string, readonly string[]>>;

/** Who knows what mails have to say, and when they may leave. */
export interface MailSource {
  readonly contentOf: ContentOf;
  /** When mails may leave next in a time zone; null where they may now. Asked when mails are claimed. */
  readonly nextMorning: (timeZone: string, now: Date) => Date | null;
}

/** A claimed mail whose turn it is. */
export interface DueMail {
  readonly mail: ClaimedMail;
  /** Null where nothing is left to say, an error where it could not be had. */
  readonly content: ReminderContent | null | Error;
  /** The spans it follows from; none where nobody asks for them. */
  readonly causes: readonly string[];
  /** To be called when the attempt is written down, or never will be: the claim is no longer shown to be alive. */
  readonly done: () => void;
}

interface Batch {
  readonly ids: readonly string[];
  /** On elapsed time, not on the clock: a claim must outlast the next attempt also while a test holds the clock still. */
  readonly staleAt: number;
  left: number;
}

/** Claims mails for the senders of one process, together and ahead of them, and knows what they have to say. */
export class DueMails {
  private readonly waiting: (DueMail & { readonly batch: Batch })[] = [];
  private filling: Promise<void> | undefined;
  private noneIsDue = false;
  /** Of the last batch: statements of the live claims follow one another. */
  private dropped: Promise<void> = Promise.resolve();
  /** Once it was told to stop. */
  private stopped: Promise<void> | undefined;

  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly live: LiveClaims,
    private readonly source: MailSource,
    private readonly causesOf: CausesOf | null,
    /** The hard deadline of an attempt. */
    private readonly timeoutMs: number,
    private readonly signal: AbortSignal,
  ) {
    signal.addEventListener('abort', this.stop, { once: true });
  }

  /**
   * The next mail to send; null where none is due any more, or nothing more may be begun.
   *
   * @throws whatever the database threw; mails claimed before are still had by asking again, or given back by {@link close}
   */
  async next(): Promise<DueMail | null> {
    for (;;) {
      // A process that stood still goes on with what it claimed, and another has taken that over by now.
      if (this.live.fault) throw this.live.fault;
      if (this.signal.aborted) return null;
      const [first] = this.waiting;
      if (first && performance.now() > first.batch.staleAt) {
        await this.giveBack();
        // They are due as before.
        this.noneIsDue = false;
        continue;
      }
      if (first) {
        this.waiting.shift();
        if (this.waiting.length < FEW && !this.noneIsDue) this.fill().catch(ignore);
        return first;
      }
      if (this.noneIsDue) return null;
      await this.fill();
    }
  }

  /**
   * Gives back what was claimed and not asked for.
   *
   * @throws whatever the database threw, also earlier where nobody heard of it
   */
  async close(): Promise<void> {
    this.signal.removeEventListener('abort', this.stop);
    await this.stopped;
    await this.filling?.catch(ignore);
    await this.giveBack();
    await this.dropped;
    if (this.live.fault) throw this.live.fault;
  }

  /** An attempt under way may outlast the process; what only waits behind it is given back while there is time. */
  private readonly stop = (): void => {
    this.stopped = (this.filling ?? Promise.resolve()).catch(ignore).then(() => this.giveBack());
    // Thrown by close.
    this.stopped.catch(ignore);
  };

  private fill(): Promise<void> {
    this.filling ??= this.claim().finally(() => (this.filling = undefined));
    return this.filling;
  }

  private async claim(): Promise<void> {
    const now = this.clock.now();
    const staleAt = performance.now() + this.timeoutMs * ATTEMPTS_PER_CLAIM;
    const due = await claimDueMails(this.live, now, new Date(now.getTime() + this.timeoutMs * (ATTEMPTS_PER_CLAIM + 1)), BATCH);
    if (due.length === 0) this.noneIsDue = true;
    const mails = await this.putOff(due, now);
    if (mails.length === 0) return;
    const batch = { ids: mails.map(({ id }) => id), staleAt, left: mails.length };
    const contents = await this.source.contentOf(batch.ids).catch((error: unknown) => error as Error);
    // A trace that lacks its beginning is better than no mail.
    const causes = await this.causesOf?.(batch.ids).catch(() => null);
    for (const mail of mails) {
      const content = contents instanceof Error ? contents : (contents.get(mail.id) ?? null);
      this.waiting.push({ mail, content, causes: causes?.get(mail.id) ?? [], done: () => this.finish(batch), batch });
    }
  }

  /** Gives back until their morning what fell due outside of one, by a retry or because nobody was there. Returns the others. */
  private async putOff(mails: readonly ClaimedMail[], now: Date): Promise<ClaimedMail[]> {
    const mornings = new Map([...new Set(mails.map(({ timeZone }) => timeZone))].map((zone) => [zone, this.source.nextMorning(zone, now)]));
    const leaves = mails.map((mail) => ({ mail, sendAfter: mail.urgent ? null : mornings.get(mail.timeZone)! }));
    const late = leaves.filter(({ sendAfter }) => sendAfter !== null);
    await releaseMails(this.db, late);
    if (late.length > 0) await this.live.drop(late.map(({ mail }) => mail.id));
    return leaves.filter(({ sendAfter }) => sendAfter === null).map(({ mail }) => mail);
  }

  private finish(batch: Batch): void {
    batch.left -= 1;
    if (batch.left > 0) return;
    this.dropped = this.live.drop(batch.ids).catch(ignore);
  }

  private async giveBack(): Promise<void> {
    const unsent = this.waiting.splice(0);
    await releaseMails(
      this.db,
      unsent.map(({ mail }) => ({ mail, sendAfter: null })),
    );
    for (const { done } of unsent) done();
  }
}

/** Whoever needs the outcome asks for it again and hears of the fault then. */
function ignore(): void {}
