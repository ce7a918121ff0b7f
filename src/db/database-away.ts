/** Telling a database that is away from a defect of ours. */
import { GracelineError } from '../errors.ts';

/** Long enough for a server that restarts, or for another that takes its place. */
const RETRY_AFTER_SECONDS = 5;

/**
 * SQLSTATEs of a server that serves nobody at the moment: a lost connection (class 08), a server without room for another
 * connection or row (class 53), one that ends or starts (57P…), one that has become a replica (25006).
 * See appendix A of PostgreSQL's manual.
 */
const AWAY_STATES = /^(08...|53...|57P0[1-5]|25006)$/;
/** Codes of node:net and node:dns. */
const AWAY_SOCKETS = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN']);
/** What pg and pg-pool say without a code. */
const AWAY_WORDS = /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** Whether a statement or a transaction failed because the database is away, as it has thrown it. */
export function isDatabaseAway(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? AWAY_STATES.test(code) || AWAY_SOCKETS.has(code) : AWAY_WORDS.test(error.message);
}

/**
 * What callers are told of it. Asked where errors leave us, never below: whether a change that was cut off was made is not
 * known there, so it must not look like a refusal to whoever keeps answers.
 *
 * @returns DATABASE_UNREACHABLE with `retryAfterSeconds`; null for any other error
 */
export function databaseAway(error: unknown): GracelineError | null {
  if (!isDatabaseAway(error)) return null;
  return new GracelineError(
    'DATABASE_UNREACHABLE',
    'Our database cannot be reached at the moment. Ask again in a few seconds; send a change with the idempotencyKey it had, for it may have been made.',
    { retryAfterSeconds: RETRY_AFTER_SECONDS },
    { cause: error },
  );
}
