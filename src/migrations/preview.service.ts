import { requireOperator } from '../accounts/visibility.ts';
import type { Actor } from '../auth/actor.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { type PlannedReminder, plannedReminders } from '../notifications/planned-reminders.ts';
import { type AffectsInput, usedSinceOf, refuseTooMany } from './affects.ts';
import { checkedDate, refuseImpossible, refusePastStart, scheduleFrom } from './dates.ts';
import { type PartialDate, TBD } from './dates.rules.ts';
import { type InputProblem, InputProblems } from './input-problems.ts';
import { defaultDeadline, type Schedule, type Severity } from './lifecycle.rules.ts';
import { descriptionProblems, isOversized, normaliseDescription } from './markdown.ts';
import { findMigration, refuseMissingAccounts } from './migrations.repository.ts';
import { checkedAttributes, checkedGuideUrl, checkedKey, checkedTitle, type MigrationView } from './migrations.rules.ts';
import { migrationNotFound } from './migrations.service.ts';
import { keyOfTitle } from './page.ts';
import { renderSectionHtml } from './page-html.ts';
import { countTouched } from './preview.repository.ts';

/** A migration as far as it is written. What is left out is as in the one that is edited, else as in a new one. */
export interface MigrationDraft {
  readonly key?: string | undefined;
  readonly title: string;
  readonly description?: string | undefined;
  readonly severity: Severity;
  /** As texts: what somebody still types is no date yet. */
  readonly gracePeriodStart?: string | undefined;
  readonly mandatoryOptIn?: string | undefined;
  readonly guideUrl?: string | null | undefined;
  readonly affects?: AffectsInput | undefined;
}

/** What a draft would come to. */
export interface MigrationPreview {
  /** Null where there is none yet. */
  readonly key: string | null;
  /** Of the platform: days begin in it. */
  readonly timeZone: string;
  /** Null where what is written is no date. */
  readonly gracePeriodStart: PartialDate | null;
  readonly graceStartsAt: Date | null;
  readonly mandatoryOptIn: PartialDate | null;
  readonly mandatoryAt: Date | null;
  /** Were it announced now. */
  readonly reminders: readonly PlannedReminder[];
  /** Its section of the public page. */
  readonly html: string;
  /** How many accounts it would touch; counted when asked, because of a million that takes a while. */
  readonly affectedAccounts: () => Promise<number>;
  readonly problems: readonly InputProblem[];
}

