import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { SYSTEM } from '../../src/auth/actor.ts';
import type { Database, Queryable } from '../../src/db/database.ts';
import { EventFollower } from '../../src/events/follower.ts';
import { endOfLog, type EventCursor, LOG_START, type LoggedEvent, readEvents, writeEvents } from '../../src/events/log.ts';
import { Wake } from '../../src/events/wake.ts';
import { templateUrl } from '../support/database.ts';
import { connectClone, silent } from '../support/house.ts';
import { until } from '../support/processes.ts';

const AT = new Date('2026-05-01T08:00:00Z');
const NEVER_MS = 3_600_000;
const POLL_MS = 50;
const CONNECTIONS = 4;

let db: Database;
let connections: pg.Client[];

beforeAll(async () => {
  ({ db } = await connectClone());
  connections = Array.from({ length: CONNECTIONS }, () => db.createClient());
  await Promise.all(connections.map((connection) => connection.connect()));
});
afterAll(() => Promise.all(connections.map((connection) => connection.end())));

/** A connection as the log wants it: what is sent to it belongs to the transaction the test has begun on it. */
function on(connection: pg.Client): Queryable {
  const query = async <Row>(text: string, values: readonly unknown[] = []) => (await connection.query(text, [...values])).rows as Row[];
  return { query, queryPrepared: <Row>(_name: string, text: string, values: readonly unknown[]) => query<Row>(text, values) };
}

const write = (to: Queryable, name: string) => writeEvents(to, SYSTEM, AT, [{ type: 'ACCOUNT_CREATED', data: { name } }]);
const namesOf = (events: readonly LoggedEvent[]) => events.map(({ data }) => data['name']);

/** Reads on from a cursor; a transaction of another test file on the same server may hold it up. */
async function readAll(after: EventCursor, wanted: number): Promise<LoggedEvent[]> {
  let events: LoggedEvent[] = [];
  await until(
    async () => (events = await readEvents(db, after, 1_000)).length >= wanted,
    () => `Only ${events.length} of ${wanted} events came.`,
  );
  return events;
}

/** A follower of its own, with all it has seen. */
async function follow(wake: Wake, pollEveryMs: number): Promise<LoggedEvent[]> {
  const follower = new EventFollower(db, wake, silent, pollEveryMs);
  const seen: LoggedEvent[] = [];
  follower.onEvent((event) => seen.push(event));
  await follower.start();
  onTestFinished(() => follower.close());
  return seen;
}

function newWake(): Wake {
  const wake = new Wake(db, silent);
  onTestFinished(() => wake.close());
  return wake;
}

async function expectToSee(seen: readonly LoggedEvent[], names: readonly string[]): Promise<void> {
  await until(
    () => seen.length >= names.length,
    () => `Saw only ${JSON.stringify(namesOf(seen))}`,
  );
  expect(namesOf(seen)).toEqual(names);
}

/** Opens or closes the database to new connections; those that are there stay. Only from another database can that be said. */
async function allowConnections(allowed: boolean): Promise<void> {
  const [{ name }] = (await db.query<{ name: string }>('select current_database() as name')) as [{ name: string }];
  const client = new pg.Client({ connectionString: Object.assign(new URL(templateUrl()), { pathname: '/postgres' }).href });
  await client.connect();
  try {
    await client.query(`alter database ${name} allow_connections ${allowed}`);
  } finally {
    await client.end();
  }
}

const LISTENERS = `from pg_stat_activity where datname = current_database() and query = 'listen graceline_event'`;
const listeners = async () => (await db.query(`select ${LISTENERS}`)).length;

test('a reader waits for a transaction that began first and commits last, and then skips nothing', async () => {
  const start = await endOfLog(db);
  const [first, second] = [on(connections[0]!), on(connections[1]!)];
  await first.query('begin');
  await write(first, 'began first');
  await second.query('begin');
  await write(second, 'committed first');
  await second.query('commit');
  expect(await db.query(`select from event where data->>'name' = 'committed first'`)).toHaveLength(1);
  expect(await readEvents(db, start, 10)).toEqual([]);
  await first.query('commit');
  expect(namesOf(await readAll(start, 2))).toEqual(['began first', 'committed first']);
});

test('a reader skips nothing where the transaction that is older by its id takes the later number', async () => {
  const start = await endOfLog(db);
  const [older, younger] = [on(connections[0]!), on(connections[1]!)];
  await older.query('begin');
  await older.query('select pg_current_xact_id()');
  await younger.query('begin');
  await write(younger, 'lower number');
  await younger.query('commit');
  await write(older, 'higher number');
  expect(await readEvents(db, start, 10)).toEqual([]);
  await older.query('commit');
  const events = await readAll(start, 2);
  expect(namesOf(events)).toEqual(['higher number', 'lower number']);
  const numbers = events.map(({ cursor }) => Number(cursor.split('.')[1]));
  expect(numbers[0]).toBeGreaterThan(numbers[1]!);
  // And it may stop between the two.
  expect(namesOf(await readAll(events[0]!.cursor, 1))).toEqual(['lower number']);
});

