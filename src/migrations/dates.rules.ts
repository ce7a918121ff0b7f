/**
 * Partial dates: what an operator knows of a date so far. Only a date that names its day (or its very instant) ever
 * fires; `TBD` and a month wait until the day is given.
 *
 * The canonical text is what the database, the API and the page hold:
 * `TBD`, `2016-06`, `2016-06-20`, or an instant such as `2016-06-20T09:30:00Z`.
 */
export type PartialDate = string;

/** How much of a date is known. */
export type DatePrecision = 'TBD' | 'MONTH' | 'DAY' | 'INSTANT';

/** The date about which nothing is known yet. */
export const TBD: PartialDate = 'TBD';

const MONTH = /^(\d{4})-(\d{2})$/;
const MONTH_ON_A_PAGE = /^(\d{4})-(\d{2})-[Xx?]{2}$/;
const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * Reads a date as people write it; `2016-06-XX` is the month June 2016.
 *
 * @returns the canonical text, or null where the text is no date of the calendar
 */
export function parsePartialDate(text: string): PartialDate | null {
  const trimmed = text.trim();
  if (/^tbd$/i.test(trimmed)) return TBD;
  const month = MONTH.exec(trimmed) ?? MONTH_ON_A_PAGE.exec(trimmed);
  if (month) return isDayOfCalendar(month[1]!, month[2]!, '01') ? `${month[1]}-${month[2]}` : null;
  const day = DAY.exec(trimmed);
  if (day) return isDayOfCalendar(day[1]!, day[2]!, day[3]!) ? trimmed : null;
  if (!INSTANT.test(trimmed)) return null;
  const [year, monthOfYear, dayOfMonth] = trimmed.slice(0, 10).split('-') as [string, string, string];
  const instant = new Date(trimmed);
  if (!isDayOfCalendar(year, monthOfYear, dayOfMonth) || Number.isNaN(instant.getTime())) return null;
  // In UTC it may have left the years that are written with four digits, and would not read back.
  return isInFourDigits(instant) ? instantDate(instant) : null;
}

/** Whether the year of an instant in UTC is one of 1 to 9999: no other is read alike by everybody. */
export function isInFourDigits(instant: Date): boolean {
  return /^(?!0000)\d{4}-/.test(instant.toISOString());
}

/** The partial date that is exactly this instant, with milliseconds only where there are any. */
export function instantDate(instant: Date): PartialDate {
  return instant.toISOString().replace('.000Z', 'Z');
}

/** How much of this canonical date is known. */
export function precisionOf(date: PartialDate): DatePrecision {
  if (date === TBD) return 'TBD';
  if (MONTH.test(date)) return 'MONTH';
  return DAY.test(date) ? 'DAY' : 'INSTANT';
}

/** Whether the date can fire: its day or instant is known. */
export function isExact(date: PartialDate): boolean {
  const precision = precisionOf(date);
  return precision === 'DAY' || precision === 'INSTANT';
}

/**
 * The first day a partial date can mean, for comparing what was promised: a month promises nothing before its first.
 *
 * @returns `YYYY-MM-DD`, or null for TBD, which promises nothing
 */
export function earliestDay(date: PartialDate): string | null {
  if (date === TBD) return null;
  return precisionOf(date) === 'MONTH' ? `${date}-01` : date.slice(0, 10);
}

/**
 * The last day a partial date can mean.
 *
 * @returns `YYYY-MM-DD`, or null for TBD
 */
export function latestDay(date: PartialDate): string | null {
  if (precisionOf(date) !== 'MONTH') return earliestDay(date);
  const last = new Date(`${date}-01T00:00:00Z`);
  last.setUTCMonth(last.getUTCMonth() + 1, 0);
  return last.toISOString().slice(0, 10);
}

function isDayOfCalendar(year: string, month: string, day: string): boolean {
  const text = `${year}-${month}-${day}`;
  const date = new Date(`${text}T00:00:00Z`);
  // Date rolls 31 February over into March; a real day reads back as it was written. Year 0 is no year of ISO's proleptic use here.
  return Number(year) > 0 && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
