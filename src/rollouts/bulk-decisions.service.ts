import pLimit from 'p-limit';
import { accountNotFound } from '../accounts/visibility.ts';
import type { Actor } from '../auth/actor.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { GracelineError } from '../errors.ts';
import { migrationNotFound } from '../migrations/migrations.service.ts';
import { findStandings, type Standing } from './rollouts.repository.ts';
import { type AccountMigrationKey, type DecisionRefusal, optInRefusal, optOutRefusal } from './rollouts.rules.ts';
import { type Blockers, requireDecider, type RolloutsService } from './rollouts.service.ts';

/** How many accounts one call may name. */
export const MAX_BULK_ACCOUNTS = 1_000;
/** Opt-ins asked for at once are written by one statement, so many of them cost little; and others get in between. */
const OPT_INS_AT_ONCE = 100;
/** What costs queries of its own, one call does few of at a time, so that it leaves connections to everybody else. */
const QUERIES_AT_ONCE = 4;

/** What came of one account of many: one of the two is null. */
export interface BulkOutcome {
  /** The id as it was given. */
  readonly account: string;
  readonly accountMigration: AccountMigrationKey | null;
  readonly error: DecisionRefusal | null;
}

/** What is to be done about an account: nothing, because it is done already; say why not; or decide. */
type Step = 'DONE' | DecisionRefusal | 'DECIDE';

/** Decisions of many accounts in one call: each is done or refused on its own. */
export class BulkDecisionsService {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly rollouts: Pick<RolloutsService, 'optIn' | 'optOut'>,
    private readonly blockers: Pick<Blockers, 'concern'>,
  ) {}

  /**
   * Opts accounts in; those that are in already count as done.
   *
   * @param acknowledge opts in although something blocks it
   * @returns an outcome for each account in the order given; an account given twice has the same outcome twice
   * @throws GracelineError FORBIDDEN, INVALID_INPUT (not 1 to 1,000 accounts), NOT_FOUND (the migration)
   */
  async optIn(actor: Actor, accountIds: readonly string[], migrationKey: string, acknowledge = false): Promise<BulkOutcome[]> {
    const atOnce = (await this.blockers.concern(migrationKey)) ? QUERIES_AT_ONCE : OPT_INS_AT_ONCE;
    const decide = (accountId: string) => this.rollouts.optIn(actor, accountId, migrationKey, acknowledge);
    return this.decideAll(actor, accountIds, migrationKey, optInStep, decide, atOnce);
  }

  /**
   * Opts accounts out again; those that are out already count as done.
   *
   * @returns as {@link optIn}
   * @throws GracelineError as {@link optIn}
   */
  optOut(actor: Actor, accountIds: readonly string[], migrationKey: string): Promise<BulkOutcome[]> {
    const decide = (accountId: string) => this.rollouts.optOut(actor, accountId, migrationKey);
    return this.decideAll(actor, accountIds, migrationKey, optOutStep, decide, QUERIES_AT_ONCE);
  }

  /** Looks at all of them with one query, so that only those that can decide cost one of their own. */
  private async decideAll(
    actor: Actor,
    accountIds: readonly string[],
    migrationKey: string,
    stepOf: (standing: Standing) => Step,
    decide: (accountId: string) => Promise<AccountMigrationKey>,
    atOnce: number,
  ): Promise<BulkOutcome[]> {
    requireDecider(actor);
    if (accountIds.length < 1 || accountIds.length > MAX_BULK_ACCOUNTS)
      throw new GracelineError('INVALID_INPUT', `Give 1 to ${MAX_BULK_ACCOUNTS} accounts in one call.`, { field: 'accounts' });
    const ids = [...new Set(accountIds)];
    const standings = await findStandings(this.db, actor, ids, migrationKey, this.clock.now());
    if (standings === null) throw migrationNotFound(migrationKey);
    const found = new Map(standings.map((standing) => [standing.accountId, standing]));
    const limit = pLimit(atOnce);
    const outcomes = await Promise.all(
      ids.map(async (accountId): Promise<BulkOutcome> => {
        const standing = found.get(accountId);
        const step = standing ? stepOf(standing) : accountNotFound(accountId);
        if (step === 'DONE') return { account: accountId, accountMigration: keyOf(standing!), error: null };
        if (step !== 'DECIDE') return refused(accountId, step);
        return limit(() => outcomeOf(accountId, decide));
      }),
    );
    const byId = new Map(outcomes.map((outcome) => [outcome.account, outcome]));
    return accountIds.map((accountId) => byId.get(accountId)!);
  }
}

function optInStep(standing: Standing): Step {
  const { state } = standing;
  if (state.canOptIn) return 'DECIDE';
  return state.reason === 'OPTED_IN' ? 'DONE' : optInRefusal(standing, state);
}

function optOutStep(standing: Standing): Step {
  const { state, decision, reversible } = standing;
  if (state.canOptOut) return 'DECIDE';
  return decision.optedOutAt !== null && !state.enabled ? 'DONE' : optOutRefusal(standing, state, reversible);
}

/** What comes of one decision. A defect stops the call: what was decided by then stays, and again changes nothing. */
async function outcomeOf(accountId: string, decide: (accountId: string) => Promise<AccountMigrationKey>): Promise<BulkOutcome> {
  try {
    return { account: accountId, accountMigration: await decide(accountId), error: null };
  } catch (error) {
    if (!(error instanceof GracelineError)) throw error;
    return refused(accountId, error);
  }
}

function refused(account: string, { code, message }: DecisionRefusal): BulkOutcome {
  return { account, accountMigration: null, error: { code, message } };
}

/** Without the state, so that all of an answer are read at the same instant. */
function keyOf({ accountId, accountNumber, migrationId }: Standing): AccountMigrationKey {
  return { accountId, accountNumber, migrationId };
}
