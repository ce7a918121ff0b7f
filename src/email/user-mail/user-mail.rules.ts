/** The states of a mail to a user. SKIPPED: the account had switched it off, or it came too late to be of use. */
export const USER_MAIL_STATUSES = ['QUEUED', 'SENDING', 'SENT', 'FAILED', 'SKIPPED'] as const;

/** See {@link USER_MAIL_STATUSES}. */
export type UserMailStatus = (typeof USER_MAIL_STATUSES)[number];

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** People wait for these mails, so the first attempts follow each other closely. */
const RETRY_DELAYS_MS = [5 * SECOND_MS, 15 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS] as const;
/** A held account is asked with one mail at a time, which costs little: it need not wait long after its provider is well. */
const HOLD_DELAYS_MS = [5 * SECOND_MS, 15 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS] as const;
/** A provider that asks for more patience than this is asked again anyway; else a wrong header would hold mail for years. */
const LONGEST_REQUESTED_MS = HOUR_MS;

/** After so long nobody waits for a mail any more, whenever its link expires. */
export const LONGEST_WAIT_MS = 3 * DAY_MS;
/** How long after its end it is known to whom a mail went, what its subject was and what was answered. */
export const REMEMBERED_MS = 30 * DAY_MS;
/** How long after its end a mail stays in the ledger. */
export const KEPT_MS = 90 * DAY_MS;
/** Of failures that the health of an account counts. */
export const RECENT_MS = DAY_MS;

/** Mails of one account under way at once, in all processes: more would let one account take every connection. */
export const MAX_UNDER_WAY_PER_ACCOUNT = 2;
/** Mails of one account that may wait; who queues more is a loop or an attack. */
export const MAX_QUEUED_PER_ACCOUNT = 10_000;
/** What a template is filled with, as JSON in UTF-16 units. */
export const MAX_VARIABLES_LENGTH = 16_384;

/**
 * How long one mail waits after an attempt that failed for a reason of its own: 5 s, 15 s, 1 min, 5 min, 15 min, then every
 * hour, each up to a quarter more so that the mails of one outage do not come back at once.
 *
 * @param attempts made so far, at least 1
 * @param requestedMs what the provider asked for; null where it did not
 * @param random from 0 to 1
 * @returns milliseconds, never less than the provider asked for up to an hour
 */
export function retryDelayMs(attempts: number, requestedMs: number | null, random: number): number {
  return delayMs(RETRY_DELAYS_MS, attempts, requestedMs, random);
}

/**
 * How long a whole account is held after its provider took nothing: 5 s, 15 s, 1 min, then 5 min, as {@link retryDelayMs}.
 *
 * @param failures in a row, at least 1
 */
export function holdDelayMs(failures: number, requestedMs: number | null, random: number): number {
  return delayMs(HOLD_DELAYS_MS, failures, requestedMs, random);
}

function delayMs(delays: readonly number[], times: number, requestedMs: number | null, random: number): number {
  const delay = delays[Math.min(times, delays.length) - 1]! * (1 + random / 4);
  return Math.round(Math.max(delay, Math.min(requestedMs ?? 0, LONGEST_REQUESTED_MS)));
}

/** An address by which its owner is recognised by those who know it: `j•••@example.com`. */
export function maskedAddress(address: string): string {
  const [, first, domain] = /^(.).*(@[^@]+)$/su.exec(address) ?? [];
  return `${first ?? ''}•••${domain ?? ''}`;
}

/** What somebody answered, with every address in it blotted out. */
export function withoutAddresses(answer: string): string {
  return answer.replaceAll(/[^\s<>"'()[\],;:]+@[^\s<>"'()[\],;:]+/g, '•••');
}
