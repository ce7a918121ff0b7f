import { hash, timingSafeEqual } from 'node:crypto';
import { GracelineError } from '../errors.ts';
import { refusal, refusalOf, type RouteRequest, type RouteResponse, type Routes } from '../http/route.ts';
import type { Metrics } from './metrics.ts';

/**
 * What Prometheus asks for. The port of the API is often public and whatever a proxy forwards comes from this machine, so
 * that only a token tells who may read; without one nobody may.
 *
 * @param metrics null where no token is set
 */
export function metricsRoutes(metrics: Pick<Metrics, 'text'> | null, token: string | undefined): Routes {
  const answer = async ({ headers }: RouteRequest): Promise<RouteResponse> => {
    if (!metrics || token === undefined)
      return refusal(404, 'NOT_FOUND', 'Metrics are not served. Set METRICS_TOKEN, and let Prometheus send it as a bearer token.');
    if (!isToken(headers.authorization, token)) {
      const refused = refusalOf(new GracelineError('UNAUTHENTICATED', 'Send the header "Authorization: Bearer" with the METRICS_TOKEN.'));
      return { ...refused, headers: { ...refused.headers, 'www-authenticate': 'Bearer' } };
    }
    const { type, body } = await metrics.text();
    return { status: 200, headers: { 'content-type': type, 'cache-control': 'no-store' }, body };
  };
  return { 'GET /metrics': { answer, wordingAt: () => refusal, quiet: true } };
}

function isToken(authorization: string | undefined, token: string): boolean {
  const given = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  return given !== undefined && timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', token, 'buffer'));
}
