/** How many sockets a process holds, and how much one of them may ask: what keeps one peer from taking what is everybody's. */
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { GracelineError } from '../errors.ts';

/** The bounds of a process. */
export interface SocketBounds {
  /** Sockets in all. One key holds at most half of them. */
  readonly sockets: number;
  /** Of these, how many may not have introduced themselves yet. */
  readonly waiting: number;
  /** The same, from one network address. */
  readonly waitingPerAddress: number;
  /** Subscribe messages a second on one socket, beyond a burst of {@link OPERATION_BURST}. */
  readonly operationsPerSecond: number;
}

/** What holds unless settings say otherwise. */
export const SOCKET_BOUNDS: SocketBounds = { sockets: 10_000, waiting: 1_000, waitingPerAddress: 250, operationsPerSecond: 20 };

/** A client that connects again starts all it had at once, as many as a socket takes. */
const OPERATION_BURST = 60;
/** A message for each operation to begin, one to end, and a few to say that the peer is there; frames that ping count as well. */
const MESSAGES_PER_OPERATION = 3;
/** A client that is told so often in a row that it asks too fast does not listen. */
const MAX_REFUSALS = 10;
/** Long enough for a close frame to arrive, short enough for a peer that never answers it. */
const LINGER_MS = 500;
const RETRY_SECONDS = { full: 5, waiting: 3 };

/** Too Many Requests, as far as close codes of applications go. */
export const TOO_MANY = 4429;

/** Close reasons of the WebSocket protocol take so many bytes. */
const MAX_REASON_BYTES = 123;

/** The sockets of a process, counted. */
export interface Connections {
  /** Sockets that have not introduced themselves yet. */
  readonly waiting: number;
  readonly introduced: number;
  /** Of all of them. */
  readonly subscriptions: number;
}

/**
 * Counts sockets, and what is under way on them.
 *
 * @param sockets `actor` is there once one has introduced itself, `subscriptions` is by id
 */
export function countConnections(
  sockets: Iterable<{ readonly actor?: unknown; readonly subscriptions?: Readonly<Record<string, unknown>> }>,
): Connections {
  const counts = { waiting: 0, introduced: 0, subscriptions: 0 };
  for (const { actor, subscriptions = {} } of sockets) {
    counts[actor ? 'introduced' : 'waiting'] += 1;
    counts.subscriptions += Object.keys(subscriptions).length;
  }
  return counts;
}

/** A sentence as the reason of a close frame, cut where it is too long for one: it may repeat what a peer sent. */
export function reasonOf(message: string): string {
  return Buffer.from(message)
    .subarray(0, MAX_REASON_BYTES)
    .toString()
    .replace(/\uFFFD$/, '');
}

/** An upgrade that is refused. */
export interface RefusedUpgrade {
  readonly status: string;
  readonly retryAfterSeconds: number;
}

/** Counts the sockets of a process. */
export class SocketLimits {
  private open = 0;
  private waiting = 0;
  private readonly waitingByAddress = new Map<string, number>();
  private readonly byKey = new Map<string, number>();

  constructor(private readonly bounds: SocketBounds = SOCKET_BOUNDS) {}

  /** Why there is no room for one more socket from an address; null where there is. Called before anything is spent on it. */
  refusal(address: string): RefusedUpgrade | null {
    const { sockets, waiting, waitingPerAddress } = this.bounds;
    if (this.open >= sockets) return { status: '503 Service Unavailable', retryAfterSeconds: RETRY_SECONDS.full };
    if (this.waiting >= waiting) return { status: '503 Service Unavailable', retryAfterSeconds: RETRY_SECONDS.waiting };
    if ((this.waitingByAddress.get(address) ?? 0) >= waitingPerAddress)
      return { status: '429 Too Many Requests', retryAfterSeconds: RETRY_SECONDS.waiting };
    return null;
  }

