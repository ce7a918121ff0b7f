/** Requests made to exhaust a server, each with how it must end. */
import { type EventEmitter, once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { WebSocket } from 'ws';

/**
 * Sends one, and gives what came back: a status and a code over HTTP, a code or a close code on a socket. 1006 is a socket that
 * was cut while we were still sending, so that its close frame was lost.
 */
export type Bomb = (url: string, token: string) => Promise<string>;

const MEBIBYTE = 1_024 * 1_024;
const HUGE = 50 * MEBIBYTE;
const CHUNK = Buffer.alloc(64 * 1_024, 'x');
/** Whoever attacks comes from other addresses than whoever stands beside. */
const ATTACKER = '127.0.0.2';
const SILENT_ATTACKER = '127.0.0.3';

const doubling = Array.from(
  { length: 40 },
  (_, i) => `fragment F${i} on Account { a: migrations { account { ...F${i + 1} } } b: migrations { account { ...F${i + 1} } } }`,
).join(' ');
const deep = `${'{ migrations { account '.repeat(20)} { id } ${'} }'.repeat(20)}`;
const states =
  '{ edges { node { administrators(first: 100) { edges { node { name } } } migrations { migration { progress { affected } } } } } }';
const aliases = (count: number, field: string) => Array.from({ length: count }, (_, i) => `a${i}: ${field}`).join(' ');

/** Operations that ask for too much, and the code each is refused with. */
export const OPERATIONS: Readonly<Record<string, readonly [inner: string, code: string]>> = {
  'aliases at the root': [`{ ${aliases(300, 'logCursor')} }`, 'GRAPHQL_VALIDATION_FAILED'],
  'aliases further in': [`{ account(id: "a") { ${aliases(150, 'migrations { migration { progress { percent } } }')} } }`, 'TOO_COSTLY'],
  'one name a thousand times': [`{ account(id: "a") { ${'id '.repeat(1_100)} } }`, 'GRAPHQL_VALIDATION_FAILED'],
  'names that are not there': [`{ account(id: "a") { ${aliases(600, 'migrationz')} } }`, 'GRAPHQL_VALIDATION_FAILED'],
  depth: [`{ account(id: "a") ${deep} }`, 'GRAPHQL_VALIDATION_FAILED'],
  'fragments that double each other': [
    `{ account(id: "a") { ...F0 } } ${doubling} fragment F40 on Account { id }`,
    'GRAPHQL_VALIDATION_FAILED',
  ],
  tokens: [`{ ${'x '.repeat(16_000)} }`, 'GRAPHQL_PARSE_FAILED'],
  comments: [`{ ${'#\n'.repeat(16_000)} nowhere }`, 'GRAPHQL_VALIDATION_FAILED'],
  cost: [`{ accounts(first: 100) ${states} }`, 'TOO_COSTLY'],
};

/** The same as subscriptions, which a socket takes alone. */
export const SUBSCRIPTIONS: Readonly<Record<string, readonly [inner: string, code: string]>> = {
  aliases: [`subscription { ${aliases(300, 'migrationChanged { cursor }')} }`, 'GRAPHQL_VALIDATION_FAILED'],
  depth: [`subscription { accountMigrationChanged { accountMigration { account ${deep} } } }`, 'GRAPHQL_VALIDATION_FAILED'],
  'fragments that double each other': [
    `subscription { accountMigrationChanged { accountMigration { account { ...F0 } } } } ${doubling} fragment F40 on Account { id }`,
    'GRAPHQL_VALIDATION_FAILED',
  ],
  tokens: [`subscription { ${'x '.repeat(16_000)} }`, 'GRAPHQL_PARSE_FAILED'],
  cost: [
    `subscription { accountMigrationChanged { accountMigration { account { administrators(first: 100) { edges { node { name } } }
      migrations { account { migrations { migration { progress { affected } } account { administrators { edges { node { name } } } } } } } } } } }`,
    'TOO_COSTLY',
  ],
};

/** Posts JSON, or what pretends to be. */
export const post =
  (body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Bomb =>
  async (url, token) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    });
    return outcomeOf(response.status, await response.text());
  };

/** Requests whose bodies are the bomb. */
export const BODIES: Readonly<Record<string, readonly [Bomb, string]>> = {
  'a mebibyte of query': [post(JSON.stringify({ query: `{ logCursor } ${'#\n'.repeat(300_000)}` })), '413 TOO_LARGE'],
  'a mebibyte of brackets': [
    post(`{"query":"{ logCursor }","variables":{"x":${'['.repeat(500_000)}${']'.repeat(500_000)}}}`),
    '400 INVALID_INPUT',
  ],
  'a mebibyte of names': [
    post(`{"query":"{ logCursor }","variables":{${Array.from({ length: 80_000 }, (_, i) => `"k${i}":1`).join(',')}}}`),
    '413 TOO_LARGE',
  ],
  'a mebibyte in one variable': [
    post(JSON.stringify({ query: 'query ($x: String) { nowhere }', variables: { x: 'x'.repeat(1_000_000) } })),
    '400 GRAPHQL_VALIDATION_FAILED',
  ],
  'a batch': [post(JSON.stringify(Array.from({ length: 1_000 }, () => ({ query: '{ logCursor }' })))), '400 BAD_REQUEST'],
  'a compressed mebibyte of nothing': [post(gzipSync(Buffer.alloc(MEBIBYTE)), { 'content-encoding': 'gzip' }), '415 BAD_REQUEST'],
  '50 MB, announced': [upload({ 'content-type': 'application/json', 'content-length': String(HUGE) }), '413 TOO_LARGE'],
  '50 MB in chunks': [upload({ 'content-type': 'application/json' }), '413 TOO_LARGE'],
  '50 MB of a type nobody takes': [upload({ 'content-type': 'text/plain' }), '415 BAD_REQUEST'],
};

