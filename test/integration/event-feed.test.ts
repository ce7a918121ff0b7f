import fc from 'fast-check';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { SYSTEM } from '../../src/auth/actor.ts';
import type { Database } from '../../src/db/database.ts';
import { EventChain } from '../../src/events/chain.ts';
import { type Batch, changes, feed, stretch } from '../../src/events/feed.ts';
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

/** Batches read event by event. */
class Reader {
  private readonly waiting: LoggedEvent[] = [];

  constructor(readonly batches: AsyncIterableIterator<Batch>) {}

  async take(count: number): Promise<EventCursor[]> {
    while (this.waiting.length < count) {
      const { value, done } = (await this.batches.next()) as IteratorResult<Batch, undefined>;
      if (done) throw new Error('The feed has ended.');
      expect(value.length).toBeGreaterThan(0);
      this.waiting.push(...value);
    }
    return this.waiting.splice(0, count).map(({ cursor }) => cursor);
  }

  async end(): Promise<void> {
    await this.batches.return!();
  }
}

const listeners = (follower: EventFollower) => (follower as unknown as { listeners: Set<unknown> }).listeners.size;

test('a reader that does not read holds a page, whatever is committed, and gets all of it once it reads', async () => {
  const { follower, read } = await follow();
  const reader = new Reader(feed(follower, atOnce, all));
  const written: EventCursor[] = [];
  for (let i = 0; i < 4; i++) {
    written.push(...(await write(700)));
    await read();
  }
  const { heard, page } = reader.batches as unknown as { heard: unknown[]; page: unknown[] };
  expect([heard.length, page.length, listeners(follower)]).toEqual([500, 0, 0]);
  expect(await reader.take(written.length)).toEqual(written);
  const next = reader.take(1);
  written.push(...(await write(1)));
  await read();
  expect(await next).toEqual(written.slice(-1));
  expect(listeners(follower)).toBe(1);
  await reader.end();
});

test('what is committed while the pages before the seam are read comes once', async () => {
  const { follower, read } = await follow();
  const reader = new Reader(feed(follower, atOnce, all));
  const written = await write(1_200);
  await read();
  // All that was heard, and the first of a page.
  const taken = await reader.take(501);
  written.push(...(await write(1_200)));
  await read();
  taken.push(...(await reader.take(1_800)));
  written.push(...(await write(5)));
  await read();
  taken.push(...(await reader.take(written.length - taken.length)));
  expect(taken).toEqual(written);
  const [next] = await write(1);
  await read();
  expect(await reader.take(1)).toEqual([next]);
  await reader.end();
});

/** What happens next, and how much of it. */
const stepArbitrary = fc.record({ does: fc.constantFrom('write', 'follow', 'take'), count: fc.integer({ min: 1, max: 400 }) });

test('however a reader reads, it gets each event from its beginning on once, in order', async () => {
  const { follower, read } = await follow();
  await fc.assert(
    fc.asyncProperty(fc.array(stepArbitrary, { minLength: 5, maxLength: 25 }), async (steps) => {
      const reader = new Reader(feed(follower, atOnce, all));
      const written: EventCursor[] = [];
      const taken: EventCursor[] = [];
      for (const { does, count } of steps) {
        if (does === 'write') written.push(...(await write(count)));
        if (does === 'follow') await Promise.race([read(), count % 2 ? undefined : read()]);
        // Only what the follower has passed can come at all.
        const known = written.indexOf(follower.position) + 1 - taken.length;
        if (does === 'take' && known > 0) taken.push(...(await reader.take(Math.min(count, known))));
      }
      await read();
      await read();
      taken.push(...(await reader.take(written.length - taken.length)));
      expect(taken).toEqual(written);
      await reader.end();
    }),
    { numRuns: 15 },
  );
  expect(listeners(follower)).toBe(0);
});

test('a stretch of the log ends at its end, and is refused where some of it is gone', async () => {
  const { follower, read } = await follow();
  const written = await write(1_201);
  await read();
  const between = new Reader(stretch(follower, atOnce, all, written[0]!, written[1_199]!));
  expect(await between.take(1_199)).toEqual(written.slice(1, 1_200));
  expect(await between.batches.next()).toEqual({ value: undefined, done: true });
  const few = { matches: ({ cursor }: LoggedEvent) => cursor === written[700] };
  expect(await new Reader(stretch(follower, atOnce, few, written[0]!, written[1_200]!)).take(1)).toEqual([written[700]]);
  expect(await stretch(follower, atOnce, all, written[3]!, written[3]!).next()).toEqual({ value: undefined, done: true });
});

test('where events are deleted before they were read, the reader is told and not left with a gap', async () => {
  const { follower, read } = await follow();
  const reader = new Reader(feed(follower, atOnce, all));
  const written = await write(1_700);
  await read();
  expect(await reader.take(510)).toEqual(written.slice(0, 510));
  await db.query('delete from event_cursor');
  await new EventChain(db).run();
  await new EventPurge(db, { now: () => new Date(AT.getTime() + 10 * 86_400_000) }, 1).run();
  // The page in memory was read whole.
  expect(await reader.take(490)).toEqual(written.slice(510, 1_000));
  await expect(reader.take(1)).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
  await expect(reader.batches.next()).resolves.toMatchObject({ done: true });
  await expect(stretch(follower, atOnce, all, written[0]!, written.at(-1)!).next()).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
  await expect(follower.begin(written[0])).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
  await expect(follower.begin(written.at(-1))).resolves.toBe(written.at(-1));
  expect(listeners(follower)).toBe(0);
});

test('changes come at most once in their time, and the last always', async () => {
  const EVERY_MS = 100;
  const { follower, read } = await follow();
  const coalesced = changes(feed(follower, atOnce, all), EVERY_MS);
  const got: [number, EventCursor][] = [];
  const reading = (async () => {
    for await (const events of coalesced) got.push([performance.now(), events.map(({ cursor }) => cursor).join()]);
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
