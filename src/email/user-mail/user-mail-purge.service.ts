import type { Clock } from '../../clock.ts';
import type { Database } from '../../db/database.ts';
import { purgeInBatches } from '../../db/purge-in-batches.ts';
import { deleteUserMails, forgetUserMails } from './user-mail.repository.ts';
import { KEPT_MS, REMEMBERED_MS } from './user-mail.rules.ts';

/** Small enough that one statement holds its locks for milliseconds, and that a stop waits for no more than one. */
const BATCH = 5_000;

/** Forgets whom the platform wrote to: addresses 30 days after a mail ended, the mail itself after 90. */
export class UserMailPurge {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Blanks and deletes, batch by batch. Safe in several processes at once.
   *
   * @param signal stops it after the batch under way
   * @returns how many mails it blanked and how many it deleted
   */
  async run(signal?: AbortSignal): Promise<{ forgotten: number; deleted: number }> {
    const now = this.clock.now().getTime();
    const deleted = await purgeInBatches(BATCH, (limit) => deleteUserMails(this.db, new Date(now - KEPT_MS), limit), signal);
    const forgotten = await purgeInBatches(BATCH, (limit) => forgetUserMails(this.db, new Date(now - REMEMBERED_MS), limit), signal);
    return { forgotten, deleted };
  }
}
