import { defineSweep } from '../kit.ts';
import type { Work } from './work.ts';

/** Posts the webhooks that are due, and takes over those that a dead worker left. */
export const deliverWebhooks = defineSweep<Work>({
  name: 'deliver-webhooks',
  run: ({ webhookSender }, signal) => webhookSender.deliverDue(signal),
});
