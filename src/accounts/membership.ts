/** What follows for live migrations when accounts change: some touch an account no longer, others touch it now. */
import type { NewEvent } from '../events/log.ts';

/** That a live migration touches an account otherwise than before. */
export interface MembershipChange {
  readonly number: number;
  readonly migrationId: string;
  readonly wasAffected: boolean;
  readonly isAffected: boolean;
  /** Whether it was, and is, created at or after the start of the grace period. */
  readonly wasBorn: boolean;
  readonly isBorn: boolean;
  readonly optedIn: boolean;
  readonly optedOut: boolean;
}

/**
 * The events that tell of the changes; a rollout's counts fold them. An account that stays affected while its date of
 * creation crosses the start of the grace period leaves as what it was and comes back as what it is.
 */
export function membershipEvents(changes: readonly MembershipChange[]): NewEvent[] {
  return changes.flatMap((change) => {
    const event = (type: 'ACCOUNT_AFFECTED' | 'ACCOUNT_UNAFFECTED', born: boolean): NewEvent => ({
      type,
      migrationId: change.migrationId,
      accountNumber: change.number,
      // Opting in outranks birth, as in the rule.
      data: { born: born && !change.optedIn, optedIn: change.optedIn, optedOut: change.optedOut },
    });
    return [
      ...(change.wasAffected ? [event('ACCOUNT_UNAFFECTED', change.wasBorn)] : []),
      ...(change.isAffected ? [event('ACCOUNT_AFFECTED', change.isBorn)] : []),
    ];
  });
}
