import type { Queryable } from '../db/database.ts';

/** A migration to count. */
export interface OpenMigration {
  readonly id: string;
  readonly key: string;
  readonly deadline: Date | null;
}

/** Each is six series, and a query: those whose deadline is nearest count. */
const MAX_ROLLOUTS = 100;
/** So long after its deadline a migration is watched still, beyond which only extensions and exemptions are left of it. */
const WATCHED_DAYS = 7;

/** Migrations that accounts were told of, until a week after they are mandatory, the nearest deadline first; TBD comes last. */
export function readOpenMigrations(db: Queryable, now: Date): Promise<OpenMigration[]> {
  return db.query<OpenMigration>(
    `select id, key, mandatory_at as deadline from migration
      where state in ('ANNOUNCED', 'GRACE_PERIOD', 'MANDATORY')
        and (mandatory_at is null or mandatory_at > $1::timestamptz - make_interval(days => $2))
      order by mandatory_at nulls last, id limit $3`,
    [now, WATCHED_DAYS, MAX_ROLLOUTS],
  );
}

/** Reminders that are not in a mail yet. */
export async function readWaitingReminders(db: Queryable, now: Date): Promise<{ queued: number; due: number; oldestDueAt: Date | null }> {
  const [row] = await db.query<{ queued: number; due: number; oldestDueAt: Date | null }>(
    `select count(*) as queued, count(*) filter (where due_at <= $1) as due, min(due_at) filter (where due_at <= $1) as "oldestDueAt"
       from reminder where mail_id is null`,
    [now],
  );
  return row!;
}
