import { GracelineError } from '../errors.ts';
import { isKnown } from '../http/entity-tag.ts';
import { refusal, type RouteRequest, type RouteResponse, type Routes } from '../http/route.ts';
import { type FlagsRoutesParts, paid } from './flags.routes.ts';
import type { SnapshotService } from './snapshot.service.ts';

/** What these routes call. */
export interface SnapshotRoutesParts extends Pick<FlagsRoutesParts, 'callers' | 'budgets'> {
  readonly snapshots: Pick<SnapshotService, 'snapshot'>;
}

/** Points of a snapshot; a client takes one as it starts. */
const SNAPSHOT_POINTS = 50;

/**
 * All decisions at once, for the clients in other processes. `accounts=every` names those too that differ in nothing; `after` is
 * a place in the log that it must not lie before.
 */
export function snapshotRoutes(parts: SnapshotRoutesParts): Routes {
  return {
    'GET /flags/v1/snapshot': {
      quiet: true,
      wordingAt: () => refusal,
      answer: async (request) => {
        const actor = await paid(request, SNAPSHOT_POINTS, parts);
        const { query, headers } = request;
        const { body, size, etag, cursor, validFrom } = await parts.snapshots.snapshot(actor, everyAccount(request), query.get('after'));
        const known = isKnown(headers, etag);
        return answer(known ? 304 : 200, known ? Buffer.of() : body, {
          etag,
          'graceline-cursor': cursor,
          'graceline-valid-from': new Date(validFrom).toISOString(),
          'graceline-size': String(size),
        });
      },
    },
  };
}

function answer(status: number, body: Buffer, headers: Readonly<Record<string, string>>): RouteResponse {
  return { status, body, headers: { 'content-type': 'application/zstd', 'cache-control': 'no-store', ...headers } };
}

function everyAccount({ query }: RouteRequest): boolean {
  const accounts = query.get('accounts') ?? 'noted';
  if (accounts === 'noted' || accounts === 'every') return accounts === 'every';
  throw new GracelineError('INVALID_INPUT', '"accounts" takes "noted", for those that differ from most, or "every".', {
    field: 'accounts',
  });
}
