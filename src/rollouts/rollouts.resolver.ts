import { Arg, Ctx, FieldResolver, Float, ID, Int, Mutation, Query, Resolver, Root, Subscription } from 'type-graphql';
import { AccountType } from '../accounts/account.types.ts';
import { type EventType, isPrivate, type LoggedEvent } from '../events/log.ts';
import { type Context, requireActor } from '../graphql/context.ts';
import { AFTER, LiveState } from '../graphql/live.ts';
import { DateTime } from '../graphql/scalars.ts';
import { MigrationType } from '../migrations/migration.types.ts';
import type { Progress } from './counts.ts';
import { changesOfAll, changesOfOne } from './account-changes.ts';
import { AccountMigrationChange, AccountMigrationType, EffectiveStateType, RolloutProgress } from './rollout.types.ts';

const ACCOUNT = { description: "The platform's id of the account." };
const MIGRATION = { description: 'The key of the migration.' };
/** Nobody reads faster, and a burst of opt-ins is one change of the numbers. */
const PROGRESS_EVERY_MS = 250;

@Resolver(() => AccountMigrationType)
export class RolloutsResolver {
  @Query(() => AccountMigrationType, { description: 'One migration for one account: what a gate asks. Errors: NOT_FOUND.' })
  accountMigration(
    @Ctx() context: Context,
    @Arg('account', () => ID, ACCOUNT) account: string,
    @Arg('migration', () => ID, MIGRATION) migration: string,
  ) {
    return context.services.rollouts.state(requireActor(context), account, migration);
  }

  @FieldResolver(() => AccountType, { description: 'The account.' })
  account(@Ctx() context: Context, @Root() { account, accountNumber }: AccountMigrationType) {
    return account ?? context.loaders.accounts.load(accountNumber);
  }

  @FieldResolver(() => MigrationType, { description: 'The migration.' })
  migration(@Ctx() context: Context, @Root() { migration, migrationId }: AccountMigrationType) {
    return migration ?? context.loaders.migrations.load(migrationId);
  }

  @FieldResolver(() => EffectiveStateType, { description: 'Whether it is on, and why.' })
  async state(@Ctx() context: Context, @Root() { state, accountNumber, migrationId }: AccountMigrationType) {
    if (state) return state;
    const states = await context.loaders.states.load(accountNumber);
    return states.find((other) => other.migrationId === migrationId)?.state ?? context.services.rollouts.cancelledState;
  }

  @Mutation(() => AccountMigrationType, {
    description:
      'Opts an account in; again changes nothing. Errors: NOT_FOUND, NOT_STARTED, DEADLINE_PASSED, NOT_AFFECTED, ALREADY_ENABLED, NOT_ACKNOWLEDGED.',
  })
  optIn(
    @Ctx() context: Context,
    @Arg('account', () => ID, ACCOUNT) account: string,
    @Arg('migration', () => ID, MIGRATION) migration: string,
    @Arg('acknowledge', () => Boolean, {
      defaultValue: false,
      description: 'Opts in although `migrationImpact` lists something to do first that blocks.',
    })
    acknowledge: boolean,
  ) {
    return context.services.rollouts.optIn(requireActor(context), account, migration, acknowledge);
  }

  @Mutation(() => AccountMigrationType, {
    description: 'Opts an account out again; again changes nothing. Errors: NOT_FOUND, NOT_OPTED_IN, NOT_REVERSIBLE, DEADLINE_PASSED.',
  })
  optOut(
    @Ctx() context: Context,
    @Arg('account', () => ID, ACCOUNT) account: string,
    @Arg('migration', () => ID, MIGRATION) migration: string,
  ) {
    return context.services.rollouts.optOut(requireActor(context), account, migration);
  }

