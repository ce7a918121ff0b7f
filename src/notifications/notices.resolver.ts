import { Arg, Args, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root, Subscription } from 'type-graphql';
import type { LoggedEvent } from '../events/log.ts';
import { PageArgs, toConnection } from '../graphql/connection.ts';
import { type Context, requireActor } from '../graphql/context.ts';
import { AFTER, LiveEvents } from '../graphql/live.ts';
import { MigrationType } from '../migrations/migration.types.ts';
import { NoticeConnection, NoticeType } from './notice.types.ts';

@Resolver(() => NoticeType)
export class NoticesResolver {
  @Query(() => NoticeConnection, { description: 'Your notices, newest first. For administrators.' })
  async notices(
    @Ctx() context: Context,
    @Args(() => PageArgs) { page }: PageArgs,
    @Arg('unreadOnly', () => Boolean, { defaultValue: false, description: 'Only those neither dismissed nor closed.' }) unreadOnly: boolean,
    @Arg('includeClosed', () => Boolean, { defaultValue: false, description: 'Also those about which nothing is left to do.' })
    includeClosed: boolean,
  ) {
    return toConnection(await context.services.notices.notices(requireActor(context), { unreadOnly, includeClosed }, page), (view) => view);
  }

  @Query(() => Int, { description: 'How many of your notices are neither dismissed nor closed. For administrators.' })
  unreadNotices(@Ctx() context: Context): Promise<number> {
    return context.services.notices.unreadCount(requireActor(context));
  }

  @FieldResolver(() => MigrationType, { description: 'The migration it is about.' })
  migration(@Ctx() context: Context, @Root() { migrationId }: NoticeType) {
    return context.loaders.migrations.load(migrationId);
  }

  @Mutation(() => NoticeType, { description: 'Dismisses a notice; again changes nothing. For administrators. Errors: NOT_FOUND.' })
  dismissNotice(@Ctx() context: Context, @Arg('id', () => ID, { description: 'Its id.' }) id: string) {
    return context.services.notices.dismissNotice(requireActor(context), id);
  }

  @Subscription(() => NoticeType, {
    description: 'Your notices as they arrive. For administrators.',
    subscribe: async ({ args, context }: { args: { after?: string | null }; context: Context }) => {
      const actor = requireActor(context);
      const { notices, follower } = context.services;
      await notices.unreadCount(actor);
      const from = await follower.begin(args.after);
      const wanted = {
        matches: ({ type, administratorId }: LoggedEvent) => type === 'NOTICE_ADDED' && administratorId === actor.administratorId,
        narrowing: { types: ['NOTICE_ADDED'] as const, administratorId: actor.administratorId ?? undefined },
      };
      return new LiveEvents(context.services, from, wanted, async (events) => {
        const found = await notices.noticesByIds(
          actor,
          events.map(({ data }) => String(data['noticeId'])),
        );
        return found.map((notice, i) => notice && { ...notice, cursor: events[i]!.cursor });
      });
    },
  })
  noticeAdded(@Root() notice: NoticeType, @Arg('after', () => String, AFTER) _after?: string): NoticeType {
    return notice;
  }
}
