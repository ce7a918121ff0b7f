import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';

/** What a socket may hold that its peer has not read yet, in bytes; past it, subscribers wait until it is gone. */
const FULL_AT = 256 * 1024;

/** The sending end of one socket. */
export class Outlet {
  /** @param connection what the socket writes to */
  constructor(
    private readonly socket: WebSocket,
    private readonly connection: Duplex,
  ) {}

  /** Whether the peer reads more slowly than it is sent to. */
  get isFull(): boolean {
    return this.socket.bufferedAmount > FULL_AT;
  }

  /**
   * Sends messages in one write, with nothing in between. A peer that is gone is none of the caller's business: its
   * subscriptions end as its socket closes.
   */
  send(texts: readonly string[]): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    if (texts.length > 1) this.connection.cork();
    for (const text of texts) this.socket.send(text);
    if (texts.length > 1) this.connection.uncork();
  }

  /** Resolves once the peer has read what was sent, or is gone. One that never reads answers no ping either, and is cut for that. */
  async drained(): Promise<void> {
    if (!this.connection.writableNeedDrain || this.socket.readyState === this.socket.CLOSED) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.socket.off('close', done);
        this.connection.off('drain', done);
        resolve();
      };
      this.socket.once('close', done);
      this.connection.once('drain', done);
    });
  }
}
