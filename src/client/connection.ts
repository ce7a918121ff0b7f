import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, createClient } from 'graphql-ws/client';
import type { AccountChange, Book } from './book.ts';
import type { FullOptions } from './options.ts';
import { authorizationOf, RefusedError, requestSnapshot, type SnapshotAnswer } from './snapshot-request.ts';

/** The longest wait between two attempts; all are drawn at random below a bound that doubles up to this. */
const LONGEST_WAIT_MS = 30_000;
/** From the beginning of one snapshot to the next, however often it is said that everything has changed; and at least so many times what one takes. */
const SNAPSHOT_EVERY_MS = 1_000;
const SNAPSHOT_SHARE = 3;
/** A quiet socket is asked so often whether it is still there, and so long waited for what it says. */
const PING_EVERY_MS = 10_000;
const PONG_WITHIN_MS = 5_000;
/** Between two subscriptions the socket stays open for so long. */
const SOCKET_STAYS_MS = 10_000;
const CHANGES = `subscription ($after: String) {
  flagsChanged(after: $after) {
    cursor
    account { id createdAt notAffectedBy decisions { migration optedIn optedOut extendedUntil exemptUntil } }
  }
}`;

/** Whom a connection tells. */
export interface Listener {
  /** The book there is, or that comes next, holds from this instant on; in ms of the epoch. */
  validFrom(instant: number): void;
  /** There is a new book; what was told before it is in it. */
  replace(book: Book): void;
  enter(account: AccountChange): void;
  /** Something did not work. It is tried again. */
  problem(error: Error): void;
}

/** A message of the subscription. */
interface FlagsChange {
  readonly cursor: string;
  readonly account: AccountChange | null;
}

/**
 * Keeps a listener up to date: loads a snapshot, follows what changes behind it, and loads another one where it is told that more
 * has changed than can be told. While there is no socket it asks for snapshots.
 */
export class Connection {
  private readonly ending = new AbortController();
  private readonly socket: Client;
  private readonly running: Promise<void>;
  private cursor: string | null = null;
  /** Of the snapshot that the book equals; null once something was entered in it. */
  private etag: string | null = null;
  private connected = false;
  private following = false;
  private confirmedAt = performance.now();
  /** Subscriptions in a row that ended before they told anything. */
  private failures = 0;
  /** Ends the present subscription, and loads a snapshot behind a place. */
  private leave: (after: string | null) => void = () => undefined;

  constructor(
    private readonly options: FullOptions,
    private readonly listener: Listener,
  ) {
    this.socket = this.createSocket();
    this.running = this.run();
  }

  /** For how long nothing has said that what was told is all there is; in ms. */
  get cutOffForMs(): number {
    this.confirm();
    return performance.now() - this.confirmedAt;
  }

  /** While it is connected and follows, whatever there is to tell has been told. */
  private confirm(): void {
    if (this.connected && this.following) this.confirmedAt = performance.now();
  }

  /** Loads a snapshot, whatever is there. */
  renew(): void {
    this.etag = null;
    this.leave(null);
  }

  /** Ends; resolves once nothing is under way. */
  async close(): Promise<void> {
    this.ending.abort();
    this.leave(null);
    // Where it was about to connect, that it did not is of no interest any more.
    await Promise.resolve(this.socket.dispose()).catch(() => undefined);
    await this.running;
  }

  private async run(): Promise<void> {
    let after: string | null = null;
    while (!this.ending.signal.aborted) {
      const { begunAt, tookMs } = await this.load(after);
      after = await this.follow();
      const next = begunAt + Math.max(SNAPSHOT_EVERY_MS, SNAPSHOT_SHARE * tookMs);
      await this.wait(Math.max(next - performance.now(), this.failures > 0 ? waitBefore(this.failures) : 0));
    }
  }

  /** Tries until there is a snapshot, or the end. */
  private async load(behind: string | null): Promise<{ readonly begunAt: number; readonly tookMs: number }> {
    let after = behind;
    for (let tries = 0; ; tries++) {
      const begunAt = performance.now();
      try {
        this.take(await requestSnapshot(this.options, { after, etag: this.etag, signal: this.ending.signal }));
        return { begunAt, tookMs: performance.now() - begunAt };
      } catch (error) {
        if (this.ending.signal.aborted) return { begunAt, tookMs: 0 };
        this.listener.problem(error as Error);
        // A log that lies before what it has told was restored from a dump: whatever it says now holds.
        if (error instanceof RefusedError && error.code === 'CURSOR_EXPIRED') after = null;
        await this.wait(waitBefore(tries));
      }
    }
  }

