import { Arg, Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { PageArgs, toConnection } from '../graphql/connection.ts';
import { type Context, requireActor } from '../graphql/context.ts';
import { MigrationType } from '../migrations/migration.types.ts';
import type { BoardView } from './board.rules.ts';
import { BoardAccountConnection, BoardDeadlineType, BoardMigrationType, BoardType } from './board.types.ts';

@Resolver(() => BoardMigrationType)
export class BoardResolver {
  @Query(() => BoardType, {
    description:
      'What is open on your accounts, how long is left, and what can be done now. For administrators. Errors: FORBIDDEN, TOO_LARGE.',
  })
  board(@Ctx() context: Context): Promise<BoardView> {
    return context.services.board.board(requireActor(context));
  }

  @FieldResolver(() => MigrationType, { description: 'The migration.' })
  migration(@Ctx() context: Context, @Root() { migrationId }: BoardMigrationType) {
    return context.loaders.migrations.load(migrationId);
  }

  @FieldResolver(() => BoardAccountConnection, {
    description: 'Your accounts that it touches: those that are safe to enable first, then those with nothing in their way, each by id.',
  })
  async accounts(
    @Ctx() context: Context,
    @Root() { migrationId }: BoardMigrationType,
    @Args(() => PageArgs) { page }: PageArgs,
    @Arg('openOnly', () => Boolean, { defaultValue: true, description: 'Only those that have something to do now.' }) openOnly: boolean,
  ) {
    return toConnection(await context.services.board.accounts(requireActor(context), migrationId, openOnly, page), (view) => view);
  }
}

@Resolver(() => BoardDeadlineType)
export class BoardDeadlineResolver {
  @FieldResolver(() => MigrationType, { description: 'The migration.' })
  migration(@Ctx() context: Context, @Root() { migrationId }: BoardDeadlineType) {
    return context.loaders.migrations.load(migrationId);
  }
}
