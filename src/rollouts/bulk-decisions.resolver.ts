import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { type Context, requireActor } from '../graphql/context.ts';
import { AccountDecision } from './bulk-decisions.types.ts';
import { MAX_BULK_ACCOUNTS } from './bulk-decisions.service.ts';

const ACCOUNTS = { description: `The platform's ids of 1 to ${MAX_BULK_ACCOUNTS} accounts.` };
const MIGRATION = { description: 'The key of the migration.' };

@Resolver()
export class BulkDecisionsResolver {
  @Mutation(() => [AccountDecision], {
    description:
      'Opts many accounts in: each is done or refused on its own, and answered in its place. Errors of the whole call: NOT_FOUND (the migration), INVALID_INPUT.',
  })
  optInAccounts(
    @Ctx() context: Context,
    @Arg('accounts', () => [ID], ACCOUNTS) accounts: string[],
    @Arg('migration', () => ID, MIGRATION) migration: string,
    @Arg('acknowledge', () => Boolean, {
      defaultValue: false,
      description: 'Opts in although `migrationImpact` lists something to do first that blocks.',
    })
    acknowledge: boolean,
  ) {
    return context.services.bulkDecisions.optIn(requireActor(context), accounts, migration, acknowledge);
  }

  @Mutation(() => [AccountDecision], {
    description:
      'Opts many accounts out again: each is done or refused on its own, and answered in its place. Errors of the whole call: NOT_FOUND (the migration), INVALID_INPUT.',
  })
  optOutAccounts(
    @Ctx() context: Context,
    @Arg('accounts', () => [ID], ACCOUNTS) accounts: string[],
    @Arg('migration', () => ID, MIGRATION) migration: string,
  ) {
    return context.services.bulkDecisions.optOut(requireActor(context), accounts, migration);
  }
}
