/** What GraphQL shows and takes of the catalogue. */
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Connection } from '../graphql/connection.ts';
import { EventTypeEnum, LifecycleStateEnum, PlatformEnum, RescheduleStatusEnum, SeverityEnum } from '../graphql/enums.ts';
import { DateTime, JSONObject, PartialDate } from '../graphql/scalars.ts';
import type { EventType } from '../events/log.ts';
import type { AffectedRule } from '../rollouts/effective-state.rules.ts';
import type { AffectsInput } from './affects.ts';
import type { LifecycleState, Severity } from './lifecycle.rules.ts';
import type { MigrationView, RescheduleView } from './migrations.rules.ts';
import type { NewMigration } from './migrations.service.ts';
import type { NewDates } from './reschedule.service.ts';

@ObjectType('Affects', {
  description: 'Which accounts a migration touches. Every condition that is given must hold.',
  simpleResolvers: true,
})
export class AffectsType implements AffectedRule {
  @Field(() => [PlatformEnum], { description: 'Platforms; empty means all.' })
  platforms!: AffectedRule['platforms'];

  @Field(() => Boolean, { description: 'Only accounts whose mail the built-in provider sends.' })
  builtInEmailOnly!: boolean;

  @Field(() => JSONObject, { description: 'Attributes an account must have with exactly these values.' })
  attributes!: AffectedRule['attributes'];

  @Field(() => Boolean, { description: 'Only accounts on its own list.' })
  listedOnly!: boolean;
}

@ObjectType('Reschedule', { description: "One change of a migration's dates, applied or asked for.", simpleResolvers: true })
export class RescheduleType implements Omit<RescheduleView, 'migrationId'> {
  @Field(() => ID, { description: 'Its id, to approve or reject it by.' })
  id!: string;

  @Field(() => RescheduleStatusEnum, { description: 'Whether it applies yet.' })
  status!: RescheduleView['status'];

  @Field(() => PartialDate, { description: 'The start of the grace period before.' })
  oldGracePeriodStart!: string;

  @Field(() => PartialDate, { description: 'The mandatory opt-in before.' })
  oldMandatoryOptIn!: string;

  @Field(() => PartialDate, { description: 'The start of the grace period it gives.' })
  newGracePeriodStart!: string;

  @Field(() => PartialDate, { description: 'The mandatory opt-in it gives.' })
  newMandatoryOptIn!: string;

  @Field(() => String, { nullable: true, description: 'Why, in the words of who asked.' })
  reason!: string | null;

  @Field(() => String, { nullable: true, description: 'Who asked for it; shown to operators.' })
  requestedBy!: string | null;

  @Field(() => DateTime, { description: 'When it was asked for.' })
  requestedAt!: Date;

  @Field(() => String, { nullable: true, description: 'Who approved or rejected it, where it had to wait; shown to operators.' })
  decidedBy!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was approved or rejected, where it had to wait.' })
  decidedAt!: Date | null;
}

@ObjectType('Migration', { description: 'A breaking change of the platform that accounts move to.', simpleResolvers: true })
export class MigrationType implements Omit<MigrationView, 'recordedState'> {
  id!: string;

  @Field(() => ID, { description: 'Its key, as it stands in URLs and code.' })
  key!: string;

  @Field(() => String, { description: 'Its title, one line of Markdown.' })
  title!: string;

  @Field(() => String, { description: 'What changes and what to do, in Markdown.' })
  description!: string;

  @Field(() => SeverityEnum, { description: 'How severe it is.' })
  severity!: Severity;

  @Field(() => LifecycleStateEnum, { description: 'Its state now, by its dates.' })
  state!: LifecycleState;

  @Field(() => PartialDate, { description: 'From when accounts may opt in; accounts created since have it from birth.' })
  gracePeriodStart!: string;

  @Field(() => DateTime, { nullable: true, description: 'The instant of `gracePeriodStart`; null while its day is unknown.' })
  graceStartsAt!: Date | null;

  @Field(() => PartialDate, { description: 'From when it is on for every account.' })
  mandatoryOptIn!: string;

  @Field(() => DateTime, { nullable: true, description: 'The instant of `mandatoryOptIn`; null while its day is unknown.' })
  mandatoryAt!: Date | null;

  @Field(() => Boolean, { description: 'Whether an account may opt out again during the grace period.' })
  reversible!: boolean;

  @Field(() => String, { nullable: true, description: 'The address of a guide.' })
  guideUrl!: string | null;

  @Field(() => AffectsType, { description: 'Which accounts it touches.' })
  affects!: AffectedRule;

  @Field(() => DateTime, { nullable: true, description: 'When people were told; null for a draft.' })
  announcedAt!: Date | null;

  @Field(() => DateTime, { description: 'When it was created.' })
  createdAt!: Date;

  @Field(() => DateTime, { description: 'When it was last changed.' })
  updatedAt!: Date;
}

