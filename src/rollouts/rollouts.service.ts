import { accountNotFound, requireAccount, requireOperator } from '../accounts/visibility.ts';
import type { Actor } from '../auth/actor.ts';
import { requireScope } from '../auth/scopes.rules.ts';
import type { Clock } from '../clock.ts';
import type { Database, Queryable, Transaction } from '../db/database.ts';
import { GracelineError } from '../errors.ts';
import { type EventType, writeEvents } from '../events/log.ts';
import type { Wake } from '../events/wake.ts';
import { checkedReason } from '../migrations/migrations.rules.ts';
import { migrationNotFound } from '../migrations/migrations.service.ts';
import { type Progress, readProgress } from './counts.ts';
import type { EffectiveState } from './effective-state.rules.ts';
import { recordEnds } from './ends.ts';
import { OptIns } from './opt-in.repository.ts';
import {
  type DecisionOutcome,
  findSeenStates,
  findStanding,
  type Pair,
  type SeenState,
  type Standing,
  States,
  writeOptOut,
  writeUntil,
} from './rollouts.repository.ts';
import {
  type AccountMigration,
  type AccountMigrationKey,
  blockedRefusal,
  type DecisionRefusal,
  exemptionRefusal,
  extensionRefusal,
  optInRefusal,
  optOutRefusal,
} from './rollouts.rules.ts';

/** What an account should do before it opts in. */
export interface Blocker {
  readonly id: string;
  /** A sentence that says what to do. */
  readonly text: string;
}

/** Knows what is still to be done before a migration; the feature it changes knows it. */
export interface Blockers {
  /** Whether a migration can have blockers at all. Asked at each opt-in, so it hardly ever looks further than memory. */
  concern(migrationKey: string): boolean | Promise<boolean>;
  /** What an account has not done yet. */
  undone(actor: Actor, account: AccountMigrationKey, migrationKey: string): Promise<readonly Blocker[]>;
}

const NO_BLOCKERS: Blockers = { concern: () => false, undone: async () => [] };

/** What accounts decide, what operators decide for them, and the state that follows. */
export class RolloutsService {
  private readonly optIns: OptIns;
  private readonly states: States;

  constructor(
    private readonly db: Database,
    private readonly wake: Wake,
    private readonly clock: Clock,
    private readonly blockers = NO_BLOCKERS,
  ) {
    this.optIns = new OptIns(db);
    this.states = new States(db, clock);
  }

  /**
   * The state of one migration for one account: what a gate asks.
   *
   * @throws GracelineError FORBIDDEN to a partner without `migrations:read` or `flags:read`; NOT_FOUND for an account the
   *   actor does not see, and for a migration nobody was told of
   */
  async state(actor: Actor, accountId: string, migrationKey: string): Promise<AccountMigration> {
    requireScope(actor, 'migrations:read', 'flags:read');
    const standing = await findStanding(this.db, actor, accountId, migrationKey, this.clock.now());
    return standing ?? missing(this.db, actor, accountId, migrationKey);
  }

  /** For a data loader: the states of every published migration for each of these accounts, newest first, whoever asks. */
  statesOf(accountNumbers: readonly number[]): Promise<AccountMigration[][]> {
    return this.states.read(accountNumbers);
  }

  /** The same for whoever is told that something happened: those of these pairs whose account the actor sees, in no order. */
  seenStates(actor: Actor, pairs: readonly Pair[]): Promise<SeenState[]> {
    return findSeenStates(this.db, actor, pairs, this.clock.now());
  }

  /** The state of a migration that was cancelled, which {@link statesOf} does not list: off for every account. */
  readonly cancelledState: EffectiveState = {
    enabled: false,
    reason: 'NOT_STARTED',
    since: null,
    deadline: null,
    canOptIn: false,
    canOptOut: false,
  };

  /**
   * How far a rollout is. For operators: the counts are over all accounts.
   *
   * @throws GracelineError FORBIDDEN
   */
  progress(actor: Actor, migrationId: string): Promise<Progress> {
    requireOperator(actor);
    return readProgress(this.db, migrationId, this.clock.now());
  }

  /**
   * Opts an account in. Doing it again changes nothing and succeeds.
   *
   * @param acknowledge opts in although something blocks it; the event names what. A blocker that arises between the
   *   look and the decision goes unnoticed
   * @throws GracelineError NOT_FOUND, FORBIDDEN (a runtime, a partner without `opt_ins:write`), NOT_STARTED, DEADLINE_PASSED,
   *   NOT_AFFECTED, ALREADY_ENABLED, NOT_ACKNOWLEDGED with `details.blockers`
   */
  async optIn(actor: Actor, accountId: string, migrationKey: string, acknowledge = false): Promise<AccountMigrationKey> {
    requireDecider(actor);
    const now = this.clock.now();
    const acknowledged = (await this.blockers.concern(migrationKey))
      ? await this.acknowledged(actor, accountId, migrationKey, acknowledge, now)
      : [];
    const written = await this.optIns.write(actor, accountId, migrationKey, now, acknowledged);
    if (written) {
      this.wake.ring();
      return written;
    }
    const standing =
      (await findStanding(this.db, actor, accountId, migrationKey, now)) ?? (await missing(this.db, actor, accountId, migrationKey));
    const { state } = standing;
    // Somebody changed it between the two looks, e.g. opted out again.
    if (state.canOptIn) return this.optIn(actor, accountId, migrationKey, acknowledge);
    if (state.reason !== 'OPTED_IN') throw refusal(optInRefusal(standing, state), standing);
    return keyOf(standing);
  }

