import { Ctx, Query, Resolver } from 'type-graphql';
import { type Context, requireActor } from '../graphql/context.ts';

@Resolver()
export class LogCursorResolver {
  @Query(() => String, {
    description:
      'The present end of the event log. Ask for it before you read, and subscribe with it as `after`: then nothing that changes meanwhile is missed.',
  })
  logCursor(@Ctx() context: Context): Promise<string> {
    requireActor(context);
    return context.services.follower.end();
  }
}
