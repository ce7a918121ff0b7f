/**
 * The one family of expected failures. A service throws a {@link GracelineError}; GraphQL shows its code and message
 * to the caller, the command line prints them and exits 1. Anything else that is thrown is a defect: it is logged with
 * an id and shown to callers as `INTERNAL`.
 */

/** Every code a caller can meet, with the HTTP status of the plain-HTTP routes. Codes are part of the API: never renamed. */
export const ERROR_STATUS = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  INVALID_INPUT: 400,
  INVALID_CURSOR: 400,
  CURSOR_EXPIRED: 410,
  INVALID_DATE: 400,
  INVALID_TIME_ZONE: 400,
  INVALID_EMAIL: 400,
  INVALID_MARKDOWN: 400,
  INVALID_PAGE: 400,
  INVALID_FILE: 400,
  TOO_LARGE: 413,
  TOO_COSTLY: 400,
  UNSUPPORTED_CONTENT: 415,
  KEY_TAKEN: 409,
  DEADLINE_BEFORE_START: 409,
  DATE_IN_PAST: 409,
  GRACE_PERIOD_STARTED: 409,
  DATE_NEEDED: 409,
  REASON_NEEDED: 400,
  ACCOUNT_NEEDED: 409,
  SECOND_OPERATOR_NEEDED: 409,
  WRONG_STATE: 409,
  NOT_STARTED: 409,
  DEADLINE_PASSED: 409,
  NOT_AFFECTED: 409,
  ALREADY_ENABLED: 409,
  NOT_OPTED_IN: 409,
  NOT_REVERSIBLE: 409,
  NOT_ACKNOWLEDGED: 409,
  SECRET_NEEDED: 400,
  HOST_FORBIDDEN: 400,
  INVALID_TEMPLATE: 400,
  INVALID_PASSWORD: 400,
  INVALID_LINK: 410,
  RATE_LIMITED: 429,
  CONFLICT: 409,
  IDEMPOTENCY_KEY_REUSED: 409,
  IDEMPOTENCY_IN_PROGRESS: 409,
  IDEMPOTENCY_OUTCOME_UNKNOWN: 409,
  ISSUER_UNREACHABLE: 503,
  DATABASE_UNREACHABLE: 503,
  PORT_IN_USE: 500,
  INVALID_SETTINGS: 500,
  SECRET_UNREADABLE: 500,
} as const;

/** A code of the family; see {@link ERROR_STATUS}. */
export type ErrorCode = keyof typeof ERROR_STATUS;

/** A failure the caller can do something about. Its message is one or two sentences for a person and says what to do. */
export class GracelineError extends Error {
  override readonly name = 'GracelineError';

  /**
   * @param code what went wrong, for programs
   * @param message what went wrong and what to do, for people; shown to the caller as it is
   * @param details further facts for programs, e.g. the field or the problems by line
   * @param options the failure underneath, as `cause`
   */
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: Record<string, unknown> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
