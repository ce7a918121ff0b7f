/** Workers with one sweep that tells what it does, on a database of the test file's own; see probe-worker.ts. */
import { onTestFinished } from 'vitest';
import { Database } from '../../src/db/database.ts';
import { cloneDatabase } from './database.ts';
import { atEndOfFile } from './end-of-file.ts';
import { spawnWorker, type TestProcess, until } from './processes.ts';
import { type TickRows, tickRows } from './tick-rows.ts';

const PROBE_WORKER = 'test/support/probe-worker.ts';
/** Between two runs of the sweep, in ms. */
export const INTERVAL_MS = 300;

/** See the top of this file. */
export class ProbeWorld {
  private constructor(
    readonly url: string,
    readonly db: Database,
    readonly ticks: TickRows,
  ) {}

  /** Makes one without workers, which ends with the test file. */
  static async create(): Promise<ProbeWorld> {
    const url = await cloneDatabase();
    const db = await Database.connect(url, 2);
    atEndOfFile(() => db.close());
    await db.query('create table probe (id bigint generated always as identity, pid int not null, what text not null)');
    return new ProbeWorld(url, db, tickRows(db, url));
  }

  /** Forgets what sweeps and ticks have left. */
  async clear(): Promise<void> {
    await this.db.query('truncate probe, sweep');
    await this.ticks.clear();
  }

  /** Starts a worker, which lives until the end of the test at most. @param runMs how long its sweep takes at least */
  async start(runMs = 0, env: Readonly<Record<string, string>> = {}): Promise<TestProcess> {
    const settings = { DATABASE_URL: this.url, SWEEP_INTERVAL_SECONDS: String(INTERVAL_MS / 1_000), LOG_LEVEL: 'info', ...env };
    const worker = await spawnWorker(settings, PROBE_WORKER, [String(runMs)]);
    onTestFinished(async () => void (await worker.stop('SIGKILL')));
    return worker;
  }

  /** How many runs have begun or ended, of one worker or of all. */
  async count(what: 'begin' | 'end', pid?: number): Promise<number> {
    const where = 'what = $1 and pid = coalesce($2, pid)';
    return (await this.db.query<{ count: number }>(`select count(*)::int as count from probe where ${where}`, [what, pid]))[0]!.count;
  }

  /** Waits until a worker has ended so many more runs. */
  async goesOn(worker: TestProcess, runs = 2): Promise<void> {
    const before = await this.count('end', worker.pid);
    await until(
      async () => (await this.count('end', worker.pid)) >= before + runs,
      () => `The worker does not sweep:\n${worker.output}`,
    );
  }

  /** Waits until Agenda has run its tick again: sweeps alone prove nothing of it, since they go on without ticks. */
  async ticksAgain(): Promise<void> {
    const now = new Date();
    await until(
      () => this.ticks.endedAfter(now),
      () => 'Agenda does not tick',
    );
  }
}

/** Waits until a worker is ready, or is not. */
export async function getsReady(worker: TestProcess, status: 200 | 503 = 200): Promise<void> {
  await until(
    async () => (await worker.status('/readyz')) === status,
    () => `It does not get ${status === 200 ? 'ready' : 'unready'}:\n${worker.output}`,
  );
}
