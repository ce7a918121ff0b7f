/** Days, mornings and dates as the model reads them: by the calendar alone, without the code it is to judge. */
import { Temporal } from 'temporal-polyfill';
import { MORNING_HOUR } from '../house.ts';

/** Milliseconds since 1970; the model counts in nothing else. */
export type Ms = number;

export const MINUTE: Ms = 60_000;
export const HOUR: Ms = 60 * MINUTE;
export const DAY: Ms = 24 * HOUR;

/** Where the platform of the model reads its days. */
export const PLATFORM_ZONE = 'Europe/Berlin';
/** After the hour from which on mails leave they may, for so long. */
const MORNING_LASTS: Ms = 3 * HOUR;

/** As the API and the database have it. */
export function iso(instant: Ms): string {
  return new Date(instant).toISOString();
}

/** A date that is an instant, as the platform writes it back. */
export function instantText(instant: Ms): string {
  return iso(instant).replace('.000Z', 'Z');
}

/** The instant at which a date fires; null where its day is not known. */
export function firesAt(date: string): Ms | null {
  if (date === 'TBD' || date.length === 'YYYY-MM'.length) return null;
  return date.includes('T') ? Date.parse(date) : Temporal.PlainDate.from(date).toZonedDateTime(PLATFORM_ZONE).epochMilliseconds;
}

/** The first day that a date can mean; null for TBD. */
export function firstDay(date: string): string | null {
  if (date === 'TBD') return null;
  return date.length === 'YYYY-MM'.length ? `${date}-01` : date.slice(0, 'YYYY-MM-DD'.length);
}

/** The last day that a date can mean; null for TBD. */
export function lastDay(date: string): string | null {
  if (date.length !== 'YYYY-MM'.length) return firstDay(date);
  return Temporal.PlainYearMonth.from(date).toPlainDate({ day: 31 }).toString();
}

/** A date so many days later, with its time of day where it has one. */
export function plusDays(date: string, days: number): string {
  const day = 'YYYY-MM-DD'.length;
  return Temporal.PlainDate.from(date.slice(0, day)).add({ days }).toString() + date.slice(day);
}

/** The day it is somewhere. */
export function dayAt(instant: Ms, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).toPlainDate().toString();
}

/** When the morning of a day begins somewhere. */
export function morningOf(day: string, zone: string): Ms {
  return Temporal.PlainDate.from(day).toZonedDateTime({ timeZone: zone, plainTime: Temporal.PlainTime.from({ hour: MORNING_HOUR }) })
    .epochMilliseconds;
}

/** The first morning somewhere that does not begin before an instant. */
export function firstMorning(instant: Ms, zone: string): Ms {
  const today = morningOf(dayAt(instant, zone), zone);
  return today >= instant ? today : morningOf(plusDays(dayAt(instant, zone), 1), zone);
}

/** The morning around an instant: its day, whether mails may leave, and when they may again. */
export function morningAround(now: Ms, zone: string): { day: string; opens: Ms; open: boolean; next: Ms; tomorrow: Ms } {
  const day = dayAt(now, zone);
  const [opens, tomorrow] = [morningOf(day, zone), morningOf(plusDays(day, 1), zone)];
  return { day, opens, open: now >= opens && now < opens + MORNING_LASTS, next: now < opens ? opens : tomorrow, tomorrow };
}
