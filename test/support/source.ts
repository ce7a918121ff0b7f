import { GracelineError } from '../../src/errors.ts';

/** How far a slow socket may fall behind before its subscription is ended. */
const MAX_WAITING = 1_000;

/**
 * The source of a subscription: what a `subscribe` function returns. Unlike an `async function*`, which cannot be ended while
 * it awaits its next item, it lets go of the log the moment its subscriber leaves.
 *
 * @param follow called at once; is given `push`, which takes an item, and `fail`, which ends the subscription with an
 *   error; returns how to stop following
 */
export function createSource<T>(follow: (push: (item: T) => void, fail: (error: Error) => void) => () => void): AsyncIterableIterator<T> {
  const waiting: T[] = [];
  let asked: PromiseWithResolvers<IteratorResult<T, undefined>> | null = null;
  let failure: Error | null = null;
  let ended = false;
  let unfollow: (() => void) | null = null;

  const end = () => {
    if (ended) return;
    ended = true;
    unfollow?.();
    asked?.resolve({ value: undefined, done: true });
    asked = null;
  };
  const fail = (error: Error) => {
    if (ended) return;
    if (asked) asked.reject(error);
    else failure = error;
    asked = null;
    end();
  };
  const push = (item: T) => {
    if (ended) return;
    if (asked) {
      asked.resolve({ value: item, done: false });
      asked = null;
    } else if (waiting.push(item) > MAX_WAITING) {
      waiting.length = 0;
      fail(
        new GracelineError(
          'TOO_LARGE',
          `More than ${MAX_WAITING} events wait to be read. Subscribe again, and read faster or ask for less.`,
        ),
      );
    }
  };
  unfollow = follow(push, fail);
  // It may have failed before there was anything to stop.
  if (ended) unfollow();

  const source: AsyncIterableIterator<T, undefined> = {
    next: () => {
      if (waiting.length > 0) return Promise.resolve({ value: waiting.shift()!, done: false });
      if (failure) {
        const thrown = failure;
        failure = null;
        return Promise.reject(thrown);
      }
      if (ended) return Promise.resolve({ value: undefined, done: true });
      asked ??= Promise.withResolvers();
      return asked.promise;
    },
    return: () => {
      waiting.length = 0;
      end();
      return Promise.resolve({ value: undefined, done: true });
    },
    [Symbol.asyncIterator]: () => source,
  };
  return source;
}
