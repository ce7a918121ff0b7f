/** What a process remembers is told of each commit, whatever else is open; whoever follows the log waits for its order. */
import type pg from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { SYSTEM } from '../../src/auth/actor.ts';
import type { Database, Queryable } from '../../src/db/database.ts';
import { EventFollower } from '../../src/events/follower.ts';
import { writeEvents } from '../../src/events/log.ts';
import { newId } from '../../src/ids.ts';
import { connectClone, silent } from '../support/house.ts';
import { until } from '../support/processes.ts';

const AT = new Date('2026-05-01T08:00:00Z');
const NEVER_MS = 3_600_000;
/** More than one look sees. */
const MANY = 1_500;

let db: Database;
let older: pg.Client;

beforeAll(async () => {
  ({ db } = await connectClone());
  older = db.createClient();
  await older.connect();
});
afterAll(() => older.end());

/** A follower that reads only when it is told to, with what it told of and handed out: the ids of migrations nobody made. */
async function follow() {
  let wake = () => undefined as void;
  const follower = new EventFollower(db, { onWake: (listener) => ((wake = listener), () => undefined) }, silent, NEVER_MS);
  const told: (string | null)[] = [];
  const handed: (string | null)[] = [];
  let anything = 0;
  follower.onCommits((commits) => {
    if (commits === 'ANYTHING') anything += 1;
    else told.push(...commits.map(({ migrationId }) => migrationId));
  });
  follower.onEvent(({ migrationId }) => {
    expect(anything > 0 || told.includes(migrationId)).toBe(true);
    handed.push(migrationId);
  });
  expect(follower.isCurrent()).toBe(false);
  await follower.start();
  onTestFinished(() => follower.close());
  return { follower, wake: () => wake(), told, handed, anything: () => anything };
}

async function write(to: Queryable, count = 1): Promise<string[]> {
  const ids = Array.from({ length: count }, newId);
  await writeEvents(
    to,
    SYSTEM,
    AT,
    ids.map((migrationId) => ({ type: 'MIGRATION_EDITED', migrationId })),
  );
  return ids;
}

/** Opens a transaction that holds up the order of the log. Returns how to end it. */
async function hold(): Promise<() => Promise<unknown>> {
  await older.query('begin');
  await older.query('select pg_current_xact_id()');
  return () => older.query('commit');
}

/** Wakes the follower until something holds: a transaction of another test on the same server may hold it up. */
async function looked(wake: () => void, holds: () => boolean): Promise<void> {
  await until(
    () => {
      wake();
      return holds();
    },
    () => 'It was never seen.',
  );
}

test('a commit behind a transaction that is open is told of at once, and handed out when that has ended', async () => {
  const { wake, told, handed } = await follow();
  const end = await hold();
  const [first] = await write(db);
  await looked(wake, () => told.includes(first!));
  const [second] = await write(db);
  await looked(wake, () => told.includes(second!));
  expect({ told, handed }).toEqual({ told: [first, second], handed: [] });
  await end();
  await looked(wake, () => handed.length === 2);
  expect(handed).toEqual([first, second]);
});

test('more commits behind it than a look sees are told of as anything, and those after them one by one', async () => {
  const { wake, told, handed, anything } = await follow();
  const end = await hold();
  const many = await write(db, MANY);
  await looked(wake, () => anything() > 0);
  const [last] = await write(db);
  await looked(wake, () => told.includes(last!));
  expect({ told, handed }).toEqual({ told: [last], handed: [] });
  await end();
  await looked(wake, () => handed.length > MANY);
  expect(handed).toEqual([...many, last]);
});

test('more events than a look sees are all told of and handed out, those behind a transaction that is open as well', async () => {
  const { wake, told, handed, anything } = await follow();
  const settled = await write(db, MANY);
  const end = await hold();
  const [behind] = await write(db);
  await looked(wake, () => handed.length === MANY && told.includes(behind!));
  expect([handed, new Set(told), anything()]).toEqual([settled, new Set([...settled, behind]), 0]);
  await end();
});

test('nothing counts as current before a look has been done, nor long after the last', async () => {
  const { follower, wake } = await follow();
  await looked(wake, () => follower.isCurrent());
  await until(
    () => !follower.isCurrent(),
    () => 'It still counts as current.',
  );
  await looked(wake, () => follower.isCurrent());
});
