import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root, Subscription } from 'type-graphql';
import { requireScope } from '../auth/scopes.rules.ts';
import { isPrivate, type LoggedEvent } from '../events/log.ts';
import { type ConnectionOf, PageArgs, toConnection } from '../graphql/connection.ts';
import { type Context, requireActor } from '../graphql/context.ts';
import { LifecycleStateEnum } from '../graphql/enums.ts';
import { withoutNulls } from '../graphql/input.ts';
import { AFTER, LiveEvents } from '../graphql/live.ts';
import { RolloutProgress } from '../rollouts/rollout.types.ts';
import type { AffectsInput } from './affects.ts';
import type { LifecycleState } from './lifecycle.rules.ts';
import { renderMarkdown } from './markdown.ts';
import {
  ImportReportType,
  MigrationChange,
  MigrationConnection,
  MigrationEditInput,
  MigrationType,
  NewDatesInput,
  NewMigrationInput,
  RescheduleType,
} from './migration.types.ts';
import type { MigrationView, RescheduleView } from './migrations.rules.ts';

@Resolver(() => MigrationType)
export class MigrationsResolver {
  @Query(() => MigrationConnection, { description: 'The catalogue, newest first. Drafts are shown to operators alone.' })
  async migrations(
    @Ctx() context: Context,
    @Args(() => PageArgs) { page }: PageArgs,
    @Arg('states', () => [LifecycleStateEnum], { nullable: true, description: 'Only migrations in these states.' })
    states?: LifecycleState[],
  ): Promise<ConnectionOf<MigrationView>> {
    return toConnection(await context.services.migrations.migrations(requireActor(context), states ?? [], page), (view) => view);
  }

  @Query(() => MigrationType, { description: 'One migration. Errors: NOT_FOUND.' })
  migration(@Ctx() context: Context, @Arg('key', () => ID, { description: 'Its key.' }) key: string): Promise<MigrationView> {
    return context.services.migrations.migration(requireActor(context), key);
  }

  @FieldResolver(() => String, {
    description:
      'Its description as the public page shows it: HTML that is safe within any page, with no style and nothing from elsewhere.',
  })
  descriptionHtml(@Root() { description }: MigrationView): string {
    return renderMarkdown(description);
  }

  @FieldResolver(() => [RescheduleType], {
    description: 'Every change of its dates since it was announced, newest first; operators see those that wait and were rejected too.',
  })
  async reschedules(@Ctx() context: Context, @Root() migration: MigrationView): Promise<readonly RescheduleView[]> {
    const reschedules = await context.loaders.reschedules.load(migration.id);
    return context.services.migrations.visibleReschedules(requireActor(context), migration, reschedules);
  }

  @FieldResolver(() => RolloutProgress, { description: 'How far its rollout is. For operators.' })
  progress(@Ctx() context: Context, @Root() migration: MigrationView) {
    return context.services.rollouts.progress(requireActor(context), migration.id);
  }

  @Mutation(() => MigrationType, { description: 'Creates a draft. For operators. Errors: KEY_TAKEN, DEADLINE_BEFORE_START, INVALID_…' })
  createMigration(
    @Ctx() context: Context,
    @Arg('input', () => NewMigrationInput, { description: 'The migration.' }) input: NewMigrationInput,
  ): Promise<MigrationView> {
    return context.services.migrations.createMigration(requireActor(context), { ...withoutNulls(input), affects: affectsOf(input) });
  }

  @Mutation(() => MigrationType, {
    description:
      'Changes texts, severity, or, until it is mandatory, whom it touches. For operators. Errors: NOT_FOUND, WRONG_STATE, ' +
      'DEADLINE_BEFORE_START, INVALID_…',
  })
  editMigration(
    @Ctx() context: Context,
    @Arg('key', () => ID, { description: 'Which migration.' }) key: string,
    @Arg('input', () => MigrationEditInput, { description: 'What to change.' }) input: MigrationEditInput,
  ): Promise<MigrationView> {
    return context.services.migrations.editMigration(
      requireActor(context),
      key,
      { ...withoutNulls(input), guideUrl: input.guideUrl },
      affectsOf(input),
    );
  }

  @Mutation(() => MigrationType, {
    description:
      'Publishes a draft: from now on its dates are promises. For operators. Errors: NOT_FOUND, WRONG_STATE, DATE_IN_PAST (its grace period ' +
      'starts today at the earliest).',
  })
  announceMigration(@Ctx() context: Context, @Arg('key', () => ID, { description: 'Which draft.' }) key: string): Promise<MigrationView> {
    return context.services.migrations.announceMigration(requireActor(context), key);
  }

