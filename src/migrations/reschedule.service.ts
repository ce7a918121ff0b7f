import { LockMode } from '@mikro-orm/core';
import { requireOperator } from '../accounts/visibility.ts';
import type { Actor } from '../auth/actor.ts';
import type { Clock } from '../clock.ts';
import type { Database, Transaction } from '../db/database.ts';
import { GracelineError } from '../errors.ts';
import { type EventType, writeEvents } from '../events/log.ts';
import type { Wake } from '../events/wake.ts';
import { isUuid, newId } from '../ids.ts';
import { startRolloutCount } from '../rollouts/counts.ts';
import { checkedDate, refuseImpossible, scheduleFrom, startsBeforeToday } from './dates.ts';
import { type Schedule, shortensGrace, stateAt } from './lifecycle.rules.ts';
import { Migration, Reschedule } from './migration.entity.ts';
import { checkedReason, type RescheduleView } from './migrations.rules.ts';
import { findReschedules, scheduleOf } from './migrations.repository.ts';
import { lockedMigration, notePromise, refuseWrongState } from './migrations.service.ts';

/** New dates; what is left out stays. */
export interface NewDates {
  readonly gracePeriodStart?: string | undefined;
  readonly mandatoryOptIn?: string | undefined;
  /** Needed where the dates take away grace that accounts were promised. */
  readonly reason?: string | undefined;
}

/** Changes the dates of migrations, keeps their history, and asks a second operator where a promise is shortened. */
export class RescheduleService {
  constructor(
    private readonly db: Database,
    private readonly wake: Wake,
    private readonly clock: Clock,
    private readonly platformTimeZone: string,
  ) {}

  /**
   * Gives a migration new dates. They apply at once, unless they shorten a grace period that accounts were promised:
   * then they wait as PENDING for {@link approve}.
   *
   * @throws GracelineError FORBIDDEN, NOT_FOUND, WRONG_STATE, INVALID_DATE, DEADLINE_BEFORE_START, DATE_IN_PAST,
   *   GRACE_PERIOD_STARTED (its start is history), REASON_NEEDED, CONFLICT where another change waits for approval
   */
  async reschedule(actor: Actor, key: string, dates: NewDates): Promise<RescheduleView> {
    requireOperator(actor);
    const now = this.clock.now();
    return this.committed(async (tx) => {
      const migration = await lockedMigration(tx, key);
      const reschedule = await this.prepare(tx, migration, dates, actor, now);
      tx.em.persist(reschedule);
      if (reschedule.status === 'APPLIED') await this.apply(tx, migration, reschedule, now);
      await this.log(tx, actor, now, reschedule.status === 'APPLIED' ? 'RESCHEDULE_APPLIED' : 'RESCHEDULE_REQUESTED', reschedule);
      return reschedule;
    });
  }

  /**
   * The second operator agrees: the dates apply.
   *
   * @throws GracelineError FORBIDDEN, NOT_FOUND, SECOND_OPERATOR_NEEDED for whoever asked for it, WRONG_STATE where it is
   *   decided already, CONFLICT where the dates have changed since, DATE_IN_PAST where it came too late
   */
  async approve(actor: Actor, rescheduleId: string): Promise<RescheduleView> {
    return this.decide(actor, rescheduleId, async (tx, reschedule, migration, now) => {
      if (isSamePerson(actor.subject, reschedule.requestedBy)) {
        throw new GracelineError(
          'SECOND_OPERATOR_NEEDED',
          'You asked for this change yourself. Another operator must approve it, because it takes away grace that accounts were promised.',
        );
      }
      refuseWrongState(migration, 'RESCHEDULE', now);
      if (migration.gracePeriodStart !== reschedule.oldGracePeriodStart || migration.mandatoryOptIn !== reschedule.oldMandatoryOptIn) {
        throw new GracelineError(
          'CONFLICT',
          'The dates have changed since this was asked for. Reject it and ask again from the dates as they are now.',
        );
      }
      this.refuseDates(migration, this.scheduleOf(reschedule), now);
      reschedule.status = 'APPLIED';
      await this.apply(tx, migration, reschedule, now);
      return 'RESCHEDULE_APPLIED';
    });
  }

