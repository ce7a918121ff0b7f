import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import fc from 'fast-check';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { SYSTEM } from '../../src/auth/actor.ts';
import type { Database } from '../../src/db/database.ts';
import { GracelineError } from '../../src/errors.ts';
import { type EventCursor, writeEvents } from '../../src/events/log.ts';
import { EventFollower } from '../../src/events/follower.ts';
import { Wake } from '../../src/events/wake.ts';
import { Channels, type MessagesOf, tailOf } from '../../src/graphql/channels.ts';
import { LiveEvents } from '../../src/graphql/live.ts';
import { Outlet } from '../../src/graphql/outlet.ts';
import { Subscriber } from '../../src/graphql/subscriber.ts';
import { connectClone, silent } from '../support/house.ts';
import { until } from '../support/processes.ts';

const AT = new Date('2026-05-01T08:00:00Z');
const NEVER_MS = 3_600_000;

let db: Database;
let follower: EventFollower;
/** Reads the log to its end, as a wake would make it do. */
let read: () => Promise<void>;

beforeAll(async () => {
  ({ db } = await connectClone());
  follower = new EventFollower(db, new Wake(db, silent), silent, NEVER_MS);
  await follower.start();
  const inside = follower as unknown as { read(): void; reading: Promise<void> | undefined };
  read = async () => {
    inside.read();
    await inside.reading;
  };
});

/** Writes events in one transaction, and gives their cursors once every reader may see them. */
async function write(count: number): Promise<EventCursor[]> {
  const rows = await db.transaction(async (tx) => {
    const events = Array.from({ length: count }, () => ({ type: 'ACCOUNT_CREATED' as const }));
    await writeEvents(tx, SYSTEM, AT, events);
    return tx.query<{ cursor: string }>(`select xid || '.' || id as cursor from event where xid = pg_current_xact_id() order by id`);
  });
  const xid = rows.at(-1)!.cursor.split('.')[0];
  await until(
    async () => {
      const [row] = await db.query<{ seen: boolean }>('select pg_snapshot_xmin(pg_current_snapshot()) > $1::xid8 as seen', [xid]);
      return row!.seen;
    },
    () => 'Something holds the log up.',
  );
  return rows.map(({ cursor }) => cursor);
}

/** A peer on a real socket, and the sending end it is reached by. */
interface Peer {
  readonly socket: WebSocket;
  readonly outlet: Outlet;
  /** What came, as JSON. */
  readonly messages: { readonly id: string; readonly payload: { readonly cursor: EventCursor } }[];
  readonly bufferedBytes: () => number;
  /** Of the sending end. */
  readonly connection: Duplex;
}

async function connect(): Promise<Peer> {
  const acceptor = new WebSocketServer({ noServer: true });
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = new Promise<{ outlet: Outlet; held: WebSocket; connection: Duplex }>((resolve) =>
    server.once('upgrade', (request, connection, head) =>
      acceptor.handleUpgrade(request, connection, head, (held) => resolve({ held, connection, outlet: new Outlet(held, connection) })),
    ),
  );
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const messages: Peer['messages'] = [];
  socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as Peer['messages'][number]));
  const [{ outlet, held, connection }] = await Promise.all([accepted, once(socket, 'open')]);
  onTestFinished(() => {
    held.terminate();
    server.close();
  });
  return { socket, outlet, messages, connection, bufferedBytes: () => held.bufferedAmount };
}

/** Subscribes a peer to everything, from a place on. */
function subscribe(peer: Peer, channels: Channels, after: EventCursor, messagesOf: MessagesOf, id = 'one') {
  const atOnce = <T>(work: () => Promise<T>) => work();
  const services = { follower, liveReads: atOnce, missedReads: atOnce };
  const live = new LiveEvents(services, after, { matches: () => true }, async (events) => events);
  const subscriber = new Subscriber({ id, outlet: peer.outlet, live, key: 'all', channels, messagesOf });
  const over = subscriber.next();
  return { over, leave: () => subscriber.return() };
}

/** Says where each item lies, and how often it was asked to. */
function wording(paddingBytes = 0) {
  const worded: EventCursor[] = [];
  const padding = 'x'.repeat(paddingBytes);
  const messagesOf: MessagesOf = async (items) =>
    items.map(({ cursor, content }) => {
      worded.push(cursor);
      return { cursor, content, tail: tailOf(JSON.stringify({ cursor, padding })) };
    });
  return { worded, messagesOf };
}

/** What was reported of failures. */
const failures: unknown[] = [];
const channelsOf = () => new Channels((failure) => failures.push(failure));
const cursorsOf = ({ messages }: Peer) => messages.map(({ payload }) => payload.cursor);
const listeners = () => (follower as unknown as { listeners: Set<unknown> }).listeners.size;

async function came(peer: Peer, count: number): Promise<void> {
  await until(
    () => peer.messages.length >= count,
    () => `${peer.messages.length} of ${count} messages came`,
  );
}

