/** The limit: a bare `node:http` server that reads the request, looks an account up in a `Map` and answers, as OFREP words it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answering } from '../fanout/child.ts';

const accounts = new Map<string, boolean>();
const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const { context } = JSON.parse(Buffer.concat(parts).toString()) as { context: { targetingKey: string } };
    const value = accounts.get(context.targetingKey) ?? false;
    const body = JSON.stringify({ key: request.url!.slice(request.url!.lastIndexOf('/') + 1), value, reason: 'STATIC' });
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body);
  });
});
server.listen(0, '127.0.0.1', () =>
  answering(null, {
    port: () => (server.address() as AddressInfo).port,
    fill: (ids: readonly string[]) => {
      for (const [i, id] of ids.entries()) accounts.set(id, i % 2 === 0);
    },
  }),
);
