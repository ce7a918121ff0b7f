/** Which days a heat strip shows and how hot each is. */

/** A day of the strip. */
export interface HeatDay {
  /** ISO date. */
  readonly day: string;
  /** 0 for a day without a deadline, else 1 (far away) to 4 (days away). */
  readonly heat: 0 | 1 | 2 | 3 | 4;
}

/** A month over the days it has in a strip. */
export interface HeatMonth {
  /** `2026-12`. */
  readonly month: string;
  /** Counted from 0. */
  readonly firstDay: number;
  readonly days: number;
}

/** So many days are shown: a quarter, in which every usual grace period ends. */
export const STRIP_DAYS = 91;
const DAY_MS = 86_400_000;
/** From so many days on a deadline is cooler. */
const STEPS = [
  [3, 4],
  [14, 3],
  [30, 2],
  [Infinity, 1],
] as const;

/** The days from `today` on, hot where one of these days is a deadline. @param today ISO date, as are `deadlines` */
export function heatDays(today: string, deadlines: readonly string[]): HeatDay[] {
  const hot = new Set(deadlines);
  const start = Date.parse(today);
  return Array.from({ length: STRIP_DAYS }, (_, index) => {
    const day = new Date(start + index * DAY_MS).toISOString().slice(0, 10);
    return { day, heat: hot.has(day) ? STEPS.find(([below]) => index < below)![1] : 0 };
  });
}

/** The months of these days, in their order. */
export function heatMonths(days: readonly HeatDay[]): HeatMonth[] {
  return [...Map.groupBy(days.entries(), ([, { day }]) => day.slice(0, 7))].map(([month, entries]) => ({
    month,
    firstDay: entries[0]![0],
    days: entries.length,
  }));
}
