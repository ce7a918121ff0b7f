/**
 * The SMTP server that takes the mails of the benchmark, in a process of its own so that its CPU is nobody else's. Real
 * SMTP with PIPELINING, 8BITMIME and SIZE; it keeps which messages came, and the first of them whole.
 */
import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { SinkReport } from './sink.ts';

const CAPABILITIES = '250-sink.localhost\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 10485760\r\n';
const END_OF_MESSAGE = Buffer.from('\r\n.\r\n');
const LINE_END = Buffer.from('\r\n');
const EMPTY = Buffer.alloc(0);

const counts = { messages: 0, bytes: 0, recipients: 0 };
let ids = new Set<string>();
let sample: string | null = null;

process.on('message', () => {
  process.send!({ ...counts, distinct: ids.size, sample } satisfies SinkReport);
  Object.assign(counts, { messages: 0, bytes: 0, recipients: 0 });
  ids = new Set();
  sample = null;
});
// The benchmark is gone, so nobody listens any more.
process.on('disconnect', () => process.exit());

const server = createServer({ noDelay: true }, serve);
server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as AddressInfo).port }));

function serve(socket: Socket): void {
  let rest: Buffer = EMPTY;
  let inMessage = false;
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let answer = '';
    for (;;) {
      const end = rest.indexOf(inMessage ? END_OF_MESSAGE : LINE_END);
      if (end < 0) break;
      const part = rest.subarray(0, end);
      rest = rest.subarray(end + (inMessage ? END_OF_MESSAGE : LINE_END).length);
      if (inMessage) {
        take(part);
        inMessage = false;
        answer += '250 taken\r\n';
        continue;
      }
      const said = answerTo(part.toString('latin1'));
      if (said.startsWith('354')) inMessage = true;
      answer += said;
    }
    if (answer) socket.write(answer);
    if (answer.endsWith('221 bye\r\n')) socket.end();
  });
  socket.write('220 sink.localhost ESMTP\r\n');
}

function answerTo(line: string): string {
  switch (line.slice(0, 4).toUpperCase()) {
    case 'EHLO':
      return CAPABILITIES;
    case 'RCPT':
      counts.recipients += 1;
      return '250 ok\r\n';
    case 'DATA':
      return '354 go on\r\n';
    case 'QUIT':
      return '221 bye\r\n';
    case 'HELO':
    case 'MAIL':
    case 'RSET':
    case 'NOOP':
      return '250 ok\r\n';
    default:
      return '502 unknown command\r\n';
  }
}

function take(message: Buffer): void {
  const head = message.toString('latin1', 0, message.indexOf('\r\n\r\n'));
  counts.messages += 1;
  counts.bytes += message.length;
  ids.add(/^Message-ID: *(\S+)/im.exec(head)?.[1] ?? '');
  sample ??= message.toString('latin1').replaceAll('\r\n.', '\r\n');
}
