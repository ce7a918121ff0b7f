import { Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { AccountType } from '../accounts/account.types.ts';
import { requireScope } from '../auth/scopes.rules.ts';
import { toConnection } from '../graphql/connection.ts';
import { type Context, requireActor } from '../graphql/context.ts';
import { MigrationType } from '../migrations/migration.types.ts';
import { EventConnection, EventKeyObject, EventObject, EventsArgs } from './event.types.ts';
import { shownKey } from './events.service.ts';
import type { LoggedEvent } from './log.ts';

@Resolver(() => EventObject)
export class EventsResolver {
  @Query(() => EventConnection, {
    description:
      'The event log, newest first unless asked otherwise: all of it for operators, of their accounts for others. Errors: NOT_FOUND, INVALID_INPUT, INVALID_CURSOR, CURSOR_EXPIRED (oldest first).',
  })
  async events(@Ctx() context: Context, @Args(() => EventsArgs) { page, order, migration, ...filter }: EventsArgs) {
    const actor = requireActor(context);
    requireScope(actor, 'events:read');
    const { account, types, actor: by, token, from, to } = filter;
    const migrationId = migration == null ? undefined : (await context.services.migrations.migration(actor, migration)).id;
    return toConnection(
      await context.services.events.events(
        actor,
        {
          migrationId,
          account: account ?? undefined,
          types: types ?? undefined,
          actor: by ?? undefined,
          token: token ?? undefined,
          from: from ?? undefined,
          to: to ?? undefined,
        },
        page,
        order,
      ),
      (event) => event,
    );
  }

  @FieldResolver(() => EventKeyObject, {
    nullable: true,
    description:
      'The token it was done with: any for operators, those of partners and your own for others. Null where it was none, or not yours to see.',
  })
  async key(@Ctx() context: Context, @Root() { tokenId }: LoggedEvent) {
    return tokenId === null ? null : shownKey(requireActor(context), await context.loaders.eventKeys.load(tokenId));
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
