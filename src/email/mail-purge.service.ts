import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { purgeInBatches } from '../db/purge-in-batches.ts';
import { purgeMails } from './mail.repository.ts';

/** As long as operators look back at what was sent to whom. */
const KEPT_MS = 90 * 24 * 60 * 60 * 1_000;
/** Small enough that one statement holds its locks for milliseconds, and that a stop waits for no more than one. */
const BATCH = 5_000;

/** Forgets whom reminders went to and what they were about, 90 days after a mail ended. */
export class MailPurge {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Blanks batch by batch. Safe in several processes at once.
   *
   * @param signal stops it after the batch under way
   * @returns how many mails it blanked
   */
  run(signal?: AbortSignal): Promise<number> {
    const before = new Date(this.clock.now().getTime() - KEPT_MS);
    return purgeInBatches(BATCH, (limit) => purgeMails(this.db, before, limit), signal);
  }
}
