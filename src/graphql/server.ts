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
import { GraphQLError, Kind, type OperationDefinitionNode, OperationTypeNode } from 'graphql';
import type { Actor } from '../auth/actor.ts';
import { databaseAway } from '../db/database-away.ts';
import { ERROR_STATUS, GracelineError } from '../errors.ts';
import { endAnswer } from '../http/end-answer.ts';
import { CompiledQueries } from './compiled.ts';
import type { Context } from './context.ts';
import { createErrorFormatter, type FormatError, noteRequest } from './errors.ts';
import { limitsRule, MAX_SELECTIONS, PARSE_OPTIONS, refuseLongQuery, validationOptions } from './limits.ts';
import { Charge } from './metering.ts';
import { readBody } from '../http/request-body.ts';
import { watchJson } from '../http/wild-json.ts';
import type { Connections } from './socket-limits.ts';
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
  /** Whether a browser that opens the address is told what it is. */
  readonly landingPage?: boolean;
}

/** An operation that was run, or refused before. */
export interface RanOperation {
  /** As its author calls it; null where it has no name. */
  readonly name: string | null;
  /** Its first field, e.g. `Mutation.optIn`: one of few, whatever callers send. Null where it is part of a fragment. */
  readonly field: string | null;
  /** Whether its answer has an error. */
  readonly failed: boolean;
}

