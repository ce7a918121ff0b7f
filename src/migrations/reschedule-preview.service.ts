import { requireOperator } from '../accounts/visibility.ts';
import type { Actor } from '../auth/actor.ts';
import type { Clock } from '../clock.ts';
import type { Database, Transaction } from '../db/database.ts';
import { firstMorning } from '../notifications/mornings.ts';
import { type PlannedReminder, plannedReminders } from '../notifications/planned-reminders.ts';
import { checkedDate, scheduleFrom } from './dates.ts';
import { type PartialDate, TBD } from './dates.rules.ts';
import { type InputProblem, InputProblems } from './input-problems.ts';
import type { Schedule } from './lifecycle.rules.ts';
import { Migration } from './migration.entity.ts';
import { migrationNotFound, refuseWrongState } from './migrations.service.ts';
import { countConcerned } from './preview.repository.ts';
import { refuseSameDates, refuseSecondRequest, type RescheduleService } from './reschedule.service.ts';

/** Dates as far as they are written; what is left out stays. */
export interface DatesDraft {
  readonly gracePeriodStart?: string | undefined;
  readonly mandatoryOptIn?: string | undefined;
}

/** The mails that tell of new dates, did they apply now. */
export interface PlannedMails {
  readonly administrators: number;
  /** Null for no mail. */
  readonly firstAt: Date | null;
  readonly lastAt: Date | null;
}

/** What new dates would come to. */
export interface ReschedulePreview {
  /** Of the platform: days begin in it. */
  readonly timeZone: string;
  /** Null where what is written is no date. */
  readonly gracePeriodStart: PartialDate | null;
  readonly graceStartsAt: Date | null;
  readonly mandatoryOptIn: PartialDate | null;
  readonly mandatoryAt: Date | null;
  readonly needsSecondOperator: boolean;
  /** Why; null where they apply at once. */
  readonly secondOperatorReason: string | null;
  /** The mails about the new dates; counted when asked, because of a million accounts that takes a while. */
  readonly mails: () => Promise<PlannedMails>;
  /** What follows from then on. */
  readonly reminders: readonly PlannedReminder[];
  readonly problems: readonly InputProblem[];
}

/** Shows operators what other dates would set off, before they ask for them. Nothing is kept. */
export class ReschedulePreviewService {
  /**
   * @param reschedules whose rules they are judged by
   * @param reminderHour the local hour of reminders
   */
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly reschedules: Pick<RescheduleService, 'refuseDates' | 'shortensPromise'>,
    private readonly platformTimeZone: string,
    private readonly reminderHour: number,
  ) {}

  /**
   * What new dates of a migration would come to.
   *
   * @throws GracelineError FORBIDDEN, NOT_FOUND
   */
  async preview(actor: Actor, key: string, dates: DatesDraft): Promise<ReschedulePreview> {
    requireOperator(actor);
    const now = this.clock.now();
    return this.db.transaction(async (tx) => {
      const migration = await tx.em.findOne(Migration, { key });
      if (!migration) throw migrationNotFound(key);
      const problems = new InputProblems();
      const { start, deadline } = writtenDates(migration, dates, problems);
      const next = scheduleFrom(start ?? TBD, deadline ?? TBD, this.platformTimeZone);
      await this.judge(tx, migration, next, start !== null && deadline !== null, now, problems);
      const shortens = start !== null && deadline !== null && this.reschedules.shortensPromise(migration, next);
      if (shortens) await problems.tryAsync(() => refuseSecondRequest(tx, migration));
      const isWrong = problems.all.length > 0;
      return {
        timeZone: this.platformTimeZone,
        gracePeriodStart: start,
        graceStartsAt: next.graceStartsAt,
        mandatoryOptIn: deadline,
        mandatoryAt: next.mandatoryAt,
        needsSecondOperator: shortens,
        secondOperatorReason: shortens ? promisedMore(migration) : null,
        mails: once(() => this.mails(isWrong || migration.state === 'DRAFT' ? null : migration, next, now)),
        reminders: isWrong ? [] : this.reminders(migration, next, now),
        problems: problems.all,
      };
    });
  }

  private async judge(
    tx: Transaction,
    migration: Migration,
    next: Schedule,
    areDates: boolean,
    now: Date,
    problems: InputProblems,
  ): Promise<void> {
    const movable = problems.try(() => {
      refuseWrongState(migration, 'RESCHEDULE', now);
      return true;
    });
    if (!areDates || !movable) return;
    problems.try(() => {
      refuseSameDates(migration, next);
      this.reschedules.refuseDates(migration, next, now);
    });
  }

  /** @param migration null where nobody is mailed */
  private async mails(migration: Pick<Migration, 'id' | 'graceStartsAt'> | null, next: Schedule, now: Date): Promise<PlannedMails> {
    const moves = migration && migration.graceStartsAt?.getTime() !== next.graceStartsAt?.getTime();
    const zones = migration ? await countConcerned(this.db, migration.id, moves ? next : null, now) : [];
    const mornings = zones
      .map(({ timeZone }) => firstMorning(now, timeZone, this.reminderHour))
      .toSorted((a, b) => a.getTime() - b.getTime());
    return {
      administrators: zones.reduce((sum, { administrators }) => sum + administrators, 0),
      firstAt: mornings[0] ?? null,
      lastAt: mornings.at(-1) ?? null,
    };
  }

  /** As the reschedule itself will be one of the occasions, it is left out: it is said in mails. */
  private reminders(migration: Migration, { graceStartsAt, mandatoryAt }: Schedule, now: Date): PlannedReminder[] {
    const schedule = {
      announcedAt: migration.announcedAt ?? now,
      graceStartsAt,
      mandatoryAt,
      quietUntil: migration.quietUntil ?? null,
      reschedules: migration.state === 'DRAFT' ? [] : [{ id: 'preview', at: now }],
    };
    return plannedReminders(schedule, now, this.platformTimeZone, this.reminderHour).filter(({ kind }) => kind !== 'RESCHEDULED');
  }
}

function writtenDates(
  migration: Migration,
  { gracePeriodStart = migration.gracePeriodStart, mandatoryOptIn = migration.mandatoryOptIn }: DatesDraft,
  problems: InputProblems,
): { start: PartialDate | null; deadline: PartialDate | null } {
  return {
    start: problems.try(() => checkedDate('gracePeriodStart', gracePeriodStart)),
    deadline: problems.try(() => checkedDate('mandatoryOptIn', mandatoryOptIn)),
  };
}

function promisedMore({ promisedStart, promisedDeadline }: Migration): string {
  return `Accounts were promised a grace period from ${promisedStart} to ${promisedDeadline}, and these dates shorten it. Give a reason; another operator must approve it.`;
}

/** The outcome of work that is done when it is first asked for. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let outcome: Promise<T> | undefined;
  return () => (outcome ??= work());
}