  /** Counts a socket from now until it closes. @param connection underneath */
  admit(socket: WebSocket, connection: Duplex, address: string): SocketMeter {
    const meter = new SocketMeter(socket, connection, this.bounds.operationsPerSecond);
    this.open++;
    this.waiting++;
    add(this.waitingByAddress, address, 1);
    let [isWaiting, isClosed, key] = [true, false, null as string | null];
    const arrived = () => {
      if (!isWaiting) return;
      isWaiting = false;
      this.waiting--;
      add(this.waitingByAddress, address, -1);
    };
    socket.once('close', () => {
      arrived();
      isClosed = true;
      this.open--;
      if (key !== null) add(this.byKey, key, -1);
    });
    meter.onIntroduced = (of) => {
      // It may have gone while its token was looked up: counted now, it would be counted for ever.
      if (isClosed) return false;
      arrived();
      if ((this.byKey.get(of) ?? 0) >= Math.ceil(this.bounds.sockets / 2)) {
        meter.cut('This token holds too many sockets. Close some of them.');
        return false;
      }
      add(this.byKey, of, 1);
      key = of;
      return true;
    };
    return meter;
  }
}

/** Watches over one socket. */
export class SocketMeter {
  /** See {@link SocketMeter.introduced}; set by who counts all sockets. */
  onIntroduced: (key: string) => boolean = () => true;
  private readonly operations: Bucket;
  private readonly messages: Bucket;
  private refusals = 0;
  private ended = false;

  constructor(
    private readonly socket: WebSocket,
    private readonly connection: Duplex,
    private readonly operationsPerSecond: number,
  ) {
    this.operations = new Bucket(operationsPerSecond, OPERATION_BURST);
    this.messages = new Bucket(operationsPerSecond * MESSAGES_PER_OPERATION, OPERATION_BURST * MESSAGES_PER_OPERATION);
    socket.on('ping', (data: Buffer) => {
      if (this.takesMessage() && socket.readyState === socket.OPEN) socket.pong(data);
    });
    // ws says what was wrong in a close frame and would then read on, megabytes of a frame too long for example.
    socket.once('error', () => this.end());
  }

  /** Whether a message may be looked at. One of too many closes the socket, and none after it is. */
  takesMessage(): boolean {
    if (this.ended) return false;
    if (this.messages.take()) return true;
    this.cut('Too many messages a second. Connect again, and send fewer.');
    return false;
  }

  /** Notes whose the socket is, once it is known. Returns false where they hold too many, and closes the socket then, or where it has gone. */
  introduced(key: string): boolean {
    return this.onIntroduced(key);
  }

  /**
   * Counts an operation, and closes the socket of whoever goes on although it is refused.
   *
   * @throws GracelineError RATE_LIMITED
   */
  takeOperation(): void {
    if (this.operations.take()) {
      this.refusals = 0;
      return;
    }
    if (++this.refusals > MAX_REFUSALS) this.cut('Too many operations a second. Connect again, and start fewer at a time.');
    const message = `A socket starts ${this.operationsPerSecond} operations a second. Wait before you start the next.`;
    throw new GracelineError('RATE_LIMITED', message, { retryAfterSeconds: 1 });
  }

  /** Closes with 4429, and reads no further. */
  cut(reason: string): void {
    this.socket.close(TOO_MANY, reason);
    this.end();
  }

  private end(): void {
    if (this.ended) return;
    this.ended = true;
    // ws resumes the connection in the next tick, after whatever it found wrong.
    setImmediate(() => {
      this.socket.pause();
      // Node goes on reading until its buffer is full, and 10,000 frames of six bytes take it 15 ms: it is full from now on.
      this.connection.unshift(Buffer.alloc(this.connection.readableHighWaterMark));
    });
    setTimeout(() => this.socket.terminate(), LINGER_MS).unref();
  }
}

/** Lets through so many a second, and a burst of what was saved up. Runs on real time. */
class Bucket {
  private left: number;
  private at = performance.now();

  constructor(
    private readonly perSecond: number,
    private readonly most: number,
  ) {
    this.left = most;
  }

  take(): boolean {
    const now = performance.now();
    this.left = Math.min(this.most, this.left + ((now - this.at) / 1_000) * this.perSecond);
    this.at = now;
    if (this.left < 1) return false;
    this.left--;
    return true;
  }
}

function add(counts: Map<string, number>, key: string, change: number): void {
  const count = (counts.get(key) ?? 0) + change;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
