import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { purgeDeliveries } from './deliveries.repository.ts';
import { forgetSecrets, purgeEndpoints } from './endpoints.repository.ts';
import { KEPT_MS } from './webhook.rules.ts';

/** Small enough that one statement holds its locks for milliseconds, and that a stop waits for no more than one. */
const BATCH = 2_500;

/** Deletes deliveries 30 days after they ended, what is left of deleted endpoints, and secrets that no longer sign. */
export class WebhookPurge {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Deletes batch by batch. Safe in several processes at once.
   *
   * @param signal stops it after the batch under way
   * @returns how many deliveries it deleted
   */
  async run(signal?: AbortSignal): Promise<number> {
    const now = this.clock.now();
    const before = new Date(now.getTime() - KEPT_MS);
    await forgetSecrets(this.db, now);
    let deleted = 0;
    while (!signal?.aborted) {
      const batch = await purgeDeliveries(this.db, before, BATCH);
      deleted += batch;
      if (batch === 0) break;
    }
    await purgeEndpoints(this.db);
    return deleted;
  }
}
