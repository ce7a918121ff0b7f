import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { AccountType } from '../accounts/account.types.ts';
import { PageArgs, toConnection } from '../graphql/connection.ts';
import { type Context, requireActor } from '../graphql/context.ts';
import { AccountMigrationType, EffectiveStateType } from '../rollouts/rollout.types.ts';
import type { LastUseView } from './usage.service.ts';
import { AccountUsageConnection, AccountUsageType, LastUseType, MigrationUsageType } from './usage.types.ts';

const ACCOUNT = { description: "The platform's id of the account." };
const MIGRATION = { description: 'The key of the migration.' };

@Resolver(() => AccountUsageType)
export class UsageResolver {
  @Query(() => MigrationUsageType, {
    description: 'How much an account used the old behaviour a migration ends. Not for runtimes. Errors: FORBIDDEN, NOT_FOUND.',
  })
  migrationUsage(
    @Ctx() context: Context,
    @Arg('account', () => ID, ACCOUNT) account: string,
    @Arg('migration', () => ID, MIGRATION) migration: string,
  ) {
    return context.services.usage.migrationUsage(requireActor(context), account, migration);
  }

  @Query(() => AccountUsageConnection, {
    description:
      'The accounts that used the old behaviour of a migration in the last 30 days, by the day of their last use, latest first. For operators. Errors: FORBIDDEN, NOT_FOUND, INVALID_INPUT, INVALID_CURSOR.',
  })
  async accountsUsing(
    @Ctx() context: Context,
    @Arg('migration', () => ID, MIGRATION) migration: string,
    @Args(() => PageArgs) { page }: PageArgs,
  ) {
    return toConnection(await context.services.usage.accountsUsing(requireActor(context), migration, page), (usage) => usage);
  }

  @FieldResolver(() => AccountType, { description: 'The account.' })
  account(@Ctx() context: Context, @Root() { accountNumber }: AccountUsageType) {
    return context.loaders.accounts.load(accountNumber);
  }

  @FieldResolver(() => EffectiveStateType, { description: 'Whether the migration is on for it meanwhile, and why.' })
  async state(@Ctx() context: Context, @Root() { accountNumber, migrationId }: AccountUsageType) {
    const states = await context.loaders.states.load(accountNumber);
    return states.find((other) => other.migrationId === migrationId)?.state ?? context.services.rollouts.cancelledState;
  }
}

@Resolver(() => AccountMigrationType)
export class LastUseResolver {
  @FieldResolver(() => LastUseType, {
    nullable: true,
    description:
      'When the account last used the old behaviour; null where nobody counts uses of the migration. Those of the last second or so may be missing. Errors: FORBIDDEN as `migrationUsage`.',
  })
  lastUse(@Ctx() context: Context, @Root() { accountNumber, migrationId }: AccountMigrationType): Promise<LastUseView | null> {
    context.services.usage.requireReader(requireActor(context));
    return context.loaders.lastUses.load(`${migrationId} ${accountNumber}`);
  }
}
