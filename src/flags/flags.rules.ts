/** A migration as a flag: its value for an account, in the words of OpenFeature. */
import {
  type AccountFacts,
  type DecisionFacts,
  effectiveState,
  type MigrationFacts,
  type Reason,
} from '../rollouts/effective-state.rules.ts';

/** A migration people were told of. */
export interface Flag extends MigrationFacts {
  readonly migrationId: string;
  /** The key of the migration, which is that of the flag. */
  readonly key: string;
  /** As people read it: a date, a month or TBD. */
  readonly gracePeriodStart: string;
  readonly guideUrl: string | null;
}

/** An account with all that was decided for it. */
export interface FlagAccount extends Omit<AccountFacts, 'listed'> {
  /** The platform's id. */
  readonly id: string;
  /** The migrations on whose list it is. */
  readonly listedIn: ReadonlySet<string>;
  /** By migration; an account that decided nothing about one has none. */
  readonly decisions: ReadonlyMap<string, DecisionFacts>;
}

/**
 * Reasons of OpenFeature that OFREP takes. Its `DEFAULT` is not among them, and none of ours is its `STATIC`, which says that a
 * value may be kept for whoever asks: ours are about one account at one instant.
 */
export type FlagReason = 'TARGETING_MATCH' | 'SPLIT' | 'DISABLED';

/** A flag with its value for an account, as OFREP has it. */
export interface Evaluation {
  readonly key: string;
  readonly value: boolean;
  readonly reason: FlagReason;
  readonly variant: 'on' | 'off';
  readonly metadata: Readonly<Record<string, string>>;
}

const NO_DECISION: DecisionFacts = { optedInAt: null, optedOutAt: null, extendedUntil: null, exemptUntil: null };

const FLAG_REASONS: Readonly<Record<Reason, FlagReason>> = {
  OPTED_IN: 'TARGETING_MATCH',
  NEW_ACCOUNT: 'TARGETING_MATCH',
  MANDATORY: 'TARGETING_MATCH',
  BROWNOUT: 'TARGETING_MATCH',
  WAVE: 'SPLIT',
  EXTENDED: 'TARGETING_MATCH',
  EXEMPT: 'TARGETING_MATCH',
  NOT_AFFECTED: 'TARGETING_MATCH',
  OPTED_OUT: 'TARGETING_MATCH',
  PENDING: 'TARGETING_MATCH',
  NOT_STARTED: 'DISABLED',
};

/**
 * A flag for an account. Its metadata says why, and when: `reason` (ours), `gracePeriodStart`, and `deadline`, `since`, `guide`
 * where there is one; instants are ISO 8601.
 */
export function evaluationOf(flag: Flag, account: FlagAccount, now: Date): Evaluation {
  const { key, migrationId, gracePeriodStart, guideUrl } = flag;
  const { createdAt, platform, usesBuiltInEmail, attributes, listedIn } = account;
  const facts = { createdAt, platform, usesBuiltInEmail, attributes, listed: listedIn.has(migrationId) };
  const { enabled, reason, deadline, since } = effectiveState(flag, facts, account.decisions.get(migrationId) ?? NO_DECISION, now);
  return {
    key,
    value: enabled,
    reason: FLAG_REASONS[reason],
    variant: enabled ? 'on' : 'off',
    metadata: {
      reason,
      gracePeriodStart,
      ...(deadline && { deadline: deadline.toISOString() }),
      ...(since && { since: since.toISOString() }),
      ...(guideUrl !== null && { guide: guideUrl }),
    },
  };
}
