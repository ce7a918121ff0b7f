/** Instants and partial dates in words, in a time zone that is always said. */
import { LOCALE } from './locale.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** From here on days are counted and not weeks or months: nobody plans by "in 3 months". */
const UNITS = [
  ['day', DAY_MS],
  ['hour', HOUR_MS],
  ['minute', MINUTE_MS],
] as const;

const RELATIVE = new Intl.RelativeTimeFormat(LOCALE, { numeric: 'always' });
const MONTH = new Intl.DateTimeFormat(LOCALE, { month: 'long', year: 'numeric', timeZone: 'UTC' });
const SHORT_MONTH = new Intl.DateTimeFormat(LOCALE, { month: 'short', timeZone: 'UTC' });
const PLAIN_DAY = new Intl.DateTimeFormat(LOCALE, { weekday: 'short', day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
const formats = new Map<string, Intl.DateTimeFormat>();

/** The time zone of this browser, an IANA name. */
export const BROWSER_TIME_ZONE: string = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** E.g. `12 Dec 2026`. @param instant ISO 8601 */
export function formatDay(instant: string, timeZone: string): string {
  return format('day', { day: 'numeric', month: 'short', year: 'numeric' }, timeZone).format(new Date(instant));
}

/** E.g. `Sat, 12 Dec 2026, 09:30`. @param instant ISO 8601 */
export function formatInstant(instant: string, timeZone: string): string {
  return format(
    'instant',
    { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' },
    timeZone,
  ).format(new Date(instant));
}

/** To the second and with the time zone, for titles: e.g. `Saturday 12 December 2026 at 09:30:00 CET`. */
export function formatExact(instant: string, timeZone: string): string {
  return format('exact', { dateStyle: 'full', timeStyle: 'long' }, timeZone).format(new Date(instant));
}

/** How far an instant is from another, rounded down to whole days, hours or minutes: `in 3 days`, `2 hours ago`. */
export function formatDistance(instant: string, now: number): string {
  const distance = Date.parse(instant) - now;
  const [unit, length] = UNITS.find(([, unitLength]) => Math.abs(distance) >= unitLength) ?? UNITS[2];
  const whole = Math.trunc(distance / length);
  if (whole === 0) return distance >= 0 ? 'in less than a minute' : 'just now';
  return RELATIVE.format(whole, unit);
}

/** A day of a calendar in words, e.g. `Sat, 12 December 2026`. @param day ISO date */
export function formatPlainDay(day: string): string {
  return PLAIN_DAY.format(new Date(`${day}T00:00:00Z`));
}

/** E.g. `Dec`. @param month `2026-12` */
export function formatMonth(month: string): string {
  return SHORT_MONTH.format(new Date(`${month}-01T00:00:00Z`));
}

/** The day an instant falls on, an ISO date. @param instant in ms */
export function isoDayIn(instant: number, timeZone: string): string {
  // The one locale that writes dates as ISO 8601 does.
  return new Intl.DateTimeFormat('sv-SE', { timeZone }).format(instant);
}

/**
 * What is known of a date, of the platform's calendar: `TBD`, a month, a day, or an instant.
 *
 * @param instant when it takes effect; null while that is unknown
 */
export function formatPartial(partial: string, instant: string | null, timeZone: string): string {
  if (partial === 'TBD') return 'not set yet';
  if (instant !== null) return formatInstant(instant, timeZone);
  return /^\d{4}-\d{2}$/.test(partial) ? MONTH.format(new Date(`${partial}-01T00:00:00Z`)) : partial;
}

function format(name: string, options: Intl.DateTimeFormatOptions, timeZone: string): Intl.DateTimeFormat {
  const key = `${name} ${timeZone}`;
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat(LOCALE, { ...options, timeZone });
  formats.set(key, made);
  return made;
}
