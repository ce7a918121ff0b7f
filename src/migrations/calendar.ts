import { LockMode } from '@mikro-orm/core';
import { SYSTEM } from '../auth/actor.ts';
import type { Clock } from '../clock.ts';
import type { Database, Transaction } from '../db/database.ts';
import { type NewEvent, writeEvents } from '../events/log.ts';
import type { Wake } from '../events/wake.ts';
import { readProgress } from '../rollouts/counts.ts';
import { recordEnds } from '../rollouts/ends.ts';
import { Migration } from './migration.entity.ts';

const BATCH = 500;

/** What {@link Calendar.advance} recorded. */
export interface CalendarReport {
  readonly started: number;
  readonly passed: number;
  readonly ended: number;
  /** The next date that fires, to wake up for; null where none is known. */
  readonly nextDueAt: Date | null;
}

/**
 * Records that dates have passed. Nothing depends on it being on time: the rule has known the date all along. What
 * follows from the record are the events, and with them notices, reminders and whoever watches.
 */
export class Calendar {
  constructor(
    private readonly db: Database,
    private readonly wake: Wake,
    private readonly clock: Clock,
  ) {}

  /** Called by a sweep, by any number of workers at once. */
  async advance(signal?: AbortSignal): Promise<CalendarReport> {
    const now = this.clock.now();
    let [started, passed, ended] = [0, 0, 0];
    while (!signal?.aborted) {
      const events = await this.db.transaction((tx) => recordDates(tx, now));
      started += events.filter(({ type }) => type === 'GRACE_PERIOD_STARTED').length;
      passed += events.filter(({ type }) => type === 'DEADLINE_PASSED').length;
      if (events.length === 0) break;
      this.wake.ring();
    }
    while (!signal?.aborted) {
      const count = await this.db.transaction((tx) => recordEnds(tx, now));
      if (count === 0) break;
      ended += count;
      this.wake.ring();
    }
    return { started, passed, ended, nextDueAt: await nextDue(this.db, now) };
  }
}

async function recordDates(tx: Transaction, now: Date): Promise<NewEvent[]> {
  const due = { $ne: null, $lte: now };
  const migrations = await tx.em.find(
    Migration,
    {
      $or: [
        { state: 'ANNOUNCED', graceStartsAt: due },
        { state: { $in: ['ANNOUNCED', 'GRACE_PERIOD'] }, mandatoryAt: due },
      ],
    },
    { lockMode: LockMode.PESSIMISTIC_PARTIAL_WRITE, limit: BATCH, orderBy: { id: 'asc' } },
  );
  const events: NewEvent[] = [];
  for (const migration of migrations) {
    const { id: migrationId, graceStartsAt, mandatoryAt } = migration;
    if (migration.state === 'ANNOUNCED' && graceStartsAt && graceStartsAt <= now) {
      migration.state = 'GRACE_PERIOD';
      events.push({ type: 'GRACE_PERIOD_STARTED', migrationId, data: { instant: graceStartsAt.toISOString() } });
    }
    if (mandatoryAt && mandatoryAt <= now) {
      migration.state = 'MANDATORY';
      events.push({
        type: 'DEADLINE_PASSED',
        migrationId,
        data: { instant: mandatoryAt.toISOString(), progress: await readProgress(tx, migrationId, now) },
      });
    }
  }
  await writeEvents(tx, SYSTEM, now, events);
  return events;
}

async function nextDue(db: Database, now: Date): Promise<Date | null> {
  const [row] = await db.query<{ next: Date | null }>(
    `select least(
       (select min(grace_starts_at) from migration where state = 'ANNOUNCED' and grace_starts_at > $1),
       (select min(mandatory_at) from migration where state in ('ANNOUNCED', 'GRACE_PERIOD') and mandatory_at > $1),
       (select min(ends_at) from decision where ends_at > $1)) as next`,
    [now],
  );
  return row!.next;
}
