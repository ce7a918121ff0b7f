/** The effective state as SQL tells it: `effective_state` of `migrations-db/`, whose columns statements select as they are. */
import type { EffectiveState, Reason } from './effective-state.rules.ts';

/** The columns of `effective_state`. */
export interface StateRow {
  enabled: boolean;
  reason: Reason;
  since: Date | null;
  deadline: Date | null;
  can_opt_in: boolean;
  can_opt_out: boolean;
}

/** The state that a row holds, whatever else is in it. */
export function stateFrom(row: StateRow): EffectiveState {
  return {
    enabled: row.enabled,
    reason: row.reason,
    since: row.since,
    deadline: row.deadline,
    canOptIn: row.can_opt_in,
    canOptOut: row.can_opt_out,
  };
}
