/** A migration as a flag: its value for an account, in the words of OpenFeature, and what a commit makes of what is remembered. */
import type { EventType } from '../events/log.ts';
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
  const facts = { ...account, listed: account.listedIn.has(migrationId) };
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

/** Of what is remembered, what an event makes old. */
export type Outdated = 'NOTHING' | 'ACCOUNT' | 'ACCOUNTS' | 'FLAGS' | 'FLAGS_AND_LISTS' | 'CALLERS';

/** A type that is missing here does not compile: whoever adds one says what it changes. Dates that pass change nothing but the clock. */
export const OUTDATED_BY: Readonly<Record<EventType, Outdated>> = {
  MIGRATION_CREATED: 'FLAGS_AND_LISTS',
  MIGRATION_EDITED: 'FLAGS_AND_LISTS',
  MIGRATION_ANNOUNCED: 'FLAGS_AND_LISTS',
  MIGRATION_ENFORCED: 'FLAGS_AND_LISTS',
  MIGRATION_IMPORTED: 'FLAGS_AND_LISTS',
  MIGRATION_CANCELLED: 'FLAGS',
  GRACE_PERIOD_STARTED: 'FLAGS',
  DEADLINE_PASSED: 'FLAGS',
  RESCHEDULE_REQUESTED: 'NOTHING',
  RESCHEDULE_APPLIED: 'FLAGS',
  RESCHEDULE_REJECTED: 'NOTHING',
  ACCOUNT_CREATED: 'ACCOUNT',
  ACCOUNT_EDITED: 'ACCOUNT',
  ACCOUNTS_IMPORTED: 'ACCOUNTS',
  ACCOUNT_AFFECTED: 'ACCOUNT',
  ACCOUNT_UNAFFECTED: 'ACCOUNT',
  ADMINISTRATOR_CREATED: 'NOTHING',
  ADMINISTRATOR_EDITED: 'NOTHING',
  ADMINISTRATION_GRANTED: 'NOTHING',
  ADMINISTRATION_REVOKED: 'NOTHING',
  OPTED_IN: 'ACCOUNT',
  OPTED_OUT: 'ACCOUNT',
  DEADLINE_EXTENDED: 'ACCOUNT',
  ACCOUNT_EXEMPTED: 'ACCOUNT',
  EXTENSION_ENDED: 'NOTHING',
  EXEMPTION_ENDED: 'NOTHING',
  NOTICE_ADDED: 'NOTHING',
  NOTICE_DISMISSED: 'NOTHING',
  CALENDAR_LINK_CREATED: 'NOTHING',
  CALENDAR_LINK_REMOVED: 'NOTHING',
  MAIL_FAILED: 'NOTHING',
  MAIL_RETRIED: 'NOTHING',
  TOKEN_CREATED: 'NOTHING',
  TOKEN_ROTATED: 'CALLERS',
  TOKEN_REVOKED: 'CALLERS',
  EMAIL_SETTINGS_CHANGED: 'ACCOUNT',
  EMAIL_TEMPLATE_CHANGED: 'NOTHING',
  TEST_EMAIL_SENT: 'NOTHING',
  USER_MAIL_FAILED: 'NOTHING',
  APPLICATION_CREATED: 'NOTHING',
  USER_CREATED: 'NOTHING',
  PASSWORD_LINK_SENT: 'NOTHING',
  PASSWORD_CHANGED: 'NOTHING',
  WEBHOOK_CREATED: 'NOTHING',
  WEBHOOK_EDITED: 'NOTHING',
  WEBHOOK_DELETED: 'NOTHING',
  WEBHOOK_SECRET_ROTATED: 'NOTHING',
  WEBHOOK_DISABLED: 'NOTHING',
  WEBHOOK_REPLAYED: 'NOTHING',
};
