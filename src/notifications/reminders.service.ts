import type { Clock } from '../clock.ts';
import type { Database, Transaction } from '../db/database.ts';
import type { ReminderContent } from '../email/reminder-mail.ts';
import { LOG_START, readEvents, readTraceparents } from '../events/log.ts';
import { NO_TRACING, type Tracing } from '../tracing/tracing.ts';
import { judgedAt } from './judging.rules.ts';
import { composeBatch, putOff, type WaitingPlace } from './mail-composition.repository.ts';
import { morningIn } from './mornings.ts';
import { readCauses, readContents } from './reminder-content.repository.ts';
import { closeFinished, type MilestoneTask, planMilestones, readTimeZones } from './reminder-plan.repository.ts';
import { expandBatch, FIRST_ADMINISTRATOR, remindMoved, remindOfEvents } from './reminders.repository.ts';

/** The reader of the log that reminds of what follows from events of single accounts. */
const READER = 'reminders';
const EVENTS = 500;

/** What the operator of the platform settled. */
export interface ReminderSettings {
  /** REMINDER_HOUR: the local hour at which mornings begin. */
  readonly reminderHour: number;
  /** PLATFORM_NAME. */
  readonly platformName: string;
  /** Where the dashboard is. */
  readonly publicUrl: string;
  /** MAIL_FROM: its domain is that of the Message-IDs. */
  readonly mailFrom: string;
}

/** What {@link Reminders.expandMilestones} did. */
export interface ExpansionReport {
  /** Reminders added. */
  readonly added: number;
  /** When a milestone may fall due next; null where none is known. */
  readonly nextDueAt: Date | null;
}

/** What {@link Reminders.composeMails} did. */
export interface CompositionReport {
  /** Mails added to the ledger. */
  readonly composed: number;
  /** Reminders and mails that were found outside their morning and wait for the next. */
  readonly putOff: number;
  /** When the next waiting reminder is due; null where none waits. */
  readonly nextDueAt: Date | null;
}

/**
 * Reminds administrators of what is open on their accounts: milestones become reminders, reminders become mails, and a
 * mail gets its words when it is sent. All three are sweeps that any number of workers may run at once and that go on
 * after a crash; keys in the database, not locks, make each thing happen once.
 */
export class Reminders {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly settings: ReminderSettings,
    private readonly tracing: Tracing = NO_TRACING,
  ) {}

  /**
   * Adds a reminder for every administrator to whom a milestone that is due matters. Called before
   * {@link composeMails}.
   *
   * @param signal once aborted nothing more is begun; the next sweep goes on
   */
  async expandMilestones(signal?: AbortSignal): Promise<ExpansionReport> {
    let added = await this.followLog(signal);
    const now = this.clock.now();
    const { tasks, nextDueAt } = await planMilestones(this.db, now, this.settings.reminderHour);
    for (const task of tasks) {
      if (signal?.aborted) break;
      added += await this.expand(task, now, signal);
    }
    // What was in the plan may have been left to another worker, or to the next sweep: only that one can know it is done.
    await closeFinished(this.db, now, new Set(tasks.map(({ migrationId }) => migrationId)));
    return { added, nextDueAt };
  }

  /**
   * Puts waiting reminders into mails where it is morning: one mail for each administrator, with everything that is due.
   *
   * @param signal once aborted nothing more is begun; the next sweep goes on
   */
  async composeMails(signal?: AbortSignal): Promise<CompositionReport> {
    const now = this.clock.now();
    const domain = this.settings.mailFrom.split('@').at(-1)!;
    // Where a milestone is still being expanded a mail would leave without it, and another follow tomorrow.
    const unfinished = new Set((await planMilestones(this.db, now, this.settings.reminderHour)).tasks.map(({ timeZone }) => timeZone));
    const mornings = (await readTimeZones(this.db)).map((timeZone) => morningIn(timeZone, now, this.settings.reminderHour));
    const ready = mornings.filter(({ open, timeZone }) => open && !unfinished.has(timeZone));
    const moved = await this.repeat(async (tx) => {
      const step = await putOff(tx, mornings, now);
      return { count: step.moved, more: step.more };
    }, signal);
    let place: WaitingPlace | null = null;
    const composed = await this.repeat(async (tx) => {
      const step = await composeBatch(tx, ready, now, domain, place);
      place = step.last;
      return { count: step.composed, more: place !== null };
    }, signal);
    const [next] = await this.db.query<{ at: Date | null }>(
      'select min(due_at) as at from reminder where mail_id is null and due_at > $1',
      [now],
    );
    return { composed, putOff: moved, nextDueAt: next!.at };
  }

  /**
   * What mails have to say now. Called right before they are sent.
   *
   * @param mailIds about a hundred at most
   * @returns by mail; null where nothing is left to say
   */
  contentOf(mailIds: readonly string[]): Promise<Map<string, ReminderContent | null>> {
    const { platformName, publicUrl } = this.settings;
    return readContents(this.db, mailIds, this.clock.now(), { platformName, publicUrl });
  }

  /**
   * When mails may leave next. Called before they are sent, because they may have waited since they were made.
   *
   * @returns null where they may now
   */
  nextMorning(timeZone: string, now: Date): Date | null {
    const { open, nextAt } = morningIn(timeZone, now, this.settings.reminderHour);
    return open ? null : nextAt;
  }

  /** Of mails that follow from something that was traced, what that was. @returns by mail, as the header `traceparent` has it */
  causesOf(mailIds: readonly string[]): Promise<Map<string, string[]>> {
    return readCauses(this.db, mailIds);
  }

  private async expand(task: MilestoneTask, now: Date, signal: AbortSignal | undefined): Promise<number> {
    let added = 0;
    for (let after: string | null = FIRST_ADMINISTRATOR; after !== null && !signal?.aborted;) {
      const from: string = after;
      const expansion = await this.db.transaction((tx) => expandBatch(tx, task, from, now));
      added += expansion?.added ?? 0;
      after = expansion?.last ?? null;
    }
    return added;
  }

  /** Reads on in the log; the cursor moves in the transaction of what followed from the events. */
  private async followLog(signal: AbortSignal | undefined): Promise<number> {
    await this.db.query('insert into event_cursor (reader, cursor) values ($1, $2) on conflict do nothing', [READER, LOG_START]);
    const startedAt = Date.now();
    const followed: string[] = [];
    const added = await this.repeat(async (tx) => {
      const [place] = await tx.query<{ cursor: string }>('select cursor from event_cursor where reader = $1 for update skip locked', [
        READER,
      ]);
      const events = place ? await readEvents(tx, place.cursor, EVENTS) : [];
      if (events.length === 0) return { count: 0, more: false };
      const traces = this.tracing.isOn ? await readTraceparents(tx, events) : new Map<string, string>();
      const now = judgedAt(this.clock.now(), events);
      const { added: ended, causes } = await remindOfEvents(tx, events, traces, now, this.settings.reminderHour);
      const moved = await remindMoved(tx, events, now, this.settings.reminderHour);
      await tx.query('update event_cursor set cursor = $2 where reader = $1', [READER, events.at(-1)!.cursor]);
      followed.push(...causes);
      return { count: ended + moved, more: events.length === EVENTS };
    }, signal);
    for (const cause of followed) this.tracing.done('plan reminders', cause, startedAt);
    return added;
  }

  private async repeat(
    step: (tx: Transaction) => Promise<{ count: number; more: boolean }>,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    let total = 0;
    for (let more = true; more && !signal?.aborted;) {
      const done = await this.db.transaction(step);
      total += done.count;
      more = done.more;
    }
    return total;
  }
}
