/** When webhooks are tried, how they end, and what an endpoint may be. */
import { GracelineError } from '../errors.ts';

/** The states of a delivery. SKIPPED: its endpoint was disabled first, or its owner may no longer see what it tells. */
export const DELIVERY_STATUSES = ['QUEUED', 'SENDING', 'DELIVERED', 'FAILED', 'SKIPPED'] as const;
/** See {@link DELIVERY_STATUSES}. */
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** Why an endpoint gets nothing: somebody disabled it, it answered 410, or it has failed for five days. */
export const DISABLED_REASONS = ['BY_HAND', 'GONE', 'FAILING'] as const;
/** See {@link DISABLED_REASONS}. */
export type DisabledReason = (typeof DISABLED_REASONS)[number];

/** Whose an endpoint is: the operators' together, an administrator's, or a partner's token's. */
export const OWNERS = ['OPERATOR', 'ADMINISTRATOR', 'PARTNER'] as const;
/** See {@link OWNERS}. */
export type Owner = (typeof OWNERS)[number];

/** What a test is called where events have their type. */
export const TEST_TYPE = 'TEST';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** After each attempt but the last: ten over three days. */
const RETRY_DELAYS_MS = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  18 * HOUR_MS,
  22 * HOUR_MS,
] as const;
/** A tenth more or less, so that the deliveries of one outage do not come back at once. */
const JITTER = 0.1;
/** The hard deadline of an attempt, DNS included. */
export const ATTEMPT_TIMEOUT_MS = 15 * SECOND_MS;
/** An endpoint that took nothing for so long is disabled. */
export const DISABLED_AFTER_MS = 5 * DAY_MS;
/** How long after its end a delivery is kept. */
export const KEPT_MS = 30 * DAY_MS;

/** Deliveries to one endpoint under way at once, in all processes. */
export const MAX_UNDER_WAY_PER_ENDPOINT = 4;
/** Endpoints of one owner. */
export const MAX_ENDPOINTS = 50;
/** Deliveries one replay queues at most. */
export const MAX_REPLAYED = 1_000;
/** How much of an answer is kept, in UTF-16 units. */
export const MAX_ANSWER_LENGTH = 1_000;
/** How long the secret before a rotation may go on signing. */
export const MAX_OVERLAP_HOURS = 168;

const MAX_URL_LENGTH = 2_000;

/**
 * How long a delivery waits after an attempt that failed: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 18 h, 22 h, each a tenth
 * more or less.
 *
 * @param attempts made so far, from 1
 * @param random from 0 to 1
 * @returns milliseconds; null where it is not tried again
 */
export function retryDelayMs(attempts: number, random: number): number | null {
  const delay = RETRY_DELAYS_MS[attempts - 1];
  return delay === undefined ? null : Math.round(delay * (1 - JITTER + 2 * JITTER * random));
}

/**
 * Where webhooks go.
 *
 * @returns the URL in its one notation, with `port` as a number
 * @throws GracelineError INVALID_INPUT
 */
export function parsedUrl(text: string): { url: string; hostname: string; port: number; isPlain: boolean } {
  const trimmed = text.trim();
  const parsed = trimmed.length <= MAX_URL_LENGTH && URL.canParse(trimmed) ? new URL(trimmed) : null;
  if (!parsed || !['https:', 'http:'].includes(parsed.protocol))
    throw refusal(`"url" takes an address such as https://example.com/webhooks, of at most ${MAX_URL_LENGTH} characters.`);
  if (parsed.username !== '' || parsed.password !== '')
    throw refusal('A webhook is known by its signature. Leave user and password out of "url".');
  if (parsed.hash !== '') throw refusal('What follows a # is never sent. Leave it out of "url".');
  const isPlain = parsed.protocol === 'http:';
  const port = parsed.port === '' ? (isPlain ? 80 : 443) : Number(parsed.port);
  return { url: parsed.href, hostname: parsed.hostname, port, isPlain };
}

/**
 * How long two secrets sign after a rotation.
 *
 * @throws GracelineError INVALID_INPUT
 */
export function checkedOverlap(hours: number): number {
  if (Number.isInteger(hours) && hours >= 0 && hours <= MAX_OVERLAP_HOURS) return hours * HOUR_MS;
  throw new GracelineError('INVALID_INPUT', `"overlapHours" takes 0 to ${MAX_OVERLAP_HOURS}.`, { field: 'overlapHours' });
}

function refusal(message: string): GracelineError {
  return new GracelineError('INVALID_INPUT', message, { field: 'url' });
}
