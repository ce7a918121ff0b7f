import { Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { EventObject } from '../events/event.types.ts';
import type { LoggedEvent } from '../events/log.ts';
import { toConnection } from '../graphql/connection.ts';
import { type Context, requireActor } from '../graphql/context.ts';
import type { DecisionFacts } from './effective-state.rules.ts';
import { AccountMigrationType } from './rollout.types.ts';
import { AccountMigrationConnection, DecisionType, MigrationAccountsArgs } from './rollout-accounts.types.ts';

@Resolver(() => AccountMigrationType)
export class RolloutAccountsResolver {
  @Query(() => AccountMigrationConnection, {
    description:
      'The accounts of a migration with its state for each, by id. Where few of very many are wanted a page may be short, or empty, although more follow: go on behind its `endCursor`. The same as a file is at `/migrations/{key}/accounts.csv` and `.ndjson`, with these ' +
      'arguments in the address. For operators. Errors: FORBIDDEN, NOT_FOUND, INVALID_INPUT, INVALID_CURSOR.',
  })
  async migrationAccounts(
    @Ctx() context: Context,
    @Args(() => MigrationAccountsArgs) { migration, page, standing, reasons, search, quietForDays, usedWithinDays }: MigrationAccountsArgs,
  ) {
    const uses = { quietForDays: quietForDays ?? null, usedWithinDays: usedWithinDays ?? null };
    const filter = { standing, reasons: reasons ?? [], search: search ?? null, ...uses };
    return toConnection(await context.services.rolloutAccounts.accounts(requireActor(context), migration, filter, page), (view) => view);
  }

  @FieldResolver(() => DecisionType, { nullable: true, description: 'What was decided for the account; null where nothing was.' })
  async decision(
    @Ctx() context: Context,
    @Root() { decision, accountNumber, migrationId }: AccountMigrationType,
  ): Promise<DecisionFacts | null> {
    return decision === undefined ? context.loaders.decisions.load(`${migrationId} ${accountNumber}`) : decision;
  }

  @FieldResolver(() => EventObject, {
    nullable: true,
    description:
      'The last decision that was taken for the account, with who took it, when and why; null where none was, or the log no longer has it. Errors: FORBIDDEN as `events`.',
  })
  lastDecision(@Ctx() context: Context, @Root() { accountNumber, migrationId }: AccountMigrationType): Promise<LoggedEvent | null> {
    context.services.events.requireReader(requireActor(context));
    return context.loaders.lastDecisions.load(`${migrationId} ${accountNumber}`);
  }
}
