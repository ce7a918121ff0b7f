/**
 * The one socket of a session. It comes back by itself, and each subscription goes on behind the last message it had, so
 * that nothing is missed and nothing comes twice.
 */
import { type Client as SocketClient, CloseCode, createClient, type SubscribePayload } from 'graphql-ws';
import { type Client, stringifyDocument, type TypedDocumentNode } from 'urql';
import { LogCursorDocument } from '../../../schema/generated/dashboard.ts';
import { GRAPHQL_PATH } from './client.ts';

/** `LOST` from the first failed attempt until it is back: what is shown may be out of date. */
export type ConnectionState = 'CONNECTING' | 'LIVE' | 'LOST';

/** What a subscription sends: one field, which carries its place in the event log. */
export type LiveMessage = Readonly<Record<string, { readonly cursor: string | null }>>;

/** What is done with the messages of a subscription. */
export interface LiveHandlers<Message> {
  readonly onMessage: (message: Message) => void;
  /** Called where messages may be missing for good, because the log no longer holds them: read again what is shown. */
  readonly reread: () => void;
}

/** Waits between attempts double up to the last; half of each is random, so that a thousand browsers do not come back at once. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** How often a quiet socket is tried, and how long its answer may take: a network that is gone says nothing. */
const PING_EVERY_MS = 10_000;
const PONG_WITHIN_MS = 5_000;

/** See the top of this file. */
export class LiveConnection {
  private readonly socket: SocketClient;
  private readonly listeners = new Set<() => void>();
  private readonly leave = new AbortController();
  private current: ConnectionState = 'CONNECTING';
  /** A place in the event log older than whatever is read from now on. */
  private cursor: string | null = null;
  private pongTimer: ReturnType<typeof setTimeout> | undefined;

  /** @param onForbidden called when the server closes the socket because the session ended or means other rights */
  constructor(
    private readonly client: Client,
    onForbidden: () => void,
  ) {
    this.socket = createClient({
      url: GRAPHQL_PATH,
      // At once and for good, so that a page knows whether it is up to date even while it watches nothing.
      lazy: false,
      retryAttempts: Infinity,
      shouldRetry: () => true,
      retryWait: (retries) => this.untilRetry(retries),
      keepAlive: PING_EVERY_MS,
      on: {
        connected: () => this.become('LIVE'),
        closed: (event) => {
          clearTimeout(this.pongTimer);
          this.become('LOST');
          if ((event as { readonly code?: CloseCode }).code === CloseCode.Forbidden) onForbidden();
        },
        error: () => this.become('LOST'),
        ping: (received) => {
          if (!received) this.pongTimer = setTimeout(() => this.socket.terminate(), PONG_WITHIN_MS);
        },
        pong: () => clearTimeout(this.pongTimer),
      },
    });
    // Browsers know at once that a network went away; sockets would find out much later.
    addEventListener('offline', () => this.socket.terminate(), { signal: this.leave.signal });
  }

  /** How the socket stands; changes are told to those who {@link listen}. */
  get state(): ConnectionState {
    return this.current;
  }

  /** Calls back whenever {@link state} changes, until the function returned is called. */
  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Notes the present end of the log. Awaited once before the first page reads, so that no change falls in between. */
  async noteCursor(): Promise<void> {
    const { data } = await this.client.query(LogCursorDocument, {}, { requestPolicy: 'network-only' }).toPromise();
    if (data) this.cursor = data.logCursor;
  }

  /**
   * Subscribes until the function returned is called. The document has a variable `after`, which is set here.
   *
   * A refusal such as NOT_FOUND ends it in silence: the page that watches reads the same thing, and shows why it cannot.
   */
  watch<Message extends LiveMessage, Variables extends { after?: string | null }>(
    document: TypedDocumentNode<Message, Variables>,
    variables: Omit<Variables, 'after'>,
    { onMessage, reread }: LiveHandlers<Message>,
  ): () => void {
    let after = this.cursor;
    let ended = false;
    let unsubscribe = () => {};
    // The log may be long by the time of the next page: that one begins here instead.
    if (after !== null) void this.noteCursor();
    const payload: SubscribePayload = {
      query: stringifyDocument(document),
      // Read whenever it is sent: after a reconnect it says what has come meanwhile.
      get variables() {
        return { ...variables, after };
      },
    };
    const again = async () => {
      for (let attempts = 0; ; attempts++) {
        await this.noteCursor();
        if (ended) return;
        if (this.cursor !== null) break;
        await this.untilRetry(attempts);
      }
      after = this.cursor;
      subscribe();
      reread();
    };
    const subscribe = () => {
      unsubscribe = this.socket.subscribe<Message>(payload, {
        next: ({ data }) => {
          if (!data || ended) return;
          after = Object.values(data)[0]?.cursor ?? after;
          onMessage(data);
        },
        error: (error) => {
          if (!ended && isCursorFault(error)) void again();
        },
        complete: () => {
          if (!ended) void again();
        },
      });
    };
    if (after === null) void again();
    else subscribe();
    return () => {
      ended = true;
      unsubscribe();
    };
  }

  /** Ends every subscription and the socket. */
  close(): void {
    this.leave.abort();
    clearTimeout(this.pongTimer);
    void this.socket.dispose();
  }

  private become(state: ConnectionState): void {
    if (state === this.current) return;
    this.current = state;
    for (const listener of this.listeners) listener();
  }

  /** Resolves after a while, or as soon as the browser finds a network again. */
  private untilRetry(retries: number): Promise<void> {
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** retries);
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        removeEventListener('online', done);
        resolve();
      };
      const timer = setTimeout(done, longest / 2 + (Math.random() * longest) / 2);
      addEventListener('online', done);
    });
  }
}

function isCursorFault(error: unknown): boolean {
  if (!Array.isArray(error)) return false;
  const [first] = error as readonly { readonly extensions?: { readonly code?: unknown } }[];
  return first?.extensions?.code === 'CURSOR_EXPIRED' || first?.extensions?.code === 'INVALID_CURSOR';
}
