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

/**
 * Dates for an administrator.
 *
 * @param locale a BCP 47 tag; English where it is none that this machine knows
 */
export function mailDates(locale: string, timeZone: string): MailDates {
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat([known(locale), 'en-GB'], options);
  const day: Intl.DateTimeFormatOptions = { year: 'numeric', month: 'long', day: 'numeric' };
  const ofDay = format({ ...day, timeZone });
  const ofInstant = format({ ...day, hour: '2-digit', minute: '2-digit', timeZoneName: 'short', timeZone });
  const instant = (at: Date) => `${ofInstant.format(at)} (${instantDate(at)})`;
  return {
    day: (at) => ofDay.format(at),
    instant,
    partial(date) {
      switch (precisionOf(date)) {
        case 'TBD':
          return 'not decided yet';
        case 'MONTH':
          return format({ year: 'numeric', month: 'long', timeZone: 'UTC' }).format(new Date(`${date}-01T00:00:00Z`));
        case 'DAY':
          return format({ ...day, timeZone: 'UTC' }).format(new Date(`${date}T00:00:00Z`));
        case 'INSTANT':
          return instant(new Date(date));
      }
    },
  };
}

function known(locale: string): string {
  try {
    return Intl.getCanonicalLocales(locale)[0] ?? 'en-GB';
  } catch {
    return 'en-GB';
  }
}
