/** The one HTTP server of a process: GraphQL, a few pages, and what its keepers ask of it. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { Logger } from 'pino';
import { databaseAway } from './db/database-away.ts';
import { ERROR_STATUS, GracelineError } from './errors.ts';
import type { GraphqlServer, RanOperation } from './graphql/server.ts';
import { type ClientAddress, clientAddress } from './http/client-address.ts';
import { endAnswer } from './http/end-answer.ts';
import { readFields } from './http/fields.ts';
import { refuseUpgrade } from './http/refuse-upgrade.ts';
import { json, pagePolicy, refusal, refusalOf, type RouteRequest, type RouteResponse, type Routes, type Wording } from './http/route.ts';
import { type Match, paramsOf, Router } from './http/router.ts';
import { NO_TRACING, type Span, type Tracing } from './tracing/tracing.ts';

/** A request that was answered, for whoever counts. */
export interface Answered {
  /** Its method and path as the routes have it, e.g. `GET /api/v2/users/{id}`; null where none has it, and for GraphQL. */
  readonly route: string | null;
  readonly isGraphql: boolean;
  /** Null where none came to be run. */
  readonly operation: RanOperation | null;
  readonly status: number;
  /** From its first line to its answer. */
  readonly seconds: number;
}

/** What an HTTP server is made of. */
export interface HttpServerOptions {
  /** Answers `/graphql`, where the process has it. */
  readonly graphql?: GraphqlServer | undefined;
  /** Further routes, e.g. `GET /migrations`. */
  readonly routes?: Routes;
  /** Answers what no route has, e.g. with the page of the dashboard; null where it has nothing either. */
  readonly fallback?: (request: RouteRequest) => Promise<RouteResponse | null>;
  /** Where a request comes from; by default the other end of its connection. */
  readonly addressOf?: ClientAddress;
  /** What is missing before the process can work, a sentence each; empty when it is ready. Asked by `/readyz`. */
  readonly ready: () => Promise<readonly string[]>;
  /** What keeps the process from its work although a restart might help, a sentence each. Asked by `/healthz`; alive unless given. */
  readonly live?: () => readonly string[];
  readonly logger: Logger;
  readonly tracing?: Tracing | undefined;
  /** Called for each request once it is answered; must not throw. */
  readonly onAnswered?: ((answered: Answered) => void) | undefined;
  /** The setting that gives the port, for the sentence where it is taken; `PORT` by default. */
  readonly portSetting?: string;
}

/** A server of a process, from listen to close. */
export interface HttpServer {
  /**
   * Takes requests from now on.
   *
   * @param port 0 for any that is free
   * @returns the port it listens on
   * @throws GracelineError PORT_IN_USE, or INVALID_SETTINGS where the address cannot be had at all
   */
  listen(host: string, port: number): Promise<number>;
  /**
   * Takes no more requests, closes sockets with 1001, finishes the requests under way, and resolves.
   *
   * @param deadlineMs when what is still open is cut
   */
  close(deadlineMs: number): Promise<void>;
}

/** A slow client holds a connection no longer than this. */
const REQUEST_TIMEOUT_MS = 30_000;
/** How late at most that is seen; node looks every 30 s. */
const CHECK_CONNECTIONS_EVERY_MS = 2_000;
const SERVER_OPTIONS: ServerOptions = {
  requestTimeout: REQUEST_TIMEOUT_MS,
  headersTimeout: REQUEST_TIMEOUT_MS / 2,
  connectionsCheckingInterval: CHECK_CONNECTIONS_EVERY_MS,
  // Java's and curl's clients offer to go on in HTTP/2 with a first request that wants its answer all the same.
  shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
};
/** Where no proxy is trusted. */
const OTHER_END = clientAddress([]);
const SANE_REQUEST_ID = /^[\w.:-]{1,128}$/;
const GRAPHQL = '/graphql';
const MIGRATIONS = '/migrations';
/** What keepers ask every few seconds. */
const KEEPERS = ['/healthz', '/readyz'];

