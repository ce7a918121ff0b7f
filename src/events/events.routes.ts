import { GracelineError } from '../errors.ts';
import type { PayingCallers } from '../http/budgets.ts';
import type { RouteRequest, Routes } from '../http/route.ts';
import { isInFourDigits } from '../migrations/dates.rules.ts';
import type { MigrationsService } from '../migrations/migrations.service.ts';
import type { SessionCookie } from '../sessions/session-cookie.ts';
import type { EventFilter, EventsService } from './events.service.ts';
import { EVENT_TYPES, type EventType } from './log.ts';
import { ndjson } from './ndjson.ts';

/** What the route calls. */
export interface EventsRoutesParts {
  readonly callers: PayingCallers;
  readonly sessionCookie: Pick<SessionCookie, 'authorizationOf'>;
  readonly migrations: MigrationsService;
  readonly events: EventsService;
}

const PARAMETERS = ['migration', 'account', 'types', 'actor', 'token', 'from', 'to', 'after'] as const;
type Parameter = (typeof PARAMETERS)[number];

/** The log as NDJSON, oldest first, with the filters of the query `events`; `types` are separated by commas. */
export function eventsRoutes({ callers, sessionCookie, migrations, events }: EventsRoutesParts): Routes {
  return {
    'GET /events.ndjson': async (request: RouteRequest) => {
      const authorization = sessionCookie.authorizationOf(request);
      const ask = () => callers.authenticate(authorization, request.client);
      const actor = await ask();
      const { migration, after, ...given } = parametersOf(request.query);
      const filter = {
        ...filterOf(given),
        migrationId: migration === undefined ? undefined : (await migrations.migration(actor, migration)).id,
      };
      return {
        status: 200,
        headers: { 'content-type': 'application/x-ndjson; charset=utf-8', 'cache-control': 'no-store' },
        body: ndjson(await events.export(ask, filter, after ?? null)),
      };
    },
  };
}

/**
 * The filter that texts ask for, as an address or the command line has them.
 *
 * @throws GracelineError INVALID_INPUT that names the field
 */
export function filterOf({ account, types, actor, token, from, to }: Partial<Record<Parameter, string>>): EventFilter {
  return {
    account,
    types: types?.split(',').map(eventType),
    actor,
    token,
    from: from === undefined ? undefined : instant('from', from),
    to: to === undefined ? undefined : instant('to', to),
  };
}

/** A misspelt filter must not export everything. */
function parametersOf(query: URLSearchParams): Partial<Record<Parameter, string>> {
  const names = [...query.keys()];
  const wrong = names.find((name, i) => !(PARAMETERS as readonly string[]).includes(name) || names.indexOf(name) !== i);
  if (wrong !== undefined)
    throw new GracelineError(
      'INVALID_INPUT',
      `"${wrong.slice(0, 80)}" is no parameter here, or is given twice. Use ${PARAMETERS.join(', ')}.`,
      {
        field: wrong.slice(0, 80),
      },
    );
  return Object.fromEntries(query);
}

function eventType(text: string): EventType {
  if ((EVENT_TYPES as readonly string[]).includes(text)) return text as EventType;
  throw new GracelineError('INVALID_INPUT', `"${text.slice(0, 80)}" is no type of events. The schema lists them as EventType.`, {
    field: 'types',
  });
}

/** With its offset: an instant without one would be another on another machine. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

function instant(field: 'from' | 'to', text: string): Date {
  const date = new Date(text);
  if (INSTANT.test(text) && !Number.isNaN(date.getTime()) && isInFourDigits(date)) return date;
  throw new GracelineError('INVALID_INPUT', `"${field}" takes an instant such as 2026-05-01T00:00:00Z, a "+" written as %2B.`, { field });
}
