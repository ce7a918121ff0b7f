const MINUTE_MS = 60_000;
const LONGEST_DELAY_MS = 4 * 60 * MINUTE_MS;

/** With the delays of {@link retryDelayMs} about three days: as long as mail servers themselves go on trying. */
export const MAX_ATTEMPTS = 25;

/**
 * How long to wait after an attempt that failed: a minute, doubled each time, at most four hours; up to a quarter more or
 * less, so that the mails of one outage do not come back all at once.
 *
 * @param attempts made so far, at least 1
 * @param random from 0 to 1
 * @returns milliseconds; at least a minute and at most four hours
 */
export function retryDelayMs(attempts: number, random: number): number {
  const delay = Math.min(MINUTE_MS * 2 ** (attempts - 1), LONGEST_DELAY_MS);
  return Math.round(Math.min(Math.max(delay * (0.75 + random / 2), MINUTE_MS), LONGEST_DELAY_MS));
}
