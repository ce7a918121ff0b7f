import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { type Context, requireActor } from '../graphql/context.ts';
import { MigrationType } from '../migrations/migration.types.ts';
import type { MigrationView } from '../migrations/migrations.rules.ts';
import { MigrationImpactType } from './impact.types.ts';

@Resolver(() => MigrationImpactType)
export class ImpactResolver {
  @Query(() => MigrationImpactType, {
    description:
      'What a migration means for an account, before it opts in: what changes, and what to do first. Not for runtimes. Errors: ' +
      'FORBIDDEN, NOT_FOUND; INVALID_TEMPLATE where a mail of the account no longer renders, RATE_LIMITED where many of its previews wait.',
  })
  migrationImpact(
    @Ctx() context: Context,
    @Arg('account', () => ID, { description: "The platform's id of the account." }) account: string,
    @Arg('migration', () => ID, { description: 'The key of the migration.' }) migration: string,
  ) {
    return context.services.impact.impact(requireActor(context), account, migration);
  }
}

@Resolver(() => MigrationType)
export class UsesCountedResolver {
  @FieldResolver(() => Boolean, {
    description:
      'Whether uses of the old behaviour it ends are counted: by the platform itself, or since somebody reported the first. ' +
      'Where they are not, nobody knows whom it would break.',
  })
  usesCounted(@Ctx() context: Context, @Root() { key }: MigrationView): boolean | Promise<boolean> {
    return context.services.impact.isCounted(key);
  }
}
