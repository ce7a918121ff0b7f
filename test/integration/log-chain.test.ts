import { beforeEach, describe, expect, test } from 'vitest';
import { SYSTEM } from '../../src/auth/actor.ts';
import type { Database } from '../../src/db/database.ts';
import { adoptLog } from '../../src/events/adoption.ts';
import { EventChain, readSpan } from '../../src/events/chain.ts';
import { writeEvents } from '../../src/events/log.ts';
import { EventPurge } from '../../src/events/purge.ts';
import { formatNoted, parseNoted, verifyLog } from '../../src/events/verify-log.ts';
import { connectClone } from '../support/house.ts';
import { until } from '../support/processes.ts';

const NOW = new Date('2026-05-04T09:00:00.000Z');
const DAY_MS = 86_400_000;
const daysAgo = (days: number) => new Date(NOW.getTime() - days * DAY_MS);
const EMPTY_HASH = `decode(repeat('00', 32), 'hex')`;

const { db } = await connectClone();
const chain = new EventChain(db);

beforeEach(async () => {
  await db.query('truncate event, event_chain, event_cursor');
  await db.query(
    `update event_chain_span set cut_xid = '0', cut_id = 0, cut_hash = ${EMPTY_HASH}, cut_count = 0,
                                 head_xid = '0', head_id = 0, head_hash = ${EMPTY_HASH}, head_count = 0`,
  );
});

/** Writes events, each in a transaction of its own. @returns their places */
async function write(count: number, at = NOW, to: Database = db): Promise<void> {
  for (let n = 0; n < count; n++)
    await to.transaction((tx) => writeEvents(tx, SYSTEM, at, [{ type: 'ACCOUNT_EDITED', accountNumber: 7, data: { n, reason: null } }]));
}

const places = async () =>
  (await db.query<{ place: string }>(`select xid || '.' || id as place from event order by event.xid, event.id`)).map(({ place }) => place);

/** Chains until so many are; a transaction of another test file on the same server may hold it up. */
async function chainAll(count: number): Promise<void> {
  await until(
    async () => (await chain.run(), (await readSpan(db))!.head.count >= count),
    () => `Not all of ${count} events were chained.`,
  );
}

const UNBROKEN = { broken: null, notChained: 0 };

test('what was written is chained in order and found unbroken; what came since is told apart', async () => {
  expect(await verifyLog(db)).toMatchObject({ ...UNBROKEN, verified: 0 });
  await write(5);
  expect(await verifyLog(db)).toMatchObject({ verified: 0, notChained: 5, broken: null });
  await chainAll(5);
  expect(await verifyLog(db)).toMatchObject({ ...UNBROKEN, verified: 5 });
  await write(2);
  expect(await verifyLog(db)).toMatchObject({ verified: 5, notChained: 2, broken: null });
  await chainAll(7);
  const steps: unknown[] = [];
  expect(await verifyLog(db, { onProgress: (step) => steps.push(step) })).toMatchObject({ ...UNBROKEN, verified: 7 });
  expect(steps).toEqual([{ done: 7, total: 7 }]);
});

test('a transaction that began first and commits last is waited for', async () => {
  const late = db.createClient();
  await late.connect();
  try {
    await late.query('begin');
    await late.query(`insert into event (at, type, actor_role, actor, data) values (now(), 'ACCOUNT_EDITED', 'SYSTEM', 'late', '{}')`);
    await write(3);
    await chain.run();
    expect(await verifyLog(db)).toMatchObject({ verified: 0, notChained: 3, broken: null });
    await late.query('commit');
  } finally {
    await late.end();
  }
  await chainAll(4);
  expect(await verifyLog(db)).toMatchObject({ ...UNBROKEN, verified: 4 });
});

test('writers at work, with several who chain at once, make one chain', async () => {
  const others = [new EventChain(db), new EventChain(db)];
  let writing = true;
  const chaining = others.map(async (other) => {
    let chained = 0;
    while (writing) chained += await other.run();
    return chained;
  });
  await Promise.all(Array.from({ length: 4 }, () => write(150)));
  writing = false;
  const chained = await Promise.all(chaining);
  await chainAll(600);
  expect(await verifyLog(db)).toMatchObject({ ...UNBROKEN, verified: 600 });
  expect(chained.reduce((sum, n) => sum + n)).toBeGreaterThan(0);
});