/** Makes a server; {@link HttpServer.listen} starts it. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { graphql, logger, tracing = NO_TRACING } = options;
  const router = new Router(allRoutes(options));
  const underWay = new Set<ServerResponse>();
  let closing = false;
  const server = createServer(SERVER_OPTIONS, (request, response) => {
    underWay.add(response);
    response.once('close', () => {
      underWay.delete(response);
      if (closing) setImmediate(() => server.closeIdleConnections());
    });
    if (closing) response.setHeader('connection', 'close');
    // Without a trace nothing is done for one: a request is answered as fast as if there were none.
    void (tracing.isOn ? traced(tracing, options, router, request, response) : serve(options, router, request, response));
  });
  // Node forgets where a connection came from once it is cut, unless it was asked before; who cuts it after a wrong token still pays.
  server.on('connection', (connection) => void connection.remoteAddress);
  server.on('upgrade', (request, connection, head) => {
    connection.on('error', (error) => logger.debug({ err: error }, 'a connection broke while it became a socket'));
    if (graphql && pathOf(request) === GRAPHQL) graphql.upgrade(request, connection, head);
    else refuseUpgrade(connection, '404 Not Found');
  });
  return {
    listen: (host, port) => listen(server, host, port, options.portSetting ?? 'PORT'),
    close: async (deadlineMs) => {
      closing = true;
      const closed = new Promise((resolve) => server.close(resolve));
      // Told now, a client does not send the next request into a connection that is about to end.
      for (const response of underWay) if (!response.headersSent) response.setHeader('connection', 'close');
      server.closeIdleConnections();
      const deadline = setTimeout(() => {
        graphql?.cutSockets();
        server.closeAllConnections();
      }, deadlineMs);
      await Promise.all([graphql?.closeSockets(), closed]);
      clearTimeout(deadline);
      await graphql?.stop();
    },
  };
}

/** Answers one request as a span of its caller's trace or of a new one. */
async function traced(
  tracing: Tracing,
  options: HttpServerOptions,
  router: Router,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET', headers } = request;
  const path = pathOf(request);
  const match = router.match(method, path);
  // What is asked all the time is of no more interest to a trace than to the log.
  if (KEEPERS.includes(path) || (match.kind === 'found' && match.route.quiet))
    return void (await serve(options, router, request, response));
  const parent = typeof headers['traceparent'] === 'string' ? headers['traceparent'] : null;
  const attributes = { 'http.request.method': method, 'url.path': router.shown(path) };
  await tracing.span(method, { kind: 'SERVER', parent, attributes }, async (span) =>
    tell(span, method, await serve(options, router, request, response)),
  );
}

/** Names the span of a request by what few values tell of it, as conventions want it. */
function tell(span: Span, method: string, { route, isGraphql, operation, status }: Answered): void {
  const what = isGraphql ? `${method} ${GRAPHQL}${operation?.field ? ` ${operation.field}` : ''}` : route;
  if (what) span.rename(what);
  span.set({ 'http.response.status_code': status, ...(operation?.name && { 'graphql.operation.name': operation.name }) });
  if (status >= 500) span.fail(`${status}`);
  else if (operation?.failed) span.fail('The answer has an error.');
}

/** Answers one request, whatever happens, and logs it in one line. */
async function serve(options: HttpServerOptions, router: Router, request: IncomingMessage, response: ServerResponse): Promise<Answered> {
  const started = performance.now();
  const given = request.headers['x-request-id'];
  const requestId = typeof given === 'string' && SANE_REQUEST_ID.test(given) ? given : randomUUID();
  response.setHeader('x-request-id', requestId);
  secure(response);
  const path = pathOf(request);
  const match = router.match(request.method ?? 'GET', path);
  const graphql = path === GRAPHQL ? options.graphql : undefined;
  let operation: RanOperation | null = null;
  try {
    if (graphql) operation = await graphql.handle(request, response, requestId);
    else
      await send(request, response, await answerTo(options, match, request, path), (error) => cutShort(error, requestId, options.logger));
  } catch (error) {
    const word = match.kind === 'found' ? match.route.wordingAt(path) : refusal;
    if (response.destroyed) options.logger.debug({ requestId, err: error }, 'a client went away before its answer');
    else if (response.headersSent) response.destroy(error as Error);
    else await send(request, response, failure(error, requestId, options.logger, word));
  }
  const ms = performance.now() - started;
  const route = match.kind === 'found' ? `${request.method} ${match.pattern}` : null;
  const answered = { route, isGraphql: graphql !== undefined, operation, status: response.statusCode, seconds: ms / 1_000 };
  options.onAnswered?.(answered);
  // Keepers ask every few seconds, and services at each of their requests; that they did is of no interest.
  const quiet = match.kind === 'found' && match.route.quiet && response.statusCode < 400;
  const level = quiet || KEEPERS.includes(path) ? 'debug' : 'info';
  if (!options.logger.isLevelEnabled(level)) return answered;
  const entry = {
    requestId,
    method: request.method,
    path: router.shown(path),
    operation: operation?.name ?? null,
    status: response.statusCode,
    ms: Math.round(ms * 10) / 10,
  };
  options.logger[level](entry, 'request');
  return answered;
}

