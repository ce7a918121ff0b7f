/** The mornings of time zones: the only hours in which reminders are sent. */
import { addDays, dayIn, hourOfDay } from '../time-zone.ts';
import type { Milestone } from './reminders.rules.ts';

/** How long after the reminder hour a mail may still leave; found later, it waits for the next morning. */
const MORNING_MS = 3 * 3_600_000;

/** The morning of a time zone around an instant. */
export interface Morning {
  readonly timeZone: string;
  /** The local day, `YYYY-MM-DD`. */
  readonly day: string;
  readonly opensAt: Date;
  readonly tomorrowAt: Date;
  /** Whether mails may leave now. */
  readonly open: boolean;
  /** The next time mails may leave, where they may not now or have left already. */
  readonly nextAt: Date;
}

/**
 * The morning of the local day it is in a time zone.
 *
 * @param hour the local hour at which mornings begin
 */
export function morningIn(timeZone: string, now: Date, hour: number): Morning {
  const day = dayIn(now, timeZone);
  const opensAt = hourOfDay(day, hour, timeZone);
  const tomorrowAt = hourOfDay(addDays(day, 1), hour, timeZone);
  const open = now >= opensAt && now.getTime() < opensAt.getTime() + MORNING_MS;
  return { timeZone, day, opensAt, tomorrowAt, open, nextAt: now < opensAt ? opensAt : tomorrowAt };
}

/** When a morning begins that is not before the instant. */
export function firstMorning(instant: Date, timeZone: string, hour: number): Date {
  const { opensAt, tomorrowAt } = morningIn(timeZone, instant, hour);
  return opensAt >= instant ? opensAt : tomorrowAt;
}

/** When a milestone falls due in a time zone. */
export function morningOf({ anchor, days }: Milestone, timeZone: string, hour: number): Date {
  return days === null ? firstMorning(anchor, timeZone, hour) : hourOfDay(addDays(dayIn(anchor, timeZone), days), hour, timeZone);
}