test('a log of several batches is chained and checked whole', async () => {
  const events = Array.from({ length: 12_001 }, (_, n) => ({ type: 'ACCOUNT_EDITED' as const, data: { n } }));
  await db.transaction((tx) => writeEvents(tx, SYSTEM, NOW, events));
  await chainAll(12_001);
  expect(await verifyLog(db)).toMatchObject({ ...UNBROKEN, verified: 12_001 });
  const place = (await places())[10_500]!;
  await db.query(`delete from event where xid || '.' || id = $1`, [place]);
  expect(await verifyLog(db)).toMatchObject({ verified: 10_500, broken: { place, how: 'DELETED' } });
});

describe('a log of ten events', () => {
  let before: string[];
  beforeEach(async () => {
    await write(10);
    await chainAll(10);
    before = await places();
  });

  const at = (n: number) => before[n]!.split('.').map(Number) as [number, number];
  const link = (n: number) => `(xid, id) = ('${at(n)[0]}'::xid8, ${at(n)[1]})`;

  test.each([
    ['at', `at = at + interval '1 ms'`],
    ['type', `type = 'ACCOUNT_CREATED'`],
    ['who', `actor = 'somebody else'`],
    ['role', `actor_role = 'OPERATOR'`],
    ['key', `token_id = gen_random_uuid()`],
    ['account', `account_number = null`],
    ['migration', `migration_id = gen_random_uuid()`],
    ['administrator', `administrator_id = gen_random_uuid()`],
    ['a value of data', `data = jsonb_set(data, '{n}', '99')`],
    ['a null taken out of data', `data = data - 'reason'`],
    ['number of a text', `data = jsonb_set(data, '{n}', '"4"')`],
  ])('a changed %s is found', async (_what, change) => {
    await db.query(`update event set ${change} where ${link(4)}`);
    expect(await verifyLog(db)).toMatchObject({ verified: 4, broken: { place: before[4], how: 'CHANGED' } });
  });

  test.each([0, 4, 9])('event %i deleted is found, with and without its hash', async (n) => {
    await db.query(`delete from event where ${link(n)}`);
    expect(await verifyLog(db)).toMatchObject({ verified: n, broken: { place: before[n], how: 'DELETED' } });
    await db.query(`delete from event_chain where ${link(n)}`);
    const { verified, broken } = await verifyLog(db);
    expect(verified).toBe(n);
    expect(broken).toEqual(n < 9 ? { place: before[n + 1], how: 'CHANGED' } : { place: before[8], how: 'SHORTENED' });
  });

  test('events inserted are found: between others, before all, and with a hash of their own', async () => {
    const insert = (xid: number) =>
      db.query(`insert into event select $1::text::xid8, id + 1000, at, type, actor_role, actor from event where ${link(4)}`, [xid]);
    await expect(insert(at(4)[0])).rejects.toThrow(/null/);
    const forge = (xid: number, id: number) =>
      db.query(
        `insert into event (xid, id, at, type, actor_role, actor, data) values ($1::text::xid8, $2, $3, 'OPTED_IN', 'SYSTEM', 'forger', '{}')`,
        [xid, id, NOW],
      );
    await forge(at(4)[0], at(4)[1] + 1_000);
    const forged = `${at(4)[0]}.${at(4)[1] + 1_000}`;
    expect(await verifyLog(db)).toMatchObject({ verified: 5, broken: { place: forged, how: 'INSERTED' } });
    await db.query(`insert into event_chain select xid, id + 1000, hash from event_chain where ${link(4)}`);
    expect(await verifyLog(db)).toMatchObject({ verified: 5, broken: { place: forged, how: 'CHANGED' } });
    await forge(1, 1);
    expect(await verifyLog(db)).toMatchObject({ verified: 0, broken: { place: '1.1', how: 'INSERTED' } });
  });

  test('two events that change places are found', async () => {
    await db.query(
      `update event e set at = o.at, data = o.data from event o
        where (e.${link(3).slice(1)} and (o.${link(6).slice(1)}`
        .replaceAll('(e.xid, id)', '(e.xid, e.id)')
        .replaceAll('(o.xid, id)', '(o.xid, o.id)'),
    );
    expect(await verifyLog(db)).toMatchObject({ verified: 3, broken: { place: before[3], how: 'CHANGED' } });
  });

  test('events and hashes taken from the end, and a record that is set back or gone, are found', async () => {
    for (const table of ['event', 'event_chain'])
      await db.query(`delete from ${table} where (xid, id) > ('${at(6)[0]}'::xid8, ${at(6)[1]})`);
    expect(await verifyLog(db)).toMatchObject({ verified: 7, broken: { place: before[6], how: 'SHORTENED' } });
    await db.query('delete from event_chain_span');
    expect(await verifyLog(db)).toMatchObject({ broken: { how: 'NO_RECORD' } });
    await expect(chain.run()).rejects.toThrow(/event_chain_span/);
    await db.query(
      `insert into event_chain_span values (1, '0', 0, ${EMPTY_HASH}, 0, '${at(2)[0]}', ${at(2)[1]}, (select hash from event_chain where ${link(2)}), 3)`,
    );
    expect(await verifyLog(db)).toMatchObject({ verified: 3, broken: { place: before[2], how: 'SHORTENED' } });
  });

  test('a chain that is whole but made anew is found by what was noted of the old one', async () => {
    const noted = parseNoted(formatNoted((await readSpan(db))!.head));
    await write(1);
    await chainAll(11);
    expect(await verifyLog(db, { noted })).toMatchObject({ ...UNBROKEN, verified: 11, notedIsPurged: false });
    await db.query(`update event set actor = 'somebody else' where ${link(4)}`);
    await db.query('delete from event_chain');
    await db.query(`update event_chain_span set head_xid = '0', head_id = 0, head_hash = ${EMPTY_HASH}, head_count = 0`);
    await chainAll(11);
    expect(await verifyLog(db)).toMatchObject({ ...UNBROKEN, verified: 11 });
    expect(await verifyLog(db, { noted })).toMatchObject({ verified: 9, broken: { place: before[9], how: 'NOT_AS_NOTED' } });
    expect(() => parseNoted('12.3:abc')).toThrow(/PLACE:HASH/);
  });

  test('a log restored into another PostgreSQL is chained anew from the hash the old one ended with', async () => {
    const { head } = (await readSpan(db))!;
    expect(await adoptLog(db)).toBe(10);
    expect(await verifyLog(db)).toMatchObject({ verified: 0, notChained: 10, broken: null });
    await chainAll(20);
    const verdict = await verifyLog(db);
    expect(verdict).toMatchObject({ ...UNBROKEN, verified: 10 });
    expect(verdict.span!.cut).toEqual({ place: '0.0', hash: head.hash, count: 10 });
    await db.query(`update event set actor = 'somebody else' where id = $1`, [at(4)[1]]);
    expect(await verifyLog(db)).toMatchObject({ verified: 4, broken: { how: 'CHANGED' } });
  });
});

