import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { type Context, requireActor } from '../graphql/context.ts';
import { MigrationImpactType } from './impact.types.ts';

@Resolver(() => MigrationImpactType)
export class ImpactResolver {
  @Query(() => MigrationImpactType, {
    description:
      'What a migration means for an account, before it opts in: what changes, and what to do first. Errors: NOT_FOUND, INVALID_TEMPLATE.',
  })
  migrationImpact(
    @Ctx() context: Context,
    @Arg('account', () => ID, { description: "The platform's id of the account." }) account: string,
    @Arg('migration', () => ID, { description: 'The key of the migration.' }) migration: string,
  ) {
    return context.services.impact.impact(requireActor(context), account, migration);
  }
}
