import { instantDate, type PartialDate, precisionOf } from '../migrations/dates.rules.ts';

/** Writes dates as one person reads them. */
export interface MailDates {
  /** The day of an instant where the person is, e.g. `3 May 2026`. */
  day(instant: Date): string;
  /** The instant where the person is, and exactly: `3 May 2026 at 02:00 CEST (2026-05-03T00:00:00Z)`. */
  instant(instant: Date): string;
  /** A date of which perhaps only the month is known. */
  partial(date: PartialDate): string;
}

type Format = (instant: Date) => string;

/** Making a formatter costs as much as all the rest of a mail, and formatters take memory: those used last are kept. */
const MAX_KEPT = 200;
const kept = new Map<string, MailDates>();

/**
 * Dates for an administrator.
 *
 * @param locale a BCP 47 tag; English where it is none that this machine knows
 */
export function mailDates(locale: string, timeZone: string): MailDates {
  const key = `${timeZone} ${locale}`;
  const dates = kept.get(key) ?? datesFor(known(locale), timeZone);
  // Taken out and put back, so that the one unused the longest is the first.
  kept.delete(key);
  kept.set(key, dates);
  if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value!);
  return dates;
}

function datesFor(locale: string, timeZone: string): MailDates {
  const format = (options: Intl.DateTimeFormatOptions) => remembering(new Intl.DateTimeFormat([locale, 'en-GB'], options));
  const day: Intl.DateTimeFormatOptions = { year: 'numeric', month: 'long', day: 'numeric' };
  const ofDay = format({ ...day, timeZone });
  const ofInstant = format({ ...day, hour: '2-digit', minute: '2-digit', timeZoneName: 'short', timeZone });
  const ofMonth = format({ year: 'numeric', month: 'long', timeZone: 'UTC' });
  const ofDate = format({ ...day, timeZone: 'UTC' });
  const instant = (at: Date) => `${ofInstant(at)} (${instantDate(at)})`;
  return {
    day: ofDay,
    instant,
    partial(date) {
      switch (precisionOf(date)) {
        case 'TBD':
          return 'not decided yet';
        case 'MONTH':
          return ofMonth(new Date(`${date}-01T00:00:00Z`));
        case 'DAY':
          return ofDate(new Date(`${date}T00:00:00Z`));
        case 'INSTANT':
          return instant(new Date(date));
      }
    },
  };
}

/** The mails of a morning speak of few instants, each many times. */
function remembering(format: Intl.DateTimeFormat): Format {
  const said = new Map<number, string>();
  return (at) => {
    const before = said.get(at.getTime());
    if (before !== undefined) return before;
    if (said.size >= MAX_KEPT) said.clear();
    const text = format.format(at);
    said.set(at.getTime(), text);
    return text;
  };
}

function known(locale: string): string {
  try {
    return Intl.getCanonicalLocales(locale)[0] ?? 'en-GB';
  } catch {
    return 'en-GB';
  }
}
