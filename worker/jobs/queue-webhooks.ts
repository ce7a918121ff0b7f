import { defineSweep } from '../kit.ts';
import type { Work } from './work.ts';

/** Queues a delivery for each event and each endpoint that is told of it. */
export const queueWebhooks = defineSweep<Work>({
  name: 'queue-webhooks',
  run: async ({ webhookQueue, wake }, signal) => {
    const report = await webhookQueue.queueFromLog(signal);
    if (report.queued > 0) wake.ring();
    return report;
  },
});
