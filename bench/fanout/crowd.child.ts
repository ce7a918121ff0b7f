/** A crowd of subscribers: notes when each message came, and otherwise does as little as it can. */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { answering } from './child.ts';

/** How many connect at once. */
const AT_ONCE = 100;
/** The cursor of a message lies near its beginning. */
const HEAD_BYTES = 200;

/** What a crowd is asked to do. */
export interface CrowdOrder {
  readonly url: string;
  readonly sockets: number;
  /** Each with one of these in turn; none for plain sockets, which are subscribed by being there. */
  readonly tokens: readonly string[];
  readonly query: string;
}

/** By cursor, when each copy of the message came, in ms since the epoch. */
export type Arrivals = Record<string, number[]>;

/** What came. */
export interface CrowdReport {
  readonly count: number;
  readonly bytes: number;
  readonly arrivals: Arrivals;
}

/** Whoever waits for longer waits for what has been lost. */
const PATIENCE_MS = 30_000;

let arrivals: Arrivals = {};
let count = 0;
let bytes = 0;
let expected: { readonly messages: number; readonly met: () => void } | null = null;

answering(null, {
  connect: async ({ url, sockets, tokens, query }: CrowdOrder) => {
    for (let done = 0; done < sockets; done += AT_ONCE) {
      const group = Array.from({ length: Math.min(AT_ONCE, sockets - done) }, (_, i) =>
        open(url, tokens[(done + i) % tokens.length], query),
      );
      await Promise.all(group);
    }
  },
  /** Answers once so many messages have come since it was asked the last time, or with those that came in time. */
  expect: async (messages: number): Promise<CrowdReport> => {
    const patience = new AbortController();
    const met = new Promise<void>((resolve) => (expected = { messages, met: resolve }));
    if (count < messages) await Promise.race([met, setTimeout(PATIENCE_MS, undefined, { signal: patience.signal }).catch(() => undefined)]);
    patience.abort();
    const report = { count, bytes, arrivals };
    count = 0;
    bytes = 0;
    arrivals = {};
    expected = null;
    return report;
  },
});

function open(url: string, token: string | undefined, query: string): Promise<void> {
  const socket = new WebSocket(url, token === undefined ? [] : ['graphql-transport-ws'], { perMessageDeflate: false });
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', (code, reason) => reject(new Error(`A socket was closed with ${code} ${reason.toString()}.`)));
    socket.on('message', (data: Buffer) => take(data));
    if (token === undefined) return void socket.once('open', () => resolve());
    socket.once('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } })));
    socket.once('message', () => {
      socket.send(JSON.stringify({ id: randomUUID(), type: 'subscribe', payload: { query, variables: { after: null } } }));
      resolve();
    });
  });
}

function take(data: Buffer): void {
  const head = data.toString('latin1', 0, HEAD_BYTES);
  const at = head.indexOf('"cursor":"');
  if (at < 0) return;
  const cursor = head.slice(at + 10, head.indexOf('"', at + 10));
  (arrivals[cursor] ??= []).push(performance.timeOrigin + performance.now());
  count += 1;
  bytes += data.length;
  if (expected && count >= expected.messages) expected.met();
}
