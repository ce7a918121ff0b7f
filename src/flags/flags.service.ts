import DataLoader from 'dataloader';
import { accountNotFound, namesAny } from '../accounts/visibility.ts';
import type { Actor } from '../auth/actor.ts';
import { requireScope } from '../auth/scopes.rules.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { GracelineError } from '../errors.ts';
import type { Commit, Commits } from '../events/follower.ts';
import { Memory } from '../events/memory.ts';
import { findFlagAccounts, findFlags, seesAccount } from './flags.repository.ts';
import { type Evaluation, evaluationOf, type Flag, type FlagAccount } from './flags.rules.ts';
import { OUTDATED_BY } from './outdated.ts';

/** An account takes some 700 bytes, as much as three of the decisions that are kept with it. */
const ACCOUNT_SIZE = 3;
/** Of all that is remembered of accounts, in decisions: 75 MB, for 100,000 accounts that decided nothing. */
const ACCOUNTS_SIZE = 300_000;
/** Of accounts in one statement. */
const MAX_LOOK_UPS = 1_000;
const ALL_FLAGS = 'all';

interface Flags {
  /** Newest first. */
  readonly all: readonly Flag[];
  readonly byKey: ReadonlyMap<string, Flag>;
}

/**
 * Whether migrations are on for an account, for services that ask at each of their requests. Answered from memory by the rule
 * and the clock. A change is known as soon as {@link Commits} tell of it; no answer is older than two seconds.
 */
export class FlagsService {
  private readonly flags: Memory<Flags>;
  private readonly accounts: Memory<FlagAccount>;
  /** What is asked in the same moment is asked at once. */
  private readonly published = new DataLoader(
    async (asked: readonly string[]) => {
      const all = await findFlags(this.db);
      const flags = { all, byKey: new Map(all.map((flag) => [flag.key, flag])) };
      return asked.map((): Flags => flags);
    },
    { cache: false },
  );
  /** The same for accounts. */
  private readonly byId = new DataLoader(
    async (ids: readonly string[]) => {
      const found = await findFlagAccounts(this.db, ids);
      return ids.map((id) => found.get(id) ?? null);
    },
    { cache: false, maxBatchSize: MAX_LOOK_UPS },
  );

  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    commits: Commits,
  ) {
    this.flags = new Memory(commits, { maxSize: 1 });
    this.accounts = new Memory(commits, {
      maxSize: ACCOUNTS_SIZE,
      sizeOf: ({ decisions, listedIn }) => ACCOUNT_SIZE + decisions.size + listedIn.size,
    });
    commits.onCommits((told) => this.forget(told));
  }

  /**
   * One migration for an account.
   *
   * @returns null where there is no migration of this key that people were told of
   * @throws GracelineError FORBIDDEN to all but runtimes and partners with `flags:read`; NOT_FOUND for an account the actor
   *   does not see
   */
  async evaluate(actor: Actor, accountId: string, key: string): Promise<Evaluation | null> {
    requireReader(actor);
    const flag = (await this.known()).byKey.get(key);
    if (!flag) return null;
    return evaluationOf(flag, await this.account(actor, accountId), this.clock.now());
  }

  /**
   * Every migration people were told of, for an account, newest first.
   *
   * @throws GracelineError as {@link evaluate}
   */
  async evaluateAll(actor: Actor, accountId: string): Promise<Evaluation[]> {
    requireReader(actor);
    const { all } = await this.known();
    const account = await this.account(actor, accountId);
    const now = this.clock.now();
    return all.map((flag) => evaluationOf(flag, account, now));
  }

  private async known(): Promise<Flags> {
    return (await this.flags.read(ALL_FLAGS, () => this.published.load(ALL_FLAGS)))!;
  }

  private async account(actor: Actor, id: string): Promise<FlagAccount> {
    // PostgreSQL holds no NUL in a text and would refuse to look.
    const account = id.includes('\0') ? null : await this.accounts.read(id, () => this.byId.load(id));
    if (account && (namesAny(actor) || (await seesAccount(this.db, actor, id)))) return account;
    throw accountNotFound(id);
  }

  private forget(told: readonly Commit[] | 'ANYTHING'): void {
    if (told === 'ANYTHING') {
      this.flags.forgetAll();
      this.accounts.forgetAll();
      return;
    }
    for (const { type, accountId } of told) {
      const outdated = OUTDATED_BY[type];
      if (outdated === 'ACCOUNT' && accountId !== null) this.accounts.forget(accountId);
      if (outdated === 'ACCOUNTS' || outdated === 'FLAGS_AND_LISTS') this.accounts.forgetAll();
      if (outdated === 'FLAGS' || outdated === 'FLAGS_AND_LISTS') this.flags.forgetAll();
    }
  }
}

/**
 * Lets those pass who may read flags.
 *
 * @throws GracelineError FORBIDDEN
 */
export function requireReader(actor: Actor): void {
  requireScope(actor, 'flags:read');
  if (actor.role === 'RUNTIME' || actor.role === 'PARTNER') return;
  throw new GracelineError(
    'FORBIDDEN',
    'Flags are read with the token of a runtime, or of a partner with the scope "flags:read". Ask an operator for one.',
  );
}
