import type pg from 'pg';
import type { Logger } from 'pino';
import type { Database } from '../db/database.ts';

const CHANNEL = 'graceline_event';
/** At most 100 notifications a second however many commits there are: one in every commit would halve the write rate. */
const RING_EVERY_MS = 10;
/** After a lost connection; short, because until then readers see events only at their next poll. */
const RECONNECT_AFTER_MS = 1_000;

/**
 * Tells the readers of the log, in this and every other process, that there is something to read. Only a hint: whoever
 * misses it finds the events at its next poll.
 */
export class Wake {
  private readonly listeners = new Set<() => void>();
  private listening: pg.Client | undefined;
  private ringing: NodeJS.Timeout | undefined;
  private reconnecting: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    private readonly db: Database,
    private readonly log: Logger,
  ) {}

  /** Starts to listen; goes on trying for as long as the process lives. */
  async start(): Promise<void> {
    const client = this.db.createClient();
    const lost = (error?: Error) => {
      if (this.listening !== client && error === undefined) return;
      client.removeAllListeners('notification');
      if (this.listening === client) this.listening = undefined;
      void client.end().catch(() => undefined);
      this.scheduleReconnect(error);
    };
    client.on('error', lost);
    client.on('notification', () => this.wakeAll());
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
      client.on('end', () => lost());
      this.listening = client;
      // Whatever was committed while nobody listened.
      this.wakeAll();
    } catch (error) {
      lost(error as Error);
    }
  }

  /** Calls `listener` whenever there may be new events. Returns how to stop that. */
  onWake(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Called after a commit that wrote events. Rings once for all commits of the same moment. */
  ring(): void {
    if (this.ringing || this.closed) return;
    this.ringing = setTimeout(() => {
      this.ringing = undefined;
      this.db
        .query(`select pg_notify('${CHANNEL}', '')`)
        .catch((error: unknown) => this.log.debug({ error }, 'could not notify; readers will poll'));
    }, RING_EVERY_MS);
  }

  /** Stops listening. A ring still due is sent first, so that the last commit of a process is heard of too. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.reconnecting);
    if (this.ringing) {
      clearTimeout(this.ringing);
      await this.db.query(`select pg_notify('${CHANNEL}', '')`).catch(() => undefined);
    }
    const client = this.listening;
    this.listening = undefined;
    await client?.end().catch(() => undefined);
  }

  private wakeAll(): void {
    for (const listener of this.listeners) listener();
  }

  private scheduleReconnect(error: Error | undefined): void {
    if (this.closed || this.reconnecting) return;
    this.log.warn({ reason: error?.message }, 'lost the connection that listens for events; polling until it is back');
    this.reconnecting = setTimeout(() => {
      this.reconnecting = undefined;
      void this.start();
    }, RECONNECT_AFTER_MS);
  }
}
