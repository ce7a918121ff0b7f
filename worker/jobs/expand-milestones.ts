import { defineSweep } from '../kit.ts';
import type { Work } from './work.ts';

/** Turns each milestone that has come (a start, so many days before, a new date, the deadline) into a reminder for each administrator concerned. */
export const expandMilestones = defineSweep<Work>({
  name: 'expand-milestones',
  run: async ({ reminders, wake }, signal) => {
    const report = await reminders.expandMilestones(signal);
    if (report.added > 0) wake.ring();
    return report;
  },
});
