import { stringify } from 'csv-stringify/sync';
import { GracelineError } from '../errors.ts';
import { ndjson } from '../events/ndjson.ts';
import type { PayingCallers } from '../http/budgets.ts';
import type { RouteRequest, RouteResponse, Routes } from '../http/route.ts';
import type { SessionCookie } from '../sessions/session-cookie.ts';
import { type Reason, REASONS } from './effective-state.rules.ts';
import { type Standing, STANDINGS } from './rollout-accounts.rules.ts';
import type { ExportedAccount, RolloutAccountsFilter, RolloutAccountsService } from './rollout-accounts.service.ts';

/** What the routes call. */
export interface RolloutAccountsRoutesParts {
  readonly callers: PayingCallers;
  readonly sessionCookie: Pick<SessionCookie, 'authorizationOf'>;
  readonly rolloutAccounts: Pick<RolloutAccountsService, 'export'>;
}

const PARAMETERS = ['standing', 'reasons', 'search', 'quietForDays', 'usedWithinDays'] as const;
const COLUMNS: readonly (keyof ExportedAccount)[] = [
  'account',
  'name',
  'platform',
  'plan',
  'region',
  'enabled',
  'reason',
  'since',
  'deadline',
  'exemptUntil',
  'lastDecision',
  'decidedAt',
  'decidedBy',
  'lastUsedAt',
  'quietDays',
];

type Pages = AsyncIterable<readonly ExportedAccount[]>;

/**
 * The accounts of a migration as files, for operators, with the arguments of the query `migrationAccounts`; `reasons` are
 * separated by commas.
 */
export function rolloutAccountsRoutes({ callers, sessionCookie, rolloutAccounts }: RolloutAccountsRoutesParts): Routes {
  const file = (type: string, ending: string, write: (pages: Pages) => AsyncGenerator<string>) => async (request: RouteRequest) => {
    const { query, params, client } = request;
    const key = params['key']!;
    const authorization = sessionCookie.authorizationOf(request);
    const ask = () => callers.authenticate(authorization, client);
    // Asked before the parameters are looked at, so that strangers learn nothing of them.
    await ask();
    const pages = await rolloutAccounts.export(ask, key, filterOf(query));
    return answer(type, `${key}-accounts.${ending}`, write(pages));
  };
  return {
    'GET /migrations/{key}/accounts.csv': file('text/csv; charset=utf-8; header=present', 'csv', csv),
    'GET /migrations/{key}/accounts.ndjson': file('application/x-ndjson; charset=utf-8', 'ndjson', ndjson),
  };
}

/** The key was found by then, so it has no character that a header must not. */
function answer(type: string, name: string, body: AsyncGenerator<string>): RouteResponse {
  const headers = { 'content-type': type, 'cache-control': 'no-store', 'content-disposition': `attachment; filename="${name}"` };
  return { status: 200, headers, body };
}

/** With a first line of names. What a spreadsheet would take for a formula begins with an apostrophe: anybody can name an account. */
async function* csv(pages: Pages): AsyncGenerator<string> {
  yield line([COLUMNS]);
  for await (const page of pages) yield line(page.map((account) => COLUMNS.map((column) => cell(account[column]))));
}

function line(rows: readonly (readonly string[])[]): string {
  return stringify(
    rows.map((row) => [...row]),
    { escape_formulas: true, record_delimiter: 'windows' },
  );
}

function cell(value: ExportedAccount[keyof ExportedAccount]): string {
  if (value instanceof Date) return value.toISOString();
  return value === null ? '' : String(value);
}

/**
 * The filter an address asks for. A misspelt one must not export everything.
 *
 * @throws GracelineError INVALID_INPUT that names the parameter
 */
function filterOf(query: URLSearchParams): RolloutAccountsFilter {
  const names = [...query.keys()];
  const wrong = names.find((name, i) => !(PARAMETERS as readonly string[]).includes(name) || names.indexOf(name) !== i);
  if (wrong !== undefined)
    throw invalid(wrong, `"${wrong.slice(0, 80)}" is no parameter here, or is given twice. Use ${PARAMETERS.join(', ')}.`);
  const standing = query.get('standing') ?? 'ALL';
  if (!(STANDINGS as readonly string[]).includes(standing)) throw invalid('standing', `"standing" takes ${STANDINGS.join(', ')}.`);
  const reasons = query.get('reasons')?.split(',') ?? [];
  const unknown = reasons.find((reason) => !(REASONS as readonly string[]).includes(reason));
  if (unknown !== undefined)
    throw invalid('reasons', `"${unknown.slice(0, 80)}" is no reason. Use ${REASONS.join(', ')}, with commas between.`);
  return {
    standing: standing as Standing,
    reasons: reasons as Reason[],
    search: query.get('search'),
    quietForDays: daysOf(query.get('quietForDays')),
    usedWithinDays: daysOf(query.get('usedWithinDays')),
  };
}

/** What is no number is refused with those that are too large. */
function daysOf(text: string | null): number | null {
  if (text === null) return null;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

function invalid(field: string, message: string): GracelineError {
  return new GracelineError('INVALID_INPUT', message, { field: field.slice(0, 80) });
}