describe('purging', () => {
  const purge = new EventPurge(db, { now: () => NOW }, 30);

  test('keeps the rest verifiable, and takes the old end only', async () => {
    await write(3, daysAgo(40));
    await write(1, daysAgo(1));
    await write(2, daysAgo(40));
    await write(4, daysAgo(2));
    await chainAll(10);
    const before = await places();
    const noted = parseNoted(formatNoted((await readSpan(db))!.head));
    expect(await purge.run()).toBe(3);
    expect(await verifyLog(db, { noted })).toMatchObject({ ...UNBROKEN, verified: 7, span: { cut: { place: before[2], count: 3 } } });
    expect(await db.query('select from event_chain')).toHaveLength(7);
    await write(2);
    await chainAll(12);
    expect(await verifyLog(db, { noted })).toMatchObject({ ...UNBROKEN, verified: 9 });
    await db.query(`delete from event where xid || '.' || id = $1`, [before[3]]);
    expect(await verifyLog(db)).toMatchObject({ broken: { place: before[3], how: 'DELETED' } });
  });

  test('waits for what is not chained yet, and forgets what was noted of what it takes', async () => {
    await write(3, daysAgo(40));
    await chainAll(3);
    const noted = parseNoted(formatNoted((await readSpan(db))!.head));
    await write(2, daysAgo(40));
    expect(await purge.run()).toBe(3);
    expect(await verifyLog(db, { noted })).toMatchObject({ verified: 0, notChained: 2, broken: null, notedIsPurged: false });
    await chainAll(5);
    expect(await purge.run()).toBe(2);
    expect(await verifyLog(db, { noted })).toMatchObject({ ...UNBROKEN, verified: 0, notedIsPurged: true });
    await write(1);
    await chainAll(6);
    expect(await verifyLog(db)).toMatchObject({ ...UNBROKEN, verified: 1 });
  });
});
