/** How far back uses of old behaviour are shown and kept. */
import { GracelineError } from '../errors.ts';

const DAY_MS = 86_400_000;

/** A use this recent means that somebody still depends on the old behaviour. */
export const RECENT_DAYS = 7;
/** What is shown of uses. */
export const SHOWN_DAYS = 30;
/** Of clients, whoever used it last matters; nobody reads further. */
export const SHOWN_CLIENTS = 100;
/** How long uses are kept. */
export const KEPT_DAYS = 400;

/** An account that did not use the old behaviour for so long can be enabled without fear: what runs once a month, and late, would have shown. */
export const SAFE_AFTER_DAYS = 35;
/** Longer names of clients are cut: they come from callers. */
export const MAX_CLIENT_LENGTH = 200;

/** When an account last used the old behaviour a migration ends, as far as anybody counts. */
export interface LastUse {
  /** Null for never. */
  readonly lastUsedAt: Date | null;
  /** The first day on which uses of the migration were counted, an ISO date in UTC; null where nobody ever counted one. */
  readonly countedSince: string | null;
}

/**
 * How many days ago an account last used the old behaviour, by days in UTC; of one that never did, since when it would have been
 * seen.
 *
 * @returns null where nobody counts uses, so that nothing is known
 */
export function quietDays({ lastUsedAt, countedSince }: LastUse, now: Date): number | null {
  const last = lastUsedAt ?? (countedSince === null ? null : new Date(countedSince));
  return last && Math.max(0, dayNumber(now) - dayNumber(last));
}

/** A client and how much it used the old behaviour. */
export interface ClientUsage {
  readonly client: string;
  readonly uses: number;
  readonly lastUsedAt: Date;
}

/** The instant so many days of 24 hours before another. */
export function daysBefore(now: Date, days: number): Date {
  return new Date(now.getTime() - days * DAY_MS);
}

/** The first of so many days, the present one (UTC) among them, as an ISO date. */
export function firstOfDays(now: Date, days: number): string {
  return daysBefore(now, days - 1)
    .toISOString()
    .slice(0, 10);
}

/**
 * Over how many days uses are looked for.
 *
 * @throws GracelineError INVALID_INPUT that names the field
 */
export function checkedDays(field: string, days: number): number {
  if (Number.isInteger(days) && days >= 1 && days <= KEPT_DAYS) return days;
  throw new GracelineError('INVALID_INPUT', `"${field}" takes 1 to ${KEPT_DAYS} days, as long as uses are kept.`, { field });
}

/** Whether an account was quiet for so long that it can be enabled without fear; see {@link quietDays}. */
export function isSafe(quiet: number | null): boolean {
  return quiet !== null && quiet >= SAFE_AFTER_DAYS;
}

/** A text as PostgreSQL can hold it: without NUL and halves of characters, of which one would keep a whole batch from being written. */
export function printable(text: string): string {
  return text.toWellFormed().replaceAll(/\p{Cc}/gu, '\u{FFFD}');
}

function dayNumber(at: Date): number {
  return Math.floor(at.getTime() / DAY_MS);
}
