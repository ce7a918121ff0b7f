import { refuseRuntime, requireOperator } from '../accounts/visibility.ts';
import type { Actor } from '../auth/actor.ts';
import { requireScope } from '../auth/scopes.rules.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { purgeInBatches } from '../db/purge-in-batches.ts';
import { GracelineError } from '../errors.ts';
import type { MigrationsService } from '../migrations/migrations.service.ts';
import { cursorKey, type Page, pageOf, type PageRequest, pageSize } from '../pagination.ts';
import { partedPairs } from '../rollouts/rollouts.rules.ts';
import type { RolloutsService } from '../rollouts/rollouts.service.ts';
import type { UsageRecorder } from './usage-recorder.ts';
import {
  type AccountUsage,
  deleteUsageBefore,
  findClients,
  findCountedSince,
  findLastUses,
  findUsage,
  listAccountUsage,
  type UsageSummary,
} from './usage.repository.ts';
import { type ClientUsage, firstOfDays, isSafe, KEPT_DAYS, quietDays, SHOWN_CLIENTS, SHOWN_DAYS } from './usage.rules.ts';

/** Small enough that one statement holds its locks for milliseconds. */
const PURGE_BATCH = 5_000;

/** What an account used of the old behaviour a migration ends. */
export interface MigrationUsage extends Omit<UsageSummary, 'uses'> {
  /** For how many days it was not used; null where nobody counts. See `quietDays`. */
  readonly quietDays: number | null;
  readonly usesLast30Days: number;
  /** Of the days shown, latest first, a hundred at most. */
  readonly clients: readonly ClientUsage[];
}

/** When an account last used the old behaviour a migration ends, and what follows from it. */
export interface LastUseView {
  /** Null for never. */
  readonly lastUsedAt: Date | null;
  /** See `quietDays`. */
  readonly quietDays: number;
  /** As far as uses tell. */
  readonly safeToEnable: boolean;
}

/** An account that used old behaviour, and with which migration it ends. */
export interface AccountUsageView extends Omit<AccountUsage, 'uses' | 'lastDay'> {
  readonly usesLast30Days: number;
  readonly migrationId: string;
}

/** When and how often the old behaviour that migrations end was used. */
export class UsageService {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly migrations: Pick<MigrationsService, 'migration'>,
    private readonly rollouts: Pick<RolloutsService, 'state'>,
    private readonly recorder: Pick<UsageRecorder, 'flush'>,
  ) {}

  /**
   * What an account used of the old behaviour a migration ends, over the last 30 days. What other processes counted in
   * their last second may be missing.
   *
   * @throws GracelineError FORBIDDEN to a runtime and to a partner without `migrations:read`; NOT_FOUND
   */
  async migrationUsage(actor: Actor, accountId: string, migrationKey: string): Promise<MigrationUsage> {
    this.requireReader(actor);
    const { accountNumber, migrationId } = await this.rollouts.state(actor, accountId, migrationKey);
    return this.usageOf(accountNumber, migrationId);
  }

  /** @throws GracelineError FORBIDDEN to whoever may not know of uses: a runtime, and a partner without `migrations:read` */
  requireReader(actor: Actor): void {
    refuseRuntime(actor);
    requireScope(actor, 'migrations:read');
  }

  /**
   * For a data loader: when accounts last used the old behaviour, whoever asks; null where nobody counts uses.
   *
   * @param pairs the id of a migration and the number of an account, with a space between
   */
  async lastUses(pairs: readonly string[]): Promise<(LastUseView | null)[]> {
    const found = await findLastUses(this.db, ...partedPairs(pairs));
    const now = this.clock.now();
    return pairs.map((pair) => {
      const use = found.get(pair);
      const quiet = use ? quietDays(use, now) : null;
      return use && quiet !== null ? { lastUsedAt: use.lastUsedAt, quietDays: quiet, safeToEnable: isSafe(quiet) } : null;
    });
  }

  /** The same without asking who wants to know. */
  async usageOf(accountNumber: number, migrationId: string): Promise<MigrationUsage> {
    const now = this.clock.now();
    const firstDay = firstOfDays(now, SHOWN_DAYS);
    await this.recorder.flush();
    const [{ lastUsedAt, uses, days }, clients, countedSince] = await Promise.all([
      findUsage(this.db, migrationId, accountNumber, firstDay),
      findClients(this.db, migrationId, accountNumber, new Date(firstDay), SHOWN_CLIENTS),
      findCountedSince(this.db, migrationId),
    ]);
    return { lastUsedAt, quietDays: quietDays({ lastUsedAt, countedSince }, now), usesLast30Days: uses, days, clients };
  }

  /**
   * The accounts that used the old behaviour of a migration in the last 30 days, by the day (UTC) of their last use, latest
   * first. An account that uses it meanwhile moves to the front and is missing on later pages.
   *
   * @throws GracelineError FORBIDDEN to all but operators, NOT_FOUND, INVALID_INPUT, INVALID_CURSOR
   */
  async accountsUsing(actor: Actor, migrationKey: string, page: PageRequest): Promise<Page<AccountUsageView>> {
    requireOperator(actor);
    const { id: migrationId } = await this.migrations.migration(actor, migrationKey);
    const first = pageSize(page.first);
    const since = firstOfDays(this.clock.now(), SHOWN_DAYS);
    const rows = await listAccountUsage(this.db, migrationId, since, placeAfter(page.after), first + 1);
    return pageOf(
      rows,
      first,
      ({ lastDay, accountNumber }) => [lastDay, accountNumber],
      ({ accountNumber, uses, lastUsedAt }) => ({ accountNumber, migrationId, usesLast30Days: uses, lastUsedAt }),
    );
  }

  /**
   * Deletes what is older than 400 days, batch by batch.
   *
   * @param signal stops it after the batch under way
   * @returns how many rows it deleted
   */
  purge(signal?: AbortSignal): Promise<number> {
    const firstKept = firstOfDays(this.clock.now(), KEPT_DAYS);
    return purgeInBatches(PURGE_BATCH, (limit) => deleteUsageBefore(this.db, firstKept, limit), signal);
  }
}

function placeAfter(cursor: string | null): { lastDay: string; accountNumber: number } | null {
  const key = cursorKey(cursor, ['string', 'number']) as [string, number] | null;
  if (key === null) return null;
  const [lastDay, accountNumber] = key;
  if (isDay(lastDay) && Number.isSafeInteger(accountNumber)) return { lastDay, accountNumber };
  throw new GracelineError('INVALID_CURSOR', 'The cursor does not belong to this list. Use the "endCursor" of the page before.');
}

/** PostgreSQL fails a query over any other text, and over days that no calendar has. */
function isDay(text: string): boolean {
  if (!/^[1-9]\d{3}-\d\d-\d\d$/.test(text)) return false;
  const day = new Date(text);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
