/** The public API as a client sees it: queries over HTTP, subscriptions over a real WebSocket. */
import { type DocumentNode, print } from 'graphql';
import { type Client, createClient, type FormattedExecutionResult } from 'graphql-ws';
import { WebSocket } from 'ws';
import { PATIENCE_MS } from './patience.ts';

/** A document that knows the types of its result and variables, as codegen makes them; or plain text. */
export type TypedDocument<Result, Variables> = (DocumentNode & { __apiType?: (variables: Variables) => Result }) | string;

/** A refusal of the API. */
export class ApiError extends Error {
  /** @param code of the first error, from `extensions.code` */
  constructor(
    readonly code: string,
    message: string,
    readonly extensions: Record<string, unknown>,
    readonly status: number | null,
  ) {
    super(`${code}: ${message}`);
  }
}

/** How a socket ended. */
export interface SocketEnd {
  readonly code: number;
  readonly reason: string;
}

/** The messages of one subscription as they come. */
export interface Collector<Result> {
  /** Every message so far that brought a result. */
  readonly all: readonly Result[];
  /** Resolves when the server has closed the socket, or {@link Collector.close} did. */
  readonly closed: Promise<SocketEnd>;
  /** The next message that this has not given yet. Rejects with an ApiError where it is one, or the subscription was refused. */
  next(): Promise<Result>;
  /** The first message, of those before and those to come, that fits. */
  waitFor(predicate: (message: Result) => boolean): Promise<Result>;
  /** Resolves once the server has the subscription's operation: its `connection_ack` has come and `subscribe` was sent. */
  readonly subscribed: Promise<void>;
  /** Ends the subscription and its socket. */
  close(): Promise<void>;
}

/** A caller of the API with one token. */
export interface GraphqlClient {
  /** Runs a query or mutation; throws an ApiError with the code of the first error. */
  request<Result, Variables>(document: TypedDocument<Result, Variables>, variables?: Variables): Promise<Result>;
  /** Starts a subscription on a socket of its own. */
  subscribe<Result, Variables>(document: TypedDocument<Result, Variables>, variables?: Variables): Collector<Result>;
}

/**
 * Makes a caller.
 *
 * @param url of the service, e.g. `http://127.0.0.1:4000`
 * @param token as it was shown; left out for a caller without one
 */
export function graphqlClient(url: string, token?: string): GraphqlClient {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return {
    request: async <Result, Variables>(document: TypedDocument<Result, Variables>, variables?: Variables) => {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...authorization },
        body: JSON.stringify({ query: textOf(document), variables }),
      });
      return resultOf((await response.json()) as FormattedExecutionResult, response.status) as Result;
    },
    subscribe: <Result, Variables>(document: TypedDocument<Result, Variables>, variables?: Variables) =>
      collect<Result>(
        `${url.replace(/^http/, 'ws')}/graphql`,
        authorization,
        textOf(document),
        variables as Record<string, unknown> | undefined,
      ),
  };
}

function collect<Result>(
  url: string,
  connectionParams: Record<string, unknown>,
  query: string,
  variables?: Record<string, unknown>,
): Collector<Result> {
  const all: Result[] = [];
  const arrived: (Result | ApiError)[] = [];
  const closed = Promise.withResolvers<SocketEnd>();
  const subscribed = Promise.withResolvers<void>();
  let failure: Error | null = null;
  let given = 0;
  let changed = Promise.withResolvers<void>();
  const notify = () => {
    changed.resolve();
    changed = Promise.withResolvers<void>();
  };
  const fail = (error: Error) => {
    failure ??= error;
    notify();
  };
  const client: Client = createClient({
    url,
    webSocketImpl: WebSocket,
    connectionParams,
    lazy: true,
    retryAttempts: 0,
    on: {
      connected: () => subscribed.resolve(),
      closed: (event) => {
        const { code, reason } = event as SocketEnd;
        closed.resolve({ code, reason });
        subscribed.resolve();
        fail(new Error(`The socket closed with ${code} ${reason}`));
      },
    },
  });
  const stop = client.subscribe<Result>(
    { query, variables },
    {
      next: (message) => {
        const { data, errors } = message as FormattedExecutionResult;
        if (errors?.length) arrived.push(apiError(errors, null));
        else arrived.push(all[all.push(data as Result) - 1]!);
        notify();
      },
      error: (error) =>
        fail(
          Array.isArray(error)
            ? apiError(error as FormattedExecutionResult['errors'], null)
            : new Error('The socket failed.', { cause: error }),
        ),
      complete: () =>
        fail(new Error('The subscription is complete.', { cause: arrived.findLast((message) => message instanceof ApiError) })),
    },
  );
  /** Awaits until `ready` gives a message; what has come counts before what went wrong. */
  const wait = async <T>(ready: () => T | undefined, what: string): Promise<T> => {
    const deadline = AbortSignal.timeout(PATIENCE_MS);
    const late = new Promise<never>((_, reject) =>
      deadline.addEventListener('abort', () => reject(new Error(`${what} did not come; so far: ${JSON.stringify(all)}`))),
    );
    late.catch(() => undefined);
    for (;;) {
      const found = ready();
      if (found !== undefined) return found;
      if (failure) throw failure;
      await Promise.race([changed.promise, late]);
    }
  };
  return {
    all,
    closed: closed.promise,
    subscribed: subscribed.promise,
    next: async () => {
      const message = await wait(() => (given < arrived.length ? arrived[given++] : undefined), 'The next message');
      if (message instanceof ApiError) throw message;
      return message;
    },
    waitFor: (predicate) => wait(() => all.find(predicate), 'The message awaited'),
    close: async () => {
      stop();
      await client.dispose();
    },
  };
}

function resultOf({ data, errors }: FormattedExecutionResult, status: number | null): unknown {
  if (errors?.length) throw apiError(errors, status);
  return data;
}

function apiError(errors: FormattedExecutionResult['errors'], status: number | null): ApiError {
  const { message, extensions = {} } = errors![0]!;
  return new ApiError(String(extensions['code']), message, extensions, status);
}

function textOf(document: DocumentNode | string): string {
  return typeof document === 'string' ? document : print(document);
}
