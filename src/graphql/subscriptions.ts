/** GraphQL subscriptions over WebSocket: graphql-ws's protocol on our own sockets, with the limits it does not bring. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { ApolloServerErrorCode } from '@apollo/server/errors';
import {
  createSourceEventStream,
  execute,
  type ExecutionArgs,
  type ExecutionResult,
  getOperationAST,
  GraphQLError,
  OperationTypeNode,
  type GraphQLSchema,
} from 'graphql';
import { CloseCode, type Context as SocketContext, handleProtocols, makeServer, type Server, type SubscribePayload } from 'graphql-ws';
import type { Logger } from 'pino';
import { type RawData, type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import { type Actor, keyOf, readerOf } from '../auth/actor.ts';
import type { Turn } from '../events/feed.ts';
import { GracelineError } from '../errors.ts';
import { payerOf } from '../http/budgets.ts';
import { refuseUpgrade } from '../http/refuse-upgrade.ts';
import { newId } from '../ids.ts';
import { Channels, type MessagesOf, tailOf } from './channels.ts';
import type { Context, CreateContext } from './context.ts';
import { type FormatError, noteRequest } from './errors.ts';
import { Documents } from './limits.ts';
import { type Items, Live } from './live.ts';
import { Charge, type MeteringOptions } from './metering.ts';
import { Outlet, TRY_AGAIN_LATER } from './outlet.ts';
import { sameMessagesKey } from './same-messages.ts';
import { type Connections, countConnections, reasonOf, type SocketBounds, SocketLimits, type SocketMeter } from './socket-limits.ts';
import { Subscriber } from './subscriber.ts';
import { refuseUnkeepable } from './texts.ts';

/** Subscribe messages hold a query and its variables; the longest of either need far less. In bytes. */
const MAX_MESSAGE_BYTES = 64 * 1024;
/** In how many parts one may come. */
const MAX_MESSAGE_PARTS = 128;
/** A dashboard needs a handful; more is a leak or an attack. */
export const MAX_SUBSCRIPTIONS = 50;
/** A revoked token must not go on reading; see {@link Subscriptions.recheck}. */
const RECHECK_EVERY_MS = 2_000;
/** Keeps proxies from closing quiet sockets, and finds peers that went away without a word. */
const PING_EVERY_MS = 15_000;
const EXECUTE_AGAIN_AFTER_MS = 1_000;
/** The types of ws do not know the limits of parts yet. */
const ACCEPTOR_OPTIONS: ServerOptions & { readonly maxFragments: number; readonly maxBufferedChunks: number } = {
  noServer: true,
  maxPayload: MAX_MESSAGE_BYTES,
  maxFragments: MAX_MESSAGE_PARTS,
  maxBufferedChunks: MAX_MESSAGE_PARTS,
  perMessageDeflate: false,
  // Whether a ping is answered is up to the meter of its socket.
  autoPong: false,
  handleProtocols,
};
const GOING_AWAY = 1001;

type InitPayload = Record<string, unknown> | undefined;

/** What sockets need to know. */
export interface SubscriptionsOptions {
  readonly schema: GraphQLSchema;
  /** Whether clients may ask for the schema, and are told what they might have meant. */
  readonly introspection: boolean;
  /** Who sends an `Authorization` header; throws UNAUTHENTICATED. */
  readonly authenticate: (authorization: string | undefined) => Promise<Actor>;
  /** What of a request {@link authenticate} is given; throws FORBIDDEN. */
  readonly authorizationOf: (request: IncomingMessage) => string | undefined;
  readonly createContext: CreateContext;
  readonly formatError: FormatError;
  readonly logger: Logger;
  readonly metering: MeteringOptions;
  /** How many sockets there may be, and how much one may ask; see `SOCKET_BOUNDS` for what holds where left out. */
  readonly sockets?: SocketBounds;
  /** Origins beside its own from which pages may call, e.g. `https://dashboard.example`; none by default. */
  readonly allowedOrigins?: readonly string[];
  /** Bounds how many events of all sockets are executed at once; unbounded where left out. */
  readonly turn?: Turn;
  /** How often the tokens of open sockets are checked again, in ms. */
  readonly recheckEveryMs?: number;
}

/** One open socket. */
interface Session {
  readonly socket: WebSocket;
  readonly outlet: Outlet;
  readonly request: IncomingMessage;
  /** Names the socket in the log. */
  readonly requestId: string;
  readonly meter: SocketMeter;
  /** Set once it has introduced itself. */
  authorization?: string;
  actor?: Actor;
  /** Of the actor, by {@link keyOf}. */
  rights?: string;
  /** What is under way on it, by id, as graphql-ws keeps it. */
  subscriptions?: Readonly<Record<string, unknown>>;
  /** Whether it answered the last ping. */
  alive: boolean;
}

