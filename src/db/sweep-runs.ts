/** How the worker's sweeps last ended: written by workers, read by whoever watches them. */
import type { Queryable } from './database.ts';

/** How a sweep last ended, well and badly. */
export interface SweepRun {
  readonly name: string;
  /** When it last succeeded. */
  readonly finishedAt: Date | null;
  /** How long that took. */
  readonly durationMs: number | null;
  readonly failedAt: Date | null;
  readonly lastError: string | null;
  /** How often it runs where nothing wakes it. */
  readonly everyMs: number | null;
  /** When the next piece of its work falls due, where one is known. */
  readonly nextWorkAt: Date | null;
}

/** Longer ones are a stack, or somebody's data. */
const MAX_ERROR_LENGTH = 500;

/** Writes down that a sweep succeeded. Of two workers the later counts. */
export async function recordSuccess(
  db: Queryable,
  { name, finishedAt, durationMs, everyMs, nextWorkAt }: Omit<SweepRun, 'failedAt' | 'lastError' | 'finishedAt'> & { finishedAt: Date },
): Promise<void> {
  await db.query(
    `insert into sweep (name, finished_at, duration_ms, every_ms, next_work_at) values ($1, $2, $3, $4, $5)
     on conflict (name) do update
        set finished_at = excluded.finished_at, duration_ms = excluded.duration_ms, every_ms = excluded.every_ms, next_work_at = excluded.next_work_at
      where sweep.finished_at is null or sweep.finished_at <= excluded.finished_at`,
    [name, finishedAt, durationMs, everyMs, nextWorkAt],
  );
}

/** Writes down that a sweep failed, and with what. */
export async function recordFailure(db: Queryable, name: string, everyMs: number, failedAt: Date, error: string): Promise<void> {
  await db.query(
    `insert into sweep (name, failed_at, last_error, every_ms) values ($1, $2, $3, $4)
     on conflict (name) do update set failed_at = excluded.failed_at, last_error = excluded.last_error, every_ms = excluded.every_ms
      where sweep.failed_at is null or sweep.failed_at <= excluded.failed_at`,
    // PostgreSQL holds no NUL in a text.
    [name, failedAt, error.replaceAll('\0', '\u{FFFD}').slice(0, MAX_ERROR_LENGTH), everyMs],
  );
}

/** Every sweep that has ever run, by name: a few. */
export function readSweepRuns(db: Queryable): Promise<SweepRun[]> {
  return db.query<SweepRun>(
    `select name, finished_at as "finishedAt", duration_ms as "durationMs", failed_at as "failedAt", last_error as "lastError",
            every_ms as "everyMs", next_work_at as "nextWorkAt"
       from sweep order by name`,
  );
}
