/** Who may do what with the mail of an account's users: settings and templates alike. */
import { refuseRuntime, requireAccount } from '../accounts/visibility.ts';
import type { AccountView } from '../accounts/account.view.ts';
import type { Actor } from '../auth/actor.ts';
import { requireScope } from '../auth/scopes.rules.ts';
import type { Queryable } from '../db/database.ts';

/**
 * The account whose settings or templates an actor wants to read: whoever sees an account, but no runtime, and of partners
 * those that change it, read migrations, or opt in, for which the mails of an account can be a reason to wait.
 *
 * @throws GracelineError FORBIDDEN, NOT_FOUND
 */
export async function requireEmailReader(db: Queryable, actor: Actor, accountId: string): Promise<AccountView> {
  refuseRuntime(actor);
  requireScope(actor, 'email:write', 'migrations:read', 'opt_ins:write');
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
  requireScope(actor, 'email:write');
  return requireAccount(db, actor, accountId);
}