/** A subscription that was accepted: what to execute, and for whom. */
interface Accepted extends ExecutionArgs {
  readonly id: string;
  readonly session: Session;
  readonly key: string;
}

/** All sockets of a process. */
export class Subscriptions {
  private readonly sessions = new Set<Session>();
  private readonly channels: Channels;
  private readonly acceptor = new WebSocketServer(ACCEPTOR_OPTIONS);
  private readonly protocol: Server<Session>;
  private readonly documents: Documents;
  private readonly limits: SocketLimits;
  private readonly timers: NodeJS.Timeout[];
  private rechecking = false;
  private closing = false;

  constructor(private readonly options: SubscriptionsOptions) {
    this.channels = new Channels((err) => options.logger.error({ err }, 'what subscribers are sent could not be read; they resume'));
    this.documents = new Documents(options.schema, options.introspection);
    this.limits = new SocketLimits(options.sockets);
    this.protocol = makeServer<InitPayload, Session>({
      onConnect: (context) => this.connect(context),
      onSubscribe: (context, id, payload) => this.prepare(context, id, payload).catch(refusalOf),
      subscribe: (args) => this.subscribe(args as Accepted),
      // Of results, only those that end a subscription before it began come by graphql-ws.
      onNext: ({ extra }, _id, _payload, _args, result) => result.errors && { ...result, errors: this.format(result.errors, extra) },
      onError: ({ extra }, _id, _payload, errors) => this.format(errors, extra),
    });
    this.timers = [
      setInterval(() => void this.recheck(), options.recheckEveryMs ?? RECHECK_EVERY_MS),
      setInterval(() => this.ping(), PING_EVERY_MS),
    ];
    for (const timer of this.timers) timer.unref();
  }

  /** Takes over a connection that asks to become a socket, or refuses it. */
  upgrade(request: IncomingMessage, connection: Duplex, head: Buffer): void {
    if (this.closing) return refuseUpgrade(connection, '503 Service Unavailable');
    if (!this.isAllowedOrigin(request)) return refuseUpgrade(connection, '403 Forbidden');
    const refused = this.limits.refusal(this.options.metering.addressOf(request));
    if (refused) return refuseUpgrade(connection, refused.status, refused.retryAfterSeconds);
    this.acceptor.handleUpgrade(request, connection, head, (socket) => this.open(socket, request, connection));
  }

  /** How many there are. */
  connections(): Connections {
    return countConnections(this.sessions);
  }

  /** Closes all sockets and takes no new ones; resolves once they are gone. */
  async close(): Promise<void> {
    this.closing = true;
    for (const timer of this.timers) clearInterval(timer);
    await Promise.all(
      [...this.sessions].map(({ socket }) => {
        const gone = new Promise((resolve) => socket.once('close', resolve));
        socket.close(GOING_AWAY, 'The server is going down. Connect again.');
        return gone;
      }),
    );
  }

  /** Cuts the sockets that are still there. */
  cut(): void {
    for (const { socket } of this.sessions) socket.terminate();
  }

  private open(socket: WebSocket, request: IncomingMessage, connection: Duplex): void {
    const meter = this.limits.admit(socket, request.socket, this.options.metering.addressOf(request));
    const session: Session = { socket, outlet: new Outlet(socket, connection), request, requestId: newId(), meter, alive: true };
    this.sessions.add(session);
    const closed = this.protocol.opened(
      {
        protocol: socket.protocol,
        send: (text) => send(socket, text),
        close: (code, reason) => socket.close(code, reasonOf(reason ?? '')),
        onMessage: (handle) =>
          socket.on('message', (data: RawData) => {
            if (meter.takesMessage()) void handle(textOf(data)).catch((error: unknown) => this.fail(session, error));
          }),
      },
      session,
    );
    socket.on('pong', () => (session.alive = true));
    // The socket closes itself with the right code; what the peer did wrong is no fault of ours.
    socket.on('error', (error) => this.options.logger.debug({ err: error, requestId: session.requestId }, 'a socket failed'));
    socket.once('close', (code, reason) => {
      this.sessions.delete(session);
      this.options.logger.info({ requestId: session.requestId, code, actor: session.actor?.subject }, 'socket closed');
      closed(code, reason.toString()).catch((error: unknown) =>
        this.options.logger.error({ err: error, requestId: session.requestId }, 'a subscription did not end cleanly'),
      );
    });
  }

