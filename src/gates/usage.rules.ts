/** How far back uses of old behaviour are shown and kept. */

const DAY_MS = 86_400_000;

/** A use this recent means that somebody still depends on the old behaviour. */
export const RECENT_DAYS = 7;
/** What is shown of uses. */
export const SHOWN_DAYS = 30;
/** Of clients, whoever used it last matters; nobody reads further. */
export const SHOWN_CLIENTS = 100;
/** How long uses are kept. */
export const KEPT_DAYS = 400;

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
