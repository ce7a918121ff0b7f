import fc from 'fast-check';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { SYSTEM } from '../../src/auth/actor.ts';
import type { Database } from '../../src/db/database.ts';
import { EventChain } from '../../src/events/chain.ts';
import { changes, feed } from '../../src/events/feed.ts';
import { EventFollower } from '../../src/events/follower.ts';
import { type EventCursor, type LoggedEvent, writeEvents } from '../../src/events/log.ts';
import { EventPurge } from '../../src/events/purge.ts';
import { Wake } from '../../src/events/wake.ts';
import { connectClone, silent } from '../support/house.ts';
import { until } from '../support/processes.ts';

const AT = new Date('2026-05-01T08:00:00Z');
const NEVER_MS = 3_600_000;

let db: Database;

beforeAll(async () => {
  ({ db } = await connectClone());
});

const atOnce = <T>(read: () => Promise<T>) => read();
const all = { matches: () => true };

/** A follower that reads only when it is told to. */
async function follow(): Promise<{ follower: EventFollower; read: () => Promise<void> }> {
  const follower = new EventFollower(db, new Wake(db, silent), silent, NEVER_MS);
  await follower.start();
  onTestFinished(() => follower.close());
  const inside = follower as unknown as { read(): void; reading: Promise<void> | undefined };
  const read = async () => {
    inside.read();
    await inside.reading;
  };
  return { follower, read };
}

/** Writes events in one transaction, and gives their cursors once every reader may see them. */
async function write(count: number): Promise<EventCursor[]> {
  const rows = await db.transaction(async (tx) => {
    const events = Array.from({ length: count }, () => ({ type: 'ACCOUNT_CREATED' as const }));
    await writeEvents(tx, SYSTEM, AT, events);
    return tx.query<{ cursor: string }>(`select xid || '.' || id as cursor from event where xid = pg_current_xact_id() order by id`);
  });
  const xid = rows.at(-1)?.cursor.split('.')[0] ?? '3';
  // A transaction of another test file on the same server may hold readers up.
  await until(
    async () => {
      const [row] = await db.query<{ seen: boolean }>('select pg_snapshot_xmin(pg_current_snapshot()) > $1::xid8 as seen', [xid]);
      return row!.seen;
    },
    () => 'Something holds the log up.',
  );
  return rows.map(({ cursor }) => cursor);
}

async function take(events: AsyncIterator<LoggedEvent>, count: number): Promise<EventCursor[]> {
  const taken: EventCursor[] = [];
  while (taken.length < count) taken.push(((await events.next()) as { value: LoggedEvent }).value.cursor);
  return taken;
}

const listeners = (follower: EventFollower) => (follower as unknown as { listeners: Set<unknown> }).listeners.size;

test('a cursor from a process that has read further brings nothing twice here', async () => {
  const { follower, read } = await follow();
  const [first, second, third] = await write(3);
  const events = feed(follower, atOnce, all, await follower.begin(second));
  await read();
  expect(await take(events, 1)).toEqual([third]);
  const [fourth] = await write(1);
  await read();
  expect(await take(events, 1)).toEqual([fourth]);
  await events.return!();
  expect(first).not.toBe(second);
  expect(listeners(follower)).toBe(0);
});

test('a subscriber that does not read holds a page, whatever is committed, and gets all of it once it reads', async () => {
  const { follower, read } = await follow();
  const events = feed(follower, atOnce, all, follower.position);
  const written: EventCursor[] = [];
  for (let i = 0; i < 4; i++) {
    written.push(...(await write(700)));
    await read();
  }
  const { heard, page } = events as unknown as { heard: unknown[]; page: unknown[] };
  expect([heard.length, page.length, listeners(follower)]).toEqual([500, 0, 0]);
  expect(await take(events, written.length)).toEqual(written);
  const next = events.next();
  written.push(...(await write(1)));
  await read();
  expect(((await next) as { value: LoggedEvent }).value.cursor).toBe(written.at(-1));
  expect(listeners(follower)).toBe(1);
  await events.return!();
});

