import type { Clock } from '../clock.ts';
import type { Database, Transaction } from '../db/database.ts';
import { type LoggedEvent, LOG_START, readEvents } from '../events/log.ts';
import type { Wake } from '../events/wake.ts';
import { judgedAt } from './judging.rules.ts';
import {
  addEnds,
  type MigrationNews,
  NO_NEWS,
  type NoticePair,
  readAdministrators,
  readOpenMigrations,
  readPairs,
  reconcile,
} from './notice.repository.ts';
import { noticeScope } from './notice-scope.ts';
import { FIRST_ADMINISTRATOR } from './reminders.repository.ts';

const READER = 'notices';
const EVENTS = 500;
/** Pairs judged in one statement: a transaction stays short, so readers of the log are not held up. */
const BATCH = 2_000;

/** What {@link NoticeSweep.updateNotices} did. */
export interface NoticeReport {
  /** Notices added or reopened. */
  readonly added: number;
  readonly closed: number;
  /** Always null: notices follow from events, which wake the worker. */
  readonly nextDueAt: null;
}

/**
 * Keeps the notices of administrators to what is open for them. Follows the log: an event only says where to look, the
 * effective state what to do; so looking twice, after a crash or by two workers, changes nothing.
 */
export class NoticeSweep {
  constructor(
    private readonly db: Database,
    private readonly wake: Wake,
    private readonly clock: Clock,
  ) {}

  /**
   * Works off the events since it last ran.
   *
   * @param signal once aborted nothing more is begun; the next sweep goes on
   */
  async updateNotices(signal?: AbortSignal): Promise<NoticeReport> {
    const total = { added: 0, closed: 0 };
    await this.db.query('insert into event_cursor (reader, cursor) values ($1, $2) on conflict do nothing', [READER, LOG_START]);
    while (!signal?.aborted) {
      const step = await this.readOn();
      if (!step || step.events.length === 0) break;
      const finished = await this.workOff(step.events, total, signal);
      // Moved only from where it was read: whoever was faster has done the same.
      if (!finished || !(await this.moveOn(step.cursor, step.events.at(-1)!.cursor))) break;
    }
    return { ...total, nextDueAt: null };
  }

  private readOn(): Promise<{ cursor: string; events: LoggedEvent[] } | null> {
    return this.alone(async (tx) => {
      const [place] = await tx.query<{ cursor: string }>('select cursor from event_cursor where reader = $1', [READER]);
      return { cursor: place!.cursor, events: await readEvents(tx, place!.cursor, EVENTS) };
    });
  }

  private async moveOn(from: string, to: string): Promise<boolean> {
    const rows = await this.db.query('update event_cursor set cursor = $3 where reader = $1 and cursor = $2 returning 1', [
      READER,
      from,
      to,
    ]);
    return rows.length > 0;
  }

  /** Returns false where another worker is at it, or it is time to stop. */
  private async workOff(
    events: readonly LoggedEvent[],
    total: { added: number; closed: number },
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const now = judgedAt(this.clock.now(), events);
    const about = (...scopes: string[]) => events.filter((event) => scopes.includes(noticeScope(event) ?? ''));
    const step = async (work: (tx: Transaction) => Promise<{ added: number; closed: number }>) => {
      const done = signal?.aborted ? null : await this.alone(work);
      total.added += done?.added ?? 0;
      total.closed += done?.closed ?? 0;
      if (done && done.added > 0) this.wake.ring();
      return done !== null;
    };
    const news = newsOf(about('MIGRATION'));
    const worthLooking =
      news.size > 0 || about('EVERYTHING').length > 0 ? await this.db.transaction((tx) => readOpenMigrations(tx, now)) : [];
    if (about('EVERYTHING').length > 0) for (const id of worthLooking) news.set(id, news.get(id) ?? NO_NEWS);
    for (const [migrationId, ofMigration] of news) {
      if (!ofMigration.on && !worthLooking.includes(migrationId)) continue;
      const judge = (ids: string[]) =>
        step((tx) =>
          reconcile(
            tx,
            ids.map((administratorId) => ({ administratorId, migrationId })),
            now,
            ofMigration,
          ),
        );
      if (!(await this.everybody(judge))) return false;
    }
    const single = about('ACCOUNT', 'ADMINISTRATOR');
    const pairs = single.length > 0 ? await this.db.transaction((tx) => readPairs(tx, single, now)) : [];
    for (const part of parts(pairs)) if (!(await step((tx) => reconcile(tx, part, now)))) return false;
    const ends = single.filter(({ type }) => type === 'EXTENSION_ENDED' || type === 'EXEMPTION_ENDED');
    return ends.length === 0 || step(async (tx) => ({ added: await addEnds(tx, ends, now), closed: 0 }));
  }

  /** Calls `work` with all administrators, some at a time, until it returns false. */
  private async everybody(work: (ids: string[]) => Promise<boolean>): Promise<boolean> {
    for (let after = FIRST_ADMINISTRATOR; ;) {
      const from = after;
      const ids = await this.db.transaction((tx) => readAdministrators(tx, from, BATCH));
      if (ids.length > 0 && !(await work(ids))) return false;
      if (ids.length < BATCH) return true;
      after = ids.at(-1)!;
    }
  }

  /**
   * A transaction that judges and writes while no other worker does: else one that judged before an opt-in could write
   * after one that judged behind it, and bring back a notice whose event has been worked off.
   *
   * @returns null where another worker is at it; it will do all there is
   */
  private alone<T>(work: (tx: Transaction) => Promise<T>): Promise<T | null> {
    return this.db.transaction(async (tx) => {
      const [lock] = await tx.query<{ held: boolean }>(`select pg_try_advisory_xact_lock(hashtext('graceline notices')) as held`);
      return lock!.held ? work(tx) : null;
    });
  }
}

/** Of several changes of dates only the latest is news. */
function newsOf(events: readonly LoggedEvent[]): Map<string, MigrationNews> {
  const news = new Map<string, MigrationNews>();
  for (const { type, migrationId, data } of events) {
    const known = news.get(migrationId!) ?? NO_NEWS;
    const rescheduleId =
      type === 'RESCHEDULE_APPLIED' && typeof data['rescheduleId'] === 'string' ? data['rescheduleId'] : known.rescheduleId;
    news.set(migrationId!, { rescheduleId, on: known.on || type === 'DEADLINE_PASSED' || type === 'MIGRATION_ENFORCED' });
  }
  return news;
}

function parts(pairs: readonly NoticePair[]): NoticePair[][] {
  return Array.from({ length: Math.ceil(pairs.length / BATCH) }, (_, i) => pairs.slice(i * BATCH, (i + 1) * BATCH));
}