  /**
   * Turns down dates that wait for approval; also how the operator who asked takes them back.
   *
   * @throws GracelineError FORBIDDEN, NOT_FOUND, WRONG_STATE
   */
  async reject(actor: Actor, rescheduleId: string): Promise<RescheduleView> {
    return this.decide(actor, rescheduleId, async (_tx, reschedule) => {
      reschedule.status = 'REJECTED';
      return 'RESCHEDULE_REJECTED';
    });
  }

  /**
   * Whether the dates may replace those of a migration, whoever asks.
   *
   * @throws GracelineError DEADLINE_BEFORE_START, GRACE_PERIOD_STARTED, DATE_IN_PAST
   */
  refuseDates(migration: Migration, next: Schedule, now: Date): void {
    refuseImpossible(migration.severity, next);
    const state = stateAt(migration.state, scheduleOf(migration), now);
    if (state === 'DRAFT') return;
    if (state === 'GRACE_PERIOD' && next.gracePeriodStart !== migration.gracePeriodStart) {
      throw new GracelineError(
        'GRACE_PERIOD_STARTED',
        `Its grace period started on ${migration.gracePeriodStart}; accounts created since have the migration from birth. Only its mandatory opt-in can still change.`,
      );
    }
    const startIsNew = next.gracePeriodStart !== migration.gracePeriodStart;
    if (startIsNew && startsBeforeToday(next, now, this.platformTimeZone)) {
      throw new GracelineError(
        'DATE_IN_PAST',
        `The grace period cannot start in the past (${next.gracePeriodStart}). Give today or a later day.`,
        { field: 'gracePeriodStart' },
      );
    }
    if (next.mandatoryAt && next.mandatoryAt <= now) {
      throw new GracelineError('DATE_IN_PAST', `The mandatory opt-in (${next.mandatoryOptIn}) has passed. Give a later one.`, {
        field: 'mandatoryOptIn',
      });
    }
  }

  /** Whether dates take away what accounts were promised last, also where the deadline has been TBD in between. */
  shortensPromise(migration: Migration, next: Schedule): boolean {
    const { state, promisedStart, promisedDeadline } = migration;
    if (state === 'DRAFT' || !promisedStart || !promisedDeadline) return false;
    return shortensGrace(scheduleFrom(promisedStart, promisedDeadline, this.platformTimeZone), next);
  }

  private async prepare(tx: Transaction, migration: Migration, dates: NewDates, actor: Actor, now: Date): Promise<Reschedule> {
    refuseWrongState(migration, 'RESCHEDULE', now);
    const { gracePeriodStart = migration.gracePeriodStart, mandatoryOptIn = migration.mandatoryOptIn } = dates;
    const next = scheduleFrom(
      checkedDate('gracePeriodStart', gracePeriodStart),
      checkedDate('mandatoryOptIn', mandatoryOptIn),
      this.platformTimeZone,
    );
    refuseSameDates(migration, next);
    this.refuseDates(migration, next, now);
    const shortens = this.shortensPromise(migration, next);
    if (shortens) await refuseSecondRequest(tx, migration);
    return newReschedule(
      migration,
      next,
      actor,
      now,
      shortens ? checkedReason(dates.reason) : dates.reason?.trim() ? checkedReason(dates.reason) : null,
      shortens,
    );
  }

  private async apply(tx: Transaction, migration: Migration, reschedule: Reschedule, now: Date): Promise<void> {
    await applyDates(tx, migration, this.scheduleOf(reschedule), now);
  }

  private scheduleOf(reschedule: Reschedule): Schedule {
    return scheduleFrom(reschedule.newGracePeriodStart, reschedule.newMandatoryOptIn, this.platformTimeZone);
  }

