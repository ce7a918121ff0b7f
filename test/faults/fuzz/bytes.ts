/** Bytes that are wrong, anywhere: in whole HTTP requests, and in frames of WebSockets. */
import fc from 'fast-check';
import type { HttpAttempt, RawAttempt } from './attempt.ts';

const anywhere = fc.nat({ max: 1_000_000 });
const EVIL = [0x00, 0x0a, 0x0d, 0x20, 0x22, 0x3a, 0x5c, 0x7b, 0x7f, 0x80, 0xc0, 0xed, 0xff];
const PIECES = [
  '\r\n',
  '\r\n\r\n',
  '\n',
  'content-length: 5\r\n',
  'transfer-encoding: chunked\r\n',
  '\r\n x',
  'GET / HTTP/1.1\r\n',
  '0\r\n\r\n',
  '\0',
  ' HTTP/9.9',
  '%00',
  '../',
].map((piece) => Buffer.from(piece));

type Mutation = (bytes: Buffer) => Buffer;

const mutations: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(anywhere, fc.integer({ min: 0, max: 7 })).map(([at, bit]) => changed(at, (byte) => byte ^ (1 << bit))),
  fc.tuple(anywhere, fc.constantFrom(...EVIL)).map(([at, evil]) => changed(at, () => evil)),
  fc.tuple(anywhere, fc.integer({ min: 1, max: 40 })).map(([at, length]) => spliced(at, length, Buffer.alloc(0))),
  fc.tuple(anywhere, fc.constantFrom(...PIECES)).map(([at, piece]) => spliced(at, 0, piece)),
  fc.tuple(anywhere, fc.uint8Array({ minLength: 1, maxLength: 12 })).map(([at, piece]) => spliced(at, 0, Buffer.from(piece))),
  fc.tuple(anywhere, anywhere, fc.integer({ min: 1, max: 60 })).map(([at, from, length]) => (bytes: Buffer) => {
    const start = from % (bytes.length + 1);
    return spliced(at, 0, bytes.subarray(start, start + length))(bytes);
  }),
);

/** One to six mutations of some bytes. */
export function mutated(bytes: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  return fc
    .tuple(bytes, fc.array(mutations, { minLength: 1, maxLength: 6 }))
    .map(([whole, all]) => all.reduce((now, mutation) => mutation(now), whole));
}

/**
 * A request as bytes, mutated, or with a length that lies.
 *
 * @param tokens by who sends it
 */
export function rawRequests(requests: fc.Arbitrary<HttpAttempt>, tokens: Readonly<Record<string, string>>): fc.Arbitrary<RawAttempt> {
  const whole = (lie: number) =>
    requests.map(({ as, method, path, headers, body = '' }) => {
      const token = tokens[as];
      const fields = {
        host: 'graceline.example',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
        connection: 'close',
      };
      const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
      return Buffer.from(
        `${method} ${path} HTTP/1.1\r\n${lines.join('')}content-length: ${Math.max(0, Buffer.byteLength(body) + lie)}\r\n\r\n${body}`,
      );
    });
  const lies = fc.constantFrom(-1_000_000, -5, -1, 1, 7, 2 ** 40).chain((lie) => whole(lie));
  return fc.oneof({ weight: 8, arbitrary: mutated(whole(0)) }, { weight: 1, arbitrary: lies }).map((bytes) => ({ kind: 'raw', bytes }));
}

/** A frame as clients send it, masked. */
export function frame(opcode: number, payload: Buffer): Buffer {
  const mask = Buffer.from([1, 2, 3, 4]);
  const masked = payload.map((byte, i) => byte ^ mask[i % 4]!);
  const length = payload.length;
  const size =
    length < 126 ? [0x80 | length] : length < 65_536 ? [0xfe, length >> 8, length & 0xff] : [0xff, 0, 0, 0, 0, ...intBytes(length)];
  return Buffer.concat([Buffer.from([0x80 | opcode, ...size]), mask, masked]);
}

function intBytes(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}

function changed(at: number, change: (byte: number) => number): Mutation {
  return (bytes) => {
    if (bytes.length === 0) return bytes;
    const copy = Buffer.from(bytes);
    const place = at % copy.length;
    copy[place] = change(copy[place]!);
    return copy;
  };
}

function spliced(at: number, length: number, piece: Buffer): Mutation {
  return (bytes) => {
    const place = at % (bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, place), piece, bytes.subarray(place + length)]);
  };
}