test('a transaction that is rolled back holds up nobody for longer than it lasts', async () => {
  const start = await endOfLog(db);
  const [doomed, other] = [on(connections[0]!), on(connections[1]!)];
  await doomed.query('begin');
  await write(doomed, 'never');
  await write(other, 'committed');
  expect(await readEvents(db, start, 10)).toEqual([]);
  await doomed.query('rollback');
  expect(namesOf(await readAll(start, 1))).toEqual(['committed']);
});

/** What one of the connections does next; where it has no transaction it begins one first. */
const stepArbitrary = fc.record({
  connection: fc.nat(CONNECTIONS - 1),
  does: fc.constantFrom('take id', 'write', 'write', 'commit', 'commit', 'rollback'),
  /** How many events the reader takes afterwards. */
  reads: fc.nat(3),
});

test('however transactions interleave, a reader sees each committed event once, in the order of the log', async () => {
  let cursor = await endOfLog(db);
  const start = cursor;
  const seen: string[] = [];
  const read = async (limit: number) => {
    const events = await readEvents(db, cursor, limit);
    cursor = events.at(-1)?.cursor ?? cursor;
    seen.push(...events.map((event) => event.cursor));
    return events.length;
  };
  await fc.assert(
    fc.asyncProperty(fc.array(stepArbitrary, { minLength: 5, maxLength: 40 }), async (steps) => {
      const open = new Set<number>();
      for (const { connection, does, reads } of steps) {
        const tx = on(connections[connection]!);
        if (!open.has(connection)) await tx.query('begin');
        open.add(connection);
        if (does === 'take id') await tx.query('select pg_current_xact_id()');
        if (does === 'write') await write(tx, `${connection}`);
        if (does === 'commit' || does === 'rollback') {
          await tx.query(does);
          open.delete(connection);
        }
        if (reads > 0) await read(reads);
      }
      for (const connection of open) await connections[connection]!.query('commit');
      const [xid] = start.split('.');
      const committed = await db.query<{ cursor: string }>(
        `select xid || '.' || id as cursor from event where xid >= $1::xid8 order by event.xid, event.id`,
        [xid],
      );
      await until(
        async () => (await read(1_000)) === 0 && seen.length >= committed.length,
        () => `Saw ${seen.length} of ${committed.length} events.`,
      );
      expect(seen).toEqual(committed.map((event) => event.cursor));
    }),
    { numRuns: 25 },
  );
});

test('a follower nobody ever notifies finds each event once by polling', async () => {
  const seen = await follow(newWake(), POLL_MS);
  for (const name of ['one', 'two', 'three']) await write(db, name);
  await expectToSee(seen, ['one', 'two', 'three']);
});

test('a follower whose listening connection is cut listens again, and reads what was committed meanwhile', async () => {
  const wake = newWake();
  await wake.start();
  // It never polls, so whatever it sees it was woken for.
  const seen = await follow(wake, NEVER_MS);
  await write(db, 'before');
  wake.ring();
  await expectToSee(seen, ['before']);
  expect(await db.query(`select pg_terminate_backend(pid) ${LISTENERS}`)).toHaveLength(1);
  await until(
    async () => (await listeners()) === 0,
    () => 'The connection does not go.',
  );
  await write(db, 'while nobody listened');
  wake.ring();
  await expectToSee(seen, ['before', 'while nobody listened']);
  expect(await listeners()).toBe(1);
  await write(db, 'afterwards');
  wake.ring();
  await expectToSee(seen, ['before', 'while nobody listened', 'afterwards']);
});

test('while its listening connection cannot come back, a follower goes on by polling', async () => {
  const wake = newWake();
  await wake.start();
  const seen = await follow(wake, POLL_MS);
  await allowConnections(false);
  onTestFinished(() => allowConnections(true));
  await db.query(`select pg_terminate_backend(pid) ${LISTENERS}`);
  await until(
    async () => (await listeners()) === 0,
    () => 'The connection does not go.',
  );
  await write(db, 'unheard of');
  wake.ring();
  await expectToSee(seen, ['unheard of']);
  expect(await listeners()).toBe(0);
});

test('a reader that begins at the start reads the whole log in pages of any size', async () => {
  const whole = await readEvents(db, LOG_START, 100_000);
  for (const size of [1, 7, 500]) {
    const paged: LoggedEvent[] = [];
    for (let page: LoggedEvent[] | null = null; page?.length !== 0;) {
      page = await readEvents(db, paged.at(-1)?.cursor ?? LOG_START, size);
      paged.push(...page);
    }
    expect(paged).toEqual(whole);
  }
});
