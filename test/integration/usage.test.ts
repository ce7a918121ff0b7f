import { pino } from 'pino';
import { Writable } from 'node:stream';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Database } from '../../src/db/database.ts';
import { Wake } from '../../src/events/wake.ts';
import { UsageRecorder } from '../../src/gates/usage-recorder.ts';
import { MigrationsService } from '../../src/migrations/migrations.service.ts';
import { cloneDatabase } from '../support/database.ts';
import { atEndOfFile } from '../support/end-of-file.ts';
import { operator, silent } from '../support/house.ts';

const KEY = 'idp-access-tokens';
const NOON = new Date('2016-04-12T12:00:00Z');

let url: string;
let db: Database;
beforeAll(async () => {
  url = await cloneDatabase();
  db = await connect();
  const wake = new Wake(db, silent);
  atEndOfFile(() => wake.close());
  const migrations = new MigrationsService(db, wake, { now: () => NOON }, 'UTC');
  await migrations.createMigration(operator(), { key: KEY, title: KEY, severity: 'LOW', gracePeriodStart: '2016-05-01' });
});
beforeEach(async () => {
  await db.query('truncate usage, account_usage');
});

async function connect(): Promise<Database> {
  const connected = await Database.connect(url, 2);
  atEndOfFile(() => connected.close());
  return connected;
}

const rows = () =>
  db.query<{ account: number; day: string; client: string; count: number; at: Date }>(
    'select account_number as account, day::text, client, count, last_used_at as at from usage order by 1, 2, 3',
  );
const recorderOf = async () => new UsageRecorder(await connect(), silent);

/** A logger that keeps what it is told. */
function listening() {
  const lines: { level: number; msg: string }[] = [];
  const write = (line: Buffer, _encoding: string, done: () => void) => {
    lines.push(JSON.parse(line.toString()) as (typeof lines)[number]);
    done();
  };
  return { lines, log: pino({ level: 'info' }, new Writable({ write })) };
}

describe('uses of old behaviour', () => {
  test('are counted by account, client and UTC day, with the last of them', async () => {
    const recorder = await recorderOf();
    const lastOfDay = new Date('2016-04-12T23:59:59.999Z');
    const firstOfNext = new Date('2016-04-13T00:00:00.000Z');
    recorder.record(KEY, 1, 'login', lastOfDay);
    recorder.record(KEY, 1, 'login', NOON);
    recorder.record(KEY, 1, 'login', firstOfNext);
    recorder.record(KEY, 1, '', NOON);
    recorder.record(KEY, 2, 'login', NOON);
    recorder.record('no-such-migration', 1, 'login', NOON);
    await recorder.flush();
    recorder.record(KEY, 1, 'login', NOON);
    await recorder.flush();
    expect(await rows()).toEqual([
      { account: 1, day: '2016-04-12', client: '', count: 1, at: NOON },
      { account: 1, day: '2016-04-12', client: 'login', count: 3, at: lastOfDay },
      { account: 1, day: '2016-04-13', client: 'login', count: 1, at: firstOfNext },
      { account: 2, day: '2016-04-12', client: 'login', count: 1, at: NOON },
    ]);
  });

  test('are counted by UTC days whatever the time zone of the database', async () => {
    await db.query(`do $$ begin execute format('alter database %I set timezone to ''Pacific/Auckland''', current_database()); end $$`);
    const recorder = await recorderOf();
    recorder.record(KEY, 1, 'late', new Date('2016-04-12T23:59:59.999Z'));
    recorder.record(KEY, 1, 'early', new Date('2016-04-12T00:00:00.000Z'));
    await recorder.close();
    expect((await rows()).map(({ day }) => day)).toEqual(['2016-04-12', '2016-04-12']);
  });

  test('of two processes at once are all counted', async () => {
    const recorders = await Promise.all([recorderOf(), recorderOf()]);
    for (let round = 0; round < 40; round++) {
      for (const [i, recorder] of recorders.entries())
        for (let n = 0; n < 60; n++) {
          // In opposite orders, which would lock each other out were they written as they come.
          const account = i === 0 ? n % 20 : 19 - (n % 20);
          recorder.record(KEY, account, `client ${n % 3}`, NOON);
        }
      await Promise.all(recorders.map((recorder) => recorder.flush()));
    }
    await Promise.all(recorders.map((recorder) => recorder.close()));
    const counts = await rows();
    expect(counts).toHaveLength(60);
    expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(2 * 40 * 60);
  });

  test('are written within about a second without anybody asking, and when a process stops', async () => {
    const recorder = await recorderOf();
    recorder.record(KEY, 1, 'a', NOON);
    expect(await rows()).toEqual([]);
    await expect.poll(async () => (await rows()).length, { timeout: 3_000 }).toBe(1);
    recorder.record(KEY, 1, 'b', NOON);
    await recorder.close();
    expect(await rows()).toHaveLength(2);
  });

  test('are written at once where many keys wait', async () => {
    const recorder = await recorderOf();
    const before = performance.now();
    for (let account = 0; account < 2_000; account++) recorder.record(KEY, account, 'a', NOON);
    await recorder.flush();
    expect(await rows()).toHaveLength(2_000);
    expect(performance.now() - before).toBeLessThan(900);
    await recorder.close();
  });
});

