import type { Turn } from '../graphql/live.ts';
import type { EventFollower } from './follower.ts';
import { type EventCursor, isAfter, type LoggedEvent, type Narrowing } from './log.ts';

/** How many events of one subscriber are in memory: a page of the log, and as many again that were heard meanwhile. */
const PAGE = 500;
const DONE = { value: undefined, done: true } as const;

/** Which events a subscriber is sent. */
export interface Wanted {
  /** Called for every event, so it does no I/O. */
  readonly matches: (event: LoggedEvent) => boolean;
  /** True of every event that matches: with it, missed ones are found without looking at all. */
  readonly narrowing?: Narrowing;
}

/**
 * The log from a place on as an endless sequence for one subscriber: what was missed is read from the log page by page,
 * then it goes live, and nothing falls into the seam or comes twice. A subscriber that falls behind reads from the log again,
 * so that a slow one holds no more than a fast one.
 *
 * @param from see {@link EventFollower.begin}
 * @param turn bounds how many subscribers read the log at once
 */
export function feed(follower: EventFollower, turn: Turn, wanted: Wanted, from: EventCursor): AsyncIterableIterator<LoggedEvent> {
  return new Feed(follower, turn, wanted, from);
}

class Feed implements AsyncIterableIterator<LoggedEvent> {
  /** Read from the log, and heard of the follower behind {@link seam}; neither handed out yet. */
  private page: LoggedEvent[] = [];
  private heard: LoggedEvent[] = [];
  /** Where hearing began; null before. */
  private seam: EventCursor | null = null;
  private unfollow: (() => void) | null = null;
  /** Whether everything up to the seam has been read. */
  private caughtUp = false;
  /** Whether the last page was not full. */
  private near = false;
  private ended = false;
  private news = Promise.withResolvers<void>();

  /** @param place up to which everything has been read */
  constructor(
    private readonly follower: EventFollower,
    private readonly turn: Turn,
    private readonly wanted: Wanted,
    private place: EventCursor,
  ) {
    if (isAfter(follower.position, place)) return;
    this.listen();
    this.caughtUp = true;
  }

  async next(): Promise<IteratorResult<LoggedEvent, undefined>> {
    try {
      while (!this.ended) {
        const event = this.page.shift() ?? this.nextHeard();
        if (event) return { value: event, done: false };
        if (!this.caughtUp) await this.readOn();
        else if (this.unfollow) await this.news.promise;
        else this.fallBack();
      }
      return DONE;
    } catch (error) {
      this.end();
      throw error;
    }
  }

  return(): Promise<IteratorResult<LoggedEvent, undefined>> {
    this.end();
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private nextHeard(): LoggedEvent | undefined {
    const event = this.caughtUp ? this.heard.shift() : undefined;
    if (event) this.place = event.cursor;
    return event;
  }

  /** Reads a page. Once near the end it listens first, so that what is committed while the rest is read is not missed. */
  private async readOn(): Promise<void> {
    if (this.near && this.seam === null) this.listen();
    const upTo = this.seam ?? this.follower.position;
    if (isAfter(upTo, this.place)) {
      const events = await this.turn(() => this.follower.missed(this.place, upTo, PAGE, this.wanted.narrowing ?? {}));
      this.page = events.filter(this.wanted.matches);
      this.place = events.length === PAGE ? events.at(-1)!.cursor : upTo;
      if (events.length === PAGE) return;
    }
    this.near = true;
    this.caughtUp = this.seam !== null;
  }

  private listen(): void {
    this.seam = this.follower.position;
    // A cursor may come from another process that has read further than this one.
    const ahead = isAfter(this.place, this.seam) ? this.place : null;
    this.unfollow = this.follower.onEvent((event) => {
      if (!this.wanted.matches(event) || (ahead !== null && !isAfter(event.cursor, ahead))) return;
      if (this.heard.length < PAGE) this.heard.push(event);
      else this.stopListening();
      this.tell();
    });
  }

  private stopListening(): void {
    this.unfollow?.();
    this.unfollow = null;
  }

  /** What was heard before it stopped listening has been handed out; what came afterwards is in the log. */
  private fallBack(): void {
    this.seam = null;
    this.near = false;
    this.caughtUp = false;
  }

  private end(): void {
    this.ended = true;
    this.stopListening();
    this.page = [];
    this.heard = [];
    this.tell();
  }

  private tell(): void {
    this.news.resolve();
    this.news = Promise.withResolvers();
  }
}

/**
 * That something changed, for a subscriber who reads how things stand and not what happened: however many events come
 * before the next read, they are one change, and the last is never left out. A burst of any size keeps one event in memory.
 *
 * @param events ended with this
 * @param everyMs how long a change waits at least after the one before it, in milliseconds
 */
export function changes(events: AsyncIterableIterator<LoggedEvent>, everyMs: number): AsyncIterableIterator<LoggedEvent> {
  let waiting: LoggedEvent | null = null;
  let over: { readonly failure?: unknown } | null = null;
  let news = Promise.withResolvers<void>();
  let restUntil = 0;
  const tell = () => {
    news.resolve();
    news = Promise.withResolvers();
  };
  const pull = async () => {
    try {
      for await (const event of events) {
        waiting = event;
        tell();
      }
      over ??= {};
    } catch (failure) {
      over ??= { failure };
    }
    tell();
  };
  void pull();
  const rested = () => {
    const restMs = restUntil - performance.now();
    if (restMs <= 0) return null;
    return new Promise<void>((resolve) => setTimeout(resolve, restMs));
  };
  const source: AsyncIterableIterator<LoggedEvent, undefined> = {
    async next() {
      for (;;) {
        if (over && 'failure' in over) throw over.failure;
        if (over) return DONE;
        const rest = waiting ? rested() : news.promise;
        if (rest) {
          await rest;
          continue;
        }
        const change = waiting!;
        waiting = null;
        restUntil = performance.now() + everyMs;
        return { value: change, done: false };
      }
    },
    async return() {
      over ??= {};
      tell();
      await events.return?.();
      return DONE;
    },
    [Symbol.asyncIterator]: () => source,
  };
  return source;
}
