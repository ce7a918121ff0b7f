/** The limit: a server of plain `ws` that sends one string to everybody. */
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { answering } from './child.ts';

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
server.on('listening', () =>
  answering(null, {
    port: () => (server.address() as AddressInfo).port,
    publish: (texts: readonly string[]) => {
      for (const text of texts) for (const client of server.clients) client.send(text);
    },
  }),
);
