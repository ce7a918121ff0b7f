import { defineSweep } from '../kit.ts';
import type { Work } from './work.ts';

const HOUR_MS = 3_600_000;

/** Deletes deliveries of webhooks 30 days after they ended, and what is left of deleted endpoints. */
export const purgeWebhooks = defineSweep<Work>({
  name: 'purge-webhooks',
  every: () => HOUR_MS,
  wakes: false,
  run: async ({ webhookPurge }, signal) => {
    await webhookPurge.run(signal);
  },
});
