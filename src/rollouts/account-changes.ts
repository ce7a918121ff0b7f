/** What subscribers to changes of accounts are sent. */
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
    const changes = await changesOf(context, actor, events, number);
    // Of an account that was taken away from the actor there is nothing to see: throws NOT_FOUND and so ends the subscription.
    if (changes.includes(null)) await accounts.account(actor, accountId);
    return changes;
  });
}

/**
 * The changes of all accounts the actor sees, as they are given and taken while it lasts.
 *
 * @throws GracelineError FORBIDDEN, TOO_LARGE
 */
export async function changesOfAll(context: Context, actor: Actor, from: EventCursor): Promise<Live<AccountMigrationChange>> {
  const { accounts } = context.services;
  await accounts.visibleNumbers(actor);
  const given = new Set<number>();
  let numbers: ReadonlySet<number> | null | undefined;
  const matches = (event: LoggedEvent) => {
    const { type, migrationId, accountNumber } = event;
    // The ids in a JWT may name accounts that are still to come.
    if (actor.accounts && (type === 'ACCOUNT_CREATED' || type === 'ACCOUNTS_IMPORTED')) numbers = undefined;
    if (accountNumber === null) return false;
    if (isGivenTo(actor, event)) given.add(accountNumber);
    return migrationId !== null && !isPrivate(actor, type) && (numbers?.has(accountNumber) !== false || given.has(accountNumber));
  };
  return new LiveEvents(context.services, from, { matches }, async (events) => {
    // Read once it is followed: an account given before that is among them, one given later is told of by an event.
    numbers ??= await accounts.visibleNumbers(actor);
    return changesOf(context, actor, events);
  });
}

/**
 * What happened, each with its account and migration, whose state is read as it is sent; null where there is nothing to see.
 *
 * @param only the number of the account that what happens to all happens to
 */
async function changesOf(
  { services: { migrations, rememberedMigrations, rollouts } }: Context,
  actor: Actor,
  events: Batch,
  only?: number,
): Promise<(AccountMigrationChange | null)[]> {
  const pairs = events.flatMap(({ migrationId, accountNumber: number }) => {
    const accountNumber = number ?? only;
    return migrationId === null || accountNumber === undefined ? [] : [{ migrationId, accountNumber }];
  });
  const [seen, found] = await Promise.all([
    rollouts.seenStates(actor, pairs),
    rememberedMigrations.byIds([...new Set(pairs.map(({ migrationId }) => migrationId))]),
  ]);
  const stateOf = new Map(seen.map((one) => [`${one.migrationId} ${one.accountNumber}`, one]));
  const migrationOf = new Map(found.map((migration) => [migration.id, migration]));
  return events.map(({ cursor, type, migrationId, accountNumber, at }) => {
    const migration = migrationOf.get(migrationId ?? '');
    const state = stateOf.get(`${migrationId} ${accountNumber ?? only}`);
    if (!migration || !state || !migrations.wasVisible(actor, migration, at)) return null;
    return { cursor, type, accountMigration: { ...state, accountId: state.account.id, migration } };
  });
}

function isGivenTo({ role, administratorId }: Actor, event: LoggedEvent): boolean {
  return role === 'ADMINISTRATOR' && event.type === 'ADMINISTRATION_GRANTED' && event.administratorId === administratorId;
}

function isTakenFrom({ role, administratorId }: Actor, event: LoggedEvent): boolean {
  return role === 'ADMINISTRATOR' && event.type === 'ADMINISTRATION_REVOKED' && event.administratorId === administratorId;
}
