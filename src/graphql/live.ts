/** What a subscription follows: made by the `subscribe` functions of resolvers, run by each `Subscriber` and shared by channels. */
import { type Batch, changes, feed, stretch, type Turn, type Wanted } from '../events/feed.ts';
import type { EventFollower } from '../events/follower.ts';
import type { EventCursor } from '../events/log.ts';

/** The argument by which a subscription resumes. */
export const AFTER = {
  nullable: true,
  description:
    'The `cursor` of the last message you have: what you missed is sent first. Left out, only what happens from now on. Errors: INVALID_CURSOR, CURSOR_EXPIRED.',
};

/** What one message is made of. */
export interface Item<T> {
  /** Its place in the log. */
  readonly cursor: EventCursor;
  readonly value: T;
  /** What it says, where it tells how things stand: a subscriber is not told the same twice in a row. */
  readonly content?: string;
}

/** Some items in the order of the log; none where nothing of a batch is to be sent. */
export type Items<T> = readonly Item<T>[];

/**
 * What one subscriber asked for. Those who asked for the same with the same rights share what one of them {@link follow}s;
 * each reads alone what it missed.
 */
export abstract class Live<T> implements AsyncIterable<T> {
  /** @param after where this subscriber begins */
  constructor(readonly after: EventCursor) {}

  /** Up to where everything has been handed to those who {@link follow}, and nothing behind it. */
  abstract position(): EventCursor;

  /** What happens behind the {@link position} as it is when this is called; ends what it follows with its `return`. */
  abstract follow(): AsyncIterableIterator<Items<T>>;

  /** What happened between two places, the latter included, which lies at the {@link position} or before it. */
  abstract missed(after: EventCursor, upTo: EventCursor): AsyncIterable<Items<T>>;

  /** GraphQL takes nothing for a source that has none; read so, nothing would be shared. */
  [Symbol.asyncIterator](): never {
    throw new Error('A Live is read by its methods.');
  }
}

/** What reading the log takes, of a context's services. */
export interface LiveServices {
  readonly follower: EventFollower;
  readonly liveReads: Turn;
  readonly missedReads: Turn;
}

/** Says what happened: each event that is wanted is an item, or none. */
export class LiveEvents<T extends { readonly cursor?: EventCursor | undefined }> extends Live<T> {
  /** @param itemsOf makes the items of some events; null sends nothing, and what it throws ends the subscription */
  constructor(
    private readonly services: LiveServices,
    after: EventCursor,
    private readonly wanted: Wanted,
    private readonly itemsOf: (events: Batch) => Promise<readonly (T | null)[]>,
  ) {
    super(after);
  }

  position(): EventCursor {
    return this.services.follower.position;
  }

  follow(): AsyncIterableIterator<Items<T>> {
    const { follower, liveReads } = this.services;
    return mapped(feed(follower, liveReads, this.wanted), (events) => this.read(events, liveReads));
  }

  async *missed(after: EventCursor, upTo: EventCursor): AsyncGenerator<Items<T>, void, undefined> {
    const { follower, missedReads } = this.services;
    for await (const events of stretch(follower, missedReads, this.wanted, after, upTo)) yield await this.read(events, missedReads);
  }

  private async read(events: Batch, turn: Turn): Promise<Items<T>> {
    const values = await turn(() => this.itemsOf(events));
    return values.flatMap((value, i) => (value === null ? [] : [{ cursor: events[i]!.cursor, value }]));
  }
}

/** Says how things stand, whenever that changes: however much happens between two items, they are one step. */
export class LiveState<T extends object> extends Live<T & { cursor: EventCursor }> {
  /**
   * @param everyMs how long an item waits at least after the one before it, in milliseconds
   * @param read how things stand now
   */
  constructor(
    private readonly services: LiveServices,
    after: EventCursor,
    private readonly wanted: Wanted,
    private readonly everyMs: number,
    private readonly read: () => Promise<T>,
  ) {
    super(after);
  }

  position(): EventCursor {
    return this.services.follower.position;
  }

  follow(): AsyncIterableIterator<Items<T & { cursor: EventCursor }>> {
    const { follower, liveReads } = this.services;
    const events = changes(feed(follower, liveReads, this.wanted), this.everyMs);
    return mapped(events, async (change) => [await this.itemAt(change.at(-1)!.cursor, liveReads)]);
  }

  /** What was missed is told by how things stand now. */
  async *missed(after: EventCursor, upTo: EventCursor): AsyncGenerator<Items<T & { cursor: EventCursor }>, void, undefined> {
    if (after !== upTo) yield [await this.itemAt(upTo, this.services.missedReads)];
  }

  private async itemAt(cursor: EventCursor, turn: Turn): Promise<Item<T & { cursor: EventCursor }>> {
    const value = await turn(this.read);
    return { cursor, value: { ...value, cursor }, content: JSON.stringify(value) };
  }
}

/** A sequence whose `return` reaches its source even while an item is awaited, as that of an `async function*` does not. */
function mapped<T, U>(source: AsyncIterableIterator<T>, map: (item: T) => Promise<U>): AsyncIterableIterator<U> {
  const end = async () => {
    await source.return?.();
    return { value: undefined, done: true } as const;
  };
  return {
    async next() {
      const item = await source.next();
      if (item.done) return { value: undefined, done: true };
      try {
        return { value: await map(item.value), done: false };
      } catch (error) {
        // Whoever reads us does not end what has thrown; left alone it would follow the log for ever.
        await end();
        throw error;
      }
    },
    return: end,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