test('what many are sent is worded once, and each is sent it under the name it gave', async () => {
  const channels = channelsOf();
  const { worded, messagesOf } = wording();
  const peers = await Promise.all(Array.from({ length: 5 }, connect));
  const all = peers.map((peer, i) => subscribe(peer, channels, follower.position, messagesOf, `"${i}" ü`));
  const written = await write(20);
  await read();
  await Promise.all(peers.map((peer) => came(peer, 20)));
  for (const [i, peer] of peers.entries()) {
    expect(cursorsOf(peer)).toEqual(written);
    expect(new Set(peer.messages.map(({ id }) => id))).toEqual(new Set([`"${i}" ü`]));
  }
  expect(worded).toEqual(written);
  expect(listeners()).toBe(1);
  for (const { leave } of all) await leave();
  expect(listeners()).toBe(0);
});

test.each([0, 60, 200, 70_000])('a message with %i bytes of padding comes whole, alone and among others', async (bytes) => {
  const peer = await connect();
  const { messagesOf } = wording(bytes);
  const { leave } = subscribe(peer, channelsOf(), follower.position, messagesOf);
  const written = [...(await write(1)), ...(await write(3))];
  await read();
  await came(peer, 4);
  expect(cursorsOf(peer)).toEqual(written);
  await leave();
});

test('a cursor from a process that has read further brings nothing twice here', async () => {
  const channels = channelsOf();
  const { messagesOf } = wording();
  const [here, ahead] = [await connect(), await connect()];
  const [first, second] = [subscribe(here, channels, follower.position, messagesOf), await write(3)];
  const fromAhead = subscribe(ahead, channels, second[1]!, messagesOf);
  await read();
  await came(here, 3);
  await came(ahead, 1);
  const [next] = await write(1);
  await read();
  await came(ahead, 2);
  await came(here, 4);
  expect(cursorsOf(ahead)).toEqual([second[2], next]);
  expect(cursorsOf(here)).toEqual([...second, next]);
  for (const { leave } of [first, fromAhead]) await leave();
});

describe('a peer that does not read', () => {
  test('holds a bounded part of what is sent, holds up nobody, and gets all of it once it reads', async () => {
    const channels = channelsOf();
    const { messagesOf } = wording(20_000);
    const [slow, fast] = [await connect(), await connect()];
    const both = [slow, fast].map((peer) => subscribe(peer, channels, follower.position, messagesOf));
    slow.socket.pause();
    const written: EventCursor[] = [];
    let most = 0;
    // 40 MB in all: more than the kernel takes for a peer that does not read.
    for (let i = 0; i < 20; i++) {
      written.push(...(await write(100)));
      await read();
      await came(fast, written.length);
      most = Math.max(most, slow.bufferedBytes());
    }
    expect(most).toBeGreaterThan(0);
    // What fills it, and a batch on top.
    expect(most).toBeLessThan(256 * 1024 + 64 * 20_200);
    expect(slow.messages.length).toBeLessThan(written.length);
    slow.socket.resume();
    await came(slow, written.length);
    written.push(...(await write(1)));
    await read();
    await came(slow, written.length);
    expect(cursorsOf(slow)).toEqual(written);
    expect(cursorsOf(fast)).toEqual(written);
    for (const { leave } of both) await leave();
    expect(listeners()).toBe(0);
  });

  /** A peer that reads nothing, with more for it than its socket takes. */
  async function fullPeer(channels: Channels, messagesOf: MessagesOf) {
    const peer = await connect();
    const subscription = subscribe(peer, channels, follower.position, messagesOf);
    peer.socket.pause();
    while (listeners() > 0) {
      await write(100);
      await read();
    }
    expect(peer.bufferedBytes()).toBeGreaterThan(256 * 1024);
    return { peer, ...subscription };
  }

  test('ends at once when it says so, and is sent nothing more', async () => {
    const { peer, leave, over } = await fullPeer(channelsOf(), wording(20_000).messagesOf);
    await leave();
    await expect(over).resolves.toEqual({ value: undefined, done: true });
    const held = peer.bufferedBytes();
    await write(1);
    await read();
    expect(peer.bufferedBytes()).toBe(held);
  });

  test('is sent nothing for a further subscription either, until it reads', async () => {
    const channels = channelsOf();
    const { messagesOf } = wording(20_000);
    const { peer, leave } = await fullPeer(channels, messagesOf);
    const held = peer.bufferedBytes();
    const others = Array.from({ length: 30 }, (_, i) => subscribe(peer, channels, follower.position, messagesOf, `other ${i}`));
    const [cursor] = await write(1);
    await read();
    expect(peer.bufferedBytes()).toBe(held);
    peer.socket.resume();
    await until(
      () => peer.messages.filter(({ id, payload }) => id.startsWith('other') && payload.cursor === cursor).length === 30,
      () => 'not all were told',
    );
    for (const other of [...others, { leave }]) await other.leave();
    expect(listeners()).toBe(0);
  });

  test('and half closes its connection holds up nobody', async () => {
    const channels = channelsOf();
    const { messagesOf } = wording(20_000);
    const { peer, leave } = await fullPeer(channels, messagesOf);
    (peer.socket as unknown as { _socket: Socket })._socket.end();
    await until(
      () => peer.connection.writableEnded,
      () => 'the end did not come',
    );
    const [other, second] = [await connect(), subscribe(peer, channels, follower.position, messagesOf, 'second')];
    const { leave: leaveOther } = subscribe(other, channels, follower.position, messagesOf);
    for (let i = 1; i <= 5; i++) {
      await write(1);
      await read();
      await came(other, i);
    }
    for (const end of [leave, second.leave, leaveOther]) await end();
  });

  test('and is gone leaves nothing behind', async () => {
    const { messagesOf } = wording(20_000);
    const peer = await connect();
    const { leave, over } = subscribe(peer, channelsOf(), follower.position, messagesOf);
    peer.socket.pause();
    for (let i = 0; i < 10; i++) {
      await write(100);
      await read();
    }
    peer.socket.terminate();
    await leave();
    await expect(over).resolves.toEqual({ value: undefined, done: true });
    expect(listeners()).toBe(0);
  });
});

