import { requireOperator } from '../accounts/visibility.ts';
import type { Actor } from '../auth/actor.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { checkSearch } from '../accounts/search.rules.ts';
import type { LoggedEvent } from '../events/log.ts';
import { checkedDays, firstOfDays } from '../gates/usage.rules.ts';
import type { UsageService } from '../gates/usage.service.ts';
import type { MigrationsService } from '../migrations/migrations.service.ts';
import { cursorKey, cursorOf, type Page, pageOf, type PageRequest, pageSize } from '../pagination.ts';
import type { DecisionFacts, Reason } from './effective-state.rules.ts';
import {
  findDecisions,
  findLastDecisions,
  type ListedAccount,
  listRolloutAccounts,
  type RolloutAccountFilter,
  type RolloutAccount,
} from './rollout-accounts.repository.ts';
import { reasonsOf, type Standing } from './rollout-accounts.rules.ts';
import { partedPairs } from './rollouts.rules.ts';

/** How many accounts of an export are read at once. */
const EXPORT_PAGE = 1_000;
/** How far a page looks before it ends short, so that no request is for minutes: 200,000 accounts. */
const PAGE_WINDOWS = 8;

/** Which accounts of a migration somebody asks for. */
export interface RolloutAccountsFilter {
  readonly standing: Standing;
  /** In place of the standing; empty for none. */
  readonly reasons: readonly Reason[];
  /** The beginning of an id, or any part of a name. */
  readonly search: string | null;
  /** Only those that did not use the old behaviour for at least so many days, while uses were counted; left out for all. */
  readonly quietForDays?: number | null;
  /** Only those that used it in the last so many days; left out for all. */
  readonly usedWithinDays?: number | null;
}

/** An account as it is exported, with who decided last. */
export interface ExportedAccount {
  readonly account: string;
  readonly name: string;
  readonly platform: string;
  readonly plan: string | null;
  readonly region: string | null;
  readonly enabled: boolean;
  readonly reason: Reason;
  readonly since: Date | null;
  readonly deadline: Date | null;
  readonly exemptUntil: Date | null;
  /** The type of the event. */
  readonly lastDecision: string | null;
  readonly decidedAt: Date | null;
  readonly decidedBy: string | null;
  /** Of the old behaviour; null for never. */
  readonly lastUsedAt: Date | null;
  /** Null where nobody counts uses. */
  readonly quietDays: number | null;
}

/** The accounts of a rollout, for operators. */
export class RolloutAccountsService {
  /** @param pageWindows how far a page looks */
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly migrations: Pick<MigrationsService, 'migration'>,
    private readonly usage: Pick<UsageService, 'lastUses'>,
    private readonly pageWindows = PAGE_WINDOWS,
  ) {}

  /**
   * A page of the accounts of a migration, by id, each with its state. Of hundreds of thousands of which few are wanted it may
   * be short although more follow; then its end is where to go on.
   *
   * @throws GracelineError FORBIDDEN, NOT_FOUND, INVALID_INPUT, INVALID_CURSOR
   */
  async accounts(actor: Actor, migrationKey: string, asked: RolloutAccountsFilter, page: PageRequest): Promise<Page<RolloutAccount>> {
    requireOperator(actor);
    const first = pageSize(page.first);
    const after = (cursorKey(page.after, ['string'])?.[0] ?? null) as string | null;
    const filter = filterOf(asked, this.clock.now());
    const { id } = await this.migrations.migration(actor, migrationKey);
    const { accounts, lookedTo } = await listRolloutAccounts(
      this.db,
      id,
      filter,
      { after, limit: first + 1 },
      this.pageWindows,
      this.clock.now(),
    );
    const found = pageOf<RolloutAccount, RolloutAccount>(
      accounts,
      first,
      ({ accountId }) => [accountId],
      (account) => account,
    );
    return lookedTo === null ? found : { ...found, hasNextPage: true, endCursor: cursorOf([lookedTo]) };
  }

  /**
   * The same accounts, page by page, all as they stand at one instant; what is decided meanwhile may be in it or not.
   *
   * @param ask who exports, asked again before each page: a token may be revoked during a long export
   * @returns pages to be read to their end; nothing is held between two of them. The first is read before it resolves
   * @throws GracelineError as {@link accounts}
   */
  async export(
    ask: () => Promise<Actor>,
    migrationKey: string,
    asked: RolloutAccountsFilter,
  ): Promise<AsyncIterable<readonly ExportedAccount[]>> {
    const actor = await ask();
    requireOperator(actor);
    const now = this.clock.now();
    const filter = filterOf(asked, now);
    const { id } = await this.migrations.migration(actor, migrationKey);
    const read = async (after: string | null) =>
      (await listRolloutAccounts(this.db, id, filter, { after, limit: EXPORT_PAGE }, Infinity, now)).accounts;
    return this.pages(ask, read, await read(null));
  }

  /**
   * For a data loader: what was decided.
   *
   * @param pairs the id of a migration and the number of an account, with a space between
   */
  async decisions(pairs: readonly string[]): Promise<(DecisionFacts | null)[]> {
    const found = await findDecisions(this.db, ...partedPairs(pairs));
    return pairs.map((pair) => found.get(pair) ?? null);
  }

  /** For a data loader: the last decision of each pair, whoever asks. */
  async lastDecisions(pairs: readonly string[]): Promise<(LoggedEvent | null)[]> {
    const found = await findLastDecisions(this.db, ...partedPairs(pairs));
    return pairs.map((pair) => found.get(pair) ?? null);
  }

  private async *pages(
    ask: () => Promise<Actor>,
    read: (after: string | null) => Promise<readonly ListedAccount[]>,
    firstPage: readonly ListedAccount[],
  ): AsyncGenerator<readonly ExportedAccount[]> {
    for (let page = firstPage; page.length > 0; page = await read(page.at(-1)!.accountId)) {
      yield await this.exported(page);
      if (page.length < EXPORT_PAGE) return;
      requireOperator(await ask());
    }
  }

  private async exported(page: readonly ListedAccount[]): Promise<ExportedAccount[]> {
    const pairs = page.map(({ migrationId, accountNumber }) => `${migrationId} ${accountNumber}`);
    const [decisions, uses] = await Promise.all([this.lastDecisions(pairs), this.usage.lastUses(pairs)]);
    return page.map(({ accountId, name, platform, plan, region, state, decision }, i): ExportedAccount => {
      const { enabled, reason, since, deadline } = state;
      const { type = null, at = null, actor = null } = decisions[i] ?? {};
      return {
        account: accountId,
        name,
        platform,
        plan,
        region,
        enabled,
        reason,
        since,
        deadline,
        exemptUntil: decision?.exemptUntil ?? null,
        lastDecision: type,
        decidedAt: at,
        decidedBy: actor,
        lastUsedAt: uses[i]?.lastUsedAt ?? null,
        quietDays: uses[i]?.quietDays ?? null,
      };
    });
  }
}

/**
 * An empty search is none.
 *
 * @throws GracelineError INVALID_INPUT
 */
function filterOf({ standing, reasons, search, quietForDays, usedWithinDays }: RolloutAccountsFilter, now: Date): RolloutAccountFilter {
  checkSearch(search);
  const since = (field: string, days: number | null = null) => (days === null ? null : firstOfDays(now, checkedDays(field, days)));
  return {
    reasons: reasonsOf(standing, reasons),
    search: search === '' ? null : search,
    quietSince: since('quietForDays', quietForDays),
    usedSince: since('usedWithinDays', usedWithinDays),
  };
}
