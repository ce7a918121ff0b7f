import type { AccountView } from '../accounts/account.view.ts';
/** What GraphQL shows of rollouts. */
import { Field, Int, ObjectType } from 'type-graphql';
import type { EventType } from '../events/log.ts';
import { EventTypeEnum, ReasonEnum } from '../graphql/enums.ts';
import { DateTime } from '../graphql/scalars.ts';
import type { MigrationView } from '../migrations/migrations.rules.ts';
import type { Progress } from './counts.ts';
import type { DecisionFacts, EffectiveState, Reason } from './effective-state.rules.ts';
import type { AccountMigrationKey } from './rollouts.rules.ts';

@ObjectType('EffectiveState', { description: 'Whether a migration is on for an account now, and why.', simpleResolvers: true })
export class EffectiveStateType implements EffectiveState {
  @Field(() => Boolean, { description: 'Whether it is on.' })
  enabled!: boolean;

  @Field(() => ReasonEnum, { description: 'Why it is on or off.' })
  reason!: Reason;

  @Field(() => DateTime, { nullable: true, description: 'Since when it is on; null while it is off.' })
  since!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When it becomes, or became, mandatory for this account; null while unknown.' })
  deadline!: Date | null;

  @Field(() => Boolean, { description: 'Whether the account may opt in now.' })
  canOptIn!: boolean;

  @Field(() => Boolean, { description: 'Whether the account may opt out now.' })
  canOptOut!: boolean;
}

@ObjectType('AccountMigration', {
  description: 'An account and a migration, with the state that holds between them.',
  simpleResolvers: true,
})
export class AccountMigrationType implements AccountMigrationKey {
  accountId!: string;
  accountNumber!: number;
  migrationId!: string;
  /** Left out where it must be read: after a decision has changed it. */
  state?: EffectiveState;
  /** Given where they were read already. */
  account?: AccountView;
  migration?: MigrationView;
  /** Left out where it must be read; null where nothing was decided. */
  decision?: DecisionFacts | null;
}

@ObjectType('AccountMigrationChange', { description: 'That a migration changed for an account, and its state now.', simpleResolvers: true })
export class AccountMigrationChange {
  @Field(() => String, { description: 'Its place in the event log.' })
  cursor!: string;

  @Field(() => EventTypeEnum, { description: 'What happened.' })
  type!: EventType;

  @Field(() => AccountMigrationType, { description: 'The account and the migration.' })
  accountMigration!: AccountMigrationType;
}

@ObjectType('RolloutProgress', {
  description: 'How far a rollout is. Each affected account is in exactly one count.',
  simpleResolvers: true,
})
export class RolloutProgress implements Progress {
  @Field(() => Int, { description: 'Accounts it touches.' })
  affected!: number;

  @Field(() => Int, { description: 'On: they opted in.' })
  optedIn!: number;

  /** Shown as `new`. */
  born!: number;

  @Field(() => Int, { description: 'On: the deadline passed.' })
  mandatory!: number;

  @Field(() => Int, { description: 'Off: they have a later deadline of their own.' })
  extended!: number;

  @Field(() => Int, { description: 'Off: they are left alone for a time.' })
  exempt!: number;

  @Field(() => Int, { description: 'Off: they have still to act.' })
  pending!: number;

  @Field(() => Int, { description: 'Of those still off: had opted in and opted out again.' })
  optedOut!: number;

  @Field(() => String, { nullable: true, description: 'The place in the event log where a subscription sends it; null in queries.' })
  cursor?: string;
}
