/** Instants as text and back, for lists of them: what the platform and the driver have for it takes up to a microsecond each. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** The same few days come again and again: of deadlines, of creations, of today. */
const MAX_DAYS = 2_000;

const TWO_DIGITS: readonly string[] = Array.from({ length: 60 }, (_, i) => String(i).padStart(2, '0'));
const THREE_DIGITS: readonly string[] = Array.from({ length: SECOND_MS }, (_, i) => String(i).padStart(3, '0'));

/** Days since the epoch as ISO 8601 begins with them, e.g. `2026-05-01T`. */
const dayTexts = new Map<number, string>();
/** The beginning of days in ms since the epoch, by their text. */
const dayStarts = new Map<string, number>();

/**
 * As `toISOString`.
 *
 * @throws RangeError for a Date that is none
 */
export function isoOf(instant: Date): string {
  const ms = instant.getTime();
  const day = Math.floor(ms / DAY_MS);
  const rest = ms - day * DAY_MS;
  const text = dayTexts.get(day) ?? remember(dayTexts, day, textOfDay(instant));
  if (rest === 0) return `${text}00:00:00.000Z`;
  const hours = TWO_DIGITS[Math.floor(rest / HOUR_MS)];
  const minutes = TWO_DIGITS[Math.floor(rest / MINUTE_MS) % 60];
  const seconds = TWO_DIGITS[Math.floor(rest / SECOND_MS) % 60];
  return `${text}${hours}:${minutes}:${seconds}.${THREE_DIGITS[rest % SECOND_MS]}Z`;
}

/**
 * An instant as PostgreSQL writes it for a connection in UTC, e.g. `2026-05-01 09:30:00.123456+00`; what is finer than a
 * millisecond is cut off.
 *
 * @returns null for a text in any other form
 */
export function instantOf(text: string): Date | null {
  const { length } = text;
  // With no fraction or with up to six digits of it.
  if (length < 22 || length > 29 || length === 23 || !text.endsWith('+00') || text[10] !== ' ') return null;
  const date = text.slice(0, 10);
  const day = dayStarts.get(date) ?? remember(dayStarts, date, Date.parse(`${date}T00:00:00Z`));
  const fraction = length - 23;
  const ms = fraction < 0 ? 0 : digit(text, 20) * 100 + (fraction > 1 ? digit(text, 21) * 10 : 0) + (fraction > 2 ? digit(text, 22) : 0);
  const hours = digits(text, 11);
  const time = day + hours * HOUR_MS + digits(text, 14) * MINUTE_MS + digits(text, 17) * SECOND_MS + ms;
  return Number.isNaN(time) ? null : new Date(time);
}

function textOfDay(instant: Date): string {
  const text = instant.toISOString();
  return text.slice(0, text.indexOf('T') + 1);
}

function digits(text: string, at: number): number {
  return digit(text, at) * 10 + digit(text, at + 1);
}

function digit(text: string, at: number): number {
  return text.charCodeAt(at) - 48;
}

function remember<Key, Value>(kept: Map<Key, Value>, key: Key, value: Value): Value {
  if (kept.size === MAX_DAYS) kept.clear();
  kept.set(key, value);
  return value;
}