  /** At connection_init: returning false closes the socket, of which nothing has been read or sent by then. */
  private async connect({ connectionParams, subscriptions, extra: session }: SocketContext<InitPayload, Session>): Promise<boolean> {
    session.subscriptions = subscriptions;
    const given = connectionParams?.['authorization'] ?? connectionParams?.['Authorization'];
    const authorization = typeof given === 'string' ? given : this.options.authorizationOf(session.request);
    try {
      session.actor = await this.options.authenticate(authorization);
      session.authorization = authorization!;
      session.rights = keyOf(session.actor);
      const { kind, id } = payerOf(session.actor, () => '');
      return session.meter.introduced(`${kind} ${id}`);
    } catch (error) {
      if (!(error instanceof GracelineError)) throw error;
      await this.refuseToken(session, error);
      return false;
    }
  }

  /** Closes the socket of a token that does not count; of whoever tries many, with 4429. */
  private async refuseToken({ socket, request, meter }: Session, error: GracelineError): Promise<void> {
    try {
      await new Charge(this.options.schema, this.options.metering, request).failed(error);
      closeForbidden(socket, error.message);
    } catch (limited) {
      if (!(limited instanceof GracelineError)) throw limited;
      meter.cut(limited.message);
    }
  }

  /** At subscribe: what to run, or the errors it is refused with; a refusal of ours is thrown. */
  private async prepare(
    { subscriptions, extra: session }: SocketContext<InitPayload, Session>,
    id: string,
    payload: SubscribePayload,
  ): Promise<Accepted | readonly GraphQLError[]> {
    session.meter.takeOperation();
    if (Object.keys(subscriptions).length > MAX_SUBSCRIPTIONS) {
      throw new GracelineError(
        'TOO_LARGE',
        `A socket takes ${MAX_SUBSCRIPTIONS} subscriptions at once. Complete those you no longer need.`,
      );
    }
    const document = this.documents.read(payload.query);
    if (!('kind' in document)) return document;
    const operation = getOperationAST(document, payload.operationName);
    if (!operation)
      return [requestError(ApolloServerErrorCode.OPERATION_RESOLUTION_FAILURE, 'Name the operation to run as "operationName".')];
    if (operation.operation !== OperationTypeNode.SUBSCRIPTION) {
      return [
        requestError(
          ApolloServerErrorCode.BAD_REQUEST,
          `A socket takes subscriptions only. Send a ${operation.operation} by HTTP POST to the same address.`,
        ),
      ];
    }
    const { operationName, variables: variableValues } = payload;
    refuseUnkeepable(variableValues ?? {});
    const charge = new Charge(this.options.schema, this.options.metering, session.request);
    await charge.begin(session.actor!);
    await charge.pay(document, operation, variableValues ?? {});
    // All that is read for it may be sent to others too, so it is asked for by the reader and not by the person.
    const reader = readerOf(session.actor!);
    const contextValue = this.options.createContext(reader, session.requestId);
    const key = sameMessagesKey(payload, document, operation, reader);
    return { schema: this.options.schema, document, operationName, variableValues, contextValue, id, session, key };
  }

  /** Like graphql's own, but what is sent to many is read, executed and written as text once. */
  private async subscribe(args: Accepted): Promise<Subscriber | ExecutionResult> {
    const source = await createSourceEventStream(args);
    if (!(Symbol.asyncIterator in source)) return source;
    if (!(source instanceof Live)) throw new Error('A subscription follows something else than a Live.');
    const { id, key, session } = args;
    const { outlet } = session;
    return new Subscriber({ id, outlet, live: source, key, channels: this.channels, messagesOf: this.messagesOf(args) });
  }

  /** Executes what happened, with a context of its own each time: loaders would answer from what they read before. */
  private messagesOf(args: Accepted): MessagesOf {
    const { session } = args;
    const { actor } = args.contextValue as Context;
    const { turn = (read) => read(), createContext } = this.options;
    const executeAll = (items: Items<unknown>) => {
      const contextValue = createContext(actor, session.requestId);
      return turn(() => Promise.all(items.map(async ({ value }) => execute({ ...args, rootValue: value, contextValue }))));
    };
    return async (items) => {
      let results = await executeAll(items);
      if (results.some(hasDefect)) {
        // Nobody is sent an event again whose message was an error, so a database that is back in a moment is given that moment.
        await setTimeout(EXECUTE_AGAIN_AFTER_MS);
        results = await executeAll(items);
      }
      return results.map(({ errors, ...result }, i) => {
        const { cursor, content } = items[i]!;
        return { cursor, content, tail: tailOf(JSON.stringify(errors ? { ...result, errors: this.format(errors, session) } : result)) };
      });
    };
  }

