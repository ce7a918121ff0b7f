import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compose } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import { Database } from '../../src/db/database.ts';
import type { House } from '../../src/house.ts';
import { createLogger } from '../../src/logger.ts';
import { SWEEPS } from '../../worker/jobs/sweeps.ts';
import { OPERATOR, World } from '../deadline/world.ts';
import { costOf } from '../measure.ts';

/** Of each administrator. */
const ACCOUNTS_EACH = 10;
/** One account in twenty has opted in with an event of its own, as the sweeps are to find it. */
const EVENT_EVERY = 20;
const OPT_INS = 500;
const SEARCHES = 5;
/** Two months before the deadline of the world, in the morning. */
const NOW = '2026-05-02T09:00:00Z';

/** CPU, in µs. */
export interface Cpu {
  readonly oursUs: number;
  readonly postgresUs: number;
}

/** A platform with people, and what grows with it. */
export class Platform {
  private constructor(
    private readonly world: World,
    private readonly house: House,
    private readonly dir: string,
  ) {}

  /** Fills an empty database. */
  static async create(url: string, accounts: number, log: (line: string) => void): Promise<Platform> {
    await withoutParallelWorkers(url);
    const world = await World.create(url, accounts, 2, log);
    await world.addTail(accounts / EVENT_EVERY);
    await addPeople(world.db, accounts);
    const dir = await mkdtemp(join(tmpdir(), 'graceline-scale-'));
    await writeFile(join(dir, 'clock'), NOW);
    const config = readConfig({
      DATABASE_URL: url,
      DATABASE_POOL_SIZE: '2',
      CLOCK_FILE: join(dir, 'clock'),
      DATA_DIR: dir,
      LOG_LEVEL: 'error',
    });
    return new Platform(world, await compose(config, createLogger(config, 'bench')), dir);
  }

  /** How many administrators there are. */
  get administrators(): number {
    return this.world.accounts / ACCOUNTS_EACH;
  }

  /** How many accounts there are. */
  get accounts(): number {
    return this.world.accounts;
  }

  /** How many events there are. */
  async events(): Promise<number> {
    const [row] = await this.world.db.query<{ count: number }>('select count(*) from event');
    return row!.count;
  }

  /** Bytes a row of each table that has many, with its indexes; mails as they are once they were sent. */
  async rowBytes(): Promise<ReadonlyMap<string, number>> {
    await this.world.db.query(
      `update mail set status = 'SENT', attempts = 1, finished_at = send_after, recipient = (select email from administrator p where p.id = administrator_id),
              subject = 'Action needed by 1 July 2026: 1 change of Example Platform'`,
    );
    for (const table of ['mail', 'reminder']) await this.world.db.query(`vacuum full ${table}`);
    await this.world.db.query('vacuum analyze');
    const rows = await this.world.db.query<{ name: string; bytes: number }>(
      `select relname as name, pg_total_relation_size(oid) / reltuples::float8 as bytes from pg_class
        where relkind = 'r' and relnamespace = 'public'::regnamespace and reltuples >= 1000 order by relname`,
    );
    return new Map(rows.map(({ name, bytes }) => [name, bytes]));
  }

  /** What one run of a sweep takes of the process and of PostgreSQL. */
  sweep(name: string): Promise<Cpu> {
    const sweep = SWEEPS.find((one) => one.name === name)!;
    return this.cpu(this.house.db, 1, () => sweep.run(this.house, new AbortController().signal));
  }

  /** A count of the rollout from the tables. */
  async recount(): Promise<Cpu> {
    await this.world.db.query('update rollout_count set as_of = null');
    return this.sweep('fold-counts');
  }

  /** A search for a part of a name that nobody has. */
  search(): Promise<Cpu> {
    return this.cpu(this.house.db, SEARCHES, async () => {
      for (let i = 0; i < SEARCHES; i += 1)
        await this.house.accounts.accounts(OPERATOR, { search: 'nobody at all' }, { first: 20, after: null });
    });
  }

  /** Bytes of write-ahead log of an opt-in, the pages that a checkpoint left to be written whole included. */
  async optInLog(): Promise<number> {
    const { db, rollouts, key } = this.world;
    await db.query('checkpoint');
    const [before] = await db.query<{ place: string }>('select pg_current_wal_lsn()::text as place');
    for (let i = 0; i < OPT_INS; i += 1) await rollouts.optIn(OPERATOR, this.world.nextUndecided().id, key);
    const [written] = await db.query<{ bytes: number }>('select pg_wal_lsn_diff(pg_current_wal_lsn(), $1::pg_lsn)::float8 as bytes', [
      before!.place,
    ]);
    return written!.bytes / OPT_INS;
  }

  async close(): Promise<void> {
    await this.house.close();
    await this.world.close();
    await rm(this.dir, { recursive: true });
  }

  private async cpu(db: Database, operations: number, work: () => Promise<unknown>): Promise<Cpu> {
    // Both connections of its pool, so that neither is begun meanwhile.
    await Promise.all([db.query('select pg_sleep(0.01)'), db.query('select pg_sleep(0.01)')]);
    const { ownCpuUs, serverCpuUs } = await costOf(db, operations, work);
    return { oursUs: ownCpuUs, postgresUs: serverCpuUs ?? Number.NaN };
  }
}

/** Their CPU is counted by nobody: they are gone before it is read. */
async function withoutParallelWorkers(url: string): Promise<void> {
  const db = await Database.connect(url, 1);
  await db.query(`alter database "${new URL(url).pathname.slice(1)}" set max_parallel_workers_per_gather = 0`);
  await db.close();
}

async function addPeople(db: Database, accounts: number): Promise<void> {
  await db.query(
    `insert into administrator (id, email, name, time_zone, locale, created_at)
     select gen_random_uuid(), 'person' || i || '@customer' || i || '.example', 'Person ' || i, 'Europe/Berlin', 'en', '2015-01-01T00:00:00Z'
       from generate_series(1, $1::int) i`,
    [accounts / ACCOUNTS_EACH],
  );
  await db.query(
    `insert into administration (administrator_id, account_number)
     select p.id, a.number from (select id, row_number() over () as i from administrator) p
       join account a on a.number between (p.i - 1) * $1 + 1 and p.i * $1`,
    [ACCOUNTS_EACH],
  );
  await db.query('vacuum analyze');
}
