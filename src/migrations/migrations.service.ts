import { LockMode } from '@mikro-orm/core';
import { requireOperator } from '../accounts/visibility.ts';
import type { Actor } from '../auth/actor.ts';
import { requireScope } from '../auth/scopes.rules.ts';
import type { Clock } from '../clock.ts';
import type { Database, Transaction } from '../db/database.ts';
import { GracelineError } from '../errors.ts';
import { type EventType, writeEvents } from '../events/log.ts';
import type { Wake } from '../events/wake.ts';
import { newId } from '../ids.ts';
import type { Page, PageRequest } from '../pagination.ts';
import { startRolloutCount } from '../rollouts/counts.ts';
import { type AffectsInput, applyAffects } from './affects.ts';
import { checkedDate, refuseImpossible, refusePastStart, scheduleFrom } from './dates.ts';
import { TBD } from './dates.rules.ts';
import {
  type Command,
  defaultDeadline,
  isRefusal,
  LIFECYCLE,
  type LifecycleState,
  type Schedule,
  type Severity,
  stateAt,
} from './lifecycle.rules.ts';
import { descriptionProblems, normaliseDescription } from './markdown.ts';
import { Migration } from './migration.entity.ts';
import {
  checkedGuideUrl,
  checkedKey,
  checkedReason,
  checkedTitle,
  type MigrationTexts,
  type MigrationView,
  type RescheduleView,
} from './migrations.rules.ts';
import { CatalogueReads, findMigration, findPublished, findReschedules, scheduleOf } from './migrations.repository.ts';
import { keyOfTitle } from './page.ts';
import type { PublishedMigration } from './page-render.ts';

/** A new migration. */
export interface NewMigration extends MigrationTexts {
  /** Left out: made from the title. */
  readonly key?: string | undefined;
  readonly title: string;
  readonly severity: Severity;
  /** Partial date; left out means TBD. */
  readonly gracePeriodStart?: string | undefined;
  /** Partial date; left out means the default grace of the severity after the start. */
  readonly mandatoryOptIn?: string | undefined;
  readonly affects?: AffectsInput | undefined;
}

/** The catalogue: what operators publish and everybody reads. Dates are changed by the {@link RescheduleService}. */
export class MigrationsService {
  private readonly reads: CatalogueReads;

  constructor(
    private readonly db: Database,
    private readonly wake: Wake,
    private readonly clock: Clock,
    private readonly platformTimeZone: string,
  ) {
    this.reads = new CatalogueReads(db, clock);
  }

  /**
   * A page of the catalogue, newest first. Only operators see what nobody was told of yet.
   *
   * @throws GracelineError FORBIDDEN to a partner without `migrations:read` or `flags:read`; INVALID_INPUT, INVALID_CURSOR
   */
  async migrations(actor: Actor, states: readonly LifecycleState[], page: PageRequest): Promise<Page<MigrationView>> {
    requireScope(actor, 'migrations:read', 'flags:read');
    return this.reads.page({ states, unpublished: seesDrafts(actor) }, page);
  }

  /**
   * One migration. Who reads events may look up what they are about.
   *
   * @throws GracelineError FORBIDDEN to a partner without `migrations:read`, `flags:read` or `events:read`; NOT_FOUND, also for a draft where the actor is no operator
   */
  async migration(actor: Actor, key: string): Promise<MigrationView> {
    requireScope(actor, 'migrations:read', 'flags:read', 'events:read');
    const migration = await findMigration(this.db, this.clock.now(), key);
    if (!migration || (migration.announcedAt === null && !seesDrafts(actor))) throw migrationNotFound(key);
    return migration;
  }

  /** Whether the actor may be told of what happened to a migration then, however late: not of what was done to the draft. */
  wasVisible(actor: Actor, { announcedAt }: MigrationView, at: Date): boolean {
    return (announcedAt !== null && announcedAt <= at) || seesDrafts(actor);
  }

  /** Every published migration by its id, whoever asks: for the states of accounts, each of which is about one of them. */
  publishedById(): Promise<ReadonlyMap<string, MigrationView>> {
    return this.reads.published();
  }

  /** Every migration the public page shows, newest first. */
  async published(): Promise<PublishedMigration[]> {
    const migrations = await findPublished(this.db, this.clock.now());
    return migrations.map((migration) => ({ ...migration, platforms: migration.affects.platforms }));
  }