  @Mutation(() => MigrationType, {
    description: 'An emergency: makes a draft mandatory at once. For operators. Errors: NOT_FOUND, WRONG_STATE, REASON_NEEDED.',
  })
  enforceMigration(
    @Ctx() context: Context,
    @Arg('key', () => ID, { description: 'Which draft.' }) key: string,
    @Arg('reason', () => String, { description: 'Why it cannot wait.' }) reason: string,
  ): Promise<MigrationView> {
    return context.services.migrations.enforceMigration(requireActor(context), key, reason);
  }

  @Mutation(() => MigrationType, {
    description: 'Takes a migration back before it is mandatory. For operators. Errors: NOT_FOUND, WRONG_STATE, REASON_NEEDED.',
  })
  cancelMigration(
    @Ctx() context: Context,
    @Arg('key', () => ID, { description: 'Which migration.' }) key: string,
    @Arg('reason', () => String, { description: 'Why.' }) reason: string,
  ): Promise<MigrationView> {
    return context.services.migrations.cancelMigration(requireActor(context), key, reason);
  }

  @Mutation(() => RescheduleType, {
    description:
      'Gives a migration new dates. They apply at once; where they shorten a grace period that accounts were promised, a reason is needed and ' +
      'the change is PENDING until a second operator approves it. For operators. Errors: NOT_FOUND, WRONG_STATE, DATE_IN_PAST, ' +
      'DEADLINE_BEFORE_START, GRACE_PERIOD_STARTED, REASON_NEEDED, CONFLICT.',
  })
  rescheduleMigration(
    @Ctx() context: Context,
    @Arg('key', () => ID, { description: 'Which migration.' }) key: string,
    @Arg('dates', () => NewDatesInput, { description: 'Its new dates.' }) dates: NewDatesInput,
  ) {
    return context.services.reschedules.reschedule(requireActor(context), key, withoutNulls(dates));
  }

  @Mutation(() => RescheduleType, {
    description:
      'Approves dates another operator asked for. Errors: NOT_FOUND, SECOND_OPERATOR_NEEDED, WRONG_STATE, CONFLICT, DATE_IN_PAST.',
  })
  approveReschedule(@Ctx() context: Context, @Arg('id', () => ID, { description: 'The id of the change.' }) id: string) {
    return context.services.reschedules.approve(requireActor(context), id);
  }

  @Mutation(() => RescheduleType, {
    description: 'Turns down dates that wait for approval, or takes them back. For operators. Errors: NOT_FOUND, WRONG_STATE.',
  })
  rejectReschedule(@Ctx() context: Context, @Arg('id', () => ID, { description: 'The id of the change.' }) id: string) {
    return context.services.reschedules.reject(requireActor(context), id);
  }

  @Mutation(() => ImportReportType, {
    description:
      'Reads a Markdown page of migrations into the catalogue: all of it or nothing. For operators. Errors: INVALID_PAGE with `problems` by line.',
  })
  importMigrationPage(
    @Ctx() context: Context,
    @Arg('page', () => String, { description: 'The text of the page.' }) page: string,
  ): Promise<ImportReportType> {
    return context.services.imports.importPage(requireActor(context), page);
  }

  @Subscription(() => MigrationChange, {
    description: 'Every change of the catalogue, or of one migration of it.',
    subscribe: async ({ args, context }: { args: { key?: string | null; after?: string | null }; context: Context }) => {
      const actor = requireActor(context);
      requireScope(actor, 'migrations:read', 'flags:read');
      const { migrations, rememberedMigrations, follower } = context.services;
      const from = await follower.begin(args.after);
      const only = args.key ? (await migrations.migration(actor, args.key)).id : undefined;
      const matches = ({ type, migrationId, accountNumber }: LoggedEvent) => {
        const ofMigration = migrationId !== null && accountNumber === null;
        return ofMigration && !isPrivate(actor, type) && (only === undefined || migrationId === only);
      };
      return new LiveEvents(context.services, from, { matches, narrowing: { migrationId: only } }, async (events) => {
        const ids = new Set(events.map(({ migrationId }) => migrationId!));
        const found = new Map((await rememberedMigrations.byIds([...ids])).map((one) => [one.id, one]));
        return events.map(({ cursor, type, migrationId, at }) => {
          const migration = found.get(migrationId!);
          return migration && migrations.wasVisible(actor, migration, at) ? { cursor, type, migration } : null;
        });
      });
    },
  })
  migrationChanged(
    @Root() change: MigrationChange,
    @Arg('key', () => ID, { nullable: true, description: 'Only this migration.' }) _key?: string,
    @Arg('after', () => String, AFTER) _after?: string,
  ): MigrationChange {
    return change;
  }
}

/** Here null says something of the list of accounts alone: that there is none. */
function affectsOf({ affects }: NewMigrationInput | MigrationEditInput): AffectsInput | undefined {
  return affects ? { ...withoutNulls(affects), accounts: affects.accounts } : undefined;
}
