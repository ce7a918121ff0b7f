import type { Actor } from '../auth/actor.ts';
import { GracelineError } from '../errors.ts';
import { type Budgets, paidBy } from '../http/budgets.ts';
import { tagged } from '../http/entity-tag.ts';
import { json, type ProtocolRoute, type RouteRequest, type RouteResponse, type Routes, type Wording } from '../http/route.ts';
import type { Callers } from './callers.ts';
import type { FlagsService } from './flags.service.ts';
import { flagNotFound, ofrepFailure, type OfrepFailure, shown, targetingKeyOf } from './ofrep.rules.ts';

/** What these routes call. */
export interface FlagsRoutesParts {
  readonly callers: Pick<Callers, 'authenticate'>;
  readonly flags: Pick<FlagsService, 'evaluate' | 'evaluateAll'>;
  readonly budgets: Budgets;
}

const PATH = '/ofrep/v1/evaluate/flags';
/** Points of one flag. */
const ONE_POINTS = 1;
/** Points of all of them. */
const ALL_POINTS = 5;
const JSON_TYPE = /^\s*application\/json\b/i;

/** Flags by the OpenFeature Remote Evaluation Protocol. Its `targetingKey` is the platform's id of an account; a flag is a migration. */
export function flagsRoutes(parts: FlagsRoutesParts): Routes {
  return {
    [`POST ${PATH}`]: route(
      () => null,
      async (request, accountId, actor) => {
        const flags = await parts.flags.evaluateAll(actor, accountId);
        return tagged(request, { 'cache-control': 'no-store' }, json(200, { flags }));
      },
      ALL_POINTS,
      parts,
    ),
    [`POST ${PATH}/{key}`]: route(
      keyOfPath,
      async ({ params }, accountId, actor) => {
        const key = params['key']!;
        const flag = await parts.flags.evaluate(actor, accountId, key);
        return flag ? json(200, flag) : failed(404, shown(key), flagNotFound(key));
      },
      ONE_POINTS,
      parts,
    ),
  };
}

type Answer = (request: RouteRequest, accountId: string, actor: Actor) => Promise<RouteResponse>;

/** @param keyAt what a refusal at a path names as the flag; null where it is about none */
function route(keyAt: (path: string) => string | null, answer: Answer, points: number, parts: FlagsRoutesParts): ProtocolRoute {
  return {
    quiet: true,
    wordingAt: (path) => worded(keyAt(path)),
    answer: async (request) => {
      const actor = await paid(request, points, parts);
      requireJson(request);
      const accountId = targetingKeyOf(request.body);
      return typeof accountId === 'string' ? answer(request, accountId, actor) : failed(400, keyAt(request.path), accountId);
    },
  };
}

/**
 * Who asks, once it is paid for.
 *
 * @throws GracelineError UNAUTHENTICATED, ISSUER_UNREACHABLE, RATE_LIMITED
 */
export function paid(
  { headers, client }: RouteRequest,
  points: number,
  { callers, budgets }: Pick<FlagsRoutesParts, 'callers' | 'budgets'>,
): Promise<Actor> {
  const apiKey = headers['x-api-key'];
  const authorization = headers.authorization ?? (typeof apiKey === 'string' ? `Bearer ${apiKey}` : undefined);
  return paidBy(budgets, points, client, () => callers.authenticate(authorization));
}

/** A form would be read too, and its context be a text. */
function requireJson({ headers: { 'content-type': type } }: RouteRequest): void {
  if (type === undefined || JSON_TYPE.test(type)) return;
  throw new GracelineError('UNSUPPORTED_CONTENT', 'Send JSON, with the header "Content-Type: application/json".');
}

function worded(key: string | null): Wording {
  return (given, code, message) => {
    const { status, failure } = ofrepFailure(given, code, message);
    return failed(status, key, failure);
  };
}

function failed(status: number, key: string | null, failure: OfrepFailure): RouteResponse {
  return json(status, { ...(key !== null && { key }), ...failure });
}

/** As it came where it cannot be decoded. */
function keyOfPath(path: string): string {
  const part = path.slice(PATH.length + 1);
  try {
    return shown(decodeURIComponent(part));
  } catch {
    return shown(part);
  }
}