  @Mutation(() => AccountMigrationType, {
    description:
      'Gives one account a later deadline. For operators. Errors: NOT_FOUND, REASON_NEEDED, DATE_NEEDED, DATE_IN_PAST, NOT_AFFECTED, ALREADY_ENABLED.',
  })
  extendDeadline(
    @Ctx() context: Context,
    @Arg('account', () => ID, ACCOUNT) account: string,
    @Arg('migration', () => ID, MIGRATION) migration: string,
    @Arg('until', () => DateTime, { description: 'Its deadline.' }) until: Date,
    @Arg('reason', () => String, { description: 'Why.' }) reason: string,
  ) {
    return context.services.rollouts.extendDeadline(requireActor(context), account, migration, until, reason);
  }

  @Mutation(() => AccountMigrationType, {
    description:
      'Leaves one account alone until an instant. For operators. Errors: NOT_FOUND, REASON_NEEDED, DATE_IN_PAST, NOT_AFFECTED, ALREADY_ENABLED.',
  })
  exemptAccount(
    @Ctx() context: Context,
    @Arg('account', () => ID, ACCOUNT) account: string,
    @Arg('migration', () => ID, MIGRATION) migration: string,
    @Arg('until', () => DateTime, { description: 'When the exemption ends.' }) until: Date,
    @Arg('reason', () => String, { description: 'Why.' }) reason: string,
  ) {
    return context.services.rollouts.exemptAccount(requireActor(context), account, migration, until, reason);
  }

  @Subscription(() => AccountMigrationChange, {
    description:
      'Every change of the state of migrations for one account: its own decisions, and dates that pass. Without an account, what ' +
      'changes for single accounts among all you see; dates that pass come by `migrationChanged`. Errors: NOT_FOUND, FORBIDDEN.',
    subscribe: async ({ args, context }: { args: { account?: string | null; after?: string | null }; context: Context }) => {
      const actor = requireActor(context);
      const from = await context.services.follower.begin(args.after);
      return args.account == null ? changesOfAll(context, actor, from) : changesOfOne(context, actor, args.account, from);
    },
  })
  accountMigrationChanged(
    @Root() change: AccountMigrationChange,
    @Arg('account', () => ID, { nullable: true, description: "The platform's id of the account; left out for all you see." })
    _account?: string,
    @Arg('after', () => String, AFTER) _after?: string,
  ): AccountMigrationChange {
    return change;
  }

  @Subscription(() => RolloutProgress, {
    description:
      'How far a rollout is, whenever that changes, at most four times a second; with `after`, first how far it is now. For operators. Errors: FORBIDDEN, NOT_FOUND.',
    subscribe: async ({ args, context }: { args: { migration: string; after?: string | null }; context: Context }) => {
      const actor = requireActor(context);
      const { migrations, rollouts, follower } = context.services;
      const from = await follower.begin(args.after);
      const { id } = await migrations.migration(actor, args.migration);
      const moves = (type: EventType) => type === 'ACCOUNT_CREATED' || type === 'ACCOUNTS_IMPORTED';
      const matches = ({ type, migrationId }: LoggedEvent) => moves(type) || (migrationId === id && !isPrivate(actor, type));
      const read = () => rollouts.progress(actor, id);
      // Who may not read it is told so now and not at the first change.
      await read();
      return new LiveState(context.services, from, { matches }, PROGRESS_EVERY_MS, read);
    },
  })
  rolloutProgress(
    @Root() progress: Progress,
    @Arg('migration', () => ID, MIGRATION) _migration: string,
    @Arg('after', () => String, AFTER) _after?: string,
  ): RolloutProgress {
    return progress;
  }
}

@Resolver(() => RolloutProgress)
export class RolloutProgressResolver {
  @FieldResolver(() => Int, { name: 'new', description: 'On since their creation: created at or after the start of the grace period.' })
  new(@Root() { born }: Progress): number {
    return born;
  }

  @FieldResolver(() => Float, {
    description: 'The share of affected accounts for which it is on, 0 to 100, with one decimal; 100 where none is affected.',
  })
  percent(@Root() { affected, optedIn, born, mandatory }: Progress): number {
    return affected === 0 ? 100 : Math.round((1_000 * (optedIn + born + mandatory)) / affected) / 10;
  }
}
