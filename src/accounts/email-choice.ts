/**
 * Who sends an account's mail: the built-in provider or one of its own. Migrations can be about the one or the other, so it is
 * a field of the account too. As long as an account has no email settings the field is the operator's; from then on the
 * settings decide, and the field follows them.
 */
import type { Transaction } from '../db/database.ts';
import { GracelineError } from '../errors.ts';
import type { NewEvent } from '../events/log.ts';
import type { AccountView } from './account.view.ts';
import { lockAccount, updateAccounts } from './accounts.repository.ts';
import { takeEmailChoice } from './email-choice-lock.ts';
import { membershipEvents } from './membership.ts';
import { accountNotFound } from './visibility.ts';

/**
 * Called first in a transaction that changes an account's email settings.
 *
 * @returns the account, locked until the transaction ends
 * @throws GracelineError NOT_FOUND
 */
export async function lockForEmailSettings(tx: Transaction, accountId: string): Promise<AccountView> {
  await takeEmailChoice(tx);
  const account = await lockAccount(tx, accountId);
  if (!account) throw accountNotFound(accountId);
  return account;
}

/**
 * Called once the email settings of a locked account are written: its field follows.
 *
 * @returns the events of that; none where nothing changed
 */
export async function followEmailSettings(
  tx: Transaction,
  account: AccountView,
  usesBuiltInEmail: boolean,
  now: Date,
): Promise<NewEvent[]> {
  if (account.usesBuiltInEmail === usesBuiltInEmail) return [];
  const { changes } = await updateAccounts(tx, [{ ...account, usesBuiltInEmail }], now);
  const data = { before: { usesBuiltInEmail: account.usesBuiltInEmail }, after: { usesBuiltInEmail } };
  return [{ type: 'ACCOUNT_EDITED', accountNumber: account.number, data }, ...membershipEvents(changes)];
}

/**
 * Checks what an operator says of the field.
 *
 * @param wanted undefined where it is left as it is
 * @throws GracelineError CONFLICT where the account's email settings say otherwise
 */
export async function checkEmailChoice(tx: Transaction, account: AccountView, wanted: boolean | undefined): Promise<void> {
  if (wanted === undefined || wanted === account.usesBuiltInEmail) return;
  const [settings] = await tx.query<{ provider: string }>('select provider from email_settings where account_number = $1', [
    account.number,
  ]);
  if (!settings) return;
  throw new GracelineError(
    'CONFLICT',
    `The email settings of "${account.id}" say that ${settings.provider} sends its mail, and "usesBuiltInEmail" follows them. Change the settings instead, e.g. with setBuiltInEmail.`,
    { field: 'usesBuiltInEmail', provider: settings.provider },
  );
}
