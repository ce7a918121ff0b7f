import { defineSweep } from '../kit.ts';
import type { Work } from './work.ts';

/** Gathers the reminders of each administrator into one mail of the ledger, to be sent in their morning. */
export const composeMails = defineSweep<Work>({
  name: 'compose-mails',
  run: async ({ reminders, wake }, signal) => {
    const report = await reminders.composeMails(signal);
    if (report.composed > 0) wake.ring();
    return report;
  },
});
