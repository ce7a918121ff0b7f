import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { AccountType } from '../accounts/account.types.ts';
import { requireScope } from '../auth/scopes.rules.ts';
import { PageArgs, toConnection } from '../graphql/connection.ts';
import { type Context, requireActor } from '../graphql/context.ts';
import { EventTypeEnum } from '../graphql/enums.ts';
import { MigrationType } from '../migrations/migration.types.ts';
import { EventConnection, EventObject } from './event.types.ts';
import type { EventType, LoggedEvent } from './log.ts';

@Resolver(() => EventObject)
export class EventsResolver {
  @Query(() => EventConnection, {
    description: 'The event log, newest first: all of it for operators, of their accounts for others. Errors: NOT_FOUND, INVALID_CURSOR.',
  })
  async events(
    @Ctx() context: Context,
    @Args(() => PageArgs) { page }: PageArgs,
    @Arg('migration', () => ID, { nullable: true, description: 'Only of this migration.' }) migration?: string | null,
    @Arg('account', () => ID, { nullable: true, description: 'Only of this account.' }) account?: string | null,
    @Arg('types', () => [EventTypeEnum], { nullable: true, description: 'Only of these types.' }) types?: EventType[] | null,
  ) {
    const actor = requireActor(context);
    requireScope(actor, 'events:read');
    const migrationId = migration == null ? undefined : (await context.services.migrations.migration(actor, migration)).id;
    return toConnection(
      await context.services.events.events(actor, { migrationId, account: account ?? undefined, types: types ?? undefined }, page),
      (event) => event,
    );
  }

  @FieldResolver(() => MigrationType, { nullable: true, description: 'The migration it is about.' })
  migration(@Ctx() context: Context, @Root() { migrationId }: LoggedEvent) {
    return migrationId === null ? null : context.loaders.migrations.load(migrationId);
  }

  @FieldResolver(() => AccountType, { nullable: true, description: 'The account it is about.' })
  account(@Ctx() context: Context, @Root() { accountNumber }: LoggedEvent) {
    return accountNumber === null ? null : context.loaders.accounts.load(accountNumber);
  }
}
