/** Who may do what with the mail of an account's users: settings and templates alike. */
import { refuseRuntime, requireAccount } from '../accounts/visibility.ts';
import type { AccountView } from '../accounts/account.view.ts';
import type { Actor } from '../auth/actor.ts';
import type { Queryable } from '../db/database.ts';
import { GracelineError } from '../errors.ts';

/**
 * The account whose settings or templates an actor wants to read: whoever sees an account, but no runtime.
 *
 * @throws GracelineError FORBIDDEN, NOT_FOUND
 */
export function requireEmailReader(db: Queryable, actor: Actor, accountId: string): Promise<AccountView> {
  refuseRuntime(actor);
  return requireAccount(db, actor, accountId);
}

/**
 * The account whose settings or templates an actor wants to change: operators, administrators of it, and partners with the
 * scope `email:write`.
 *
 * @throws GracelineError FORBIDDEN, NOT_FOUND
 */
export async function requireEmailWriter(db: Queryable, actor: Actor, accountId: string): Promise<AccountView> {
  refuseRuntime(actor);
  if (actor.role === 'PARTNER' && !actor.scopes.includes('email:write'))
    throw new GracelineError('FORBIDDEN', 'This needs the scope email:write. Ask an operator for a token that has it.');
  return requireAccount(db, actor, accountId);
}
