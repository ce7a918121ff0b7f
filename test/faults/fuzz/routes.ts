/** Requests to everything that is not GraphQL: flags, calendars, pages, feeds, files, sign-in, sessions, password resets, metrics. */
import fc from 'fast-check';
import type { HttpAttempt, Sender } from './attempt.ts';
import { HOSTILE_TEXTS } from './hostile-values.ts';
import { spoiled } from './spoiling.ts';
import type { Known } from './values.ts';

/** What the routes need to be asked for something that is there. */
export interface Secrets {
  /** Of a calendar, as its address ends: `….ics`. */
  readonly calendar: string;
  /** Of the form to set a new password. */
  readonly ticket: string;
  /** Of an application, and the user and password that sign in with it. */
  readonly clientId: string;
  readonly email: string;
  readonly password: string;
  /** As `cookie` has it. */
  readonly session: string;
  readonly idToken: string;
  /** The METRICS_TOKEN. */
  readonly metrics: string;
}

interface Route {
  readonly method: string;
  readonly path: string;
  /** Sensible values, by the name of a parameter of the address. */
  readonly query?: Readonly<Record<string, readonly string[]>>;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What is drawn for one request: a hostile last part of its path, parameters, and fields in the place of the sensible ones. */
interface Drawn {
  readonly as: Sender;
  readonly method: string;
  readonly part: string | null;
  readonly values: Readonly<Record<string, string | undefined>>;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly asForm: boolean;
}

const METHODS = ['HEAD', 'OPTIONS', 'PATCH', 'TRACE', 'POST', 'GET'] as const;
const WITH_BODY: readonly string[] = ['OPTIONS', 'PATCH', 'POST', 'DELETE'];

/** Makes requests to the plain-HTTP side: sensible, with hostile parts, and spoiled. */
export function routeRequests(known: Known, secrets: Secrets, senders: fc.Arbitrary<Sender>): fc.Arbitrary<HttpAttempt> {
  const [dear, cheap] = [true, false].map((is) => {
    const routes = routesOf(known, secrets).filter((route) => isDear(route) === is);
    return fc.oneof(...routes.map((route) => requestsOf(route, senders)));
  });
  const requests = fc.oneof({ weight: 250, arbitrary: cheap! }, { weight: 1, arbitrary: dear! });
  return fc.oneof({ weight: 3, arbitrary: requests }, { weight: 1, arbitrary: spoiled(requests) });
}

/** A password takes a second of work, whoever gives it. */
function isDear({ path }: Route): boolean {
  return path === '/oauth/ro' || path === '/dbconnections/change_password';
}

function routesOf(known: Known, secrets: Secrets): Route[] {
  const context = { context: { targetingKey: known.account[0], plan: 'x' } };
  const key = known.migration[0]!;
  const { clientId, email, password, session, ticket, idToken } = secrets;
  const page = { search: ['a'], standing: ['OPEN'], reasons: ['PENDING,OPTED_IN'], quietForDays: ['1'], usedWithinDays: ['30'] };
  const log = {
    migration: [key],
    account: known.account,
    types: ['OPTED_IN,OPTED_OUT'],
    actor: ['setup'],
    token: known.ids,
    from: ['2016-01-01T00:00:00Z'],
    to: ['2016-05-01T00:00:00Z'],
    after: ['0.0'],
  };
  return [
    { method: 'POST', path: '/ofrep/v1/evaluate/flags', body: context },
    { method: 'POST', path: `/ofrep/v1/evaluate/flags/${key}`, body: context },
    { method: 'GET', path: '/flags/v1/snapshot', query: { accounts: ['every', 'noted'], after: ['0.0'] } },
    { method: 'GET', path: `/calendar/${secrets.calendar}` },
    { method: 'GET', path: '/migrations', query: { a: ['b'] } },
    { method: 'GET', path: '/migrations.md' },
    { method: 'GET', path: '/migrations.atom', headers: { 'if-none-match': '"x"' } },
    { method: 'GET', path: `/migrations/${key}/accounts.csv`, query: page },
    { method: 'GET', path: '/migrations/%00%2E%2E/accounts.csv' },
    { method: 'GET', path: `/migrations/${key}/accounts.ndjson`, query: page },
    { method: 'GET', path: '/events.ndjson', query: log },
    { method: 'GET', path: '/metrics' },
    { method: 'GET', path: '/metrics', headers: { authorization: `Bearer ${secrets.metrics}` } },
    { method: 'GET', path: '/healthz' },
    { method: 'GET', path: '/mailbox/a/html' },
    { method: 'GET', path: '/session', headers: { cookie: session } },
    { method: 'POST', path: '/session', body: { token: 'gl_nobody' } },
    { method: 'DELETE', path: '/session', headers: { cookie: 'graceline_session=x' } },
    { method: 'GET', path: '/session/oidc', query: { to: ['/accounts'] } },
    { method: 'GET', path: '/session/oidc/callback', query: { code: ['x'], state: ['y'], error: ['access_denied'], iss: ['x'] } },
    { method: 'GET', path: '/api/v2/users/google-oauth2%7C1', query: { account: known.account } },
    { method: 'POST', path: '/oauth/ro', body: { client_id: clientId, connection: 'people', username: email, password, scope: 'openid' } },
    { method: 'POST', path: '/tokeninfo', body: { id_token: idToken } },
    {
      method: 'POST',
      path: '/dbconnections/change_password',
      body: { client_id: clientId, connection: 'people', email, password: 'another horse battery' },
    },
    { method: 'GET', path: '/password-reset', query: { ticket: [ticket] } },
    { method: 'POST', path: '/password-reset', body: { ticket, password: 'short', password_repeated: 'short' } },
    { method: 'POST', path: '/csp-report', body: { 'csp-report': { 'blocked-uri': 'inline', 'line-number': 1 } } },
    { method: 'GET', path: '/assets/../../package.json', headers: { accept: 'text/html' } },
    { method: 'GET', path: '/accounts/x', headers: { accept: 'text/html' } },
  ];
}

function requestsOf(route: Route, senders: fc.Arbitrary<Sender>): fc.Arbitrary<HttpAttempt> {
  const { method, query = {}, body = {} } = route;
  const hostile = fc.constantFrom(...HOSTILE_TEXTS.filter((text) => text.length < 4_000));
  const values = Object.entries(query).map(([name, sensible]) => [name, fc.oneof(fc.constantFrom(...sensible), hostile)] as const);
  const value = fc.oneof(hostile, fc.constantFrom<unknown[]>(null, 1, true, [], {}, { a: '\0' }));
  const names = Object.keys(body);
  const drawn = fc.record({
    as: senders,
    method: fc.oneof({ weight: 9, arbitrary: fc.constant(method) }, { weight: 1, arbitrary: fc.constantFrom(...METHODS) }),
    part: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: hostile }),
    values: fc.record(Object.fromEntries(values), { requiredKeys: [] }),
    fields: names.length === 0 ? fc.constant({}) : fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 1 }),
    asForm: fc.boolean(),
  });
  return drawn.map((one) => requestOf(route, one));
}

