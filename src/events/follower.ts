import type { Logger } from 'pino';
import type { Queryable } from '../db/database.ts';
import { requireKept } from './horizon.ts';
import { endOfLog, type EventCursor, type LoggedEvent, type Narrowing, readEvents, readStretch } from './log.ts';
import type { Wake } from './wake.ts';

const BATCH = 500;

/**
 * Follows the log from now on and hands each event to every listener of this process, in order, exactly once. Woken by
 * NOTIFY, and by a poll in case that is lost.
 */
export class EventFollower {
  private readonly listeners = new Set<(event: LoggedEvent) => void>();
  private cursor: EventCursor | undefined;
  private poll: NodeJS.Timeout | undefined;
  private reading: Promise<void> | undefined;
  private again = false;
  private closed = false;
  private stopListening: () => void = () => undefined;

  /** @param pollEveryMs how long an event may stay unseen where its wake was lost */
  constructor(
    private readonly db: Queryable,
    private readonly wake: Wake,
    private readonly log: Logger,
    private readonly pollEveryMs: number,
  ) {}

  /** Begins at the end of the log as it is now. */
  async start(): Promise<void> {
    this.cursor = await endOfLog(this.db);
    this.stopListening = this.wake.onWake(() => this.read());
    this.poll = setInterval(() => this.read(), this.pollEveryMs);
  }

  /** Calls `listener` with every event from now on. Returns how to stop that. */
  onEvent(listener: (event: LoggedEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The place up to which listeners have been handed every event, and nothing behind it. */
  get position(): EventCursor {
    return this.cursor!;
  }

  /**
   * Where a reader begins.
   *
   * @param after the cursor of the last event it has seen; null or undefined for what comes from now on
   * @throws GracelineError INVALID_CURSOR, or CURSOR_EXPIRED where events behind it are no longer kept
   */
  async begin(after: EventCursor | null | undefined): Promise<EventCursor> {
    if (after == null) return this.position;
    await requireKept(this.db, after);
    return after;
  }

  /** The present end of the log: a place behind which nothing lies yet that a read could already have shown. */
  end(): Promise<EventCursor> {
    return endOfLog(this.db);
  }

  /**
   * Events that were handed to listeners before a reader was one of them.
   *
   * @param upTo a {@link position}
   * @param limit how many at most
   * @throws GracelineError CURSOR_EXPIRED where some of them have been deleted meanwhile
   */
  async missed(after: EventCursor, upTo: EventCursor, limit: number, narrowing: Narrowing): Promise<LoggedEvent[]> {
    const events = await readStretch(this.db, after, upTo, limit, narrowing);
    await requireKept(this.db, after);
    return events;
  }

  /** Stops following; resolves once the read under way is done. */
  async close(): Promise<void> {
    this.closed = true;
    this.stopListening();
    clearInterval(this.poll);
    await this.reading;
  }

  private read(): void {
    if (this.closed) return;
    if (this.reading) {
      // A wake during a read may tell of an event the read's snapshot did not have.
      this.again = true;
      return;
    }
    this.reading = this.readToEnd()
      .catch((error: unknown) => this.log.warn({ error }, 'could not read the event log; trying again at the next poll'))
      .finally(() => {
        this.reading = undefined;
        if (this.again) this.read();
      });
  }

  private async readToEnd(): Promise<void> {
    let events: LoggedEvent[];
    do {
      this.again = false;
      events = await readEvents(this.db, this.cursor!, BATCH);
      for (const event of events) {
        this.cursor = event.cursor;
        for (const listener of this.listeners) listener(event);
      }
    } while (events.length === BATCH && !this.closed);
  }
}
