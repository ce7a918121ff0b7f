import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { type Context, requireActor } from '../graphql/context.ts';
import { MigrationType } from '../migrations/migration.types.ts';
import type { MigrationView } from '../migrations/migrations.rules.ts';
import { type HistoryPoint, MAX_POINTS } from './history.rules.ts';
import { RolloutPoint } from './history.types.ts';

@Resolver(() => MigrationType)
export class HistoryResolver {
  @FieldResolver(() => [RolloutPoint], {
    description:
      'How its rollout came to where it is, for a chart: evenly spaced from its announcement, or the start of its grace period where that was ' +
      'earlier, to now, or to its deadline once that has passed. The last point is now and equals `progress`. Earlier ones are judged by its dates ' +
      'and by whom it touches as they are now; what was decided before the event log begins counts as if it had always been so. Empty for a draft ' +
      'and where it was cancelled. For operators. Errors: FORBIDDEN, INVALID_INPUT.',
  })
  history(
    @Ctx() context: Context,
    @Root() migration: MigrationView,
    @Arg('points', () => Int, { defaultValue: 100, description: `How many points at most, 2 to ${MAX_POINTS}.` }) points: number,
  ): Promise<readonly HistoryPoint[]> {
    return context.services.rolloutHistory.history(requireActor(context), migration, points);
  }
}

@Resolver(() => RolloutPoint)
export class RolloutPointResolver {
  @FieldResolver(() => Int, { name: 'new', description: 'On since their creation: created at or after the start of the grace period.' })
  new(@Root() { born }: HistoryPoint): number {
    return born;
  }
}
