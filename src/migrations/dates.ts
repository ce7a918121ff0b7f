import { GracelineError } from '../errors.ts';
import { dayIn, startOfDay } from '../time-zone.ts';
import { parsePartialDate, type PartialDate, precisionOf } from './dates.rules.ts';
import { type Schedule, scheduleRefusal, type Severity } from './lifecycle.rules.ts';

/**
 * A date somebody gave, in its canonical text.
 *
 * @param field the name the caller knows it by
 * @throws GracelineError INVALID_DATE
 */
export function checkedDate(field: string, text: string): PartialDate {
  const date = text.length <= 40 ? parsePartialDate(text) : null;
  if (date) return date;
  throw new GracelineError(
    'INVALID_DATE',
    `"${text.slice(0, 40)}" is no date. Write a day (2016-06-20), a month (2016-06), an instant (2016-06-20T09:30:00Z) or TBD.`,
    { field },
  );
}

/** The two dates with the instants at which they fire: a day fires at its start in the platform's time zone. */
export function scheduleFrom(gracePeriodStart: PartialDate, mandatoryOptIn: PartialDate, platformTimeZone: string): Schedule {
  return {
    gracePeriodStart,
    graceStartsAt: instantOf(gracePeriodStart, platformTimeZone),
    mandatoryOptIn,
    mandatoryAt: instantOf(mandatoryOptIn, platformTimeZone),
  };
}

function instantOf(date: PartialDate, platformTimeZone: string): Date | null {
  switch (precisionOf(date)) {
    case 'TBD':
    case 'MONTH':
      return null;
    case 'DAY':
      return startOfDay(date, platformTimeZone);
    case 'INSTANT':
      return new Date(date);
  }
}

/** @throws GracelineError DEADLINE_BEFORE_START where the dates make no sense together */
export function refuseImpossible(severity: Severity, schedule: Schedule): void {
  const refusal = scheduleRefusal(severity, schedule);
  if (refusal) throw new GracelineError(refusal.code, refusal.message);
}

/**
 * Refuses to announce what would be on at once for accounts created between its start and now, who could not have known.
 *
 * @throws GracelineError DATE_IN_PAST
 */
export function refusePastStart(schedule: Schedule, now: Date, timeZone: string): void {
  if (!startsBeforeToday(schedule, now, timeZone)) return;
  throw new GracelineError(
    'DATE_IN_PAST',
    `Its grace period would have started in the past (${schedule.gracePeriodStart}), and be on at once, for good, for every account created since. Reschedule it to start today or later, then announce it.`,
    { field: 'gracePeriodStart' },
  );
}

/** Whether the grace period starts on an earlier day than today. Today is no past: it may start on the day it is decided. */
export function startsBeforeToday({ graceStartsAt }: Schedule, now: Date, timeZone: string): boolean {
  return graceStartsAt !== null && dayIn(graceStartsAt, timeZone) < dayIn(now, timeZone);
}
