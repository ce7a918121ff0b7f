import type { EventFollower } from './follower.ts';
import { type EventCursor, isAfter, type LoggedEvent, type Narrowing } from './log.ts';

/** How many events of one reader are in memory: a page of the log, and as many again that were heard meanwhile. */
const PAGE = 500;
/** What is handed out at once is looked up at once, and written at once to whoever waits for it. */
const BATCH = 64;
const DONE = { value: undefined, done: true } as const;

/** Runs a read when its turn comes, so that an event thousands wait for leaves connections to everybody else. */
export type Turn = <T>(read: () => Promise<T>) => Promise<T>;

/** Some events in the order of the log; never none. */
export type Batch = readonly LoggedEvent[];

/** Which events a reader is given. */
export interface Wanted {
  /** Called for every event, so it does no I/O. */
  readonly matches: (event: LoggedEvent) => boolean;
  /** True of every event that matches: with it, missed ones are found without looking at all. */
  readonly narrowing?: Narrowing;
}

/**
 * What is committed from now on, as an endless sequence that begins behind the follower's position. A reader that falls behind
 * reads from the log, page by page, until it has caught up and hears again, and nothing falls into the seam or comes twice:
 * a slow one holds no more than a fast one.
 *
 * @param turn bounds how many readers read the log at once
 */
export function feed(follower: EventFollower, turn: Turn, wanted: Wanted): AsyncIterableIterator<Batch> {
  return new Feed(follower, turn, wanted);
}

/**
 * What lies between two places of the log, the latter included.
 *
 * @param upTo a place that the follower has passed
 * @throws GracelineError CURSOR_EXPIRED where some of it is no longer kept
 */
export async function* stretch(
  follower: EventFollower,
  turn: Turn,
  wanted: Wanted,
  after: EventCursor,
  upTo: EventCursor,
): AsyncGenerator<Batch, void, undefined> {
  let place = after;
  while (isAfter(upTo, place)) {
    const page = await readPage(follower, turn, wanted, place, upTo);
    place = page.place;
    while (page.events.length > 0) yield page.events.splice(0, BATCH);
  }
}

/** A page of the events wanted, and the place up to which they are all. */
interface EventPage {
  readonly events: LoggedEvent[];
  readonly place: EventCursor;
}

async function readPage(
  follower: EventFollower,
  turn: Turn,
  { matches, narrowing = {} }: Wanted,
  after: EventCursor,
  upTo: EventCursor,
): Promise<EventPage> {
  const events = await turn(() => follower.missed(after, upTo, PAGE, narrowing));
  return { events: events.filter(matches), place: events.length === PAGE ? events.at(-1)!.cursor : upTo };
}

class Feed implements AsyncIterableIterator<Batch> {
  /** Read from the log, and heard of the follower behind {@link seam}; neither handed out yet. */
  private page: LoggedEvent[] = [];
  private heard: LoggedEvent[] = [];
  /** Up to where everything has been read. */
  private place: EventCursor;
  /** Where hearing began; null before. */
  private seam: EventCursor | null = null;
  private unfollow: (() => void) | null = null;
  /** Whether everything up to the seam has been read. */
  private caughtUp = false;
  /** Whether the last page was not full. */
  private near = false;
  private ended = false;
  private news = Promise.withResolvers<void>();

  constructor(
    private readonly follower: EventFollower,
    private readonly turn: Turn,
    private readonly wanted: Wanted,
  ) {
    this.place = follower.position;
    this.listen();
    this.caughtUp = true;
  }

  async next(): Promise<IteratorResult<Batch, undefined>> {
    try {
      while (!this.ended) {
        const events = this.page.length > 0 ? this.page.splice(0, BATCH) : this.nextHeard();
        if (events.length > 0) return { value: events, done: false };
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

  return(): Promise<IteratorResult<Batch, undefined>> {
    this.end();
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private nextHeard(): Batch {
    const events = this.caughtUp ? this.heard.splice(0, BATCH) : [];
    this.place = events.at(-1)?.cursor ?? this.place;
    return events;
  }

  /** Reads a page. Once near the end it listens first, so that what is committed while the rest is read is not missed. */
  private async readOn(): Promise<void> {
    if (this.near && this.seam === null) this.listen();
    const upTo = this.seam ?? this.follower.position;
    if (isAfter(upTo, this.place)) {
      const { events, place } = await readPage(this.follower, this.turn, this.wanted, this.place, upTo);
      this.page = events;
      this.place = place;
      if (place !== upTo) return;
    }
    this.near = true;
    this.caughtUp = this.seam !== null;
  }

  private listen(): void {
    this.seam = this.follower.position;
    this.unfollow = this.follower.onEvent((event) => {
      if (!this.wanted.matches(event)) return;
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
 * That something changed, for whoever reads how things stand and not what happened: however many events come before the next
 * read, they are one change, and the last is never left out. A burst of any size keeps one event in memory.
 *
 * @param batches ended with this
 * @param everyMs how long a change waits at least after the one before it, in milliseconds
 * @returns of each change its last event
 */
export function changes(batches: AsyncIterableIterator<Batch>, everyMs: number): AsyncIterableIterator<Batch> {
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
      for await (const events of batches) {
        waiting = events.at(-1)!;
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
    return new Promise<void>((resolve) => setTimeout(resolve, restMs).unref());
  };
  const source: AsyncIterableIterator<Batch, undefined> = {
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
        return { value: [change], done: false };
      }
    },
    async return() {
      over ??= {};
      tell();
      await batches.return?.();
      return DONE;
    },
    [Symbol.asyncIterator]: () => source,
  };
  return source;
}
