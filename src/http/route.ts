/** What a route of the plain-HTTP side is: what it gets, what it answers, and how answers look. */
import type { IncomingHttpHeaders } from 'node:http';
import { ERROR_STATUS, type GracelineError } from '../errors.ts';

/** A request that has come to its route. */
export interface RouteRequest {
  /** HEAD comes to the route of GET; whatever GET would change it must leave alone. */
  readonly method: string;
  readonly path: string;
  /** What stood in the places `{name}` of the route's path, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The network of whoever asks, as far as trusted proxies tell; see `clientAddress`. */
  readonly client: () => string;
  /** The fields of a JSON object or a form; empty for GET and HEAD. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** What a route answers. */
export interface RouteResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** What is yielded bit by bit is sent as fast as the caller reads it. Should it throw, the answer ends without an end. */
  readonly body: string | Buffer | AsyncIterable<string>;
  /** Cookies to set, each as `set-cookie` has it. */
  readonly cookies?: readonly string[];
}

/** Answers one method of one path. A GracelineError it throws is shown with its code; anything else as `INTERNAL`. */
export type Route = (request: RouteRequest) => Promise<RouteResponse> | RouteResponse;

/** Routes by method and path, e.g. `GET /api/v2/users/{id}`. GET answers HEAD too. */
export type Routes = Readonly<Record<string, Route | ProtocolRoute>>;

/** How a refusal is worded; see {@link refusal}. */
export type Wording = (status: number, code: string, message: string, details?: Record<string, unknown>) => RouteResponse;

/** A route of a protocol that others have written. */
export interface ProtocolRoute {
  readonly answer: Route;
  /** How it words refusals and defects of a request to this path, which is as it came. */
  readonly wordingAt: (path: string) => Wording;
  /** Asked so often that what went well is of no interest to the log. */
  readonly quiet: boolean;
}

/** A value as JSON, which nobody keeps. */
export function json(status: number, value: unknown): RouteResponse & { readonly body: string } {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    body: `${JSON.stringify(value)}\n`,
  };
}

/** A refusal as callers of the plain-HTTP side know it: `{ error: { code, message, details? } }`. */
export function refusal(status: number, code: string, message: string, details?: Record<string, unknown>): RouteResponse {
  return json(status, { error: { code, message, ...(details && Object.keys(details).length > 0 && { details }) } });
}

/** The same for an expected failure, with how long to wait where it says so. */
export function refusalOf({ code, message, details }: GracelineError, word: Wording = refusal): RouteResponse {
  const { headers, ...refused } = word(ERROR_STATUS[code], code, message, details);
  const { retryAfterSeconds } = details;
  return {
    ...refused,
    headers: typeof retryAfterSeconds === 'number' ? { ...headers, 'retry-after': String(retryAfterSeconds) } : headers,
  };
}

/**
 * The content security policy of a page: it runs no script and loads nothing but its own pictures; `style` elements and
 * attributes are part of it.
 *
 * @param formTargets where its forms may go, e.g. `'self'`; nowhere by default
 */
export function pagePolicy(formTargets: readonly string[] = ["'none'"]): string {
  return `default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action ${formTargets.join(' ')}; frame-ancestors 'none'`;
}
