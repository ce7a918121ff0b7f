import { accountNotFound, nameableAccounts } from '../accounts/visibility.ts';
import type { Actor } from '../auth/actor.ts';
import { requireScope } from '../auth/scopes.rules.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { GracelineError } from '../errors.ts';
import { migrationNotFound } from '../migrations/migrations.service.ts';
import { MAX_REPORTS, type RefusedReport, sortReports, type UseReport } from './usage-reports.rules.ts';
import { type MissingPair, REPORT_PARAMS, writeReports } from './usage-reports.repository.ts';

/** What came of a batch of reports. */
export interface ReportOutcome {
  /** How many uses were counted. */
  readonly counted: number;
  /** Reports that were not counted; one for each account and migration that does not exist. */
  readonly refused: readonly RefusedReport[];
}

/** Counts uses of old behaviour that others saw: a platform's own services, and partners. */
export class UsageReportsService {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Counts a batch: in one statement, and with no event, because a count that everybody moves all the time is no change that
   * anybody would follow. A report that is wrong keeps no other from being counted.
   *
   * @throws GracelineError FORBIDDEN to an administrator and to a partner without `usage:write`; INVALID_INPUT (not 1 to 1,000)
   */
  async report(actor: Actor, reports: readonly UseReport[]): Promise<ReportOutcome> {
    requireReporter(actor);
    if (reports.length < 1 || reports.length > MAX_REPORTS)
      throw new GracelineError('INVALID_INPUT', `Give 1 to ${MAX_REPORTS} reports in one call.`, { field: 'reports' });
    const { checked, refused } = sortReports(reports, this.clock.now());
    if (checked.length === 0) return { counted: 0, refused };
    const nameable = nameableAccounts(actor, 'a', REPORT_PARAMS + 1);
    // A migration is looked into before it is announced: its own platform counts who would be hit. Others do not know of it.
    const draftsToo = actor.role !== 'PARTNER';
    // A transaction, because that is where a call with an idempotencyKey notes that it took effect.
    const missing = await this.db.transaction((tx) => writeReports(tx, checked, nameable, draftsToo));
    const pairs = new Set(missing.map(pairOf));
    const counted = checked.reduce((sum, report) => (pairs.has(pairOf(report)) ? sum : sum + report.uses), 0);
    return { counted, refused: [...refused, ...missing.map(refusalOf)] };
  }
}

/** @throws GracelineError FORBIDDEN to whoever sees no requests of a platform */
function requireReporter(actor: Actor): void {
  if (actor.role === 'ADMINISTRATOR')
    throw new GracelineError('FORBIDDEN', 'Uses are reported by the platform’s services. Use the token of a runtime, partner or operator.');
  requireScope(actor, 'usage:write');
}

function pairOf({ account, migration }: Pick<MissingPair, 'account' | 'migration'>): string {
  return JSON.stringify([account, migration]);
}

function refusalOf({ account, migration, noMigration }: MissingPair): RefusedReport {
  const { message } = noMigration ? migrationNotFound(migration) : accountNotFound(account);
  return { account, migration, code: 'NOT_FOUND', message };
}
