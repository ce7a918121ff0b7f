/** What GraphQL shows of the accounts of a rollout. */
import { ArgsType, Field, ID, Int, ObjectType } from 'type-graphql';
import { Connection, PageArgs } from '../graphql/connection.ts';
import { ReasonEnum, StandingEnum } from '../graphql/enums.ts';
import { DateTime } from '../graphql/scalars.ts';
import type { DecisionFacts, Reason } from './effective-state.rules.ts';
import { AccountMigrationType } from './rollout.types.ts';
import type { Standing } from './rollout-accounts.rules.ts';

@ObjectType('Decision', { description: 'What was decided for an account about a migration, as it stands.', simpleResolvers: true })
export class DecisionType implements DecisionFacts {
  @Field(() => DateTime, { nullable: true, description: 'When it opted in; null after opting out again.' })
  optedInAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When it last opted out; null after opting in again.' })
  optedOutAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'The later deadline it was given; may have passed.' })
  extendedUntil!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Until when it is left alone; may have passed.' })
  exemptUntil!: Date | null;
}

export const AccountMigrationConnection = Connection(AccountMigrationType);

@ArgsType()
export class MigrationAccountsArgs extends PageArgs {
  @Field(() => ID, { description: 'The key of the migration.' })
  migration!: string;

  @Field(() => StandingEnum, { defaultValue: 'ALL', description: 'Which of the accounts it touches.' })
  standing!: Standing;

  @Field(() => [ReasonEnum], {
    nullable: true,
    description:
      'Only accounts for which it is on or off for one of these reasons, in place of `standing`; NOT_AFFECTED lists those it does not touch.',
  })
  reasons?: Reason[] | null;

  @Field(() => String, { nullable: true, description: 'The beginning of the id of an account, or any part of its name.' })
  search?: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Only accounts that did not use the old behaviour for at least so many days, and would have been seen: none where uses were counted for a shorter time. 1 to 400.',
  })
  quietForDays?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Only accounts that used the old behaviour in the last so many days, today among them. 1 to 400.',
  })
  usedWithinDays?: number | null;
}
