/**
 * Who sees which accounts: asked here by every feature, so that there is one answer. Operators see all, administrators
 * what they administer, partners what their token or JWT names, or all. An account somebody may not see reads as missing, word for word:
 * whether it exists is nobody's business.
 */
import type { Actor } from '../auth/actor.ts';
import type { Queryable } from '../db/database.ts';
import { GracelineError } from '../errors.ts';
import { type AccountView, accountColumns } from './account.view.ts';

/** A condition of a query, with the values of its parameters. */
export interface Condition {
  readonly sql: string;
  readonly values: unknown[];
}

/**
 * The condition that keeps the accounts an actor sees in a list. A runtime lists nothing: it asks for single accounts.
 *
 * @param alias of the account table in the query
 * @param nextParam the number of the first parameter that is free; the condition uses as many as it has values
 */
export function visibleAccounts(actor: Actor, alias: string, nextParam: number): Condition {
  const sight = sightOf(actor);
  const values = sight === 'ALL' || sight === 'NONE' ? [] : [whoSees(actor)];
  return { sql: visibleTo(sight, alias, `$${nextParam}`), values };
}

/** The condition for accounts that a caller names one by one: as {@link visibleAccounts}, and a runtime may name any. */
export function nameableAccounts(actor: Actor, alias: string, nextParam: number): Condition {
  return namesAny(actor) ? { sql: 'true', values: [] } : visibleAccounts(actor, alias, nextParam);
}

/** The same kinds as {@link sightOf}, for accounts that a caller names one by one. */
export function nameableSightOf(actor: Actor): Sight {
  return namesAny(actor) ? 'ALL' : sightOf(actor);
}

/** Whether a caller may name any account, so that the database need not be asked which. */
export function namesAny(actor: Actor): boolean {
  return actor.role === 'RUNTIME' || sightOf(actor) === 'ALL';
}

/** Which accounts somebody sees, as a kind: queries of one kind have the same text. */
export type Sight = 'ALL' | 'ADMINISTERED' | 'NAMED' | 'CLAIMED' | 'NONE';

/** See {@link Sight}. */
export function sightOf({ role, allAccounts, accounts }: Actor): Sight {
  switch (role) {
    case 'OPERATOR':
    case 'SYSTEM':
      return 'ALL';
    case 'ADMINISTRATOR':
      return 'ADMINISTERED';
    case 'PARTNER':
      if (accounts) return 'CLAIMED';
      return allAccounts ? 'ALL' : 'NAMED';
    case 'RUNTIME':
      return 'NONE';
  }
}

/**
 * The same for a query about several actors of one kind.
 *
 * @param alias of the account table in the query
 * @param who an SQL expression with what {@link whoSees} says of the actor
 */
export function visibleTo(sight: Sight, alias: string, who: string): string {
  switch (sight) {
    case 'ALL':
      return 'true';
    case 'ADMINISTERED':
      return `exists (select from administration v where v.administrator_id = ${who}::uuid and v.account_number = ${alias}.number)`;
    case 'NAMED':
      return `exists (select from token_account v where v.token_id = ${who}::uuid and v.account_number = ${alias}.number)`;
    case 'CLAIMED':
      return `${alias}.id in (select jsonb_array_elements_text(${who}::jsonb))`;
    case 'NONE':
      return 'false';
  }
}

/**
 * By what an actor's accounts are found: the administrator's id, a partner's token, the ids in a JWT as JSON; null where the
 * role alone decides.
 */
export function whoSees({ role, administratorId, tokenId, accounts }: Actor): string | null {
  if (role === 'ADMINISTRATOR') return administratorId;
  if (role !== 'PARTNER') return null;
  return accounts ? JSON.stringify(accounts) : tokenId;
}

/**
 * Lets operators pass: for everything that only they may do.
 *
 * @throws GracelineError FORBIDDEN
 */
export function requireOperator(actor: Actor): void {
  if (actor.role !== 'OPERATOR') throw new GracelineError('FORBIDDEN', 'Only operators may do this. Use the token of an operator.');
}

/**
 * Refuses a runtime: for lists of accounts, administrators and the like.
 *
 * @throws GracelineError FORBIDDEN
 */
export function refuseRuntime(actor: Actor): void {
  if (actor.role === 'RUNTIME')
    throw new GracelineError(
      'FORBIDDEN',
      'The token of a runtime reads single accounts only. Use the token of an operator, administrator or partner.',
    );
}

/**
 * The account of this id, if the actor sees it. A runtime and the system read any.
 *
 * @throws GracelineError NOT_FOUND where there is none, or it is not theirs to see
 */
export async function requireAccount(db: Queryable, actor: Actor, accountId: string): Promise<AccountView> {
  // PostgreSQL holds no NUL in a text and would refuse to look.
  if (accountId.includes('\0')) throw accountNotFound(accountId);
  const visible = nameableAccounts(actor, 'a', 2);
  const [account] = await db.query<AccountView>(`select ${accountColumns('a')} from account a where a.id = $1 and ${visible.sql}`, [
    accountId,
    ...visible.values,
  ]);
  if (!account) throw accountNotFound(accountId);
  return account;
}

/** What a missing account and a foreign one are answered with. */
export function accountNotFound(accountId: string): GracelineError {
  return new GracelineError('NOT_FOUND', `There is no account "${shortened(accountId)}". Check its id.`, { account: shortened(accountId) });
}

/** An id as messages repeat it: a caller's megabyte is not sent back. */
function shortened(id: string): string {
  return id.length > 200 ? `${id.slice(0, 200)}…` : id;
}
