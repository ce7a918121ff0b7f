/** When administrators will be mailed, for whoever decides on dates. */
import { morningOf } from './mornings.ts';
import { type Milestone, type MilestoneKind, milestonesOf, type ReminderSchedule } from './reminders.rules.ts';

/** An occasion on which administrators with something to do are mailed. */
export interface PlannedReminder {
  readonly kind: MilestoneKind;
  /** Days before the deadline; null for other kinds, and while the deadline has no day. */
  readonly daysBefore: number | null;
  /** In the time zone asked about. */
  readonly at: Date;
}

/**
 * The occasions that are still to come, in order of time; while the deadline has no day, the next two of the cadence.
 *
 * @param timeZone whose morning they are in
 * @param hour the local hour of reminders
 */
export function plannedReminders(schedule: ReminderSchedule, now: Date, timeZone: string, hour: number): PlannedReminder[] {
  const { graceStartsAt } = schedule;
  // A cadence without an end is known around an instant only: for one that is still to start, around its start.
  const seenFrom = graceStartsAt && graceStartsAt > now ? graceStartsAt : now;
  return milestonesOf(schedule, seenFrom)
    .map((milestone) => ({ milestone, at: morningOf(milestone, timeZone, hour) }))
    .filter(({ milestone: { after }, at }) => at > now && (!after || at > after))
    .map(({ milestone, at }) => ({ kind: milestone.kind, daysBefore: daysBefore(milestone), at }))
    .toSorted((one, other) => one.at.getTime() - other.at.getTime());
}

function daysBefore({ kind, days }: Milestone): number | null {
  return kind === 'CADENCE' && days !== null && days < 0 ? -days : null;
}
