import { LockMode } from '@mikro-orm/core';
import { requireOperator } from '../accounts/visibility.ts';
import type { Actor } from '../auth/actor.ts';
import type { Clock } from '../clock.ts';
import type { Database, Transaction } from '../db/database.ts';
import { GracelineError } from '../errors.ts';
import { writeEvents } from '../events/log.ts';
import type { Wake } from '../events/wake.ts';
import { startRolloutCount } from '../rollouts/counts.ts';
import { scheduleFrom } from './dates.ts';
import type { Schedule } from './lifecycle.rules.ts';
import { Migration } from './migration.entity.ts';
import { applyTexts, lockCatalogue, newMigration, publish, refuseWrongState } from './migrations.service.ts';
import type { PageProblem } from './markdown.ts';
import { type PageMigration, parsePage } from './page.ts';
import { applyDates, newReschedule, type RescheduleService } from './reschedule.service.ts';

/** What an import did, by key, in the order of the page. */
export interface ImportReport {
  readonly created: readonly string[];
  readonly updated: readonly string[];
  readonly unchanged: readonly string[];
}

type Outcome = keyof ImportReport;

/** Reads a page of migrations into the catalogue. */
export class ImportService {
  constructor(
    private readonly db: Database,
    private readonly wake: Wake,
    private readonly clock: Clock,
    private readonly reschedules: RescheduleService,
    private readonly platformTimeZone: string,
  ) {}

  /**
   * Imports a Markdown page: a migration under each heading with a table of facts. All of it or nothing; the same page
   * again changes nothing. A migration whose dates have passed goes where they say, and nobody is mailed about its past.
   *
   * @param page the text of the page
   * @throws GracelineError FORBIDDEN; INVALID_PAGE with `problems`, each with its line, where any of it cannot be taken
   */
  async importPage(actor: Actor, page: string): Promise<ImportReport> {
    requireOperator(actor);
    const { migrations, problems } = parsePage(page);
    refuseProblems(problems);
    const now = this.clock.now();
    const outcomes = await this.db.transaction(async (tx) => {
      await lockCatalogue(tx);
      const found: PageProblem[] = [];
      const result = new Map<string, Outcome>();
      // From the bottom, the oldest, so that among equal dates the order of the page is the order of creation.
      for (const entry of migrations.toReversed()) {
        try {
          result.set(entry.key, await this.importOne(tx, actor, entry, now));
        } catch (error) {
          if (!(error instanceof GracelineError)) throw error;
          found.push({ line: entry.line, message: `"${entry.title}": ${error.message}` });
        }
      }
      refuseProblems(found.toReversed());
      return result;
    });
    this.wake.ring();
    const keysThatAre = (outcome: Outcome) => migrations.map(({ key }) => key).filter((key) => outcomes.get(key) === outcome);
    return { created: keysThatAre('created'), updated: keysThatAre('updated'), unchanged: keysThatAre('unchanged') };
  }

  private async importOne(tx: Transaction, actor: Actor, entry: PageMigration, now: Date): Promise<Outcome> {
    const schedule = scheduleFrom(entry.gracePeriodStart, entry.mandatoryOptIn, this.platformTimeZone);
    const existing = await tx.em.findOne(Migration, { key: entry.key }, { lockMode: LockMode.PESSIMISTIC_WRITE });
    if (!existing) {
      await this.create(tx, actor, entry, schedule, now);
      return 'created';
    }
    const { title, description, severity } = entry;
    const textsDiffer = existing.title !== title || existing.description !== description || existing.severity !== severity;
    const platformsDiffer = entry.platformsGiven && existing.platforms.join() !== entry.platforms.join();
    const datesDiffer = existing.gracePeriodStart !== entry.gracePeriodStart || existing.mandatoryOptIn !== entry.mandatoryOptIn;
    const draft = existing.state === 'DRAFT';
    if (!textsDiffer && !platformsDiffer && !datesDiffer && !draft) return 'unchanged';

    refuseWrongState(existing, 'EDIT', now);
    applyTexts(existing, { title, description, severity });
    if (datesDiffer) await this.changeDates(tx, actor, existing, schedule, now);
    if (platformsDiffer) {
      refuseWrongState(existing, 'RETARGET', now);
      existing.platforms = entry.platforms;
      if (!draft) await startRolloutCount(tx, existing.id);
    }
    // What stands on the page is public.
    if (draft) await publishQuietly(tx, existing, now);
    existing.updatedAt = now;
    await writeEvents(tx, actor, now, [
      { type: 'MIGRATION_IMPORTED', migrationId: existing.id, data: { outcome: 'updated', textsDiffer, platformsDiffer, datesDiffer } },
    ]);
    return 'updated';
  }

  private async create(tx: Transaction, actor: Actor, entry: PageMigration, schedule: Schedule, now: Date): Promise<void> {
    const migration = newMigration(entry.key, schedule, now);
    applyTexts(migration, { title: entry.title, description: entry.description, severity: entry.severity });
    migration.platforms = entry.platforms;
    tx.em.persist(migration);
    await publishQuietly(tx, migration, now);
    // It was announced by its page, before we knew of it.
    if (schedule.graceStartsAt && schedule.graceStartsAt < now) migration.announcedAt = schedule.graceStartsAt;
    await writeEvents(tx, actor, now, [
      { type: 'MIGRATION_IMPORTED', migrationId: migration.id, data: { outcome: 'created', key: entry.key, state: migration.state } },
    ]);
  }

  private async changeDates(tx: Transaction, actor: Actor, migration: Migration, next: Schedule, now: Date): Promise<void> {
    refuseWrongState(migration, 'RESCHEDULE', now);
    this.reschedules.refuseDates(migration, next, now);
    if (this.reschedules.shortensPromise(migration, next)) {
      throw new GracelineError(
        'SECOND_OPERATOR_NEEDED',
        'the page shortens a grace period that accounts were promised. Reschedule it with a reason and have a second operator approve, then import again.',
      );
    }
    const reschedule = newReschedule(migration, next, actor, now, 'The page changed.', false);
    tx.em.persist(reschedule);
    await applyDates(tx, migration, next, now);
    const before = { gracePeriodStart: reschedule.oldGracePeriodStart, mandatoryOptIn: reschedule.oldMandatoryOptIn };
    const after = { gracePeriodStart: next.gracePeriodStart, mandatoryOptIn: next.mandatoryOptIn };
    await writeEvents(tx, actor, now, [
      {
        type: 'RESCHEDULE_APPLIED',
        migrationId: migration.id,
        data: { rescheduleId: reschedule.id, reason: reschedule.reason, before, after },
      },
    ]);
  }
}

/** What the page says of the past is told to nobody; what is still to come is. */
async function publishQuietly(tx: Transaction, migration: Migration, now: Date): Promise<void> {
  await publish(tx, migration, now);
  migration.quietUntil = now;
}

function refuseProblems(problems: readonly PageProblem[]): void {
  if (problems.length === 0) return;
  const lines = problems.map(({ line, message }) => `  line ${line}: ${message}`);
  throw new GracelineError('INVALID_PAGE', `The page was not imported and nothing was changed:\n${lines.join('\n')}`, { problems });
}
