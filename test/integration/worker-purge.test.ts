import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { SYSTEM } from '../../src/auth/actor.ts';
import { Database } from '../../src/db/database.ts';
import { LOG_START, readEvents, writeEvents } from '../../src/events/log.ts';
import { EventPurge } from '../../src/events/purge.ts';
import { cloneDatabase } from '../support/database.ts';

const NOW = new Date('2026-05-04T09:00:00.000Z');
const DAY_MS = 86_400_000;
const daysAgo = (days: number) => new Date(NOW.getTime() - days * DAY_MS);

let db: Database;
let purge: EventPurge;
beforeAll(async () => {
  db = await Database.connect(await cloneDatabase(), 4);
  purge = new EventPurge(db, { now: () => NOW }, 30);
});
afterAll(() => db.close());
beforeEach(async () => {
  await db.query('truncate event, event_cursor');
});

const write = (at: Date, count = 1) =>
  db.transaction((tx) =>
    writeEvents(
      tx,
      SYSTEM,
      at,
      Array.from({ length: count }, () => ({ type: 'TOKEN_CREATED' as const })),
    ),
  );
const times = async () => (await readEvents(db, LOG_START, 100_000)).map(({ at }) => at);

test('deletes what has outlived its retention to the millisecond', async () => {
  const justTooOld = new Date(daysAgo(30).getTime() - 1);
  for (const at of [daysAgo(31), justTooOld, daysAgo(30), daysAgo(1)]) await write(at);
  expect(await purge.run()).toBe(2);
  expect(await times()).toEqual([daysAgo(30), daysAgo(1)]);
  expect(await purge.run()).toBe(0);
});

test('deletes more than one batch, and stops between batches when told to', async () => {
  await write(daysAgo(60), 12_000);
  const stop = new AbortController();
  stop.abort();
  expect(await purge.run(stop.signal)).toBe(5_000);
  expect(await purge.run()).toBe(7_000);
  expect(await times()).toEqual([]);
});

test('keeps what the slowest reader has yet to read, by number and not by text', async () => {
  for (const days of [60, 59, 58]) await write(daysAgo(days));
  const [first, second, third] = await readEvents(db, LOG_START, 10);
  await db.query(`insert into event_cursor (reader, cursor) values ('quick', $1), ('slow', $2)`, [third!.cursor, first!.cursor]);
  expect(await purge.run()).toBe(1);
  expect(await times()).toEqual([second!.at, third!.at]);
  await db.query(`update event_cursor set cursor = $1 where reader = 'slow'`, [third!.cursor]);
  expect(await purge.run()).toBe(2);
});

test('a reader at the start of the log holds everything', async () => {
  await write(daysAgo(60));
  await db.query(`insert into event_cursor (reader, cursor) values ('new', $1)`, [LOG_START]);
  expect(await purge.run()).toBe(0);
});
