import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';

/** What a socket may hold that its peer has not read yet, in bytes; past it, subscribers wait until it is gone. */
const FULL_AT = 256 * 1024;
/** As 1011 says it, but a client of graphql-ws that is told 1011 never comes back, not even when the database does. */
export const TRY_AGAIN_LATER = 1013;
/** Of a frame's header (RFC 6455, section 5.2): the final frame of a text, and the lengths its first length byte can say. */
const FINAL_TEXT = 0x81;
const MAX_SHORT = 125;
const MAX_MEDIUM = 0xff_ff;
const MEDIUM = 126;
const LONG = 127;

/**
 * The sending end of one socket for what is sent to many: whatever they have in common is bytes already, and each is written
 * to once, however many messages there are. `ws` would encode each text again and write its frame in two parts; it sends all
 * the rest, and the two do not meet, because without compression it writes at once and keeps nothing back.
 */
export class Outlet {
  private draining: Promise<void> | null = null;

  /** @param connection what the socket writes to */
  constructor(
    private readonly socket: WebSocket,
    private readonly connection: Duplex,
  ) {}

  /** Whether the peer reads more slowly than it is sent to, so that it pays to wait until it has {@link drained}. */
  get isFull(): boolean {
    // A connection that ends or is gone still holds bytes, but never drains: whoever waited for that would wait no moment.
    return this.connection.writableNeedDrain && this.socket.bufferedAmount > FULL_AT;
  }

  /**
   * Sends texts, in UTF-8, in one write. A peer that is gone is none of the caller's business: its subscriptions end as its
   * socket closes.
   *
   * @param head how every text begins
   * @param tails how each goes on
   */
  send(head: Buffer, tails: readonly Buffer[]): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    let size = 0;
    for (const { length } of tails) size += headerSize(head.length + length) + head.length + length;
    const frames = Buffer.allocUnsafe(size);
    let at = 0;
    for (const tail of tails) {
      at = writeHeader(frames, at, head.length + tail.length);
      at += head.copy(frames, at);
      at += tail.copy(frames, at);
    }
    this.connection.write(frames);
  }

  /** Resolves once the peer has read what was sent, or is gone. One that never reads answers no ping either, and is cut for that. */
  async drained(): Promise<void> {
    if (!this.connection.writableNeedDrain || this.socket.readyState === this.socket.CLOSED) return;
    this.draining ??= new Promise<void>((resolve) => {
      const done = () => {
        this.socket.off('close', done);
        this.connection.off('drain', done);
        this.draining = null;
        resolve();
      };
      this.socket.once('close', done);
      this.connection.once('drain', done);
    });
    await this.draining;
  }

  /** Ends the socket in a way after which its client comes back and resumes. */
  breakOff(): void {
    this.socket.close(TRY_AGAIN_LATER, 'Something went wrong on our side. Connect again.');
  }
}

function headerSize(length: number): number {
  if (length <= MAX_SHORT) return 2;
  return length <= MAX_MEDIUM ? 4 : 10;
}

/** @returns where the header ends */
function writeHeader(frame: Buffer, at: number, length: number): number {
  frame[at] = FINAL_TEXT;
  if (length <= MAX_SHORT) {
    frame[at + 1] = length;
    return at + 2;
  }
  if (length <= MAX_MEDIUM) {
    frame[at + 1] = MEDIUM;
    return frame.writeUInt16BE(length, at + 2);
  }
  frame[at + 1] = LONG;
  return frame.writeBigUInt64BE(BigInt(length), at + 2);
}
