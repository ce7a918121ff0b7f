/** A way to a server of this machine that goes dead: what is sent is taken and goes nowhere, and nobody is told. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { atEndOfFile } from './end-of-file.ts';

/** See {@link startHalfOpen}. */
export interface HalfOpenWay {
  readonly port: number;
  /** From now on nothing gets through in either direction; connections stay, and new ones are taken. */
  swallow(): void;
  /** What was held back arrives now, late, and all goes on. */
  deliver(): void;
  /** What was held back never arrives: every connection of that time is reset, and new ones work. */
  reset(): void;
}

/**
 * Opens a way to a port. It is there until the end of the file or campaign.
 *
 * @param to the port
 */
export async function startHalfOpen(to: number): Promise<HalfOpenWay> {
  const pairs = new Set<Pair>();
  let held = false;
  const server = createServer((near) => {
    const pair = new Pair(near, to);
    pairs.add(pair);
    pair.onEnd(() => pairs.delete(pair));
    if (held) pair.hold();
    else pair.connect();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEndOfFile(async () => {
    for (const pair of pairs) pair.reset();
    server.close();
    await once(server, 'close');
  });
  return {
    port: (server.address() as AddressInfo).port,
    swallow: () => {
      held = true;
      for (const pair of pairs) pair.hold();
    },
    deliver: () => {
      held = false;
      for (const pair of pairs) pair.release();
    },
    reset: () => {
      held = false;
      for (const pair of pairs) pair.reset();
    },
  };
}

/** A connection to us, and ours to the server, once something may get through. */
class Pair {
  private far: Socket | null = null;

  constructor(
    private readonly near: Socket,
    private readonly to: number,
  ) {
    near.on('error', () => near.destroy());
  }

  connect(): void {
    const far = connect(this.to, '127.0.0.1');
    this.far = far;
    far.on('error', () => this.reset());
    far.once('close', () => this.near.destroy());
    this.near.once('close', () => far.destroy());
    this.release();
  }

  /** The system goes on taking what is sent, as long as it fits its buffers; nobody reads it. */
  hold(): void {
    const { near, far } = this;
    near.unpipe().pause();
    far?.unpipe().pause();
  }

  release(): void {
    if (!this.far) return this.connect();
    this.near.pipe(this.far).pipe(this.near);
  }

  reset(): void {
    this.near.resetAndDestroy();
    this.far?.resetAndDestroy();
  }

  onEnd(told: () => void): void {
    this.near.once('close', told);
  }
}
