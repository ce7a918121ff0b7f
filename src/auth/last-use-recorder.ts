import type { Logger } from 'pino';
import type { Database } from '../db/database.ts';
import { type TokenView, writeLastUses } from './tokens.repository.ts';

/** To the minute is near enough to find what nobody uses, and spares a write at each request. */
const RECORD_EVERY_MS = 60_000;
/** The longest a use waits to be written. */
const FLUSH_AFTER_MS = 1_000;

/**
 * Gathers when tokens were used and writes it in one statement a second, at most once a minute for each token. One per
 * process. What could not be written is forgotten: the next use says more.
 */
export class LastUseRecorder {
  private waiting = new Map<string, Date>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();
  private failing = false;
  private closed = false;

  constructor(
    private readonly db: Database,
    private readonly log: Logger,
  ) {}

  /** That a token was used; returns at once. */
  record({ id, lastUsedAt }: Pick<TokenView, 'id' | 'lastUsedAt'>, at: Date): void {
    if (lastUsedAt && at.getTime() - lastUsedAt.getTime() < RECORD_EVERY_MS) return;
    if (this.closed || this.waiting.has(id)) return;
    this.waiting.set(id, at);
    this.timer ??= setTimeout(() => void this.flush(), FLUSH_AFTER_MS).unref();
  }

  /** Writes what was recorded until now. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const uses = this.waiting;
    this.waiting = new Map();
    this.writing = this.writing.then(() => this.write(uses));
    await this.writing;
  }

  /** Writes what is left. Called once, after the last use. */
  async close(): Promise<void> {
    this.closed = true;
    await this.flush();
  }

  private async write(uses: ReadonlyMap<string, Date>): Promise<void> {
    if (uses.size === 0) return;
    try {
      await writeLastUses(this.db, uses);
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.log.warn({ err: error }, 'When tokens were last used cannot be written; their lists lag behind');
      this.failing = true;
    }
  }
}
