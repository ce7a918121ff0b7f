import type { LoggedEvent } from '../events/log.ts';

/** The argument by which a subscription resumes. */
export const AFTER = {
  nullable: true,
  description:
    'The `cursor` of the last message you have: what you missed is sent first. Left out, only what happens from now on. Errors: INVALID_CURSOR, CURSOR_EXPIRED.',
};

/** Runs a read when its turn comes; see `Services.liveReads`. */
export type Turn = <T>(read: () => Promise<T>) => Promise<T>;

/**
 * The items a subscription sends, made from the events it follows; null sends nothing. Ending it, or an item that fails,
 * ends what it follows, also while an event is awaited.
 *
 * @param turn bounds how many items of all subscribers are read at once
 */
export function itemsOf<T>(
  events: AsyncIterableIterator<LoggedEvent>,
  turn: Turn,
  itemOf: (event: LoggedEvent) => Promise<T | null>,
): AsyncIterableIterator<T> {
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      for (;;) {
        const event = await events.next();
        if (event.done) return { done: true, value: undefined };
        try {
          const item = await turn(() => itemOf(event.value));
          if (item !== null) return { done: false, value: item };
        } catch (error) {
          // Whoever reads us does not end what has thrown; left alone it would follow the log for ever.
          await events.return?.();
          throw error;
        }
      }
    },
    async return() {
      await events.return?.();
      return { done: true, value: undefined };
    },
  };
}

/** The same items behind a first one. */
export function startingWith<T>(first: T, items: AsyncIterableIterator<T>): AsyncIterableIterator<T> {
  let given = false;
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next() {
      if (given) return items.next();
      given = true;
      return Promise.resolve({ value: first, done: false });
    },
    return: () => items.return?.() ?? Promise.resolve({ value: undefined, done: true }),
  };
}