  /** For a data loader: the migrations of these ids, in their order, without asking who wants to know; null where there is none. */
  byIds(ids: readonly string[]): Promise<(MigrationView | null)[]> {
    return this.reads.byIds(ids);
  }

  /**
   * Of the changes of a migration's dates, those an actor may see. Operators see all; for others what was only asked for,
   * and who asked, is the platform's own business.
   */
  visibleReschedules(actor: Actor, { announcedAt }: MigrationView, reschedules: readonly RescheduleView[]): readonly RescheduleView[] {
    if (seesDrafts(actor)) return reschedules;
    return reschedules
      .filter(({ status, requestedAt }) => status === 'APPLIED' && announcedAt !== null && requestedAt >= announcedAt)
      .map((reschedule) => ({ ...reschedule, requestedBy: null, decidedBy: null }));
  }

  /** For a data loader: every change of dates of these migrations, newest first. */
  reschedulesOf(migrationIds: readonly string[]): Promise<RescheduleView[]> {
    return findReschedules(this.db, migrationIds);
  }

  /**
   * Creates a draft.
   *
   * @throws GracelineError FORBIDDEN, INVALID_INPUT, INVALID_DATE, INVALID_MARKDOWN, DEADLINE_BEFORE_START, KEY_TAKEN,
   *   NOT_FOUND (a listed account)
   */
  async createMigration(actor: Actor, input: NewMigration): Promise<MigrationView> {
    requireOperator(actor);
    const now = this.clock.now();
    const title = checkedTitle(input.title);
    const key = checkedKey(input.key ?? keyOfTitle(title));
    const gracePeriodStart = checkedDate('gracePeriodStart', input.gracePeriodStart ?? 'TBD');
    const mandatoryOptIn = checkedDate('mandatoryOptIn', input.mandatoryOptIn ?? defaultDeadline(input.severity, gracePeriodStart));
    const schedule = scheduleFrom(gracePeriodStart, mandatoryOptIn, this.platformTimeZone);
    refuseImpossible(input.severity, schedule);
    return this.committed(now, key, async (tx) => {
      await refuseTakenKey(tx, key);
      const migration = newMigration(key, schedule, now);
      applyTexts(migration, { ...input, title });
      tx.em.persist(migration);
      if (input.affects) await applyAffects(tx, migration, input.affects, null);
      await writeEvents(tx, actor, now, [{ type: 'MIGRATION_CREATED', migrationId: migration.id, data: { key, title } }]);
    });
  }

  /**
   * Changes texts, severity, or, until it is mandatory, which accounts are affected. What is left out stays.
   *
   * @throws GracelineError FORBIDDEN, NOT_FOUND, WRONG_STATE, INVALID_INPUT, INVALID_MARKDOWN, DEADLINE_BEFORE_START where the
   *   dates leave none of the grace that the severity is to have
   */
  async editMigration(actor: Actor, key: string, texts: MigrationTexts, affects?: AffectsInput): Promise<MigrationView> {
    return this.change(actor, key, 'EDIT', 'MIGRATION_EDITED', async (tx, migration, now) => {
      const before = editable(migration);
      const retargets = affects !== undefined && Object.values(affects).some((part) => part !== undefined);
      if (retargets) refuseWrongState(migration, 'RETARGET', now);
      refuseGraceless(migration, texts.severity, now);
      applyTexts(migration, texts);
      if (retargets) {
        await applyAffects(tx, migration, affects, now);
        if (migration.state !== 'DRAFT') await startRolloutCount(tx, migration.id);
      }
      return changes(before, editable(migration));
    });
  }

  /**
   * Tells people: from now on the migration is in the catalogue and its dates are promises.
   *
   * @throws GracelineError FORBIDDEN, NOT_FOUND, WRONG_STATE, DEADLINE_BEFORE_START, DATE_IN_PAST where its grace period
   *   began before today or its deadline has passed
   */
  async announceMigration(actor: Actor, key: string): Promise<MigrationView> {
    return this.announce(actor, key, (schedule, now) => refusePastStart(schedule, now, this.platformTimeZone));
  }