  private take({ book, etag, cursor, validFrom }: SnapshotAnswer): void {
    this.cursor = cursor;
    this.etag = etag;
    this.confirmedAt = performance.now();
    this.listener.validFrom(validFrom);
    if (book) this.listener.replace(book);
  }

  /** Follows what changes. Resolves when a snapshot is needed, with the place it must lie behind; null for any. */
  private follow(): Promise<string | null> {
    const { promise, resolve } = Promise.withResolvers<string | null>();
    if (this.ending.signal.aborted) return Promise.resolve(null);
    let left = false;
    this.leave = (after) => {
      left = true;
      resolve(after);
    };
    // Sent again whenever the socket is opened anew.
    const variables = { after: this.cursor };
    const poll = setInterval(() => void this.poll(variables), this.options.pollEveryMs).unref();
    const unsubscribe = this.socket.subscribe<{ flagsChanged: FlagsChange }>(
      { query: CHANGES, variables },
      {
        next: ({ data, errors }) => {
          // What follows on news that cannot be told makes sense behind the next snapshot only.
          if (left) return;
          if (!data) return this.fail(errors);
          const { cursor, account } = data.flagsChanged;
          if (!isAfter(cursor, this.cursor!)) return;
          this.failures = 0;
          this.cursor = variables.after = cursor;
          this.etag = null;
          if (account) this.listener.enter(account);
          else this.leave(cursor);
        },
        error: (error) => this.fail(error),
        complete: () => this.leave(null),
      },
    );
    this.following = true;
    return promise.finally(() => {
      this.following = false;
      clearInterval(poll);
      // At the end the socket goes as a whole; one that is left before would keep the process for as long as it may stay.
      if (!this.ending.signal.aborted) unsubscribe();
    });
  }

  /** That the subscription has ended for a reason: e.g. that what lies behind the cursor is no longer kept. */
  private fail(error: unknown): void {
    if (this.ending.signal.aborted) return;
    this.failures++;
    this.listener.problem(errorOf(error));
    this.leave(null);
  }

  private async poll(variables: { after: string | null }): Promise<void> {
    if (this.connected) return;
    const { cursor } = this;
    try {
      const answer = await requestSnapshot(this.options, { after: null, etag: this.etag, signal: this.ending.signal });
      // Meanwhile there may be a socket again, which tells of everything; and servers may answer with what is some seconds old.
      if (this.connected || this.cursor !== cursor || !this.following || isAfter(cursor!, answer.cursor)) return;
      this.take(answer);
      variables.after = this.cursor;
    } catch (error) {
      if (!this.ending.signal.aborted) this.listener.problem(error as Error);
    }
  }

  private createSocket(): Client {
    let pong: NodeJS.Timeout | undefined;
    const socket = createClient({
      url: `${this.options.url.replace(/^http/, 'ws').replace(/\/$/, '')}/graphql`,
      connectionParams: async () => ({ authorization: await authorizationOf(this.options.token) }),
      lazyCloseTimeout: SOCKET_STAYS_MS,
      keepAlive: PING_EVERY_MS,
      retryAttempts: Infinity,
      retryWait: (tries) => this.wait(waitBefore(tries)),
      shouldRetry: () => !this.ending.signal.aborted,
      on: {
        connected: () => (this.connected = true),
        closed: () => {
          this.confirm();
          this.connected = false;
          clearTimeout(pong);
        },
        ping: (received) => {
          if (!received) pong = setTimeout(() => socket.terminate(), PONG_WITHIN_MS).unref();
        },
        pong: (received) => {
          if (received) clearTimeout(pong);
        },
      },
    });
    return socket;
  }

  private async wait(ms: number): Promise<void> {
    await sleep(Math.max(0, ms), undefined, { signal: this.ending.signal, ref: false }).catch(() => undefined);
  }
}

function waitBefore(tries: number): number {
  return Math.random() * Math.min(1_000 * 2 ** tries, LONGEST_WAIT_MS);
}

/** Whether one place in the log lies behind another: by its transaction, then its number. */
function isAfter(one: string, other: string): boolean {
  const [a, b] = [one, other].map((cursor) => cursor.split('.').map(BigInt));
  return a![0] === b![0] ? a![1]! > b![1]! : a![0]! > b![0]!;
}

function errorOf(error: unknown): Error {
  if (error instanceof Error) return error;
  if (Array.isArray(error)) return new Error(error.map(({ message }: { message: string }) => message).join(' '));
  const { code, reason } = (error ?? {}) as { code?: number; reason?: string };
  return new Error(
    code === undefined ? 'The subscription has ended.' : `The socket was closed with ${code}${reason ? `: ${reason}` : ''}.`,
  );
}
