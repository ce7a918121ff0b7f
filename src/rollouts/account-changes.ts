/** What subscribers to changes of accounts are sent. */
import type { AccountView } from '../accounts/account.view.ts';
import type { Actor } from '../auth/actor.ts';
import { feed } from '../events/feed.ts';
import { type EventCursor, isPrivate, type LoggedEvent } from '../events/log.ts';
import type { Context } from '../graphql/context.ts';
import { itemsOf } from '../graphql/live.ts';
import type { AccountMigrationChange } from './rollout.types.ts';

/**
 * The changes of one account, those of dates that pass for everybody included. Ends with NOT_FOUND as soon as the account is
 * taken away from the actor.
 *
 * @throws GracelineError NOT_FOUND
 */
export async function changesOfOne(
  context: Context,
  actor: Actor,
  accountId: string,
  from: EventCursor,
): Promise<AsyncIterableIterator<AccountMigrationChange>> {
  const { accounts, follower, liveReads } = context.services;
  const { number } = await accounts.account(actor, accountId);
  const matches = (event: LoggedEvent) => {
    const { type, migrationId, accountNumber } = event;
    if (isTakenFrom(actor, event)) return accountNumber === number;
    return migrationId !== null && !isPrivate(actor, type) && (accountNumber === null || accountNumber === number);
  };
  return itemsOf(feed(follower, liveReads, { matches, narrowing: { accountNumber: number } }, from), liveReads, async (event) => {
    // Asked again for every event: an account taken away from the actor throws NOT_FOUND and so ends the subscription.
    const account = await accounts.account(actor, accountId);
    return changeOf(context, actor, event, account);
  });
}

/**
 * The changes of all accounts the actor sees, as they are given and taken while it lasts.
 *
 * @throws GracelineError FORBIDDEN, TOO_LARGE
 */
export async function changesOfAll(
  context: Context,
  actor: Actor,
  from: EventCursor,
): Promise<AsyncIterableIterator<AccountMigrationChange>> {
  const { accounts, follower, liveReads } = context.services;
  // Read after the place was taken: accounts given meanwhile are in it, or their events are still to come.
  const numbers = await accounts.visibleNumbers(actor);
  const matches = (event: LoggedEvent) => {
    const { type, migrationId, accountNumber } = event;
    if (accountNumber === null) return false;
    if (isGivenTo(actor, event)) numbers?.add(accountNumber);
    return migrationId !== null && !isPrivate(actor, type) && (numbers === null || numbers.has(accountNumber));
  };
  return itemsOf(feed(follower, liveReads, { matches }, from), liveReads, async (event) => {
    const [account] = await accounts.seen(actor, [event.accountNumber!]);
    return account ? changeOf(context, actor, event, account) : null;
  });
}

/** What happened, with the account and the migration whose state is read as it is sent; null where there is nothing to see. */
async function changeOf(
  { services: { migrations } }: Context,
  actor: Actor,
  { cursor, type, migrationId }: LoggedEvent,
  { id: accountId, number: accountNumber }: AccountView,
): Promise<AccountMigrationChange | null> {
  if (migrationId === null) return null;
  const [migration] = await migrations.byIds([migrationId]);
  if (!migration || !migrations.isVisible(actor, migration)) return null;
  return { cursor, type, accountMigration: { accountId, accountNumber, migrationId } };
}

function isGivenTo({ role, administratorId }: Actor, event: LoggedEvent): boolean {
  return role === 'ADMINISTRATOR' && event.type === 'ADMINISTRATION_GRANTED' && event.administratorId === administratorId;
}

function isTakenFrom({ role, administratorId }: Actor, event: LoggedEvent): boolean {
  return role === 'ADMINISTRATOR' && event.type === 'ADMINISTRATION_REVOKED' && event.administratorId === administratorId;
}