export const MigrationConnection = Connection(MigrationType);

@ObjectType('MigrationChange', { description: 'That a migration changed, and how it is now.', simpleResolvers: true })
export class MigrationChange {
  @Field(() => String, { description: 'Its place in the event log.' })
  cursor!: string;

  @Field(() => EventTypeEnum, { description: 'What happened.' })
  type!: EventType;

  @Field(() => MigrationType, { description: 'The migration now.' })
  migration!: MigrationView;
}

@ObjectType('ImportReport', { description: 'What the import of a page did, by key, in the order of the page.', simpleResolvers: true })
export class ImportReportType {
  @Field(() => [ID], { description: 'Migrations that are new.' })
  created!: readonly string[];

  @Field(() => [ID], { description: 'Migrations that differed from the page.' })
  updated!: readonly string[];

  @Field(() => [ID], { description: 'Migrations that were as the page says.' })
  unchanged!: readonly string[];
}

@InputType('AffectsInput', { description: 'Which accounts a migration is to touch. What is left out stays as it is.' })
export class AffectsInputType implements AffectsInput {
  @Field(() => [PlatformEnum], { nullable: true, description: 'Platforms; an empty list means all.' })
  platforms?: AffectsInput['platforms'];

  @Field(() => Boolean, { nullable: true, description: 'Only accounts whose mail the built-in provider sends.' })
  builtInEmailOnly?: boolean;

  @Field(() => JSONObject, { nullable: true, description: 'Attributes an account must have with exactly these values; `{}` demands none.' })
  attributes?: Record<string, unknown>;

  @Field(() => [ID], { nullable: true, description: 'The only accounts it touches, up to 10,000; null lifts the restriction.' })
  accounts?: string[] | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'In place of `accounts`, for a migration that is there: the accounts seen using the old behaviour within so many days (1 to 400), today (UTC) among them. The list is made now; who uses it later is not added.',
  })
  usedWithinDays?: number;
}

@InputType('NewMigration', { description: 'A new migration. It begins as a draft that only operators see.' })
export class NewMigrationInput implements NewMigration {
  @Field(() => ID, { nullable: true, description: 'Lower case letters, digits and hyphens; left out, it is made from the title.' })
  key?: string;

  @Field(() => String, { description: 'One line, up to 200 characters.' })
  title!: string;

  @Field(() => String, { nullable: true, description: 'Markdown, up to 100 KB; headings from #### on.' })
  description?: string;

  @Field(() => SeverityEnum, { description: 'How severe it is: sets the default grace.' })
  severity!: Severity;

  @Field(() => PartialDate, { nullable: true, description: 'From when accounts may opt in; left out: TBD.' })
  gracePeriodStart?: string;

  @Field(() => PartialDate, {
    nullable: true,
    description: 'From when it is on for all; left out: the default grace of the severity after the start.',
  })
  mandatoryOptIn?: string;

  @Field(() => Boolean, { nullable: true, description: 'Whether an account may opt out again; left out: yes.' })
  reversible?: boolean;

  @Field(() => String, { nullable: true, description: 'The http or https address of a guide.' })
  guideUrl?: string | null;

  @Field(() => AffectsInputType, { nullable: true, description: 'Which accounts it touches; left out: all.' })
  affects?: AffectsInputType;
}

@InputType('MigrationEdit', { description: 'What to change of a migration. What is left out stays as it is.' })
export class MigrationEditInput {
  @Field(() => String, { nullable: true, description: 'One line, up to 200 characters.' })
  title?: string;

  @Field(() => String, { nullable: true, description: 'Markdown, up to 100 KB; headings from #### on.' })
  description?: string;

  @Field(() => SeverityEnum, {
    nullable: true,
    description: 'How severe it is. Its dates do not change with it, and must leave the grace it is to have.',
  })
  severity?: Severity;

  @Field(() => Boolean, { nullable: true, description: 'Whether an account may opt out again.' })
  reversible?: boolean;

  @Field(() => String, { nullable: true, description: 'The address of a guide; null removes it.' })
  guideUrl?: string | null;

  @Field(() => AffectsInputType, {
    nullable: true,
    description: 'Which accounts it touches. Refused as WRONG_STATE once it is mandatory: publish a new migration for further accounts.',
  })
  affects?: AffectsInputType;
}

@InputType('NewDates', { description: 'New dates of a migration. What is left out stays as it is.' })
export class NewDatesInput implements NewDates {
  @Field(() => PartialDate, { nullable: true, description: 'From when accounts may opt in.' })
  gracePeriodStart?: string;

  @Field(() => PartialDate, { nullable: true, description: 'From when it is on for all.' })
  mandatoryOptIn?: string;

  @Field(() => String, { nullable: true, description: 'Why; needed where the dates shorten a grace period that accounts were promised.' })
  reason?: string;
}