function requestOf({ path, body, headers }: Route, drawn: Drawn): HttpAttempt {
  const { as, method, part, values } = drawn;
  const plain = { kind: 'http', as, method, path: addressOf(path, part, values) } as const;
  if (body === undefined || !WITH_BODY.includes(method)) return { ...plain, headers: headers ?? {} };
  const fields = { ...body, ...drawn.fields };
  const asForm = drawn.asForm && path === '/password-reset';
  const type = asForm ? 'application/x-www-form-urlencoded' : 'application/json';
  return { ...plain, headers: { ...headers, 'content-type': type }, body: asForm ? formOf(fields) : JSON.stringify(fields) };
}

/** @param part in the place of the last part of the path */
function addressOf(path: string, part: string | null, values: Readonly<Record<string, string | undefined>>): string {
  const replaced = part === null ? path : path.replace(/[^/]+$/, percent(part));
  const query = Object.entries(values).map(([name, value]) => `${name}=${percent(value ?? '')}`);
  return query.length === 0 ? replaced : `${replaced}?${query.join('&')}`;
}

/** Half of a surrogate pair is written as the bytes that CESU-8 has for it, which are no UTF-8. */
function percent(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll('%EF%BF%BD', '%ED%A0%80');
}

function formOf(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${percent(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))}`)
    .join('&');
}
