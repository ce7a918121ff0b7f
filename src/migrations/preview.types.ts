/** What GraphQL takes and shows while an operator still writes. */
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { ReminderKindEnum, SeverityEnum } from '../graphql/enums.ts';
import { DateTime, PartialDate } from '../graphql/scalars.ts';
import type { PlannedReminder } from '../notifications/planned-reminders.ts';
import type { Severity } from './lifecycle.rules.ts';
import { AffectsInputType } from './migration.types.ts';
import type { InputProblem } from './input-problems.ts';
import type { MigrationDraft, MigrationPreview } from './preview.service.ts';
import type { DatesDraft, PlannedMails, ReschedulePreview } from './reschedule-preview.service.ts';

@InputType('DatesDraft', { description: 'Dates of a migration as far as they are written; what is left out stays as it is.' })
export class DatesDraftInput implements DatesDraft {
  @Field(() => String, { nullable: true, description: 'From when accounts may opt in, as text.' })
  gracePeriodStart?: string;

  @Field(() => String, { nullable: true, description: 'From when it is on for all, as text.' })
  mandatoryOptIn?: string;
}

@InputType('MigrationDraft', { description: 'A migration as far as it is written. As NewMigration, but nothing in it is refused.' })
export class MigrationDraftInput implements MigrationDraft {
  @Field(() => String, { nullable: true, description: 'Its key; left out, it is made from the title.' })
  key?: string;

  @Field(() => String, { description: 'Its title.' })
  title!: string;

  @Field(() => String, { nullable: true, description: 'Markdown.' })
  description?: string;

  @Field(() => SeverityEnum, { description: 'How severe it is: sets the default grace.' })
  severity!: Severity;

  @Field(() => String, { nullable: true, description: 'From when accounts may opt in, as text; left out: TBD.' })
  gracePeriodStart?: string;

  @Field(() => String, {
    nullable: true,
    description: 'From when it is on for all, as text; left out: the default grace of the severity after the start.',
  })
  mandatoryOptIn?: string;

  @Field(() => String, { nullable: true, description: 'The address of a guide.' })
  guideUrl?: string | null;

  @Field(() => AffectsInputType, { nullable: true, description: 'Which accounts it touches; left out: all.' })
  affects?: AffectsInputType;
}

@ObjectType('InputProblem', { description: 'What is wrong with a draft, and what to do about it.', simpleResolvers: true })
export class InputProblemType implements InputProblem {
  @Field(() => String, { nullable: true, description: 'The field it is about; null where it is about all of it.' })
  field!: string | null;

  @Field(() => Int, { nullable: true, description: 'The line in it, counted from 1; null for other fields than the description.' })
  line!: number | null;

  @Field(() => String, { description: 'For programs: the code that the change itself would fail with.' })
  code!: InputProblem['code'];

  @Field(() => String, { description: 'For people: a sentence or two that say what to do.' })
  message!: string;
}

@ObjectType('PlannedReminder', {
  description: 'An occasion on which administrators with something to do are mailed.',
  simpleResolvers: true,
})
export class PlannedReminderType implements PlannedReminder {
  @Field(() => ReminderKindEnum, { description: 'What for.' })
  kind!: PlannedReminder['kind'];

  @Field(() => Int, {
    nullable: true,
    description: 'How many days before the deadline; null for other kinds, and while the deadline has no day.',
  })
  daysBefore!: number | null;

  @Field(() => DateTime, {
    description: 'When administrators in the time zone of the platform get it; others in the morning of their own.',
  })
  at!: Date;
}

@ObjectType('MigrationPreview', { description: 'What a draft would come to. Nothing is written.', simpleResolvers: true })
export class MigrationPreviewType implements MigrationPreview {
  @Field(() => ID, { nullable: true, description: 'The key it would have; null where there is none yet.' })
  key!: string | null;

  @Field(() => String, { description: 'The time zone of the platform, in which days begin.' })
  timeZone!: string;

  @Field(() => PartialDate, { nullable: true, description: 'The start of its grace period; null where what is written is no date.' })
  gracePeriodStart!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'The instant of `gracePeriodStart`; null while its day is unknown.' })
  graceStartsAt!: Date | null;

  @Field(() => PartialDate, {
    nullable: true,
    description: 'Its mandatory opt-in, by default so many days after the start; null where what is written is no date.',
  })
  mandatoryOptIn!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'The instant of `mandatoryOptIn`; null while its day is unknown.' })
  mandatoryAt!: Date | null;

  @Field(() => [PlannedReminderType], {
    description: 'When administrators would be mailed, were it announced now; while the deadline has no day, the next times only.',
  })
  reminders!: readonly PlannedReminder[];

  @Field(() => String, { description: 'Its section of the public page: safe HTML, an `article`.' })
  html!: string;

  affectedAccounts!: () => Promise<number>;

  @Field(() => [InputProblemType], { description: 'All that is wrong with it; empty where it could be created as it is.' })
  problems!: readonly InputProblem[];
}

@ObjectType('ReschedulePreview', { description: 'What new dates would come to. Nothing is written.', simpleResolvers: true })
export class ReschedulePreviewType implements ReschedulePreview {
  @Field(() => String, { description: 'The time zone of the platform, in which days begin.' })
  timeZone!: string;

  @Field(() => PartialDate, { nullable: true, description: 'The start of the grace period; null where what is written is no date.' })
  gracePeriodStart!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'The instant of `gracePeriodStart`; null while its day is unknown.' })
  graceStartsAt!: Date | null;

  @Field(() => PartialDate, { nullable: true, description: 'The mandatory opt-in; null where what is written is no date.' })
  mandatoryOptIn!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'The instant of `mandatoryOptIn`; null while its day is unknown.' })
  mandatoryAt!: Date | null;

  @Field(() => Boolean, { description: 'Whether they would wait for a second operator; a reason is needed then.' })
  needsSecondOperator!: boolean;

  @Field(() => String, { nullable: true, description: 'Why they would; null where they would apply at once.' })
  secondOperatorReason!: string | null;

  mails!: () => Promise<PlannedMails>;

  @Field(() => [PlannedReminderType], { description: 'When administrators would be mailed from then on.' })
  reminders!: readonly PlannedReminder[];

  @Field(() => [InputProblemType], { description: 'All that is wrong with them; empty where they could be asked for as they are.' })
  problems!: readonly InputProblem[];
}
