const MINUTE_MS = 60_000;
const LONGEST_DELAY_MS = 4 * 60 * MINUTE_MS;
/** Of mails that leave in the three hours of a morning alone: these would be over with a handful of attempts. */
const LONGEST_IN_MORNINGS_MS = 30 * MINUTE_MS;

/** With the delays of {@link retryDelayMs} about three days, or the mornings of three days: as long as mail servers themselves go on trying. */
export const MAX_ATTEMPTS = 25;

/**
 * How long to wait after an attempt that failed: a minute, doubled each time, at most four hours, or half an hour
 * where it waits for mornings; up to a quarter more or less, so that the mails of one outage do not come back all at once.
 *
 * @param attempts made so far, at least 1
 * @param urgent whether it waits for no morning
 * @param random from 0 to 1
 * @returns milliseconds
 */
export function retryDelayMs(attempts: number, urgent: boolean, random: number): number {
  const longest = urgent ? LONGEST_DELAY_MS : LONGEST_IN_MORNINGS_MS;
  const delay = Math.min(MINUTE_MS * 2 ** (attempts - 1), longest);
  return Math.round(Math.min(Math.max(delay * (0.75 + random / 2), MINUTE_MS), longest));
}