/** What every process answers, and the routes of its own. */
function allRoutes({ routes = {}, fallback, live, ready }: HttpServerOptions): Routes {
  const leadsToPage = !fallback && Object.hasOwn(routes, `GET ${MIGRATIONS}`);
  return {
    'GET /healthz': () => liveness(live?.() ?? []),
    'GET /readyz': () => readiness(ready),
    ...(leadsToPage && { 'GET /': () => ({ status: 302, headers: { location: MIGRATIONS }, body: '' }) }),
    ...routes,
  };
}

async function answerTo(
  { fallback, addressOf = OTHER_END }: HttpServerOptions,
  match: Match,
  request: IncomingMessage,
  path: string,
): Promise<RouteResponse> {
  const { method = 'GET', headers } = request;
  const query = new URLSearchParams(request.url?.slice(path.length));
  const asked = { method, path, params: {}, query, headers, client: () => addressOf(request), body: {} };
  if (match.kind === 'nowhere') return (await fallback?.(asked)) ?? refusal(404, 'NOT_FOUND', 'There is nothing at this address.');
  if (match.kind === 'wrong-method') {
    const allow = match.allow.join(', ');
    const refused = refusal(405, 'INVALID_INPUT', `This address takes ${allow}, not ${method}.`);
    return { ...refused, headers: { ...refused.headers, allow } };
  }
  const params = paramsOf(match);
  const body = method === 'GET' || method === 'HEAD' ? {} : await readFields(request);
  return match.route.answer({ ...asked, params, body });
}

function liveness(faults: readonly string[]): RouteResponse {
  return faults.length === 0 ? json(200, { status: 'alive' }) : json(503, { status: 'not alive', faults });
}

async function readiness(ready: HttpServerOptions['ready']): Promise<RouteResponse> {
  const missing = await ready();
  return missing.length === 0 ? json(200, { status: 'ready' }) : json(503, { status: 'not ready', missing });
}

function failure(error: unknown, requestId: string, logger: Logger, word: Wording): RouteResponse {
  const away = databaseAway(error);
  if (away) {
    logger.warn({ requestId, reason: String(away.cause) }, 'a request found no database');
    return refusalOf(away, word);
  }
  // What ends in 500 is for us to mend, and no caller of a platform's sign-in is to read of its keys and settings.
  if (error instanceof GracelineError && ERROR_STATUS[error.code] !== 500) return refusalOf(error, word);
  logger.error({ requestId, errorId: requestId, err: error }, 'a request failed for a reason of ours');
  return word(500, 'INTERNAL', `Something went wrong on our side. Quote the id ${requestId} when you report it.`, { id: requestId });
}

/** @param onCut called where a body that is yielded ends before its end; by then the client has seen the connection break */
async function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body, cookies }: RouteResponse,
  onCut: (error: unknown) => void = () => undefined,
): Promise<void> {
  if (headers['content-type']?.startsWith('text/html')) response.setHeader('content-security-policy', pagePolicy());
  if (cookies) response.setHeader('set-cookie', cookies);
  if (typeof body === 'string' || Buffer.isBuffer(body)) {
    endAnswer(request, response, status, headers, body);
    return;
  }
  // What nobody reads must not stand in the way of the next request.
  request.resume();
  response.writeHead(status, headers);
  if (request.method === 'HEAD') response.end();
  else await pipeline(body, response).catch(onCut);
}

function cutShort(error: unknown, requestId: string, logger: Logger): void {
  if ((error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE')
    logger.debug({ requestId }, 'a client went away in its answer');
  else if (error instanceof GracelineError) logger.info({ requestId, code: error.code }, 'an answer was cut short');
  else logger.error({ requestId, errorId: requestId, err: error }, 'an answer was cut short for a reason of ours');
}

function secure(response: ServerResponse): void {
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('x-frame-options', 'DENY');
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
}

/** The path alone: what follows may hold anything, and is not logged. */
function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0]!;
}

async function listen(server: Server, host: string, port: number, setting: string): Promise<number> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new GracelineError(
        'PORT_IN_USE',
        `Port ${port} of ${host} is in use. Stop what listens there, or set ${setting} to a free port.`,
        { host, port },
        { cause: error },
      );
    }
    throw new GracelineError(
      'INVALID_SETTINGS',
      `Cannot listen on port ${port} of ${host} (${message}). Check HOST and ${setting}.`,
      { host, port },
      { cause: error },
    );
  }
  return (server.address() as AddressInfo).port;
}
