import { Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { type Context, requireActor } from '../../graphql/context.ts';
import { CalendarLinkType, CreatedCalendarLinkType } from './calendar-link.types.ts';

@Resolver()
export class CalendarLinksResolver {
  @Query(() => CalendarLinkType, {
    nullable: true,
    description: 'Where a calendar reads your deadlines; null for nowhere. For administrators.',
  })
  calendarLink(@Ctx() context: Context) {
    return context.services.calendarLinks.calendarLink(requireActor(context));
  }

  @Mutation(() => CreatedCalendarLinkType, {
    description: 'Makes an address at which a calendar reads your deadlines; the one there was ends. For administrators.',
  })
  createCalendarLink(@Ctx() context: Context) {
    return context.services.calendarLinks.createCalendarLink(requireActor(context));
  }

  @Mutation(() => Boolean, { description: 'Ends that address; tells whether there was one. For administrators.' })
  removeCalendarLink(@Ctx() context: Context): Promise<boolean> {
    return context.services.calendarLinks.removeCalendarLink(requireActor(context));
  }
}