  /**
   * Closes the sockets whose token has been revoked, has expired or means other rights since. All are asked about at once, so
   * that one statement tells of a thousand; where the database cannot be asked they stay, and are asked about again.
   */
  private async recheck(): Promise<void> {
    if (this.rechecking) return;
    this.rechecking = true;
    const introduced = [...this.sessions].filter(({ authorization }) => authorization !== undefined);
    try {
      const groups = [...Map.groupBy(introduced, ({ authorization }) => authorization!)];
      await Promise.all(groups.map(async ([authorization, sessions]) => this.recheckOne(authorization, sessions)));
    } catch (error) {
      this.options.logger.warn({ err: error }, 'could not check the tokens of open sockets again; trying at the next turn');
    } finally {
      this.rechecking = false;
    }
  }

  private async recheckOne(authorization: string, sessions: readonly Session[]): Promise<void> {
    const current = await this.options.authenticate(authorization).catch(faultOfToken);
    // Whether this one still counts only its issuer can tell.
    if (current === null) return;
    if (current instanceof GracelineError) return sessions.forEach(({ socket }) => closeForbidden(socket, current.message));
    const present = keyOf(current);
    for (const { socket, rights } of sessions)
      if (rights !== present) closeForbidden(socket, 'The rights of this token have changed. Connect again.');
  }

  private ping(): void {
    for (const session of this.sessions) {
      if (!session.alive) session.socket.terminate();
      session.alive = false;
      if (session.socket.readyState === session.socket.OPEN) session.socket.ping();
    }
  }

  private format(errors: readonly GraphQLError[], { requestId }: Session) {
    noteRequest(errors, requestId);
    return errors.map(this.options.formatError);
  }

  /** A message that could not be handled: a defect of ours, a peer that went away while it was answered, or one that says what only servers do, as graphql-ws words it. */
  private fail({ socket, requestId }: Session, error: unknown): void {
    if (socket.readyState !== socket.OPEN) return;
    const failure = error instanceof Error ? error : new Error(String(error));
    if (/^Unexpected message of type \w+ received$/.test(failure.message))
      return socket.close(CloseCode.BadRequest, reasonOf(failure.message));
    noteRequest([failure], requestId);
    socket.close(TRY_AGAIN_LATER, reasonOf(this.options.formatError(failure).message));
  }

  /** Browsers say from which page a socket comes and ask nobody: pages of others are kept out here. */
  private isAllowedOrigin({ headers }: IncomingMessage): boolean {
    const { origin, host } = headers;
    if (origin === undefined || this.options.allowedOrigins?.includes(origin)) return true;
    return URL.canParse(origin) && new URL(origin).host === host;
  }
}

/** Resolves once the message is on its way. Never rejects: a peer that is gone ends its subscriptions as the socket closes. */
function send(socket: WebSocket, text: string): Promise<void> | void {
  if (socket.readyState !== socket.OPEN) return;
  return new Promise((resolve) =>
    socket.send(text, (error) => {
      if (error) socket.terminate();
      resolve();
    }),
  );
}

function textOf(data: RawData): string {
  return Array.isArray(data) ? Buffer.concat(data).toString() : Buffer.from(data as Buffer).toString();
}

/** Whether a result failed for a reason that may be gone in a moment. */
function hasDefect({ errors }: ExecutionResult): boolean {
  return errors?.some(({ originalError }) => originalError && !(originalError instanceof GracelineError)) ?? false;
}

/** Why a token no longer counts; null where nobody can say at the moment. */
function faultOfToken(error: unknown): GracelineError | null {
  if (error instanceof GracelineError && error.code === 'UNAUTHENTICATED') return error;
  if (error instanceof GracelineError && error.code === 'ISSUER_UNREACHABLE') return null;
  throw error;
}

function refusalOf(error: unknown): readonly GraphQLError[] {
  if (!(error instanceof GracelineError)) throw error;
  return [new GraphQLError(error.message, { originalError: error })];
}

function requestError(code: ApolloServerErrorCode, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

function closeForbidden(socket: WebSocket, message: string): void {
  socket.close(CloseCode.Forbidden, reasonOf(message));
}
