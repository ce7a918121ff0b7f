/** What GraphQL shows of changes of flags. */
import { Field, ID, ObjectType } from 'type-graphql';
import { DateTime } from '../graphql/scalars.ts';
import type { ChangedAccount, ChangedDecision, FlagsChange } from './snapshot.service.ts';

@ObjectType('FlagDecision', { description: 'What was decided for an account about a migration.', simpleResolvers: true })
export class FlagDecisionType implements ChangedDecision {
  @Field(() => ID, { description: 'The key of the migration.' })
  migration!: string;

  @Field(() => Boolean, { description: 'Whether the account is opted in.' })
  optedIn!: boolean;

  @Field(() => Boolean, { description: 'Whether it has ever opted out.' })
  optedOut!: boolean;

  @Field(() => DateTime, { nullable: true, description: 'A later deadline of its own.' })
  extendedUntil!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Until when the migration leaves it alone.' })
  exemptUntil!: Date | null;
}

@ObjectType('FlagAccount', {
  description: 'All that decides which migrations are on for an account, as it is now.',
  simpleResolvers: true,
})
export class FlagAccountType implements ChangedAccount {
  @Field(() => ID, { description: "The platform's id of the account." })
  id!: string;

  @Field(() => DateTime, { description: 'When it was created.' })
  createdAt!: Date;

  @Field(() => [ID], { description: 'The keys of the migrations that do not touch it.' })
  notAffectedBy!: string[];

  @Field(() => [FlagDecisionType], { description: 'What was decided for it; none for migrations about which nothing was.' })
  decisions!: FlagDecisionType[];
}

@ObjectType('FlagsChange', { description: 'What an event changes for whoever keeps a snapshot of the flags.', simpleResolvers: true })
export class FlagsChangeType implements FlagsChange {
  @Field(() => String, { description: 'Its place in the event log.' })
  cursor!: string;

  @Field(() => FlagAccountType, {
    nullable: true,
    description: 'The account that changed; null where more has: read a snapshot that lies behind this `cursor`.',
  })
  account!: FlagAccountType | null;
}