test('who leaves while a message is made is not sent it', async () => {
  const peer = await connect();
  const made = Promise.withResolvers<void>();
  const { messagesOf } = wording();
  const [after] = await write(2);
  await read();
  const { leave } = subscribe(peer, channelsOf(), after!, async (items) => {
    await made.promise;
    return messagesOf(items);
  });
  await leave();
  made.resolve();
  const next = subscribe(peer, channelsOf(), follower.position, messagesOf, 'next');
  await write(1);
  await read();
  await came(peer, 1);
  expect(peer.messages.map(({ id }) => id)).toEqual(['next']);
  await next.leave();
});

describe('where what is sent cannot be made', () => {
  const failing = async (failure: Error) => {
    failures.length = 0;
    const channels = channelsOf();
    const peers = [await connect(), await connect()];
    const both = peers.map((peer) => subscribe(peer, channels, follower.position, () => Promise.reject(failure)));
    const closed = peers.map(({ socket }) => once(socket, 'close'));
    await write(1);
    await read();
    return { channels, peers, both, closed };
  };

  test('by a refusal, all who share it read it, and whoever comes next begins anew', async () => {
    const refusal = new GracelineError('NOT_FOUND', 'It was taken away.');
    const { channels, both } = await failing(refusal);
    for (const { over } of both) await expect(over).rejects.toBe(refusal);
    expect({ failures, listeners: listeners() }).toEqual({ failures: [], listeners: 0 });
    const peer = await connect();
    const next = subscribe(peer, channels, follower.position, wording().messagesOf);
    const written = await write(1);
    await read();
    await came(peer, 1);
    expect(cursorsOf(peer)).toEqual(written);
    await next.leave();
  });

  test('by anything else, their sockets close in a way after which clients resume, and it is reported once', async () => {
    const failure = new Error('the database is away');
    const { both, closed } = await failing(failure);
    for (const end of closed) expect((await end)[0]).toBe(1013);
    for (const { over } of both) await over;
    expect({ failures, listeners: listeners() }).toEqual({ failures: [failure], listeners: 0 });
  });
});

/** What happens next: events, the follower's reading, a subscriber that comes from some way back, one that leaves. */
const stepArbitrary = fc.record({ does: fc.constantFrom('write', 'follow', 'join', 'leave'), count: fc.integer({ min: 1, max: 700 }) });

test('whenever subscribers come and from wherever, each gets every event behind its place once, in order', async () => {
  const written: EventCursor[] = await write(50);
  await fc.assert(
    fc.asyncProperty(fc.array(stepArbitrary, { minLength: 6, maxLength: 25 }), async (steps) => {
      const channels = channelsOf();
      const { messagesOf } = wording();
      const present: { peer: Peer; begin: number; leave: () => Promise<unknown> }[] = [];
      for (const { does, count } of steps) {
        if (does === 'write') written.push(...(await write(count)));
        if (does === 'follow') await Promise.race([read(), count % 2 ? undefined : read()]);
        if (does === 'leave') await present.pop()?.leave();
        if (does !== 'join') continue;
        const peer = await connect();
        const begin = Math.max(0, written.length - 1 - count);
        present.push({ peer, begin, ...subscribe(peer, channels, written[begin]!, messagesOf) });
      }
      await read();
      await read();
      for (const { peer, begin, leave } of present) {
        await came(peer, written.length - 1 - begin);
        expect(cursorsOf(peer)).toEqual(written.slice(begin + 1));
        await leave();
      }
    }),
    { numRuns: 12 },
  );
  expect(listeners()).toBe(0);
});