  /**
   * Announces what began elsewhere, before this catalogue knew of it, as the import of a page does: for a sample, whose
   * story is older than its database. No mutation does it, because it is on at once, for good, for accounts created since.
   *
   * @throws GracelineError FORBIDDEN, NOT_FOUND, WRONG_STATE, DATE_IN_PAST where its deadline has passed
   */
  async announceBegun(actor: Actor, key: string): Promise<MigrationView> {
    return this.announce(actor, key, () => undefined);
  }

  /**
   * The emergency: a draft becomes mandatory at once, without a grace period.
   *
   * @throws GracelineError FORBIDDEN, NOT_FOUND, WRONG_STATE (also where a grace period was promised), REASON_NEEDED
   */
  async enforceMigration(actor: Actor, key: string, reason: string): Promise<MigrationView> {
    return this.change(actor, key, 'ENFORCE', 'MIGRATION_ENFORCED', async (tx, migration, now) => {
      const instant = checkedDate('mandatoryOptIn', now.toISOString());
      Object.assign(migration, scheduleFrom(instant, instant, this.platformTimeZone));
      await publish(tx, migration, now);
      return { reason: checkedReason(reason) };
    });
  }

  /**
   * Takes a migration back before it is mandatory: it is off again for every account, whatever they decided.
   *
   * @throws GracelineError FORBIDDEN, NOT_FOUND, WRONG_STATE, REASON_NEEDED
   */
  async cancelMigration(actor: Actor, key: string, reason: string): Promise<MigrationView> {
    return this.change(actor, key, 'CANCEL', 'MIGRATION_CANCELLED', async (_tx, migration) => {
      const from = migration.state;
      migration.state = 'CANCELLED';
      return { reason: checkedReason(reason), from };
    });
  }

  private announce(actor: Actor, key: string, check: (schedule: Schedule, now: Date) => void): Promise<MigrationView> {
    return this.change(actor, key, 'ANNOUNCE', 'MIGRATION_ANNOUNCED', async (tx, migration, now) => {
      if (migration.mandatoryAt && migration.mandatoryAt <= now) {
        throw new GracelineError(
          'DATE_IN_PAST',
          `Its mandatory opt-in (${migration.mandatoryOptIn}) has passed. Reschedule it first, or enforce it at once with a reason.`,
        );
      }
      refuseImpossible(migration.severity, scheduleOf(migration));
      check(scheduleOf(migration), now);
      await publish(tx, migration, now);
      return { gracePeriodStart: migration.gracePeriodStart, mandatoryOptIn: migration.mandatoryOptIn };
    });
  }

  /** One command on one migration: looks it up, asks the lifecycle, changes it, logs it; both or nothing. */
  private async change(
    actor: Actor,
    key: string,
    command: Command,
    type: EventType,
    work: (tx: Transaction, migration: Migration, now: Date) => Promise<Record<string, unknown>>,
  ): Promise<MigrationView> {
    requireOperator(actor);
    const now = this.clock.now();
    return this.committed(now, key, async (tx) => {
      const migration = await lockedMigration(tx, key);
      refuseWrongState(migration, command, now);
      const data = await work(tx, migration, now);
      migration.updatedAt = now;
      await writeEvents(tx, actor, now, [{ type, migrationId: migration.id, data }]);
    });
  }

  private async committed(now: Date, key: string, work: (tx: Transaction) => Promise<void>): Promise<MigrationView> {
    const view = await this.db.transaction(async (tx) => {
      await work(tx);
      return findMigration(tx, now, key);
    });
    this.wake.ring();
    return view!;
  }
}

/** What a missing migration is answered with. */
export function migrationNotFound(key: string): GracelineError {
  return new GracelineError('NOT_FOUND', `There is no migration "${key.slice(0, 80)}". Its key stands in the catalogue.`, {
    migration: key.slice(0, 80),
  });
}

/**
 * The migration of this key, locked until the transaction ends, so that of two commands the second sees the first.
 *
 * @throws GracelineError NOT_FOUND
 */