/** Shows operators what they are about to publish, while they write it. Nothing is kept. */
export class PreviewService {
  /** @param reminderHour the local hour of reminders */
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly platformTimeZone: string,
    private readonly reminderHour: number,
  ) {}

  /**
   * What a new or edited migration would come to.
   *
   * @param editing the key of the migration that is edited; null for a new one
   * @throws GracelineError FORBIDDEN, NOT_FOUND where there is no such migration to edit
   */
  async migration(actor: Actor, draft: MigrationDraft, editing: string | null): Promise<MigrationPreview> {
    requireOperator(actor);
    const now = this.clock.now();
    const edited = editing === null ? null : await findMigration(this.db, now, editing);
    if (editing !== null && !edited) throw migrationNotFound(editing);
    const problems = new InputProblems();
    const title = problems.try(() => checkedTitle(draft.title));
    const key = await this.keyOf(draft, title, edited, problems);
    const dates = this.datesOf(draft, edited, problems);
    const affectedAccounts = await this.touched(draft, edited, problems);
    const description = describedBy(draft, edited, problems);
    const guideUrl = problems.try(() => checkedGuideUrl(draft.guideUrl === undefined ? (edited?.guideUrl ?? null) : draft.guideUrl));
    const { gracePeriodStart, mandatoryOptIn, graceStartsAt, mandatoryAt } = dates;
    return {
      key,
      timeZone: this.platformTimeZone,
      ...dates,
      reminders: plannedReminders(
        { announcedAt: edited?.announcedAt ?? now, graceStartsAt, mandatoryAt, quietUntil: null, reschedules: [] },
        now,
        this.platformTimeZone,
        this.reminderHour,
      ),
      html: renderSectionHtml({
        key: key ?? '',
        title: title ?? draft.title.trim(),
        severity: draft.severity,
        platforms: draft.affects?.platforms ?? edited?.affects.platforms ?? [],
        gracePeriodStart: gracePeriodStart ?? TBD,
        mandatoryOptIn: mandatoryOptIn ?? TBD,
        description,
        state: 'DRAFT',
        guideUrl,
      }),
      affectedAccounts,
      problems: problems.all,
    };
  }

  private async keyOf(
    draft: MigrationDraft,
    title: string | null,
    edited: MigrationView | null,
    problems: InputProblems,
  ): Promise<string | null> {
    if (edited) return edited.key;
    // Made of the title, it is none of its own to correct while that is wrong.
    if (draft.key === undefined && title === null) return null;
    const key = problems.try(() => checkedKey(draft.key ?? keyOfTitle(title!)));
    if (key !== null && (await findMigration(this.db, this.clock.now(), key)))
      problems.add('KEY_TAKEN', `There is a migration "${key}" already. Give this one another key.`, 'key');
    return key;
  }

  private datesOf(
    { gracePeriodStart: start, mandatoryOptIn: deadline, severity }: MigrationDraft,
    edited: MigrationView | null,
    problems: InputProblems,
  ): Pick<MigrationPreview, 'gracePeriodStart' | 'graceStartsAt' | 'mandatoryOptIn' | 'mandatoryAt'> {
    const gracePeriodStart = problems.try(() => checkedDate('gracePeriodStart', start ?? edited?.gracePeriodStart ?? TBD));
    const byDefault = edited && start === undefined ? edited.mandatoryOptIn : defaultDeadline(severity, gracePeriodStart ?? TBD);
    const mandatoryOptIn = problems.try(() => checkedDate('mandatoryOptIn', deadline ?? byDefault));
    const schedule: Schedule = scheduleFrom(gracePeriodStart ?? TBD, mandatoryOptIn ?? TBD, this.platformTimeZone);
    const isJudged = gracePeriodStart !== null && mandatoryOptIn !== null && edited?.state !== 'MANDATORY';
    if (isJudged) problems.try(() => refuseImpossible(severity, schedule), edited ? 'severity' : 'mandatoryOptIn');
    // It is kept as a draft, which could not be announced.
    if (!edited || edited.state === 'DRAFT') problems.try(() => refusePastStart(schedule, this.clock.now(), this.platformTimeZone));
    return { gracePeriodStart, graceStartsAt: schedule.graceStartsAt, mandatoryOptIn, mandatoryAt: schedule.mandatoryAt };
  }

  /** Notes what is wrong with whom it touches. @returns what counts them */
  private async touched(
    { affects = {} }: MigrationDraft,
    edited: MigrationView | null,
    problems: InputProblems,
  ): Promise<() => Promise<number>> {
    const { platforms, builtInEmailOnly, accounts } = affects;
    const attributes = affects.attributes === undefined ? undefined : problems.try(() => checkedAttributes(affects.attributes!));
    const list = problems.try(() => {
      refuseTooMany(accounts ?? []);
      return { usedSince: usedSinceOf(affects, edited && this.clock.now()) };
    });
    // Without what is wrong it would touch more than is meant.
    if (list === null || attributes === null) return async () => 0;
    if (accounts) await problems.tryAsync(() => refuseMissingAccounts(this.db, accounts));
    return () => countTouched(this.db, edited?.id ?? null, { platforms, builtInEmailOnly, attributes, accounts, ...list });
  }
}

/** What is shown of a description, as it would be kept. */
function describedBy({ description }: MigrationDraft, edited: MigrationView | null, problems: InputProblems): string {
  const text = normaliseDescription(description ?? edited?.description ?? '');
  for (const { line, message } of descriptionProblems(text)) problems.add('INVALID_MARKDOWN', message, 'description', line);
  return isOversized(text) ? '' : text;
}
