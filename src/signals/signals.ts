/**
 * For a platform's own API: tells clients that still get the old behaviour until when they do, in headers that every HTTP library
 * knows, and reports that they used it. Free of frameworks; of this service it has the bounds of reports alone.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import onHeaders from 'on-headers';
import { joinedHeaders, type MigrationAnswer, signalHeaders } from './signals.rules.ts';
import { tell } from './tell.ts';
import type { UsageReporter } from './usage-reporter.ts';

export type { MigrationAnswer } from './signals.rules.ts';
export { UsageReporter, type UsageReporterOptions } from './usage-reporter.ts';

/** What signals are made of. */
export interface SignalsOptions {
  /**
   * Whether a migration is on for an account. Called for each answer, right before it is sent, so it has to know from memory; null
   * or undefined where it does not. What it throws goes to `onError`, and the answer goes out without signals.
   */
  readonly ask: (migration: string, account: string) => MigrationAnswer | null | undefined;
  /** Takes the uses; left out where nobody counts. */
  readonly reporter?: Pick<UsageReporter, 'record'>;
  /** The public page of all migrations, e.g. `https://changes.example.com/migrations`; each has its key as the fragment. */
  readonly catalogueUrl?: string;
  /** Told once of a failure, and again after it had worked in between. Left out, it is a warning of the process. */
  readonly onError?: (error: unknown) => void;
}

/** A part of an API whose behaviour a migration changes. */
export interface SignalledRoute<Request> {
  /** The key of the migration. */
  readonly migration: string;
  /** Which account a request is of, by the platform's id. Called once it was handled, right before its answer is sent, so whoever signed in is known. */
  readonly account: (request: Request) => string | null | undefined;
  /** Who asks for it, e.g. a client_id. */
  readonly client?: (request: Request) => string | null | undefined;
  /** Whether a request asks for what the migration changes. Left out, every one does. */
  readonly uses?: (request: Request) => boolean;
}

/** An answer of a framework, as far as signals need it. */
interface Answer {
  readonly status: number;
  get(name: string): string | null;
  set(name: string, value: string): void;
}

/** What Fastify calls a reply. */
interface FastifyReply {
  readonly statusCode: number;
  getHeader(name: string): unknown;
  header(name: string, value: string): unknown;
}

/** Signals for the routes of an API. A request is never slowed and never fails by them. */
export class Signals {
  private failing = false;

  constructor(private readonly options: SignalsOptions) {}

  /**
   * For what takes a Request and gives a Response: Hono, Bun, Deno, workers, route handlers of Next.js.
   *
   * @param rest of the handler's arguments is passed on
   */
  fetch<Rest extends unknown[]>(
    handler: (request: Request, ...rest: Rest) => Response | Promise<Response>,
    route: SignalledRoute<Request>,
  ): (request: Request, ...rest: Rest) => Promise<Response> {
    return async (request, ...rest) => {
      const response = await handler(request, ...rest);
      // The start of a WebSocket, or an error, which cannot be made anew.
      if (response.status < 200) return response;
      const set = new Map<string, string>();
      this.signal(request, route, {
        status: response.status,
        get: (name) => response.headers.get(name),
        set: (name, value) => set.set(name, value),
      });
      if (set.size === 0) return response;
      // Headers of what came from elsewhere, or is a redirect, cannot be changed.
      const signalled = new Response(response.body, response);
      for (const [name, value] of set) signalled.headers.set(name, value);
      return signalled;
    };
  }

  /** A middleware of Express, Connect or plain `node:http`: for a route, a router or the whole application. */
  express<Request extends IncomingMessage>(
    route: SignalledRoute<Request>,
  ): (request: Request, response: ServerResponse, next: (error?: unknown) => void) => void {
    return (request, response, next) => {
      // As late as can be: the handler may set headers of its own, and say only then who asks.
      onHeaders(response, () => {
        this.signal(request, route, {
          status: response.statusCode,
          get: (name) => textOf(response.getHeader(name)),
          set: (name, value) => response.setHeader(name, value),
        });
      });
      next();
    };
  }

  /** An `onSend` hook of Fastify: of a route, or by `addHook` of a plugin or the whole application. */
  fastify<Request>(route: SignalledRoute<Request>): (request: Request, reply: FastifyReply) => Promise<void> {
    return async (request, reply) => {
      this.signal(request, route, {
        status: reply.statusCode,
        get: (name) => textOf(reply.getHeader(name)),
        set: (name, value) => void reply.header(name, value),
      });
    };
  }

  private signal<Request>(request: Request, route: SignalledRoute<Request>, answer: Answer): void {
    try {
      this.signalOrThrow(request, route, answer);
      this.failing = false;
    } catch (error) {
      if (!this.failing) tell(this.options.onError, error);
      this.failing = true;
    }
  }

  private signalOrThrow<Request>(request: Request, route: SignalledRoute<Request>, answer: Answer): void {
    const { migration, account: accountOf, client: clientOf, uses } = route;
    const { ask, reporter, catalogueUrl } = this.options;
    const account = accountOf(request);
    if (!account || uses?.(request) === false) return;
    const state = ask(migration, account);
    if (!state || state.enabled) return;
    const page = catalogueUrl === undefined ? null : `${catalogueUrl}#${encodeURIComponent(migration)}`;
    const headers = joinedHeaders(signalHeaders(state, page), (name) => answer.get(name));
    for (const name of Object.keys(headers)) answer.set(name, headers[name]!);
    // What was refused, or failed, used nothing.
    if (answer.status < 400) reporter?.record(migration, account, clientOf?.(request) ?? '');
  }
}

/** What Node and Fastify have as a header: a text, several, or a number. */
function textOf(header: unknown): string | null {
  if (Array.isArray(header)) return header.join(', ');
  return typeof header === 'string' || typeof header === 'number' ? String(header) : null;
}
