/** A house of production in this process, as one process of a platform is, on a clock that its owner moves. */
import 'reflect-metadata';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { compose } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import type { Database } from '../../src/db/database.ts';
import type { House } from '../../src/house.ts';
import { SWEEPS } from '../../worker/jobs/sweeps.ts';

/** Mails leave from this hour on. */
export const MORNING_HOUR = 9;
/** The sweeps that notices and reminders flow through, in their order. */
export const REMINDING = ['advance-calendar', 'update-notices', 'expand-milestones', 'compose-mails', 'deliver-mail'].map((name) =>
  SWEEPS.find((sweep) => sweep.name === name)!,
);

/** Every table that those sweeps and the services before them write to; those that others refer to last. */
const WRITTEN = [
  'administration',
  'reminder',
  'mail',
  'notice',
  'milestone_run',
  'reschedule',
  'decision',
  'rollout_count',
  'listed_account',
  'event',
  'event_cursor',
  'administrator',
  'account',
  'migration',
];

/** Where a house stands. */
export interface Site {
  readonly url: string;
  /** Mails are written into it, and clocks read from it. */
  readonly folder: string;
  /** The name of the clock. */
  readonly clock: string;
  readonly timeZone: string;
}

/** Composes one; its clock must have been set. */
export function composeOn({ url, folder, clock, timeZone }: Site): Promise<House> {
  const config = readConfig({
    NODE_ENV: 'test',
    DATABASE_URL: url,
    DATABASE_POOL_SIZE: '4',
    DATA_DIR: folder,
    CLOCK_FILE: join(folder, clock),
    PLATFORM_TIME_ZONE: timeZone,
    REMINDER_HOUR: String(MORNING_HOUR),
  });
  return compose(config, pino({ level: 'silent' }));
}

/** Sets a clock (ms since 1970). */
export function setClock({ folder, clock }: Pick<Site, 'folder' | 'clock'>, now: number): Promise<void> {
  return writeFile(join(folder, clock), new Date(now).toISOString());
}

/** Runs some of the sweeps. */
export async function sweepAll(house: House, sweeps = REMINDING): Promise<void> {
  const { signal } = new AbortController();
  for (const sweep of sweeps) await sweep.run(house, signal);
}

/** Waits until readers of the log can see all that is in it: whatever runs in the server beside us holds them up. */
export async function readable(db: Database): Promise<void> {
  for (;;) {
    const [row] = await db.query<{ readable: boolean }>(
      `select not exists (select from event where xid >= pg_snapshot_xmin(pg_current_snapshot())) as readable`,
    );
    if (row!.readable) return;
  }
}

/** Forgets everything. */
export async function clear(db: Database): Promise<void> {
  await db.query(WRITTEN.map((table) => `delete from ${table}`).join('; '));
}