/** GraphQL on one path of an HTTP server. */
export interface GraphqlServer {
  /** Answers one request, always. Returns its operation; null where there was no valid one. */
  handle(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<RanOperation | null>;
  /** Takes over a connection that asks to become a socket. */
  upgrade(request: IncomingMessage, connection: Duplex, head: Buffer): void;
  /** How many sockets there are, and what they do. */
  connections(): Connections;
  /** Closes all sockets with 1001 and takes no new ones; resolves once they are gone. */
  closeSockets(): Promise<void>;
  /** Cuts the sockets that are still there. */
  cutSockets(): void;
  /** Ends the server; no request may be under way. */
  stop(): Promise<void>;
}

/** What is known of a request on its way through Apollo. */
interface Exchange {
  readonly charge: Charge;
  /** Known once it is valid. */
  operation: Omit<RanOperation, 'failed'> | null;
  failed: boolean;
}

/** Makes a GraphQL server and starts it. */
export async function createGraphqlServer(options: GraphqlServerOptions): Promise<GraphqlServer> {
  const formatError = createErrorFormatter(options.logger, options.introspection);
  const exchanges = new WeakMap<HTTPGraphQLRequest, Exchange>();
  const apollo = createApollo(options, formatError, exchanges);
  await apollo.start();
  const subscriptions = new Subscriptions({ ...options, formatError });
  return {
    handle: async (request, response, requestId) => {
      response.setHeader('cache-control', 'no-store');
      allowOrigin(request, response, options.allowedOrigins ?? []);
      if (request.method === 'OPTIONS') return answer(request, response, 204, { allow: METHODS });
      if (!METHODS.split(', ').includes(request.method ?? '')) {
        response.setHeader('allow', METHODS);
        return refuse(request, response, 405, 'BAD_REQUEST', `GraphQL is asked by POST or GET, not ${request.method}.`);
      }
      if (options.landingPage && wantsPage(request))
        return answer(request, response, 200, { 'content-type': 'text/plain; charset=utf-8' }, LANDING_PAGE);
      const body = await bodyOf(request, response);
      if (body === REFUSED) return null;
      const httpGraphQLRequest = {
        method: request.method === 'POST' ? 'POST' : 'GET',
        headers: headersOf(request),
        search: searchOf(request),
        body,
      };
      const exchange: Exchange = { charge: new Charge(options.schema, options.metering, request), operation: null, failed: false };
      exchanges.set(httpGraphQLRequest, exchange);
      const context = () => contextOf(request, requestId, exchange.charge, options);
      const { status = 200, headers, body: result } = await apollo.executeHTTPGraphQLRequest({ httpGraphQLRequest, context });
      // Only @defer and @stream come in parts, and the schema has neither.
      if (result.kind === 'chunked') throw new Error('A result came in parts.');
      answer(request, response, status, { ...Object.fromEntries(headers), ...exchange.charge.headers() }, result.string);
      return exchange.operation && { ...exchange.operation, failed: exchange.failed };
    },
    upgrade: (request, connection, head) => subscriptions.upgrade(request, connection, head),
    connections: () => subscriptions.connections(),
    closeSockets: () => subscriptions.close(),
    cutSockets: () => subscriptions.cut(),
    stop: () => apollo.stop(),
  };
}

function createApollo(
  { schema, introspection, logger }: GraphqlServerOptions,
  formatError: FormatError,
  exchanges: WeakMap<HTTPGraphQLRequest, Exchange>,
) {
  const compiled = new CompiledQueries(schema);
  const watch: ApolloServerPlugin<Context> = {
    requestDidStart: async () => ({
      didResolveOperation: async ({ request, document, operation, operationName }) => {
        const exchange = exchanges.get(request.http!)!;
        if (operation) exchange.operation = { name: operationName, field: firstField(operation) };
        if (operation?.operation === OperationTypeNode.SUBSCRIPTION) throw refusedSubscription();
        try {
          if (operation) await exchange.charge.pay(document, operation, request.variables ?? {});
          refuseUnkeepable(request.variables ?? {});
        } catch (error) {
          throw withStatus(error);
        }
      },
      // Called with no operation where it is not clear which of several is meant, whatever its type says.
      responseForOperation: async ({ request, document, operation, contextValue }) => {
        const data = await compiled.run(document, operation, request.variables ?? {}, contextValue);
        return data && { http: { status: undefined, headers: new HeaderMap() }, body: { kind: 'single', singleResult: { data } } };
      },
      didEncounterErrors: async ({ request, errors, contextValue }) => {
        exchanges.get(request.http!)!.failed = true;
        noteRequest(errors, contextValue.requestId);
      },
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
    validationOptions: validationOptions(introspection),
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

function firstField({ operation, selectionSet }: OperationDefinitionNode): string | null {
  const [first] = selectionSet.selections;
  return first?.kind === Kind.FIELD ? `${ROOT_TYPES[operation]}.${first.name.value}` : null;
}

const ROOT_TYPES = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' } as const;

/** A request without a token goes on without an actor; what needs one says so. A wrong token is refused at once. */
async function contextOf(request: IncomingMessage, requestId: string, charge: Charge, options: GraphqlServerOptions): Promise<Context> {
  try {
    const actor = await actorOf(request, charge, options);
    await charge.begin(actor);
    return options.createContext(actor, requestId);
  } catch (error) {
    throw withStatus(error);
  }
}

async function actorOf(
  request: IncomingMessage,
  charge: Charge,
  { authenticate, authorizationOf }: GraphqlServerOptions,
): Promise<Actor | null> {
  const authorization = authorizationOf(request);
  if (authorization === undefined) return null;
  try {
    return await authenticate(authorization);
  } catch (error) {
    if (error instanceof GracelineError) await charge.failed(error);
    throw error;
  }
}

/** A refusal with its status and what goes with it; anything else as it is. */
function withStatus(error: unknown): unknown {
  const refusal = error instanceof GracelineError ? error : databaseAway(error);
  if (!refusal) return error;
  const headers = new HeaderMap();
  const { code, message, details } = refusal;
  if (typeof details['retryAfterSeconds'] === 'number') headers.set('retry-after', String(details['retryAfterSeconds']));
  else if (code === 'UNAUTHENTICATED' || code === 'ISSUER_UNREACHABLE') headers.set('www-authenticate', 'Bearer');
  return new GraphQLError(message, { originalError: refusal, extensions: { code, http: { status: ERROR_STATUS[code], headers } } });
}

const REFUSED = Symbol('the request was answered with a refusal');

/** The parsed body of a POST. Requiring JSON is also what keeps forms of foreign pages out: browsers ask before sending it. */
async function bodyOf(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
  if (request.method !== 'POST') return undefined;
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = request.headers;
  if (!/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type) || encoding !== 'identity') {
    refuse(
      request,
      response,
      415,
      ApolloServerErrorCode.BAD_REQUEST,
      'Send the query as JSON in UTF-8, uncompressed, with the header "Content-Type: application/json".',
    );
    return REFUSED;
  }
  try {
    const text = await readBody(request, MAX_BODY_BYTES, watchJson());
    const body: unknown = JSON.parse(text.toString());
    if (typeof body === 'object' && body !== null && 'query' in body) refuseLongQuery(body.query);
    return body;
  } catch (error) {
    if (error instanceof GracelineError) refuse(request, response, ERROR_STATUS[error.code], error.code, error.message, error.details);
    else if (error instanceof SyntaxError)
      refuse(request, response, 400, ApolloServerErrorCode.BAD_REQUEST, 'The body is no JSON. Send {"query": "…", "variables": {…}}.');
    else throw error;
    return REFUSED;
  }
}

function refusedSubscription(): GraphQLError {
  return new GraphQLError('Subscriptions need a socket: connect to this address by WebSocket with the subprotocol graphql-transport-ws.', {
    extensions: { code: ApolloServerErrorCode.BAD_REQUEST, http: { status: 400, headers: new HeaderMap() } },
  });
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  details?: Record<string, unknown>,
): null {
  const errors = [{ message, extensions: { code, ...(details && { details }) } }];
  const { accept } = request.headers;
  const type = accept?.includes(RESPONSE_TYPE) ? RESPONSE_TYPE : 'application/json';
  return answer(request, response, status, { 'content-type': `${type}; charset=utf-8` }, `${JSON.stringify({ errors })}\n`);
}

function answer(request: IncomingMessage, response: ServerResponse, status: number, headers: Record<string, string>, body = ''): null {
  endAnswer(request, response, status, headers, body);
  return null;
}

function allowOrigin({ method, headers }: IncomingMessage, response: ServerResponse, allowedOrigins: readonly string[]): void {
  if (allowedOrigins.length === 0) return;
  response.setHeader('vary', 'origin');
  if (!headers.origin || !allowedOrigins.includes(headers.origin)) return;
  response.setHeader('access-control-allow-origin', headers.origin);
  response.setHeader('access-control-expose-headers', 'x-request-id, ratelimit, ratelimit-policy, retry-after');
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
