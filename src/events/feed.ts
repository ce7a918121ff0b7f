import { GracelineError } from '../errors.ts';
import type { EventFollower } from './follower.ts';
import type { LoggedEvent } from './log.ts';

/** Events a subscriber may leave unread before it is cut off: a slow reader must not fill the memory of the process. */
const MAX_UNREAD = 1_000;

/**
 * The log from now on as an endless sequence for one subscriber.
 *
 * @param wanted which events; called for every event, so it does no I/O
 * @throws GracelineError TOO_LARGE out of the sequence, where the subscriber reads too slowly
 */
export async function* feed(follower: EventFollower, wanted: (event: LoggedEvent) => boolean): AsyncGenerator<LoggedEvent, void, void> {
  const unread: LoggedEvent[] = [];
  let overflowed = false;
  let arrived: (() => void) | undefined;
  const stop = follower.onEvent((event) => {
    if (!wanted(event)) return;
    if (unread.length === MAX_UNREAD) overflowed = true;
    else unread.push(event);
    arrived?.();
  });
  try {
    for (;;) {
      while (unread.length > 0) yield unread.shift()!;
      if (overflowed) throw new GracelineError('TOO_LARGE', `More than ${MAX_UNREAD} events waited to be read. Subscribe again and read the current state first.`);
      await new Promise<void>((resolve) => (arrived = resolve));
    }
  } finally {
    stop();
  }
}
