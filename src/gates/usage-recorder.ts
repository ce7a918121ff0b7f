import type { Logger } from 'pino';
import type { Database } from '../db/database.ts';
import { type Uses, writeUses } from './usage.repository.ts';
import { MAX_CLIENT_LENGTH } from './usage.rules.ts';

/** What a crash may lose, and the longest a use stays unseen by others. */
const FLUSH_AFTER_MS = 1_000;
/** As many as one statement writes in some ten milliseconds. */
const FLUSH_AT_KEYS = 2_000;
/** What waits while the database is away: some megabytes. Further keys are dropped and counted. */
const MAX_KEYS = 20_000;
const DAY_MS = 86_400_000;

/**
 * Gathers the uses of old behaviour in memory and writes them in one statement a second. One per process; any number of
 * processes may write at once. A process that is killed loses what it gathered in its last second; one that stops loses
 * nothing.
 */
export class UsageRecorder {
  private waiting = new Map<string, Uses>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> | undefined;
  private failing = false;
  private dropped = 0;
  private closed = false;

  constructor(
    private readonly db: Database,
    private readonly log: Logger,
  ) {}

  /**
   * One use; returns at once.
   *
   * @param client who used it; empty where nobody can be named
   */
  record(migrationKey: string, accountNumber: number, client: string, at: Date): void {
    const name = client.length > MAX_CLIENT_LENGTH ? client.slice(0, MAX_CLIENT_LENGTH) : client;
    // The name comes last, so that no name can look like another key.
    const key = `${migrationKey} ${accountNumber} ${Math.floor(at.getTime() / DAY_MS)} ${name}`;
    const known = this.waiting.get(key);
    if (known) {
      known.count += 1;
      if (at > known.lastUsedAt) known.lastUsedAt = at;
    } else this.add(key, { migrationKey, accountNumber, client: name, count: 1, lastUsedAt: at });
  }

  /** Writes what was recorded until now. Where the database fails it stays for the next time, and the log says so. */
  async flush(): Promise<void> {
    // Whoever waits here may find that another took what they came for, and something newer in its place.
    while (this.writing) await this.writing;
    if (this.waiting.size === 0) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.writing = this.write(this.waiting);
    this.waiting = new Map();
    await this.writing;
  }

  /** Writes what is left and stops the timer. Called once, after the last use. */
  async close(): Promise<void> {
    this.closed = true;
    await this.flush();
    // Somebody else who waited for that may be at it with what came back.
    while (this.writing) await this.writing;
    clearTimeout(this.timer);
    const { size: keys } = this.waiting;
    if (keys > 0) this.log.warn({ keys, dropped: this.dropped }, 'Uses of old behaviour could not be written and are lost');
  }

  private add(key: string, uses: Uses): void {
    if (this.waiting.size >= MAX_KEYS) {
      this.dropped += uses.count;
      return;
    }
    this.waiting.set(key, uses);
    if (this.closed) return;
    // Only as the number is reached: while the database fails it is tried once a second and not at every use.
    if (this.waiting.size === FLUSH_AT_KEYS && !this.failing) void this.flush();
    else this.timer ??= setTimeout(() => void this.flush(), FLUSH_AFTER_MS).unref();
  }

  private async write(batch: ReadonlyMap<string, Uses>): Promise<void> {
    try {
      await writeUses(this.db, [...batch.values()]);
      if (this.failing) this.log.info({ dropped: this.dropped }, 'Uses of old behaviour are written again');
      this.failing = false;
      this.dropped = 0;
    } catch (error) {
      if (!this.failing) this.log.warn({ err: error, keys: batch.size }, 'Uses of old behaviour cannot be written; they are kept for now');
      this.failing = true;
      this.putBack(batch);
    } finally {
      this.writing = undefined;
    }
  }

  private putBack(batch: ReadonlyMap<string, Uses>): void {
    for (const [key, uses] of batch) {
      const newer = this.waiting.get(key);
      if (newer) newer.count += uses.count;
      else this.add(key, uses);
    }
  }
}
