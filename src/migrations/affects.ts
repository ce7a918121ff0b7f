/** Whom a migration touches: what an operator says of it, checked and kept. */
import { type Platform, PLATFORMS } from '../accounts/accounts.rules.ts';
import type { Transaction } from '../db/database.ts';
import { GracelineError } from '../errors.ts';
import { checkedDays, firstOfDays } from '../gates/usage.rules.ts';
import type { Migration } from './migration.entity.ts';
import { replaceListedAccounts, replaceListedByUse } from './migrations.repository.ts';
import { checkedAttributes } from './migrations.rules.ts';

/** The most accounts a list may name in one request. */
const MAX_LISTED_ACCOUNTS = 10_000;

/** Which accounts a migration is to touch; left out means unchanged (or, when new, all). */
export interface AffectsInput {
  readonly platforms?: readonly Platform[] | undefined;
  readonly builtInEmailOnly?: boolean | undefined;
  readonly attributes?: Record<string, unknown> | undefined;
  /** The platform's ids of the only accounts it touches; null lifts the restriction. */
  readonly accounts?: readonly string[] | null | undefined;
  /** Instead of ids: the only accounts it touches are those that were seen using the old behaviour within so many days. */
  readonly usedWithinDays?: number | undefined;
}

/**
 * Keeps whom a migration is to touch. Seen using the old behaviour is who was when this is said: the list stays as it is, whoever uses
 * it later, because whether a migration touches an account may not change without an event.
 *
 * @param usesUntil until when uses of the migration can have been reported; null for a new one
 * @throws GracelineError INVALID_INPUT; TOO_LARGE; NOT_FOUND naming the ids that are no accounts
 */
export async function applyAffects(tx: Transaction, migration: Migration, affects: AffectsInput, usesUntil: Date | null): Promise<void> {
  if (affects.platforms) migration.platforms = PLATFORMS.filter((platform) => affects.platforms?.includes(platform));
  if (affects.builtInEmailOnly !== undefined) migration.builtInEmailOnly = affects.builtInEmailOnly;
  if (affects.attributes) migration.requiredAttributes = checkedAttributes(affects.attributes);
  const usedSince = usedSinceOf(affects, usesUntil);
  if (usedSince !== null) {
    migration.listedOnly = true;
    await replaceListedByUse(tx, migration.id, usedSince);
  } else if (affects.accounts !== undefined) {
    refuseTooMany(affects.accounts ?? []);
    migration.listedOnly = affects.accounts !== null;
    await replaceListedAccounts(tx, migration.id, affects.accounts ?? []);
  }
}

/**
 * From which day on an account must have been seen using the old behaviour to be touched.
 *
 * @param usesUntil as in {@link applyAffects}
 * @returns an ISO date in UTC; null where uses do not matter
 * @throws GracelineError INVALID_INPUT
 */
export function usedSinceOf({ accounts, usedWithinDays }: AffectsInput, usesUntil: Date | null): string | null {
  if (usedWithinDays === undefined) return null;
  const field = 'usedWithinDays';
  if (accounts !== undefined) {
    throw new GracelineError('INVALID_INPUT', 'Give "accounts" or "usedWithinDays", not both: each makes the whole list.', { field });
  }
  if (usesUntil === null) {
    throw new GracelineError(
      'INVALID_INPUT',
      'Nobody can have reported uses of a new migration. Create it, have them reported, then edit it.',
      {
        field,
      },
    );
  }
  return firstOfDays(usesUntil, checkedDays(field, usedWithinDays));
}

/** @throws GracelineError TOO_LARGE where a list names more accounts than one request may */
export function refuseTooMany(accounts: readonly string[]): void {
  if (accounts.length <= MAX_LISTED_ACCOUNTS) return;
  throw new GracelineError(
    'TOO_LARGE',
    `A list names at most ${MAX_LISTED_ACCOUNTS} accounts; this one names ${accounts.length}. Match an attribute instead.`,
    { field: 'accounts' },
  );
}
