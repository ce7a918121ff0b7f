/** What subscribers to changes of accounts are sent. */
import type { AccountView } from '../accounts/account.view.ts';
import type { Actor } from '../auth/actor.ts';
import type { Batch } from '../events/feed.ts';
import { type EventCursor, isPrivate, type LoggedEvent } from '../events/log.ts';
import type { Context } from '../graphql/context.ts';
import { type Live, LiveEvents } from '../graphql/live.ts';
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
): Promise<Live<AccountMigrationChange>> {
  const { accounts } = context.services;
  const { number } = await accounts.account(actor, accountId);
  const matches = (event: LoggedEvent) => {
    const { type, migrationId, accountNumber } = event;
    if (isTakenFrom(actor, event)) return accountNumber === number;
    return migrationId !== null && !isPrivate(actor, type) && (accountNumber === null || accountNumber === number);
  };
  return new LiveEvents(context.services, from, { matches, narrowing: { accountNumber: number } }, async (events) => {
    // Asked again each time: an account taken away from the actor throws NOT_FOUND and so ends the subscription.
    const account = await accounts.account(actor, accountId);
    return changesOf(context, actor, events, () => account);
  });
}

/**
 * The changes of all accounts the actor sees, as they are given and taken while it lasts.
 *
 * @throws GracelineError FORBIDDEN, TOO_LARGE
 */
export async function changesOfAll(context: Context, actor: Actor, from: EventCursor): Promise<Live<AccountMigrationChange>> {
  const { accounts } = context.services;
  // Read after the place was taken: accounts given meanwhile are in it, or their events are still to come.
  const numbers = await accounts.visibleNumbers(actor);
  const matches = (event: LoggedEvent) => {
    const { type, migrationId, accountNumber } = event;
    if (accountNumber === null) return false;
    if (isGivenTo(actor, event)) numbers?.add(accountNumber);
    return migrationId !== null && !isPrivate(actor, type) && (numbers === null || numbers.has(accountNumber));
  };
  return new LiveEvents(context.services, from, { matches }, async (events) => {
    const numbersOfThese = [...new Set(events.map(({ accountNumber }) => accountNumber!))];
    const seen = new Map((await accounts.seen(actor, numbersOfThese)).map((account) => [account.number, account]));
    return changesOf(context, actor, events, ({ accountNumber }) => seen.get(accountNumber!));
  });
}

/** What happened, each with its account and migration, whose state is read as it is sent; null where there is nothing to see. */
async function changesOf(
  { services: { migrations } }: Context,
  actor: Actor,
  events: Batch,
  accountOf: (event: LoggedEvent) => AccountView | undefined,
): Promise<(AccountMigrationChange | null)[]> {
  const ids = new Set(events.flatMap(({ migrationId }) => migrationId ?? []));
  const found = ids.size === 0 ? [] : await migrations.byIds([...ids]);
  const visible = new Set(found.flatMap((migration) => (migrations.isVisible(actor, migration) ? migration.id : [])));
  return events.map((event) => {
    const { cursor, type, migrationId } = event;
    const account = accountOf(event);
    if (migrationId === null || !account || !visible.has(migrationId)) return null;
    return { cursor, type, accountMigration: { accountId: account.id, accountNumber: account.number, migrationId } };
  });
}

function isGivenTo({ role, administratorId }: Actor, event: LoggedEvent): boolean {
  return role === 'ADMINISTRATOR' && event.type === 'ADMINISTRATION_GRANTED' && event.administratorId === administratorId;
}

function isTakenFrom({ role, administratorId }: Actor, event: LoggedEvent): boolean {
  return role === 'ADMINISTRATOR' && event.type === 'ADMINISTRATION_REVOKED' && event.administratorId === administratorId;
}
