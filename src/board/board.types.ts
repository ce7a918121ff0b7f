/** What GraphQL shows of an administrator's board. */
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { QUIET_DAYS } from '../gates/usage.types.ts';
import { SAFE_AFTER_DAYS } from '../gates/usage.rules.ts';
import { Connection } from '../graphql/connection.ts';
import { DateTime } from '../graphql/scalars.ts';
import { AccountMigrationType } from '../rollouts/rollout.types.ts';
import type { AccountMigration } from '../rollouts/rollouts.rules.ts';
import type { BoardAccount, BoardDeadline, BoardMigration, BoardView } from './board.rules.ts';

@ObjectType('BoardAccount', { description: 'One of your accounts with a migration, and whether it can go ahead.', simpleResolvers: true })
export class BoardAccountType implements BoardAccount {
  @Field(() => AccountMigrationType, { description: 'The account and the migration.' })
  accountMigration!: AccountMigration;

  @Field(() => Boolean, {
    description:
      'Whether it may opt in now and nothing stands in its way; where it may but this is false, `migrationImpact` says what to look at first.',
  })
  ready!: boolean;

  @Field(() => Boolean, {
    description: `Whether it is ready, and did not use the old behaviour for ${SAFE_AFTER_DAYS} days or more while uses were counted.`,
  })
  safeToEnable!: boolean;

  @Field(() => Int, { nullable: true, description: QUIET_DAYS })
  quietDays!: number | null;

  @Field(() => Float, { description: 'How often it used the old behaviour in the last 30 days.' })
  usesLast30Days!: number;
}

export const BoardAccountConnection = Connection(BoardAccountType);

@ObjectType('BoardMigration', { description: 'How your accounts stand to a migration.', simpleResolvers: true })
export class BoardMigrationType implements BoardMigration {
  migrationId!: string;

  @Field(() => Int, { description: 'Of your accounts, those it touches.' })
  affected!: number;

  @Field(() => Int, { description: 'Those that have something to do now: it is off, and they may opt in.' })
  open!: number;

  @Field(() => Int, { description: 'Of the open ones, those that may opt in now with nothing in their way.' })
  ready!: number;

  @Field(() => Int, {
    description: `Of these, those that did not use the old behaviour for ${SAFE_AFTER_DAYS} days or more while uses were counted.`,
  })
  safe!: number;

  @Field(() => Int, { description: 'Those that cannot act yet: its grace period has not started.' })
  notStarted!: number;

  @Field(() => Int, { description: 'Those that are left alone for a time.' })
  exempt!: number;

  @Field(() => Int, { description: 'Those for which it is on.' })
  done!: number;

  @Field(() => DateTime, {
    nullable: true,
    description: 'The next instant at which it becomes mandatory for one of them; null while unknown, or for none.',
  })
  nextDeadline!: Date | null;
}

@ObjectType('BoardDeadline', {
  description: 'That a migration becomes mandatory for some of your accounts on a day.',
  simpleResolvers: true,
})
export class BoardDeadlineType implements BoardDeadline {
  migrationId!: string;

  @Field(() => String, { description: 'The day where you are, an ISO date.' })
  day!: string;

  @Field(() => DateTime, { description: 'The instant.' })
  at!: Date;

  @Field(() => Int, { description: 'For how many of your accounts.' })
  accounts!: number;
}

@ObjectType('Board', { description: 'All of your accounts with all migrations that are not over for them.', simpleResolvers: true })
export class BoardType implements BoardView {
  @Field(() => Int, { description: 'How many accounts you administer.' })
  accounts!: number;

  @Field(() => String, { description: 'Your time zone, in which its days are.' })
  timeZone!: string;

  @Field(() => [BoardMigrationType], {
    description: 'Migrations that are announced and not yet on for all accounts, the next deadline first.',
  })
  migrations!: readonly BoardMigration[];

  @Field(() => [BoardDeadlineType], { description: 'Deadlines of accounts for which they are still off, in order of time.' })
  deadlines!: readonly BoardDeadline[];
}
