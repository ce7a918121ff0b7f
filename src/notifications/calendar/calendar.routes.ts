import { tagged } from '../../http/entity-tag.ts';
import { refusal, type RouteRequest, type Routes } from '../../http/route.ts';
import type { CalendarLinksService } from './calendar-links.service.ts';

const SUFFIX = '.ics';
/** A deadline does not move within minutes, and calendars of a whole company ask at once. */
const CACHE = 'private, max-age=300';

/** The address a calendar subscribes to. It is the secret, so it needs no token, and no log says it. */
export function calendarRoutes(links: Pick<CalendarLinksService, 'feed'>): Routes {
  return {
    'GET /calendar/{secret}': async ({ method, params, headers }: RouteRequest) => {
      const name = params['secret']!;
      if (!name.endsWith(SUFFIX)) return refusal(404, 'NOT_FOUND', 'There is nothing at this address.');
      const body = await links.feed(name.slice(0, -SUFFIX.length), method === 'GET');
      const type = { 'content-type': 'text/calendar; charset=utf-8', 'content-disposition': 'inline; filename="deadlines.ics"' };
      return tagged({ headers }, { 'cache-control': CACHE, 'x-robots-tag': 'noindex' }, { status: 200, headers: type, body });
    },
  };
}
