/** GraphQL subscriptions over WebSocket: graphql-ws's protocol on our own sockets, with the limits it does not bring. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
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
import type { Actor } from '../auth/actor.ts';
import { GracelineError } from '../errors.ts';
import { payerOf } from '../http/budgets.ts';
import { refuseUpgrade } from '../http/refuse-upgrade.ts';
import { newId } from '../ids.ts';
import type { Context, CreateContext } from './context.ts';
import { type FormatError, noteRequest } from './errors.ts';
import { parseWithinLimits } from './limits.ts';
import type { Turn } from './live.ts';
import { Charge, type MeteringOptions } from './metering.ts';
import { type SocketBounds, SocketLimits, type SocketMeter } from './socket-limits.ts';
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
/** Close reasons of the WebSocket protocol take so many bytes. */
const MAX_REASON_BYTES = 123;
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
const INTERNAL_ERROR = 1011;

type InitPayload = Record<string, unknown> | undefined;

/** What sockets need to know. */
export interface SubscriptionsOptions {
  readonly schema: GraphQLSchema;
  /** Whether clients may ask for the schema, and are told what they might have meant. */
  readonly introspection: boolean;
  /** Who sends an `Authorization` header; throws UNAUTHENTICATED. */
  readonly authenticate: (authorization: string | undefined) => Promise<Actor>;
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
  readonly request: IncomingMessage;
  /** Names the socket in the log. */
  readonly requestId: string;
  readonly meter: SocketMeter;
  /** Set once it has introduced itself. */
  authorization?: string;
  actor?: Actor;
  /** Whether it answered the last ping. */
  alive: boolean;
}

/** All sockets of a process. */
export class Subscriptions {
  private readonly sessions = new Set<Session>();
  private readonly acceptor = new WebSocketServer(ACCEPTOR_OPTIONS);
  private readonly protocol: Server<Session>;
  private readonly limits: SocketLimits;
  private readonly timers: NodeJS.Timeout[];
  private rechecking = false;
  private closing = false;

