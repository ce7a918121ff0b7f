/** Which accounts of a rollout somebody wants to see. */
import { type Reason, REASONS } from './effective-state.rules.ts';

/** OPEN: still off. DONE: on. ALL: every account the migration touches. */
export const STANDINGS = ['ALL', 'OPEN', 'DONE'] as const;

/** See {@link STANDINGS}. */
export type Standing = (typeof STANDINGS)[number];

const DONE: readonly Reason[] = ['OPTED_IN', 'NEW_ACCOUNT', 'MANDATORY'];

/**
 * The reasons a standing is made of.
 *
 * @param reasons asked for by name, which outranks the standing; empty for none
 */
export function reasonsOf(standing: Standing, reasons: readonly Reason[]): readonly Reason[] {
  if (reasons.length > 0) return [...new Set(reasons)];
  const touched = REASONS.filter((reason) => reason !== 'NOT_AFFECTED');
  switch (standing) {
    case 'ALL':
      return touched;
    case 'DONE':
      return DONE;
    case 'OPEN':
      return touched.filter((reason) => !DONE.includes(reason));
  }
}
