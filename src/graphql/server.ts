/** GraphQL over HTTP: Apollo Server behind a bare handler of node:http, and the sockets beside it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { ApolloServer, type ApolloServerPlugin, HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import { ApolloServerErrorCode } from '@apollo/server/errors';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { GraphQLError, OperationTypeNode } from 'graphql';
import { ERROR_STATUS, GracelineError } from '../errors.ts';
import type { Context } from './context.ts';
import { createErrorFormatter, type FormatError, noteRequest } from './errors.ts';
import { limitsRule, MAX_SELECTIONS, PARSE_OPTIONS } from './limits.ts';
import { readBody } from '../http/request-body.ts';
import { Subscriptions, type SubscriptionsOptions } from './subscriptions.ts';
import { refuseUnkeepable, textsRule } from './texts.ts';

/** The longest request, in bytes. */
export const MAX_BODY_BYTES = 1024 * 1024;
const METHODS = 'GET, HEAD, POST, OPTIONS';
/** Only in this type do clients such as Apollo's look for errors whatever the status is. */
const RESPONSE_TYPE = 'application/graphql-response+json';
/** A GET needs one of these: pages of other sites cannot send them unless a browser has asked us first. urql asks by GET and sends the first alone. */
const PREFLIGHTED_HEADERS = ['authorization', 'apollo-require-preflight', 'x-apollo-operation-name'];

/** What a GraphQL server is made of. */
export interface GraphqlServerOptions extends Omit<SubscriptionsOptions, 'formatError'> {
  /** Whether clients may ask for the schema. */
  readonly introspection: boolean;
  /** Whether a browser that opens the address is told what it is. */
  readonly landingPage?: boolean;
}

/** GraphQL on one path of an HTTP server. */
export interface GraphqlServer {
  /** Answers one request, always. Returns the name of its operation, for the log; null where it has none. */
  handle(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<string | null>;
  /** Takes over a connection that asks to become a socket. */
  upgrade(request: IncomingMessage, connection: Duplex, head: Buffer): void;
  /** Closes all sockets with 1001 and takes no new ones; resolves once they are gone. */
  closeSockets(): Promise<void>;
  /** Cuts the sockets that are still there. */
  cutSockets(): void;
  /** Ends the server; no request may be under way. */
  stop(): Promise<void>;
}

/** Makes a GraphQL server and starts it. */
export async function createGraphqlServer(options: GraphqlServerOptions): Promise<GraphqlServer> {
  const formatError = createErrorFormatter(options.logger);
  const operations = new WeakMap<HTTPGraphQLRequest, string>();
  const apollo = createApollo(options, formatError, operations);
  await apollo.start();
  const subscriptions = new Subscriptions({ ...options, formatError });
  return {
    handle: async (request, response, requestId) => {
      response.setHeader('cache-control', 'no-store');
      allowOrigin(request, response, options.allowedOrigins ?? []);
      if (request.method === 'OPTIONS') return answer(response, 204, { allow: METHODS });
      if (!METHODS.split(', ').includes(request.method ?? '')) {
        response.setHeader('allow', METHODS);
        return refuse(response, 405, 'BAD_REQUEST', `GraphQL is asked by POST or GET, not ${request.method}.`);
      }
      if (options.landingPage && wantsPage(request))
        return answer(response, 200, { 'content-type': 'text/plain; charset=utf-8' }, LANDING_PAGE);
      const body = await bodyOf(request, response);
      if (body === REFUSED) return null;
      const httpGraphQLRequest = {
        method: request.method === 'POST' ? 'POST' : 'GET',
        headers: headersOf(request),
        search: searchOf(request),
        body,
      };
      const context = () => contextOf(request, requestId, options);
      const { status = 200, headers, body: result } = await apollo.executeHTTPGraphQLRequest({ httpGraphQLRequest, context });
      // Only @defer and @stream come in parts, and the schema has neither.
      if (result.kind === 'chunked') throw new Error('A result came in parts.');
      answer(response, status, Object.fromEntries(headers), result.string);
      return operations.get(httpGraphQLRequest) ?? null;
    },
    upgrade: (request, connection, head) => subscriptions.upgrade(request, connection, head),
    closeSockets: () => subscriptions.close(),
    cutSockets: () => subscriptions.cut(),
    stop: () => apollo.stop(),
  };
}

function createApollo(
  { schema, introspection, logger }: GraphqlServerOptions,
  formatError: FormatError,
  operations: WeakMap<HTTPGraphQLRequest, string>,
) {
  const watch: ApolloServerPlugin<Context> = {
    requestDidStart: async () => ({
      didResolveOperation: async ({ request, operation, operationName }) => {
        if (request.http && operationName) operations.set(request.http, operationName);
        if (operation?.operation === OperationTypeNode.SUBSCRIPTION) throw refusedSubscription();
        refuseVariables(request.variables ?? {});
      },
      didEncounterErrors: async ({ errors, contextValue }) => noteRequest(errors, contextValue.requestId),
    }),
  };
  return new ApolloServer<Context>({
    schema,
    introspection,
    logger,
    formatError: (_, error) => formatError(error),
    includeStacktraceInErrorResponses: false,
    csrfPrevention: { requestHeaders: PREFLIGHTED_HEADERS },
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    parseOptions: PARSE_OPTIONS,
    // Checked before the rules of limitsRule, and by Apollo together with those that an oversized document makes slow.
    maxRecursiveSelections: MAX_SELECTIONS,
    validationRules: [limitsRule, textsRule],
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      watch,
    ],
  });
}