  /**
   * Opts an account out again. Doing it again changes nothing and succeeds.
   *
   * @throws GracelineError NOT_FOUND, FORBIDDEN (a runtime, a partner without `opt_ins:write`), NOT_OPTED_IN, NOT_REVERSIBLE,
   *   DEADLINE_PASSED
   */
  async optOut(actor: Actor, accountId: string, migrationKey: string): Promise<AccountMigrationKey> {
    requireDecider(actor);
    const outcome = await writeOptOut(this.db, actor, accountId, migrationKey, this.clock.now());
    const standing = await this.decided(actor, outcome, accountId, migrationKey);
    const { state, decision } = standing;
    const already = decision.optedOutAt !== null && !state.enabled;
    if (!outcome.written && !state.canOptOut && !already) throw refusal(optOutRefusal(standing, state, standing.reversible), standing);
    return keyOf(standing);
  }

  /**
   * Gives one account a later deadline of its own.
   *
   * @param until the new deadline
   * @throws GracelineError FORBIDDEN, NOT_FOUND, REASON_NEEDED, DATE_NEEDED, DATE_IN_PAST, NOT_AFFECTED, ALREADY_ENABLED
   */
  extendDeadline(actor: Actor, accountId: string, migrationKey: string, until: Date, reason: string): Promise<AccountMigrationKey> {
    return this.steer(actor, accountId, migrationKey, until, reason, 'extended_until', 'DEADLINE_EXTENDED', (standing, now) =>
      extensionRefusal(standing, standing.state, standing.mandatoryAt, until, now),
    );
  }

  /**
   * Leaves one account alone until an instant, past the deadline too.
   *
   * @param until when the exemption ends
   * @throws GracelineError FORBIDDEN, NOT_FOUND, REASON_NEEDED, DATE_IN_PAST, NOT_AFFECTED, ALREADY_ENABLED
   */
  exemptAccount(actor: Actor, accountId: string, migrationKey: string, until: Date, reason: string): Promise<AccountMigrationKey> {
    return this.steer(actor, accountId, migrationKey, until, reason, 'exempt_until', 'ACCOUNT_EXEMPTED', (standing, now) =>
      exemptionRefusal(standing, standing.state, until, now),
    );
  }

  private async steer(
    actor: Actor,
    accountId: string,
    migrationKey: string,
    until: Date,
    reason: string,
    column: 'extended_until' | 'exempt_until',
    type: EventType,
    refuse: (standing: Standing, now: Date) => DecisionRefusal | null,
  ): Promise<AccountMigrationKey> {
    requireOperator(actor);
    const given = checkedReason(reason);
    const now = this.clock.now();
    const standing = await this.db.transaction(async (tx) => {
      await lockDecision(tx, accountId, migrationKey);
      const found = (await findStanding(tx, actor, accountId, migrationKey, now)) ?? (await missing(tx, actor, accountId, migrationKey));
      if (found.cancelled) throw refusal(optInRefusal(found, found.state), found);
      const refused = refuse(found, now);
      if (refused) throw refusal(refused, found);
      const { migrationId, accountNumber } = found;
      // However late the worker is: an end that passed is on record before another takes its place.
      while ((await recordEnds(tx, now, found)) > 0);
      await writeUntil(tx, column, migrationId, accountNumber, until, now);
      const data = { before: found.state.reason, until: until.toISOString(), reason: given };
      await writeEvents(tx, actor, now, [{ type, migrationId, accountNumber, data }]);
      return found;
    });
    this.wake.ring();
    return keyOf(standing);
  }

  /** The ids of what blocks an opt-in, once it is acknowledged. */
  private async acknowledged(actor: Actor, accountId: string, migrationKey: string, acknowledge: boolean, now: Date): Promise<string[]> {
    const standing = await findStanding(this.db, actor, accountId, migrationKey, now);
    // Done already, refused or missing: said by what follows, and no blocker matters.
    if (!standing?.state.canOptIn) return [];
    const blockers = await this.blockers.undone(actor, standing, migrationKey);
    if (blockers.length > 0 && !acknowledge) {
      const { code, message } = blockedRefusal(standing, blockers);
      throw new GracelineError(code, message, { account: standing.accountId, blockers });
    }
    return blockers.map(({ id }) => id);
  }

  /** Wakes the readers of the log where something was written; says what is missing where nothing was found. */
  private async decided(actor: Actor, { before, written }: DecisionOutcome, accountId: string, migrationKey: string): Promise<Standing> {
    if (written) this.wake.ring();
    return before ?? missing(this.db, actor, accountId, migrationKey);
  }
}

/**
 * Says what is missing where an account and a migration were not found together.
 *
 * @param db the transaction at hand, if there is one: a second connection would be waited for while holding the first
 */
async function missing(db: Queryable, actor: Actor, accountId: string, migrationKey: string): Promise<never> {
  const [migration] = await db.query('select from migration where key = $1 and announced_at is not null', [migrationKey]);
  if (!migration) throw migrationNotFound(migrationKey);
  await requireAccount(db, actor, accountId);
  throw accountNotFound(accountId);
}

/** An extension and an exemption of the same account at once must see each other to know which ends first. */
async function lockDecision(tx: Transaction, accountId: string, migrationKey: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`${accountId}\n${migrationKey}`]);
}

/** Without the state, which a decision has just changed: whoever wants it reads it. */
function keyOf({ accountId, accountNumber, migrationId }: Standing): AccountMigrationKey {
  return { accountId, accountNumber, migrationId };
}

function refusal({ code, message }: DecisionRefusal, { accountId }: Standing): GracelineError {
  return new GracelineError(code, message, { account: accountId });
}

/** Lets pass who may decide for the accounts they see. */
export function requireDecider(actor: Actor): void {
  if (actor.role === 'RUNTIME')
    throw new GracelineError('FORBIDDEN', 'The token of a runtime only reads. Use the token of an administrator, partner or operator.');
  requireScope(actor, 'opt_ins:write');
}
