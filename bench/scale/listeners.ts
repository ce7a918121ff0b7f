import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { Database } from '../../src/db/database.ts';
import { startEmbeddedPostgres } from '../../src/db/embedded.ts';
import { createOrm } from '../../src/db/orm.ts';
import { beginLooking, lookAtLog } from '../../src/events/look.ts';
import { costOf } from '../measure.ts';

const CHANNEL = 'bench_wake';
const RINGS = 100;
const LOOKS = 10_000;

/** What processes that follow one log take of PostgreSQL. */
export interface Following {
  /** CPU of a look that finds nothing, in µs: of PostgreSQL, and of the process that looks. */
  readonly lookUs: number;
  readonly ownLookUs: number;
  /** CPU of a wake in µs, by how many listen. */
  readonly wakeUs: ReadonlyMap<number, number>;
  /** Memory of a connection that listens and does nothing else, in MB; NaN where the machine does not tell. */
  readonly connectionMb: number;
}

/**
 * Measures on a server of its own, which takes so many connections.
 *
 * @param counts how many listen, from few to many
 */
export async function measureFollowing(counts: readonly number[]): Promise<Following> {
  const dir = await mkdtemp(join(tmpdir(), 'graceline-listeners-'));
  const server = await startEmbeddedPostgres(dir, ['-c', `max_connections=${counts.at(-1)! + 50}`]);
  try {
    const orm = createOrm(server.url, 1);
    await orm.migrator.up();
    await orm.close(true);
    const db = await Database.connect(server.url, 1);
    const listeners: pg.Client[] = [];
    try {
      const look = await lookCost(db);
      const wakeUs = new Map<number, number>();
      for (const count of counts) {
        while (listeners.length < count) listeners.push(await listen(server.url));
        wakeUs.set(count, await wakeCost(db, listeners));
      }
      return { ...look, wakeUs, connectionMb: await memoryOf(db) };
    } finally {
      await Promise.all(listeners.map((client) => client.end()));
      await db.close();
    }
  } finally {
    await server.stop();
    await rm(dir, { recursive: true });
  }
}

async function lookCost(db: Database): Promise<Pick<Following, 'lookUs' | 'ownLookUs'>> {
  const { cursor, snapshot } = await beginLooking(db);
  const { ownCpuUs, serverCpuUs } = await costOf(db, LOOKS, async () => {
    for (let i = 0; i < LOOKS; i += 1) await lookAtLog(db, cursor, snapshot);
  });
  return { lookUs: serverCpuUs ?? Number.NaN, ownLookUs: ownCpuUs };
}

async function listen(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`listen ${CHANNEL}`);
  return client;
}

/** Of all backends, those that listen included; each wake is heard by everybody before the next. */
async function wakeCost(db: Database, listeners: readonly pg.Client[]): Promise<number> {
  const { serverCpuUs } = await costOf(db, RINGS, async () => {
    for (let i = 0; i < RINGS; i += 1) {
      const heard = Promise.all(listeners.map((client) => new Promise((resolve) => client.once('notification', resolve))));
      await db.query(`select pg_notify('${CHANNEL}', '')`);
      await heard;
    }
  });
  return serverCpuUs ?? Number.NaN;
}

async function memoryOf(db: Database): Promise<number> {
  const rows = await db.query<{ pid: number }>(
    `select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
  );
  try {
    const kilobytes = rows.map(({ pid }) => Number(/^Private_Dirty:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))![1]));
    return kilobytes.reduce((sum, each) => sum + each, 0) / 1_024 / rows.length;
  } catch {
    return Number.NaN;
  }
}