/** A request without a token goes on without an actor; what needs one says so. A wrong token is refused at once. */
async function contextOf(
  request: IncomingMessage,
  requestId: string,
  { authenticate, authorizationOf, createContext }: GraphqlServerOptions,
): Promise<Context> {
  try {
    const authorization = authorizationOf(request);
    if (authorization === undefined) return createContext(null, requestId);
    return createContext(await authenticate(authorization), requestId);
  } catch (error) {
    if (!(error instanceof GracelineError)) throw error;
    const http = { status: ERROR_STATUS[error.code], headers: new HeaderMap([['www-authenticate', 'Bearer']]) };
    throw new GraphQLError(error.message, { originalError: error, extensions: { code: error.code, http } });
  }
}

const REFUSED = Symbol('the request was answered with a refusal');

/** The parsed body of a POST. Requiring JSON is also what keeps forms of foreign pages out: browsers ask before sending it. */
async function bodyOf(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
  if (request.method !== 'POST') return undefined;
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = request.headers;
  if (!/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type) || encoding !== 'identity') {
    request.resume();
    refuse(
      response,
      415,
      ApolloServerErrorCode.BAD_REQUEST,
      'Send the query as JSON in UTF-8, uncompressed, with the header "Content-Type: application/json".',
    );
    return REFUSED;
  }
  try {
    return JSON.parse(await readBody(request, MAX_BODY_BYTES));
  } catch (error) {
    if (error instanceof GracelineError) refuse(response, ERROR_STATUS[error.code], error.code, error.message, error.details);
    else if (error instanceof SyntaxError)
      refuse(response, 400, ApolloServerErrorCode.BAD_REQUEST, 'The body is no JSON. Send {"query": "…", "variables": {…}}.');
    else throw error;
    return REFUSED;
  }
}

function refuseVariables(variables: Record<string, unknown>): void {
  try {
    refuseUnkeepable(variables);
  } catch (error) {
    if (!(error instanceof GracelineError)) throw error;
    const http = { status: ERROR_STATUS[error.code], headers: new HeaderMap() };
    throw new GraphQLError(error.message, { originalError: error, extensions: { code: error.code, http } });
  }
}

function refusedSubscription(): GraphQLError {
  return new GraphQLError('Subscriptions need a socket: connect to this address by WebSocket with the subprotocol graphql-transport-ws.', {
    extensions: { code: ApolloServerErrorCode.BAD_REQUEST, http: { status: 400, headers: new HeaderMap() } },
  });
}

function refuse(response: ServerResponse, status: number, code: string, message: string, details?: Record<string, unknown>): null {
  const errors = [{ message, extensions: { code, ...(details && { details }) } }];
  const { accept } = response.req.headers;
  const type = accept?.includes(RESPONSE_TYPE) ? RESPONSE_TYPE : 'application/json';
  return answer(response, status, { 'content-type': `${type}; charset=utf-8` }, `${JSON.stringify({ errors })}\n`);
}

function answer(response: ServerResponse, status: number, headers: Record<string, string>, body = ''): null {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
  return null;
}

function allowOrigin({ method, headers }: IncomingMessage, response: ServerResponse, allowedOrigins: readonly string[]): void {
  if (allowedOrigins.length === 0) return;
  response.setHeader('vary', 'origin');
  if (!headers.origin || !allowedOrigins.includes(headers.origin)) return;
  response.setHeader('access-control-allow-origin', headers.origin);
  response.setHeader('access-control-expose-headers', 'x-request-id');
  if (method !== 'OPTIONS') return;
  response.setHeader('access-control-allow-methods', METHODS);
  response.setHeader('access-control-allow-headers', 'authorization, content-type, x-request-id, apollo-require-preflight');
  response.setHeader('access-control-max-age', '600');
}

function wantsPage({ method, url, headers }: IncomingMessage): boolean {
  return (method === 'GET' || method === 'HEAD') && !url?.includes('?') && (headers.accept ?? '').includes('text/html');
}

function headersOf({ headers }: IncomingMessage): HeaderMap {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  return map;
}

function searchOf({ url = '' }: IncomingMessage): string {
  const at = url.indexOf('?');
  return at < 0 ? '' : url.slice(at);
}

const LANDING_PAGE = `This is the GraphQL address of Graceline.

Queries and mutations: POST {"query": "…", "variables": {…}} as application/json.
Subscriptions: WebSocket with the subprotocol graphql-transport-ws.
Both: the header "Authorization: Bearer gl_…" (for a socket, or as "authorization" in the payload of connection_init).
`;
