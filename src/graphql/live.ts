import type { LoggedEvent } from '../events/log.ts';

/**
 * The items a subscription sends, made from the events it follows; null sends nothing. Ending it ends what it follows,
 * also while an event is awaited.
 */
export function itemsOf<T>(events: AsyncIterableIterator<LoggedEvent>, itemOf: (event: LoggedEvent) => Promise<T | null>): AsyncIterableIterator<T> {
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      for (;;) {
        const event = await events.next();
        if (event.done) return event;
        const item = await itemOf(event.value);
        if (item !== null) return { done: false, value: item };
      }
    },
    async return() {
      await events.return?.();
      return { done: true, value: undefined };
    },
  };
}
