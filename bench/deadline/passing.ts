import { costOf, type Cost } from '../measure.ts';
import { accountId, OPERATOR, type World } from './world.ts';

/** A deadline is recorded once; this often a round, to have enough to measure. */
const PASSES = 20;
const LOOK_UPS = 500;

/** What passing the deadline did. */
export interface Passing {
  /** Of recording it, the median of several times. */
  readonly elapsedMs: number;
  /** Rows of accounts and decisions that were inserted, updated or deleted, over all times. */
  readonly rowsWritten: number;
  /** Of write-ahead log, a time. */
  readonly walBytes: number;
}

/** Lets the deadline pass, again and again, with random accounts looked at on both sides of it. */
export async function passDeadline(world: World): Promise<Passing> {
  const times: number[] = [];
  const [rowsBefore, walBytes] = [await rowsWritten(world), [] as number[]];
  for (let pass = 0; pass < PASSES; pass += 1) {
    await world.beforeDeadline();
    const { id } = world.nextUndecided();
    await expectState(world, id, 'PENDING');
    world.atDeadline();
    // By the rule, before any worker has done anything.
    await expectState(world, id, 'MANDATORY');
    const wal = await walPosition(world);
    const start = performance.now();
    const { passed } = await world.calendar.advance();
    times.push(performance.now() - start);
    walBytes.push((await walPosition(world)) - wal);
    if (passed !== 1) throw new Error(`${passed} deadlines were recorded instead of one.`);
    await expectState(world, id, 'MANDATORY');
  }
  await world.beforeDeadline();
  const middle = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;
  return { elapsedMs: middle(times), rowsWritten: (await rowsWritten(world)) - rowsBefore, walBytes: middle(walBytes) };
}

/** Asks for the state of random accounts one after the other, as a gate does. */
export function lookUp(world: World): Promise<Cost> {
  return costOf(world.db, LOOK_UPS, async () => {
    for (let i = 0; i < LOOK_UPS; i += 1) {
      const number = 1 + Math.floor(Math.random() * world.accounts);
      await world.rollouts.state(OPERATOR, accountId(number), world.key);
    }
  });
}

async function expectState(world: World, account: string, reason: string): Promise<void> {
  const { state } = await world.rollouts.state(OPERATOR, account, world.key);
  if (state.reason !== reason) throw new Error(`Account ${account} reads ${state.reason} where it must read ${reason}.`);
}

/** By the server's own statistics, once every connection has handed in what it counted: they do so late by themselves. */
async function rowsWritten({ db, steward, clients }: World): Promise<number> {
  await Promise.all(Array.from({ length: clients }, () => db.query('select pg_stat_force_next_flush(), pg_sleep(0.2)')));
  await steward.query('select pg_stat_force_next_flush()');
  const [row] = await steward.query<{ rows: number }>(
    `select sum(n_tup_ins + n_tup_upd + n_tup_del)::int8 as rows from pg_stat_user_tables where relname in ('account', 'decision')`,
  );
  return row!.rows;
}

async function walPosition({ steward }: World): Promise<number> {
  const [row] = await steward.query<{ bytes: number }>(`select (pg_current_wal_insert_lsn() - '0/0')::float8 as bytes`);
  return row!.bytes;
}