/** Subscribes once, on a socket of its own. */
export const subscribe =
  (query: string): Bomb =>
  async (url, token) => {
    const socket = await introduced(url, token);
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
    const [answer] = (await once(socket, 'message')) as [Buffer];
    const closed = once(socket, 'close');
    socket.close();
    await closed;
    const { payload } = JSON.parse(answer.toString()) as { payload: { extensions: { code: string } }[] };
    return payload[0]!.extensions.code;
  };

/** Sockets whose frames are the bomb, and the code each is closed with. */
export const FRAMES: Readonly<Record<string, readonly [Bomb, string]>> = {
  '50 MB in one frame': [frames((socket) => socket.send(Buffer.alloc(HUGE, 'x'))), '1009'],
  '50 MB in frames of a kibibyte': [frames((socket) => pieces(socket, 50_000, CHUNK.subarray(0, 1_024))), '1009'],
  'a message in 20,000 frames of a byte': [frames((socket) => pieces(socket, 20_000, CHUNK.subarray(0, 1))), '1008'],
  'a compressed frame': [frames((socket) => raw(socket).write(Buffer.from([0xc1, 0x80, 0, 0, 0, 0]))), '1002'],
  '10,000 operations': [
    frames((socket) => {
      for (let id = 0; id < 10_000; id++)
        socket.send(
          JSON.stringify({ id: String(id), type: 'subscribe', payload: { query: 'subscription { migrationChanged { cursor } }' } }),
        );
    }),
    '4429',
  ],
  '10,000 pings of the protocol': [
    frames((socket) => {
      for (let i = 0; i < 10_000; i++) socket.send('{"type":"ping"}');
    }),
    '4429',
  ],
  '10,000 ping frames': [
    frames((socket) => {
      for (let i = 0; i < 10_000; i++) socket.ping();
    }),
    '4429',
  ],
};

/** Opens a socket and says nothing. Gives the status of a refusal, or the code it is closed with. */
export async function silentSocket(url: string): Promise<string> {
  const socket = new WebSocket(`${url}/graphql`, 'graphql-transport-ws', { localAddress: SILENT_ATTACKER });
  const { promise, resolve } = Promise.withResolvers<string>();
  socket.once('unexpected-response', (_, response) => {
    resolve(`${response.statusCode} retry ${response.headers['retry-after']}`);
    response.destroy();
  });
  socket.once('close', (code) => resolve(String(code)));
  socket.on('error', (error) => resolve(error.message));
  return promise;
}

/** Sends a header and never its end, a byte now and then. Gives the status it is told in the end. */
export async function slowHeaders(url: string): Promise<string> {
  const connection = connect({ host: '127.0.0.1', port: Number(new URL(url).port), localAddress: ATTACKER });
  connection.write('POST /graphql HTTP/1.1\r\nhost: a\r\nx-slow: ');
  const drip = setInterval(() => connection.write('x'), 500);
  let answer = '';
  connection.on('data', (data) => (answer += data.toString()));
  // A byte more may meet a connection that was closed meanwhile; `once` would take that for its end.
  connection.on('error', () => undefined);
  await new Promise((resolve) => connection.once('close', resolve));
  clearInterval(drip);
  return answer.split(' ')[1] ?? 'cut';
}

function upload(headers: Readonly<Record<string, string>>): Bomb {
  return async (url, token) => {
    const request = httpRequest(`${url}/graphql`, {
      method: 'POST',
      headers: { ...headers, authorization: `Bearer ${token}` },
      agent: false,
    });
    request.on('error', () => undefined);
    const body = Readable.from(Array.from({ length: HUGE / CHUNK.length }, () => CHUNK));
    body.pipe(request);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    let text = '';
    // It ends with its length, or where the connection is cut after that.
    for await (const part of response) text += String(part);
    body.unpipe(request).destroy();
    request.destroy();
    return outcomeOf(response.statusCode!, text);
  };
}

function frames(send: (socket: WebSocket) => void): Bomb {
  return async (url, token) => {
    const socket = await introduced(url, token);
    const closed = (once(socket, 'close') as Promise<[number]>).then(([code]) => code);
    send(socket);
    // Whoever is told why the socket is closed does not wait for the end of the connection here, which comes half a second later.
    const code = await Promise.race([toldClose(socket), closed]);
    socket.terminate();
    return String(code);
  };
}

/** The code of the close frame as it arrives; the event of ws waits for the end of the connection. */
function toldClose(socket: WebSocket): Promise<number> {
  const { _receiver: receiver } = socket as unknown as { _receiver: EventEmitter };
  return new Promise((resolve) => receiver.once('conclude', resolve));
}

function pieces(socket: WebSocket, count: number, piece: Buffer): void {
  for (let i = 0; i < count; i++) socket.send(piece, { fin: false });
}

async function introduced(url: string, token: string): Promise<WebSocket> {
  const socket = new WebSocket(`${url}/graphql`, 'graphql-transport-ws', {
    headers: { authorization: `Bearer ${token}` },
    localAddress: ATTACKER,
    perMessageDeflate: false,
  });
  // What is written into a connection that is cut fails; how it was closed is what counts.
  socket.on('error', () => undefined);
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await once(socket, 'message');
  return socket;
}

/** The connection underneath, for what no client would send. */
function raw(socket: WebSocket): NodeJS.WritableStream {
  return (socket as unknown as { _socket: NodeJS.WritableStream })._socket;
}

function outcomeOf(status: number, text: string): string {
  const { errors } = JSON.parse(text) as { errors?: { extensions: { code: string } }[] };
  return `${status} ${errors?.[0]?.extensions.code ?? 'ok'}`;
}
