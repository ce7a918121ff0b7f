import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A way to a server of this machine that a test can cut, as a restart of the server or a network that goes away does. */
export interface Proxy {
  readonly port: number;
  /** Resets every connection and refuses new ones. */
  cut(): void;
  /** Carries nothing more on the connections there are, and tells nobody; new ones pass. As a router does that forgets them. */
  freeze(): void;
  /** Takes connections again. */
  restore(): void;
}

/**
 * Opens a way to a port. It is there until the end of the test that calls this.
 *
 * @param to the port
 */
export async function startProxy(to: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let open = true;
  const server = createServer((near) => {
    if (!open) return void near.resetAndDestroy();
    const far = connect(to, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      open = false;
      for (const socket of sockets) socket.resetAndDestroy();
    },
    freeze: () => {
      for (const socket of sockets) socket.unpipe().pause();
    },
    restore: () => {
      open = true;
    },
  };
}
