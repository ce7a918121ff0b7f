/** What readers see of an account, and the one projection that yields it. */
import type { Attributes } from '../rollouts/effective-state.rules.ts';
import type { Platform } from './accounts.rules.ts';

/** An account as readers see it. */
export interface AccountView {
  /** Its dense number: the key of decisions, events and loaders. */
  readonly number: number;
  /** The platform's own id of it. */
  readonly id: string;
  readonly name: string;
  readonly platform: Platform;
  readonly plan: string | null;
  readonly region: string | null;
  /** Of the IANA database. */
  readonly timeZone: string;
  /** Whether the platform's built-in provider sends its mail. */
  readonly usesBuiltInEmail: boolean;
  readonly attributes: Attributes;
  /** When the platform created it, which decides whether a migration is on from its birth. */
  readonly createdAt: Date;
  /** When Graceline last changed it. */
  readonly updatedAt: Date;
}

/**
 * The select list of an {@link AccountView}: its rows are views as they come.
 *
 * @param alias of the account table in the query
 */
export function accountColumns(alias: string): string {
  const column = (name: string) => `${alias}.${name}`;
  return [
    column('number'),
    column('id'),
    column('name'),
    column('platform'),
    column('plan'),
    column('region'),
    `${column('time_zone')} as "timeZone"`,
    `${column('uses_built_in_email')} as "usesBuiltInEmail"`,
    column('attributes'),
    `${column('created_at')} as "createdAt"`,
    `${column('updated_at')} as "updatedAt"`,
  ].join(', ');
}
