/** What a clock on the wall shows, by the time zones of the JavaScript engine and by nothing the product computes with. */

/** Milliseconds since 1970. */
export type Ms = number;

export const MINUTE: Ms = 60_000;
export const HOUR: Ms = 60 * MINUTE;
export const DAY: Ms = 24 * HOUR;

/** `YYYY-MM-DD HH:mm:ss` in a time zone. */
export function wall(instant: Ms, zone: string): string {
  return new Date(instant).toLocaleString('sv-SE', { timeZone: zone });
}

/** The day in a time zone. */
export function dayOn(instant: Ms, zone: string): string {
  return wall(instant, zone).slice(0, 'YYYY-MM-DD'.length);
}

/** The hour in a time zone. */
export function hourOn(instant: Ms, zone: string): number {
  return Number(wall(instant, zone).slice('YYYY-MM-DD '.length).slice(0, 2));
}

/** The day so many days later. */
export function plus(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

/** The first instant at which a clock in a time zone shows this time or a later one: what clocks jump over comes with the jump. */
export function whenShown(text: string, zone: string): Ms {
  // No clock on earth is more than a day away from that of Greenwich, and between two changes it only grows.
  let [before, after] = [Date.parse(`${text.replace(' ', 'T')}Z`) - DAY, Date.parse(`${text.replace(' ', 'T')}Z`) + DAY];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (wall(middle, zone) >= text) after = middle;
    else before = middle;
  }
  return after;
}