test('what is committed while the pages before the seam are read comes once', async () => {
  const { follower, read } = await follow();
  const written = await write(10);
  await read();
  const events = feed(follower, atOnce, all, written[0]!);
  const taken = await take(events, 1);
  written.push(...(await write(1_200)));
  await read();
  // It listens now, and has more than a page to read up to there.
  taken.push(...(await take(events, 9)));
  written.push(...(await write(5)));
  await read();
  taken.push(...(await take(events, written.length - 1 - taken.length)));
  expect(taken).toEqual(written.slice(1));
  const [next] = await write(1);
  await read();
  expect(await take(events, 1)).toEqual([next]);
  await events.return!();
});

/** What happens next, and how much of it. */
const stepArbitrary = fc.record({ does: fc.constantFrom('write', 'follow', 'take'), count: fc.integer({ min: 1, max: 400 }) });

test('wherever a subscriber begins and however it reads, it gets each event behind its cursor once, in order', async () => {
  const { follower, read } = await follow();
  const written: EventCursor[] = await write(50);
  await fc.assert(
    fc.asyncProperty(fc.nat(49), fc.array(stepArbitrary, { minLength: 5, maxLength: 25 }), async (back, steps) => {
      const begin = Math.max(0, written.length - 1 - back);
      const events = feed(follower, atOnce, all, written[begin]!);
      const taken: EventCursor[] = [];
      for (const { does, count } of steps) {
        if (does === 'write') written.push(...(await write(count)));
        if (does === 'follow') await Promise.race([read(), count % 2 ? undefined : read()]);
        // Only what the follower has passed can come at all.
        const known = written.indexOf(follower.position) - begin - taken.length;
        if (does === 'take' && known > 0) taken.push(...(await take(events, Math.min(count, known))));
      }
      await read();
      await read();
      taken.push(...(await take(events, written.length - 1 - begin - taken.length)));
      expect(taken).toEqual(written.slice(begin + 1));
      await events.return!();
    }),
    { numRuns: 15 },
  );
  expect(listeners(follower)).toBe(0);
});

test('where events are deleted before they were read, the subscriber is told and not left with a gap', async () => {
  const { follower, read } = await follow();
  const written = await write(1_200);
  await read();
  const events = feed(follower, atOnce, all, await follower.begin(written[0]));
  expect(await take(events, 10)).toEqual(written.slice(1, 11));
  await db.query('delete from event_cursor');
  await new EventChain(db).run();
  await new EventPurge(db, { now: () => new Date(AT.getTime() + 10 * 86_400_000) }, 1).run();
  // The page in memory was read whole.
  expect(await take(events, 490)).toEqual(written.slice(11, 501));
  await expect(events.next()).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
  await expect(events.next()).resolves.toMatchObject({ done: true });
  await expect(follower.begin(written[0])).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
  await expect(follower.begin(written.at(-1))).resolves.toBe(written.at(-1));
  expect(listeners(follower)).toBe(0);
});

test('changes come at most once in their time, and the last always', async () => {
  const EVERY_MS = 100;
  const { follower, read } = await follow();
  const coalesced = changes(feed(follower, atOnce, all, follower.position), EVERY_MS);
  const got: [number, EventCursor][] = [];
  const reading = (async () => {
    for await (const { cursor } of coalesced) got.push([performance.now(), cursor]);
  })();
  let last: EventCursor | undefined;
  const started = performance.now();
  while (performance.now() - started < 5 * EVERY_MS) {
    last = (await write(3)).at(-1);
    await read();
  }
  await until(
    () => got.at(-1)?.[1] === last,
    () => `${last} did not come`,
  );
  const gaps = got.slice(1).map(([at], i) => at - got[i]![0]);
  expect(Math.min(...gaps)).toBeGreaterThan(EVERY_MS - 5);
  expect(got.length).toBeGreaterThan(2);
  await coalesced.return!();
  await reading;
  expect(listeners(follower)).toBe(0);
});
