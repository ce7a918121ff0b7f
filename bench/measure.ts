/** How costs are measured: in rounds that take turns, so that a disturbance of the machine meets all contenders alike. */
import { existsSync, readFileSync } from 'node:fs';
import type { Database } from '../src/db/database.ts';
import { median } from './benchmark.ts';

/** What one operation cost. */
export interface Cost {
  /** Elapsed time, in µs an operation; with several clients at once less than one of them waits. */
  readonly elapsedUs: number;
  /** CPU of this process, in µs an operation. */
  readonly ownCpuUs: number;
  /** CPU of PostgreSQL's processes for this database, in µs an operation; null where the machine does not tell. */
  readonly serverCpuUs: number | null;
}

/** Linux counts the CPU of a process in hundredths of a second. */
const TICK_US = 10_000;
/** The first round fills caches and plans statements; it is not counted. */
const WARM_UP_ROUNDS = 1;

/**
 * Measures what `work` costs an operation. The server's share is exact only over many milliseconds of it.
 *
 * @param operations how many `work` does
 */
export async function costOf(db: Database, operations: number, work: () => Promise<unknown>): Promise<Cost> {
  const backends = await backendsOf(db);
  const [cpu, ticks, start] = [process.cpuUsage(), ticksOf(backends), performance.now()];
  await work();
  const elapsedMs = performance.now() - start;
  const [own, after] = [process.cpuUsage(cpu), ticksOf(backends)];
  return {
    elapsedUs: (elapsedMs * 1_000) / operations,
    ownCpuUs: (own.user + own.system) / operations,
    serverCpuUs: ticks === null || after === null ? null : (spent(ticks, after) * TICK_US) / operations,
  };
}

/**
 * Lets contenders take turns, each round in the opposite order of the one before.
 *
 * @param rounds how many count, at least three; one more goes before them to warm up
 * @returns what each gave, round by round
 */
export async function takeTurns<Name extends string, Result>(
  rounds: number,
  contenders: Readonly<Record<Name, () => Promise<Result>>>,
): Promise<Record<Name, Result[]>> {
  const names = Object.keys(contenders) as Name[];
  const results = Object.fromEntries(names.map((name) => [name, [] as Result[]])) as Record<Name, Result[]>;
  for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const result = await contenders[name]();
      if (round >= 0) results[name].push(result);
    }
  }
  return results;
}

/** The median over rounds of a number each of them has. */
export function medianOf<Result>(results: readonly Result[], pick: (result: Result) => number): number {
  return median(results.map(pick));
}

/** The median of each round's own ratio: what disturbs a whole round cancels out. */
export function medianRatio<Result>(ours: readonly Result[], theirs: readonly Result[], pick: (result: Result) => number): number {
  return median(ours.map((result, round) => pick(result) / pick(theirs[round]!)));
}

async function backendsOf(db: Database): Promise<number[]> {
  // Autovacuum comes and goes as it likes.
  const rows = await db.query<{ pid: number }>(
    `select pid from pg_stat_activity where datname = current_database() and backend_type = 'client backend'`,
  );
  return rows.map(({ pid }) => pid);
}

/** User and system time of each of these processes that is there; null where there is no /proc. */
function ticksOf(pids: readonly number[]): ReadonlyMap<number, number> | null {
  if (!existsSync('/proc/self/stat')) return null;
  return new Map(
    pids.flatMap((pid) => {
      try {
        const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
        return [[pid, Number(fields[11]) + Number(fields[12])] as const];
      } catch {
        // A pool ends what lies idle.
        return [];
      }
    }),
  );
}

/** What those that are still there have spent. */
function spent(before: ReadonlyMap<number, number>, after: ReadonlyMap<number, number>): number {
  return [...after].reduce((sum, [pid, ticks]) => sum + ticks - (before.get(pid) ?? ticks), 0);
}
