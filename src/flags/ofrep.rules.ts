/** What the OpenFeature Remote Evaluation Protocol 0.3 calls things: what it is asked with, and how it refuses. */

/** Codes of refusals. `FLAG_NOT_FOUND` goes with 404, those of the context with 400, `GENERAL` with whatever the status says. */
export type OfrepCode = 'PARSE_ERROR' | 'TARGETING_KEY_MISSING' | 'INVALID_CONTEXT' | 'FLAG_NOT_FOUND' | 'GENERAL';

/** A refusal as its body says it. */
export interface OfrepFailure {
  readonly errorCode: OfrepCode;
  readonly errorDetails: string;
}

/** Our codes of requests that were not understood, whatever was wrong with them. */
const NOT_UNDERSTOOD: readonly string[] = ['INVALID_INPUT', 'UNSUPPORTED_CONTENT', 'TOO_LARGE'];
/** The most of a caller's text that is sent back. */
const SHOWN_LENGTH = 200;

/**
 * The account that flags are asked for.
 *
 * @param body the fields of the request
 * @returns its id, or what is wrong
 */
export function targetingKeyOf(body: Readonly<Record<string, unknown>>): string | OfrepFailure {
  const { context } = body;
  if (typeof context !== 'object' || context === null || Array.isArray(context))
    return failure('INVALID_CONTEXT', '"context" must be an object such as {"targetingKey": "<the id of the account>"}.');
  const { targetingKey } = context as Readonly<Record<string, unknown>>;
  if (targetingKey === undefined || targetingKey === null || targetingKey === '')
    return failure('TARGETING_KEY_MISSING', 'The context has no "targetingKey". Give the platform\'s id of the account as a text.');
  if (typeof targetingKey !== 'string')
    return failure(
      'INVALID_CONTEXT',
      `"targetingKey" must be a text, not a ${typeof targetingKey}. Give the platform's id of the account.`,
    );
  return targetingKey;
}

/** That there is no such flag. */
export function flagNotFound(key: string): OfrepFailure {
  return failure('FLAG_NOT_FOUND', `There is no migration "${shown(key)}" that was announced. Check its key.`);
}

/**
 * An error of ours as the protocol has it: what was not understood is 400, as is an account that the caller does not see.
 *
 * @returns with the status it is answered with
 */
export function ofrepFailure(status: number, code: string, message: string): { readonly status: number; readonly failure: OfrepFailure } {
  if (NOT_UNDERSTOOD.includes(code)) return { status: 400, failure: failure('PARSE_ERROR', message) };
  if (code === 'NOT_FOUND') return { status: 400, failure: failure('INVALID_CONTEXT', message) };
  return { status, failure: failure('GENERAL', message) };
}

/** A key as answers repeat it. */
export function shown(key: string): string {
  return key.length > SHOWN_LENGTH ? `${key.slice(0, SHOWN_LENGTH)}…` : key;
}

function failure(errorCode: OfrepCode, errorDetails: string): OfrepFailure {
  return { errorCode, errorDetails };
}
