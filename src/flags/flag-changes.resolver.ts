import { Arg, Resolver, Root, Subscription } from 'type-graphql';
import type { LoggedEvent } from '../events/log.ts';
import { type Context, requireActor } from '../graphql/context.ts';
import { AFTER, LiveEvents } from '../graphql/live.ts';
import { FlagsChangeType } from './flag-changes.types.ts';

@Resolver()
export class FlagChangesResolver {
  @Subscription(() => FlagsChangeType, {
    description:
      'Every change of what decides whether migrations are on, for clients that answer by themselves: begin with a snapshot and its cursor. ' +
      'Dates that pass are not told of. For runtimes, and partners of all accounts. Errors: FORBIDDEN.',
    subscribe: async ({ args, context }: { args: { after?: string | null }; context: Context }) => {
      const { snapshots, follower } = context.services;
      snapshots.requireReaderOfAll(requireActor(context));
      const matches = (event: LoggedEvent) => snapshots.matches(event);
      return new LiveEvents(context.services, await follower.begin(args.after), { matches }, (events) => snapshots.changes(events));
    },
  })
  flagsChanged(@Root() change: FlagsChangeType, @Arg('after', () => String, AFTER) _after?: string): FlagsChangeType {
    return change;
  }
}
