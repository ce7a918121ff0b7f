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

/**
 * That something changed, for a subscriber who reads how things stand and not what happened: however many events come
 * before the next read, they are one change. A burst of any size keeps one event in memory.
 *
 * @param wanted as for {@link feed}
 * @param everyMs how long a change waits at least after the one before it, in milliseconds
 */
export function changes(
  follower: EventFollower,
  wanted: (event: LoggedEvent) => boolean,
  everyMs: number,
): AsyncIterableIterator<LoggedEvent> {
  let waiting: LoggedEvent | null = null;
  let resting = false;
  return createSource((push) => {
    const rest = () => {
      resting = waiting !== null;
      if (!waiting) return;
      push(waiting);
      waiting = null;
      timer = setTimeout(rest, everyMs);
    };
    let timer: NodeJS.Timeout | undefined;
    const stop = follower.onEvent((event) => {
      if (!wanted(event)) return;
      waiting = event;
      if (!resting) rest();
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  });
}
