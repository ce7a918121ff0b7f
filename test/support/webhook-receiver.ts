/** A server that stands for the receiver of webhooks: real sockets, and misbehaviour where a test asks for it. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import type { Certificate } from './certificate.ts';
import { atEndOfFile } from './end-of-file.ts';

/** What it does with a request. */
export type ReceiverBehaviour = 'take' | 'fail' | 'redirect' | 'gone' | 'hang' | 'reset' | 'tooShort' | 'tooLong' | 'endless' | 'garbage';

/** A request that was read whole. */
export interface Received {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** See {@link startReceiver}. */
export interface Receiver {
  readonly url: string;
  /** As TRUSTED_WEBHOOK_HOSTS takes it. */
  readonly host: string;
  readonly port: number;
  readonly received: Received[];
  behaviour: ReceiverBehaviour;
}

/** What a webhook tells. */
export interface Told {
  readonly type: string;
  readonly timestamp: string;
  readonly data: { readonly event: { readonly account: string | null; readonly [name: string]: unknown } };
}

/** What was received, verified by the library of the specification; it throws where a signature is wrong. */
export function verified({ body, headers }: Received, secret: string): Told {
  return new Webhook(secret).verify(body, headers) as Told;
}

/** Starts a receiver; it ends with the file. @param tls its key and certificate; without it speaks http */
export async function startReceiver(tls?: Certificate): Promise<Receiver> {
  const sockets = new Set<Socket>();
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    void text(request).then((body) => {
      receiver.received.push({ path: request.url!, headers: request.headers as Record<string, string>, body });
      answer(receiver.behaviour, request, response);
    });
  };
  const server = tls ? createTlsServer(tls, serve) : createServer(serve);
  server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEndOfFile(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/hooks?of=graceline`,
    host: `127.0.0.1:${port}`,
    port,
    received: [],
    behaviour: 'take',
  };
  return receiver;
}

function answer(behaviour: ReceiverBehaviour, request: IncomingMessage, response: ServerResponse): void {
  const { socket } = request;
  switch (behaviour) {
    case 'take':
      return void response.writeHead(200).end('thank you');
    case 'fail':
      return void response.writeHead(500).end(`no\0 disk ${'x'.repeat(20_000)}`);
    case 'redirect':
      return void response.writeHead(302, { location: '/elsewhere' }).end();
    case 'gone':
      return void response.writeHead(410).end('not here any more');
    case 'hang':
      return;
    case 'reset':
      return void socket.resetAndDestroy();
    case 'tooShort':
      return void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nonly this');
    case 'tooLong':
      return void socket.end(`HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nthankHTTP/1.1 500 smuggled\r\n\r\n${'y'.repeat(50_000)}`);
    case 'endless': {
      response.writeHead(200);
      const drip = setInterval(() => response.write('z'.repeat(100)), 50);
      return void socket.once('close', () => clearInterval(drip));
    }
    case 'garbage':
      return void socket.end('SSH-2.0-OpenSSH_9.9\r\n');
  }
}
