/** What GraphQL shows of the use of old behaviour. */
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { Connection } from '../graphql/connection.ts';
import { DateTime } from '../graphql/scalars.ts';
import { type ClientUsage, SAFE_AFTER_DAYS } from './usage.rules.ts';
import type { AccountUsageView, LastUseView, MigrationUsage } from './usage.service.ts';

const QUIET =
  'For how many days (of the calendar, in UTC) it was not used; where it never was, since when uses of the migration are counted.';

/** What the schema says of days without a use. */
export const QUIET_DAYS = `${QUIET} Null where nobody counts them.`;

@ObjectType('LastUse', { description: 'When an account last used the old behaviour a migration ends.', simpleResolvers: true })
export class LastUseType implements LastUseView {
  @Field(() => DateTime, { nullable: true, description: 'When, as far as the last 400 days; null for never.' })
  lastUsedAt!: Date | null;

  @Field(() => Int, { description: QUIET })
  quietDays!: number;

  @Field(() => Boolean, {
    description: `Whether that is ${SAFE_AFTER_DAYS} days or more: as far as uses tell, nothing breaks where it is enabled.`,
  })
  safeToEnable!: boolean;
}

@ObjectType('DayUsage', { description: 'How often old behaviour was used on a day.', simpleResolvers: true })
class DayUsageType {
  @Field(() => String, { description: 'The day, an ISO date in UTC.' })
  day!: string;

  @Field(() => Float, { description: 'How often.' })
  uses!: number;
}

@ObjectType('ClientUsage', { description: 'Who used old behaviour, and how often.', simpleResolvers: true })
export class ClientUsageType implements ClientUsage {
  @Field(() => String, {
    description:
      'Who: a client_id, the name of a token or a template; empty where nobody can be named. Of the clients of a day beyond a thousand: `(others)`.',
  })
  client!: string;

  @Field(() => Float, { description: 'How often.' })
  uses!: number;

  @Field(() => DateTime, { description: 'When it last did.' })
  lastUsedAt!: Date;
}

@ObjectType('MigrationUsage', {
  description: 'How much an account used the old behaviour a migration ends. Uses of the last second or so may be missing.',
  simpleResolvers: true,
})
export class MigrationUsageType implements MigrationUsage {
  @Field(() => DateTime, { nullable: true, description: 'When it was last used, as far as the last 400 days; null for never.' })
  lastUsedAt!: Date | null;

  @Field(() => Int, { nullable: true, description: QUIET_DAYS })
  quietDays!: number | null;

  @Field(() => Float, { description: 'How often in the last 30 days.' })
  usesLast30Days!: number;

  @Field(() => [DayUsageType], { description: 'Those of the last 30 days with uses, oldest first.' })
  days!: DayUsageType[];

  @Field(() => [ClientUsageType], { description: 'Who used it in the last 30 days, latest first; a hundred at most.' })
  clients!: ClientUsageType[];
}

@ObjectType('AccountUsage', { description: 'An account that used the old behaviour a migration ends.', simpleResolvers: true })
export class AccountUsageType implements AccountUsageView {
  accountNumber!: number;
  migrationId!: string;

  @Field(() => Float, { description: 'How often in the last 30 days.' })
  usesLast30Days!: number;

  @Field(() => DateTime, { description: 'When it last did.' })
  lastUsedAt!: Date;
}

export const AccountUsageConnection = Connection(AccountUsageType);