  private async decide(
    actor: Actor,
    rescheduleId: string,
    work: (tx: Transaction, reschedule: Reschedule, migration: Migration, now: Date) => Promise<EventType>,
  ): Promise<RescheduleView> {
    requireOperator(actor);
    const now = this.clock.now();
    return this.committed(async (tx) => {
      const reschedule = isUuid(rescheduleId)
        ? await tx.em.findOne(Reschedule, { id: rescheduleId }, { lockMode: LockMode.PESSIMISTIC_WRITE })
        : null;
      if (!reschedule) throw new GracelineError('NOT_FOUND', 'There is no such change of dates. Its id stands with the migration.');
      if (reschedule.status !== 'PENDING')
        throw new GracelineError('WRONG_STATE', `This change of dates was ${reschedule.status.toLowerCase()} already.`);
      const migration = await tx.em.findOneOrFail(Migration, { id: reschedule.migrationId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
      const type = await work(tx, reschedule, migration, now);
      Object.assign(reschedule, { decidedBy: actor.subject, decidedAt: now });
      await this.log(tx, actor, now, type, reschedule);
      return reschedule;
    });
  }

  private async log(tx: Transaction, actor: Actor, now: Date, type: EventType, reschedule: Reschedule): Promise<void> {
    const { id, migrationId, reason, oldGracePeriodStart, oldMandatoryOptIn, newGracePeriodStart, newMandatoryOptIn } = reschedule;
    const before = { gracePeriodStart: oldGracePeriodStart, mandatoryOptIn: oldMandatoryOptIn };
    const after = { gracePeriodStart: newGracePeriodStart, mandatoryOptIn: newMandatoryOptIn };
    await writeEvents(tx, actor, now, [{ type, migrationId, data: { rescheduleId: id, reason, before, after } }]);
  }

  private async committed(work: (tx: Transaction) => Promise<Reschedule>): Promise<RescheduleView> {
    const view = await this.db.transaction(async (tx) => {
      const { id, migrationId } = await work(tx);
      return (await findReschedules(tx, [migrationId])).find((reschedule) => reschedule.id === id);
    });
    this.wake.ring();
    return view!;
  }
}

/** @throws GracelineError INVALID_INPUT where nothing would change */
export function refuseSameDates(migration: Migration, next: Schedule): void {
  if (next.gracePeriodStart !== migration.gracePeriodStart || next.mandatoryOptIn !== migration.mandatoryOptIn) return;
  throw new GracelineError('INVALID_INPUT', 'These are the dates it has already. Give another start or another mandatory opt-in.');
}

/** A change of dates, for the history; already applied unless it must wait for a second operator. */
export function newReschedule(
  migration: Migration,
  next: Schedule,
  actor: Actor,
  now: Date,
  reason: string | null,
  pending: boolean,
): Reschedule {
  return Object.assign(new Reschedule(), {
    id: newId(),
    migrationId: migration.id,
    status: pending ? ('PENDING' as const) : ('APPLIED' as const),
    oldGracePeriodStart: migration.gracePeriodStart,
    oldMandatoryOptIn: migration.mandatoryOptIn,
    newGracePeriodStart: next.gracePeriodStart,
    newMandatoryOptIn: next.mandatoryOptIn,
    reason,
    requestedBy: actor.subject,
    requestedAt: now,
    decidedBy: null,
    decidedAt: null,
  });
}

/** Writes new dates into a migration; who was there before its start is counted anew where the start moves. */
export async function applyDates(tx: Transaction, migration: Migration, next: Schedule, now: Date): Promise<void> {
  const startMoves = migration.graceStartsAt?.getTime() !== next.graceStartsAt?.getTime();
  Object.assign(migration, next, { updatedAt: now });
  if (migration.state === 'DRAFT') return;
  notePromise(migration);
  if (startMoves) await startRolloutCount(tx, migration.id);
}

/** Names are compared as people read them: another case or width of letters makes no second operator. */
function isSamePerson(name: string, other: string): boolean {
  const folded = (text: string) => text.normalize('NFKC').toLowerCase();
  return folded(name) === folded(other);
}

/** @throws GracelineError CONFLICT where other dates wait for approval */
export async function refuseSecondRequest(tx: Transaction, migration: Migration): Promise<void> {
  const [pending] = await tx.query(`select from reschedule where migration_id = $1 and status = 'PENDING'`, [migration.id]);
  if (pending) throw new GracelineError('CONFLICT', 'Another change of its dates waits for approval. Approve or reject that one first.');
}
