/**
 * The rule that everything else follows from: is a migration on for an account at an instant, and why?
 *
 * It is computed from dates and decisions and never stored, so a deadline holds to the millisecond with every worker
 * down. Its SQL twin is the function `effective_state` in the db migrations; a property test holds the two equal.
 */
import type { Platform } from '../accounts/accounts.rules.ts';

/** What the rule needs to know of a migration. */
export interface MigrationFacts {
  /** Announced and not cancelled; a draft or cancelled migration is on for nobody. */
  readonly live: boolean;
  /** Start of the grace period; null while its day is unknown. */
  readonly graceStartsAt: Date | null;
  /** From this instant it is on for every affected account; null while its day is unknown. */
  readonly mandatoryAt: Date | null;
  /** Whether an account may opt out again. */
  readonly reversible: boolean;
  readonly affects: AffectedRule;
}

/** Which accounts a migration touches. Every condition that is given must hold. */
export interface AffectedRule {
  /** Platforms; empty means every one. */
  readonly platforms: readonly Platform[];
  /** Only accounts whose mail the built-in provider sends. */
  readonly builtInEmailOnly: boolean;
  /** Attributes the account must have with exactly these values; empty demands none. */
  readonly attributes: Attributes;
  /** Only accounts on the migration's own list. */
  readonly listedOnly: boolean;
}

/** An account's free attributes: flat, so that matching one is the same comparison in TypeScript and in SQL. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** What the rule needs to know of an account. */
export interface AccountFacts {
  readonly createdAt: Date;
  readonly platform: Platform;
  readonly usesBuiltInEmail: boolean;
  readonly attributes: Attributes;
  /** Whether the account is on this migration's list. */
  readonly listed: boolean;
}

/** What was decided for an account; all null where nothing was. */
export interface DecisionFacts {
  /** When it opted in; null after opting out again. */
  readonly optedInAt: Date | null;
  /** When it last opted out. */
  readonly optedOutAt: Date | null;
  /** The account's own, later deadline. */
  readonly extendedUntil: Date | null;
  /** Until when the migration leaves the account alone. */
  readonly exemptUntil: Date | null;
}

/** Why a migration is on or off for an account. `BROWNOUT` and `WAVE` belong to the words but no rule yields them yet. */
export const REASONS = [
  'OPTED_IN',
  'NEW_ACCOUNT',
  'MANDATORY',
  'BROWNOUT',
  'WAVE',
  'EXTENDED',
  'EXEMPT',
  'NOT_AFFECTED',
  'OPTED_OUT',
  'PENDING',
  'NOT_STARTED',
] as const;

/** See {@link REASONS}. */
export type Reason = (typeof REASONS)[number];

/** The answer of the rule. */
export interface EffectiveState {
  /** Whether the migration is on for the account. */
  readonly enabled: boolean;
  readonly reason: Reason;
  /** Since when it is on; null while it is off. */
  readonly since: Date | null;
  /** When it becomes (or became) mandatory for this account; null while unknown or not affected. */
  readonly deadline: Date | null;
  readonly canOptIn: boolean;
  readonly canOptOut: boolean;
}

/** Whether a migration touches an account. */
export function isAffected(rule: AffectedRule, account: AccountFacts): boolean {
  return (
    (rule.platforms.length === 0 || rule.platforms.includes(account.platform)) &&
    (!rule.builtInEmailOnly || account.usesBuiltInEmail) &&
    (!rule.listedOnly || account.listed) &&
    Object.entries(rule.attributes).every(([name, value]) => Object.hasOwn(account.attributes, name) && account.attributes[name] === value)
  );
}

/**
 * The effective state of a migration for an account.
 *
 * What wins, strongest first: the migration is not live; the account is not affected; it opted in; it was born
 * with the migration; it is exempt; its deadline (its own where extended) has passed; the grace period has not started; it opted
 * out; it has still to act. All ranges are half-open: at the very instant of the deadline the migration is on.
 *
 * @param now the present instant
 */
export function effectiveState(migration: MigrationFacts, account: AccountFacts, decision: DecisionFacts, now: Date): EffectiveState {
  if (!migration.live) return off('NOT_STARTED', null, false);
  if (!isAffected(migration.affects, account)) return off('NOT_AFFECTED', null, false);

  const { graceStartsAt, reversible } = migration;
  const deadline = ownDeadline(migration.mandatoryAt, decision.extendedUntil);
  const started = graceStartsAt !== null && now >= graceStartsAt;
  const due = deadline !== null && now >= deadline;

  if (decision.optedInAt)
    return {
      enabled: true,
      reason: 'OPTED_IN',
      since: decision.optedInAt,
      deadline,
      canOptIn: false,
      canOptOut: reversible && started && !due,
    };
  if (graceStartsAt && started && account.createdAt >= graceStartsAt) return on('NEW_ACCOUNT', account.createdAt, deadline);
  if (decision.exemptUntil && now < decision.exemptUntil) return off('EXEMPT', deadline, started || due);
  if (due) return on('MANDATORY', later(deadline, decision.exemptUntil), deadline);
  if (!started) return off('NOT_STARTED', deadline, false);
  if (decision.extendedUntil && deadline !== migration.mandatoryAt) return off('EXTENDED', deadline, true);
  return off(decision.optedOutAt ? 'OPTED_OUT' : 'PENDING', deadline, true);
}

/** The deadline of one account: the migration's, or a later one it was given. An extension shortens nothing. */
function ownDeadline(mandatoryAt: Date | null, extendedUntil: Date | null): Date | null {
  return mandatoryAt && extendedUntil && extendedUntil > mandatoryAt ? extendedUntil : mandatoryAt;
}

function later(instant: Date, other: Date | null): Date {
  return other && other > instant ? other : instant;
}

function on(reason: Reason, since: Date, deadline: Date | null): EffectiveState {
  return { enabled: true, reason, since, deadline, canOptIn: false, canOptOut: false };
}

function off(reason: Reason, deadline: Date | null, canOptIn: boolean): EffectiveState {
  return { enabled: false, reason, since: null, deadline, canOptIn, canOptOut: false };
}
