import { GracelineError } from '../errors.ts';
import type { EventFollower } from './follower.ts';
import type { LoggedEvent } from './log.ts';

/** Events a subscriber may leave unread before it is cut off: a slow reader must not fill the memory of the process. */
const MAX_UNREAD = 1_000;

/**
 * The log from now on as an endless sequence for one subscriber. Events count from the moment of the call, not of the
 * first read, so nothing falls between subscribing and reading. `return()` ends it at once, also while a read waits:
 * an async generator would hold on until its next event.
 *
 * @param wanted which events; called for every event, so it does no I/O
 * @returns a sequence that throws GracelineError TOO_LARGE where the subscriber reads too slowly
 */
export function feed(follower: EventFollower, wanted: (event: LoggedEvent) => boolean): AsyncIterableIterator<LoggedEvent, undefined> {
  const unread: LoggedEvent[] = [];
  let ended = false;
  let overflowed = false;
  let waiting: PromiseWithResolvers<void> | undefined;

  const end = (): void => {
    ended = true;
    stop();
    waiting?.resolve();
  };
  const stop = follower.onEvent((event) => {
    if (!wanted(event)) return;
    if (unread.length < MAX_UNREAD) unread.push(event);
    else overflowed = true;
    waiting?.resolve();
  });

  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      while (!ended) {
        const event = unread.shift();
        if (event) return { done: false, value: event };
        if (overflowed) {
          end();
          throw new GracelineError('TOO_LARGE', `More than ${MAX_UNREAD} events waited to be read. Subscribe again and read the current state first.`);
        }
        waiting = Promise.withResolvers();
        await waiting.promise;
      }
      return { done: true, value: undefined };
    },
    async return() {
      end();
      return { done: true, value: undefined };
    },
  };
}
