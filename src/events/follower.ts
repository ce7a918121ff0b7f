import type { Logger } from 'pino';
import type { Queryable } from '../db/database.ts';
import { requireKept } from './horizon.ts';
import { endOfLog, type EventCursor, type LoggedEvent, type Narrowing, nextEventAt, readStretch } from './log.ts';
import { beginLooking, type Look, lookAtLog, type SeenEvent } from './look.ts';
import type { Wake } from './wake.ts';

/** What is committed is seen so soon where the wake of it was lost. */
const LOOK_EVERY_MS = 1_000;
/** Of a look that takes longer than this, or fails, {@link EventFollower.isCurrent} says so. */
const CURRENT_FOR_MS = 2_000;

/** An event that has just been committed; transactions that began before it may still be open. */
export type Commit = Pick<SeenEvent, 'type' | 'migrationId' | 'accountNumber' | 'accountId'>;

/** Called with what was committed; with `ANYTHING` where that was too much to be told one by one. Must not throw. */
export type CommitListener = (commits: readonly Commit[] | 'ANYTHING') => void;

/** Tells what this process remembers of the database that something of it has changed. */
export type Commits = Pick<EventFollower, 'isCurrent' | 'onCommits'>;

/**
 * Follows the log from now on. It hands each event to every listener of this process, in order, exactly once: for whoever
 * tells of it. Before that it tells of each commit as soon as that is visible, in no order, some twice, and waits for no
 * transaction that is open: for whoever must forget. Woken by NOTIFY, and by a poll in case that is lost.
 */
export class EventFollower {
  private readonly listeners = new Set<(event: LoggedEvent) => void>();
  private readonly commitListeners = new Set<CommitListener>();
  private cursor: EventCursor | undefined;
  /** All that is visible to it has been told as commits. */
  private snapshot: string | undefined;
  private poll: NodeJS.Timeout | undefined;
  private reading: Promise<void> | undefined;
  private again = false;
  private closed = false;
  /** When the last look began that was done and told; of the process, in ms. */
  private currentAt = -Infinity;
  private stopListening: () => void = () => undefined;

  /** @param pollEveryMs how long an event may stay unseen where its wake was lost; for tests */
  constructor(
    private readonly db: Queryable,
    private readonly wake: Pick<Wake, 'onWake'>,
    private readonly log: Logger,
    private readonly pollEveryMs = LOOK_EVERY_MS,
  ) {}

  /** Begins at the end of the log as it is now. */
  async start(): Promise<void> {
    ({ cursor: this.cursor, snapshot: this.snapshot } = await beginLooking(this.db));
    this.stopListening = this.wake.onWake(() => this.read());
    this.poll = setInterval(() => this.read(), this.pollEveryMs);
    this.read();
  }

  /** Calls `listener` with every event from now on. Returns how to stop that. */
  onEvent(listener: (event: LoggedEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Calls `listener` with every commit from now on, before any event of it is handed out. */
  onCommits(listener: CommitListener): void {
    this.commitListeners.add(listener);
  }

  /**
   * Whether all that was committed up to two seconds ago has been told. Where not, e.g. because the database is slow, what
   * is remembered may be older than anybody promised.
   */
  isCurrent(): boolean {
    return performance.now() - this.currentAt <= CURRENT_FOR_MS;
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

  /**
   * How long the oldest event has waited that has not been handed to listeners, in ms; 0 where all have been.
   *
   * @param now the present instant
   */
  async lagMs(now: Date): Promise<number> {
    const next = await nextEventAt(this.db, this.position);
    return next ? Math.max(0, now.getTime() - next.getTime()) : 0;
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
      .catch((error: unknown) => this.log.warn({ err: error }, 'could not read the event log; trying again at the next poll'))
      .finally(() => {
        this.reading = undefined;
        if (this.again) this.read();
      });
  }

  private async readToEnd(): Promise<void> {
    for (;;) {
      this.again = false;
      const began = performance.now();
      const look = await lookAtLog(this.db, this.cursor!, this.snapshot!);
      const settled = look.events.filter((event) => event.settled);
      const more = look.full && settled.length > 0;
      this.tell(look, more);
      if (!more) this.currentAt = began;
      for (const event of settled) {
        this.cursor = event.cursor;
        for (const listener of this.listeners) listener(event);
      }
      if (!more || this.closed) return;
    }
  }

  /** What is told before {@link snapshot} moves on is told again by the next look. */
  private tell({ snapshot, events, full }: Look, more: boolean): void {
    const commits = full && !more ? 'ANYTHING' : events;
    if (commits.length > 0) for (const listener of this.commitListeners) listener(commits);
    if (!more) this.snapshot = snapshot;
  }
}
