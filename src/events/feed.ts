import type { EventFollower } from './follower.ts';
import type { LoggedEvent } from './log.ts';
import { createSource } from './source.ts';

/**
 * The log from now on as an endless sequence for one subscriber. Events count from the moment of the call, not of the
 * first read, so nothing falls between subscribing and reading.
 *
 * @param wanted which events; called for every event, so it does no I/O
 */
export function feed(follower: EventFollower, wanted: (event: LoggedEvent) => boolean): AsyncIterableIterator<LoggedEvent> {
  return createSource((push) =>
    follower.onEvent((event) => {
      if (wanted(event)) push(event);
    }),
  );
}
