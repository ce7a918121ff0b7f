import type { ProviderResult } from './provider.ts';

/** What a refusal is about. */
export type RefusalAbout = Extract<ProviderResult, { kind: 'rejected' }>['about'];

/** A header of an answer by its name in lower case. */
export type HeaderOf = (name: string) => string | null | undefined;

const LONGEST_WAIT_MS = 24 * 60 * 60 * 1_000;
const SECOND_MS = 1_000;

/**
 * What an HTTP status other than success means for a mail.
 *
 * @param answer what the provider said, fit to be shown
 * @param about what is refused, where the status alone does not say it
 */
export function httpFailure(status: number, header: HeaderOf, answer: string, about: RefusalAbout = 'MESSAGE'): ProviderResult {
  // A redirect is no answer of the API but of something in between, which may go away again.
  if (status < 400 || status === 408 || status === 429 || status >= 500)
    return { kind: 'retry', answer, retryAfterMs: retryAfterMs(header), wholeAccount: true };
  return { kind: 'rejected', answer, about: status === 401 ? 'CREDENTIALS' : about };
}

/** That the provider could not be reached, or broke off; null where the error is none of the network's. */
export function networkFailure(error: unknown, shown: (text: string) => string): ProviderResult | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as { code?: unknown };
    if (typeof code !== 'string') continue;
    const answer = shown(cause.message.includes(code) ? cause.message : `${cause.message || 'No connection'} (${code})`);
    return { kind: 'retry', answer, retryAfterMs: null, wholeAccount: true };
  }
  return null;
}

/** Retry-After in seconds or as a date (RFC 9110), else the second at which the rate limit begins anew. */
export function retryAfterMs(header: HeaderOf): number | null {
  const after = header('retry-after')?.trim();
  if (after && /^\d{1,9}$/.test(after)) return bounded(Number(after) * SECOND_MS);
  // Measured by the clock of the answer, which is the one that set the date.
  const answeredAt = Date.parse(header('date') ?? '');
  if (after) return bounded(after.endsWith('GMT') ? Date.parse(after) - answeredAt : Number.NaN);
  const reset = header('x-ratelimit-reset')?.trim();
  return reset && /^\d{1,12}$/.test(reset) ? bounded(Number(reset) * SECOND_MS - answeredAt) : null;
}

function bounded(ms: number): number | null {
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), LONGEST_WAIT_MS);
}
