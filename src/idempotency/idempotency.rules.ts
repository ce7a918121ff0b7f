/** What a key promises: the same call again gets the same answer, and its effect happens once. */
import { ERROR_STATUS, type ErrorCode, GracelineError } from '../errors.ts';

/** How long a key is remembered, from its first call on. */
export const KEPT_MS = 24 * 3_600_000;
/** Whoever has not answered after this counts as dead. Far more than any call takes; one that takes longer is undone. */
export const LEASE_MS = 60_000;
/** How long a call waits for an earlier one with its key. */
export const WAIT_MS = 10_000;
const MAX_KEY_LENGTH = 255;

/**
 * What they do, they do outside of transactions, where nothing can be taken back: begun once, they are never begun again.
 * Opting in and out is not among them: again changes nothing.
 */
export const BEYOND_TRANSACTIONS: ReadonlySet<string> = new Set(['sendTestEmail', 'sendTestWebhook']);

/** CLAIMED: under way, nothing committed. APPLIED: under way, and something was committed. ANSWERED: done. */
export type KeyState = 'CLAIMED' | 'APPLIED' | 'ANSWERED';

/** An expected failure, as it is kept. */
export interface AnswerError {
  /** Where in the data; empty where the whole call failed. */
  readonly path: readonly (string | number)[];
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: Record<string, unknown>;
}

/** What a call was answered with: values of JSON, each error in the place of a null. */
export interface Answer {
  readonly data: unknown;
  readonly errors: readonly AnswerError[];
}

/** What is to be done about a key that was used before. */
export type Step = 'FORGET' | 'REPLAY' | 'WAIT' | 'TAKE_OVER' | 'TELL_UNKNOWN';

/** Decides what a call does that finds its key used, by a call with the same request. */
export function nextStep(found: { state: KeyState; createdAt: Date; leaseUntil: Date }, now: Date): Step {
  const underWay = found.state !== 'ANSWERED' && found.leaseUntil > now;
  if (underWay) return 'WAIT';
  if (now.getTime() - found.createdAt.getTime() >= KEPT_MS) return 'FORGET';
  if (found.state === 'ANSWERED') return 'REPLAY';
  return found.state === 'CLAIMED' ? 'TAKE_OVER' : 'TELL_UNKNOWN';
}

/** Whether a failure heals by itself, so that the same key may try again. Such a failure has changed nothing. */
export function healsByItself({ data, errors: [first] }: Answer): boolean {
  if (data !== null || first?.path.length !== 0) return false;
  const status = ERROR_STATUS[first.code];
  return status === 429 || status >= 500 || first.code === 'CONFLICT' || first.code === 'IDEMPOTENCY_IN_PROGRESS';
}

/**
 * A key as callers give it.
 *
 * @throws GracelineError INVALID_INPUT
 */
export function checkedKey(key: string): string {
  // Counted in characters, not in halves of them; a longer text cannot be short enough.
  if (key.length <= 2 * MAX_KEY_LENGTH && /^[^\p{C}\p{Zl}\p{Zp}]{1,255}$/u.test(key)) return key;
  const message = `An idempotencyKey takes 1 to ${MAX_KEY_LENGTH} printable characters. A random UUID is a good one.`;
  throw new GracelineError('INVALID_INPUT', message, { field: 'idempotencyKey' });
}

/** Said where a key comes again with something else. */
export function keyReused(): GracelineError {
  return new GracelineError(
    'IDEMPOTENCY_KEY_REUSED',
    'This idempotencyKey was used for another mutation, other input, or other fields of the answer. Take a new key for a new call.',
  );
}

/** Said where the earlier call takes longer than anybody should wait. */
export function keyInProgress(): GracelineError {
  return new GracelineError(
    'IDEMPOTENCY_IN_PROGRESS',
    'An earlier call with this idempotencyKey is still under way. Send the same call again in a few seconds.',
  );
}

/** Said where a call changed something, and its process died or failed before the answer was kept. */
export function outcomeUnknown(): GracelineError {
  return new GracelineError(
    'IDEMPOTENCY_OUTCOME_UNKNOWN',
    'An earlier call with this idempotencyKey was cut off after it began to take effect, and its answer is lost. It is not done again: look at what it was to change, and take a new key for what is still to be done.',
  );
}