export async function lockedMigration(tx: Transaction, key: string): Promise<Migration> {
  const migration = await tx.em.findOne(Migration, { key }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (!migration) throw migrationNotFound(key);
  return migration;
}

/**
 * Asks the lifecycle whether a command is possible in the state the migration is in at this instant, which may be ahead
 * of the recorded one.
 *
 * @throws GracelineError with the refusal of the lifecycle
 */
export function refuseWrongState(migration: Migration, command: Command, now: Date): void {
  const outcome = LIFECYCLE[stateAt(migration.state, scheduleOf(migration), now)][command];
  if (isRefusal(outcome)) throw new GracelineError(outcome.code, outcome.message, { migration: migration.key });
}

/** Lets new migrations be created one after the other until the transaction ends, so that of two with one key the second sees the first. */
export async function lockCatalogue(tx: Transaction): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtext('graceline catalogue'))`);
}

/** A migration as a draft that touches every account; not persisted yet. */
export function newMigration(key: string, schedule: Schedule, now: Date): Migration {
  return Object.assign(new Migration(), {
    id: newId(),
    key,
    title: '',
    description: '',
    severity: 'MEDIUM' as const,
    state: 'DRAFT' as const,
    ...schedule,
    reversible: true,
    guideUrl: null,
    platforms: [],
    builtInEmailOnly: false,
    requiredAttributes: {},
    listedOnly: false,
    announcedAt: null,
    quietUntil: null,
    promisedStart: null,
    promisedDeadline: null,
    createdAt: now,
    updatedAt: now,
  });
}

/** Puts a migration before the public in the state its dates say, and begins to count its rollout. */
export async function publish(tx: Transaction, migration: Migration, now: Date): Promise<void> {
  migration.state = stateAt('ANNOUNCED', scheduleOf(migration), now);
  migration.announcedAt = now;
  notePromise(migration);
  await startRolloutCount(tx, migration.id);
}

/** Remembers what accounts have been promised. A deadline that becomes TBD takes no promise back, so it is passed over. */
export function notePromise(migration: Migration): void {
  if (migration.mandatoryOptIn === TBD) return;
  migration.promisedStart = migration.gracePeriodStart;
  migration.promisedDeadline = migration.mandatoryOptIn;
}

/** Applies the texts that are given, each checked. */
export function applyTexts(migration: Migration, texts: MigrationTexts): void {
  if (texts.title !== undefined) migration.title = checkedTitle(texts.title);
  if (texts.description !== undefined) migration.description = checkedDescription(texts.description);
  if (texts.severity !== undefined) migration.severity = texts.severity;
  if (texts.reversible !== undefined) migration.reversible = texts.reversible;
  if (texts.guideUrl !== undefined) migration.guideUrl = checkedGuideUrl(texts.guideUrl);
}

/** A severity as it is keeps its dates, whatever they are; and what is mandatory has had its grace. */
function refuseGraceless(migration: Migration, severity: Severity | undefined, now: Date): void {
  if (severity === undefined || severity === migration.severity) return;
  const schedule = scheduleOf(migration);
  if (stateAt(migration.state, schedule, now) !== 'MANDATORY') refuseImpossible(severity, schedule);
}

function checkedDescription(description: string): string {
  const normal = normaliseDescription(description);
  const problems = descriptionProblems(normal);
  if (problems.length === 0) return normal;
  const lines = problems.map(({ line, message }) => `line ${line}: ${message}`);
  throw new GracelineError('INVALID_MARKDOWN', `The description cannot be shown as it is. ${lines.join(' ')}`, {
    field: 'description',
    problems,
  });
}

async function refuseTakenKey(tx: Transaction, key: string): Promise<void> {
  await lockCatalogue(tx);
  const [taken] = await tx.query('select from migration where key = $1', [key]);
  if (taken) throw new GracelineError('KEY_TAKEN', `There is a migration "${key}" already. Give this one another key.`, { field: 'key' });
}

function seesDrafts(actor: Actor): boolean {
  return actor.role === 'OPERATOR' || actor.role === 'SYSTEM';
}

function editable(migration: Migration): Record<string, unknown> {
  const { title, description, severity, reversible, guideUrl, platforms, builtInEmailOnly, requiredAttributes, listedOnly } = migration;
  return { title, description, severity, reversible, guideUrl, platforms, builtInEmailOnly, requiredAttributes, listedOnly };
}

/** Only what differs, as the audit shows it. */
function changes(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): { before: Record<string, unknown>; after: Record<string, unknown> } {
  const changed = Object.keys(after).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  const pick = (from: Record<string, unknown>) => Object.fromEntries(changed.map((name) => [name, from[name]]));
  return { before: pick(before), after: pick(after) };
}