  constructor(private readonly options: SubscriptionsOptions) {
    this.limits = new SocketLimits(options.sockets);
    this.protocol = makeServer<InitPayload, Session>({
      onConnect: (context) => this.connect(context),
      onSubscribe: (context, _, payload) => this.prepare(context, payload).catch(refusalOf),
      subscribe: (args) => this.subscribe(args),
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
    this.acceptor.handleUpgrade(request, connection, head, (socket) => this.open(socket, request));
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

  private open(socket: WebSocket, request: IncomingMessage): void {
    const meter = this.limits.admit(socket, request.socket, this.options.metering.addressOf(request));
    const session: Session = { socket, request, requestId: newId(), meter, alive: true };
    this.sessions.add(session);
    const closed = this.protocol.opened(
      {
        protocol: socket.protocol,
        send: (text) => send(socket, text),
        close: (code, reason) => socket.close(code, reason),
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
  private async connect({ connectionParams, extra: session }: SocketContext<InitPayload, Session>): Promise<boolean> {
    const given = connectionParams?.['authorization'] ?? connectionParams?.['Authorization'];
    const authorization = typeof given === 'string' ? given : session.request.headers.authorization;
    try {
      session.actor = await this.options.authenticate(authorization);
      session.authorization = authorization!;
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
    { subscriptions, extra: { actor, requestId, request, meter } }: SocketContext<InitPayload, Session>,
    payload: SubscribePayload,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> {
    meter.takeOperation();
    if (Object.keys(subscriptions).length > MAX_SUBSCRIPTIONS) {
      throw new GracelineError(
        'TOO_LARGE',
        `A socket takes ${MAX_SUBSCRIPTIONS} subscriptions at once. Complete those you no longer need.`,
      );
    }
    const document = parseWithinLimits(this.options.schema, payload.query, this.options.introspection);
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
    refuseUnkeepable(payload.variables ?? {});
    const charge = new Charge(this.options.schema, this.options.metering, request);
    await charge.begin(actor!);
    await charge.pay(document, operation, payload.variables ?? {});
    const contextValue = this.options.createContext(actor!, requestId);
    return { schema: this.options.schema, document, operationName: payload.operationName, variableValues: payload.variables, contextValue };
  }

  /** Like graphql's own, but with a new context for each event: loaders would answer from what they read for the one before. */
  private async subscribe(args: ExecutionArgs): Promise<AsyncGenerator<ExecutionResult> | ExecutionResult> {
    const source = await createSourceEventStream(args);
    if (!(Symbol.asyncIterator in source)) return source;
    const { actor, requestId } = args.contextValue as Context;
    const { turn, createContext } = this.options;
    return mapped(source, (rootValue) => {
      const run = async () => execute({ ...args, rootValue, contextValue: createContext(actor, requestId) });
      return turn ? turn(run) : run();
    });
  }

  /**
   * Closes the sockets whose token has been revoked, has expired or means other rights since. One query for each token, however many sockets it
   * has; where the database cannot be asked they stay, and are asked about again.
   */
  private async recheck(): Promise<void> {
    if (this.rechecking) return;
    this.rechecking = true;
    const introduced = [...this.sessions].filter(({ authorization }) => authorization !== undefined);
    try {
      for (const [authorization, sessions] of Map.groupBy(introduced, (session) => session.authorization!)) {
        const current = await this.options.authenticate(authorization).catch(faultOfToken);
        // Whether this one still counts only its issuer can tell; the sockets of all others are asked about nevertheless.
        if (current === null) continue;
        for (const { socket, actor } of sessions) {
          if (current instanceof GracelineError) closeForbidden(socket, current.message);
          else if (rightsOf(current) !== rightsOf(actor!)) closeForbidden(socket, 'The rights of this token have changed. Connect again.');
        }
      }
    } catch (error) {
      this.options.logger.warn({ err: error }, 'could not check the tokens of open sockets again; trying at the next turn');
    } finally {
      this.rechecking = false;
    }
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

  /** A message that could not be handled: a defect of ours, or a peer that went away while it was answered. */
  private fail({ socket, requestId }: Session, error: unknown): void {
    if (socket.readyState !== socket.OPEN) return;
    const failure = error instanceof Error ? error : new Error(String(error));
    noteRequest([failure], requestId);
    socket.close(INTERNAL_ERROR, reasonOf(this.options.formatError(failure).message));
  }

  /** Browsers say from which page a socket comes and ask nobody: pages of others are kept out here. */
  private isAllowedOrigin({ headers }: IncomingMessage): boolean {
    const { origin, host } = headers;
    if (origin === undefined || this.options.allowedOrigins?.includes(origin)) return true;
    return URL.canParse(origin) && new URL(origin).host === host;
  }
}

/** A generator of `map` over a source whose `return` reaches the source even while an item is awaited, so that nothing leaks. */
function mapped<T>(source: AsyncIterable<unknown>, map: (item: unknown) => T | Promise<T>): AsyncGenerator<T, void, void> {
  const iterator = source[Symbol.asyncIterator]();
  const generator: AsyncGenerator<T, void, void> = {
    next: async () => {
      const item = await iterator.next();
      return item.done ? { value: undefined, done: true } : { value: await map(item.value), done: false };
    },
    return: async () => {
      await iterator.return?.();
      return { value: undefined, done: true };
    },
    throw: async (error) => {
      await iterator.return?.();
      throw error;
    },
    [Symbol.asyncIterator]: () => generator,
    [Symbol.asyncDispose]: async () => {
      await iterator.return?.();
    },
  };
  return generator;
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

/** Why a token no longer counts; null where nobody can say at the moment. */
function faultOfToken(error: unknown): GracelineError | null {
  if (error instanceof GracelineError && error.code === 'UNAUTHENTICATED') return error;
  if (error instanceof GracelineError && error.code === 'ISSUER_UNREACHABLE') return null;
  throw error;
}

/** What an actor may do, to be compared: every field of it. */
function rightsOf(actor: Actor): string {
  return JSON.stringify(Object.entries(actor).toSorted(([one], [other]) => one.localeCompare(other)));
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

function reasonOf(message: string): string {
  return Buffer.from(message)
    .subarray(0, MAX_REASON_BYTES)
    .toString()
    .replace(/\uFFFD$/, '');
}