describe('names of clients', () => {
  test('are cut, and what no database holds is replaced', async () => {
    const recorder = await recorderOf();
    recorder.record(KEY, 1, 'x'.repeat(10_000), NOON);
    recorder.record(KEY, 1, 'nul \0 and \u{D800} and \n', NOON);
    await recorder.flush();
    expect((await rows()).map(({ client }) => client)).toEqual(['nul � and � and �', 'x'.repeat(200)]);
  });

  test('beyond a thousand a day count as others, over processes too', async () => {
    const recorders = await Promise.all([recorderOf(), recorderOf()]);
    for (let n = 0; n < 700; n++) recorders[0].record(KEY, 1, `a${n}`, NOON);
    await recorders[0].flush();
    for (let n = 0; n < 700; n++) recorders[1].record(KEY, 1, `b${n}`, NOON);
    recorders[1].record(KEY, 1, 'a5', NOON);
    recorders[1].record(KEY, 2, 'b699', NOON);
    await recorders[1].flush();
    for (let n = 0; n < 10; n++) recorders[0].record(KEY, 1, `c${n}`, NOON);
    recorders[0].record(KEY, 1, 'b1', NOON);
    await recorders[0].flush();
    const counted = await rows();
    const ofOne = counted.filter(({ account }) => account === 1);
    expect(ofOne).toHaveLength(1_001);
    expect(ofOne.find(({ client }) => client === '(others)')!.count).toBe(400 + 10);
    expect(ofOne.find(({ client }) => client === 'a5')!.count).toBe(2);
    expect(ofOne.find(({ client }) => client === 'b1')!.count).toBe(2);
    expect(counted.filter(({ account }) => account === 2).map(({ client }) => client)).toEqual(['b699']);
    await Promise.all(recorders.map((recorder) => recorder.close()));
  });
});

describe('while the database is away', () => {
  test('counts are kept, said once in the log, and written when it is back', async () => {
    const { lines, log } = listening();
    const recorder = new UsageRecorder(db, log);
    await db.query('alter table usage rename to usage_away');
    try {
      recorder.record(KEY, 1, 'a', NOON);
      await recorder.flush();
      recorder.record(KEY, 1, 'a', new Date(NOON.getTime() + 5));
      await recorder.flush();
    } finally {
      await db.query('alter table usage_away rename to usage');
    }
    await recorder.close();
    expect(await rows()).toMatchObject([{ client: 'a', count: 2, at: new Date(NOON.getTime() + 5) }]);
    expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
      [40, 'Uses of old behaviour cannot be written; they are kept for now'],
      [30, 'Uses of old behaviour are written again'],
    ]);
  });

  test('what waits has a bound, and a stop says what is lost', async () => {
    const { lines, log } = listening();
    const recorder = new UsageRecorder(db, log);
    await db.query('alter table usage rename to usage_away');
    try {
      for (let account = 0; account < 100_000; account++) recorder.record(KEY, account, 'a', NOON);
      await recorder.flush();
      for (let account = 0; account < 100_000; account++) recorder.record(KEY, account, 'b', NOON);
      await recorder.close();
    } finally {
      await db.query('alter table usage_away rename to usage');
    }
    expect(await rows()).toEqual([]);
    expect(lines.at(-1)).toMatchObject({ level: 40, keys: 20_000, dropped: expect.any(Number) });
  });
});
