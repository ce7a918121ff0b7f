/** Subscribers share what they are sent where, and only where, they asked for the same with the same rights. */
import { Kind, parse, print, type OperationDefinitionNode } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  AccountMigrationChangedDocument,
  type AccountMigrationChangedSubscription,
  AnnounceMigrationDocument,
  CreateAccountDocument,
  CreateAdministratorDocument,
  CreateMigrationDocument,
  LogCursorDocument,
  NoticeAddedDocument,
  OptInDocument,
  OptOutDocument,
} from '../../schema/generated/operations.ts';
import { type Actor, readerOf } from '../../src/auth/actor.ts';
import { contextFactory } from '../../src/graphql/context.ts';
import { sameMessagesKey } from '../../src/graphql/same-messages.ts';
import { changesOfAll } from '../../src/rollouts/account-changes.ts';
import type { Collector, GraphqlClient } from '../support/graphql-client.ts';
import { until } from '../support/processes.ts';
import { startService, type TestService } from '../support/service.ts';

type Changes = Collector<AccountMigrationChangedSubscription>;

const ACCOUNTS = ['acme', 'globex', 'initech'];

let service: TestService;
let anna: GraphqlClient;
let bob: GraphqlClient;
let administrators: string[];

const administrator = async (name: string, account: string) => {
  const email = `${name}@${account}.example`;
  const { createAdministrator } = await service.operator.request(CreateAdministratorDocument, {
    input: { email, name, accounts: [account] },
  });
  administrators.push(createAdministrator.id);
  return service.clientOf({ role: 'ADMINISTRATOR', subject: email, administratorId: createAdministrator.id });
};
const account = (id: string) =>
  service.operator.request(CreateAccountDocument, { input: { id, name: id, platform: 'CLOUD', createdAt: '2015-01-01T00:00:00Z' } });
const optIn = (id: string, migration = 'shared') => service.operator.request(OptInDocument, { account: id, migration });

beforeAll(async () => {
  administrators = [];
  service = await startService('2016-04-12T09:00:00Z');
  for (const id of ACCOUNTS) await account(id);
  anna = await administrator('anna', 'acme');
  bob = await administrator('bob', 'globex');
  for (const key of ['shared', 'late'])
    await service.operator.request(CreateMigrationDocument, {
      input: { key, title: key, severity: 'MEDIUM', gracePeriodStart: '2016-04-12', mandatoryOptIn: '2016-08-10' },
    });
  await service.operator.request(AnnounceMigrationDocument, { key: 'shared' });
  await service.sweep();
});

/** How many sequences of events this process follows the log for. */
const followed = () => (service.house.follower as unknown as { listeners: Set<unknown> }).listeners.size;

async function following(count: number): Promise<void> {
  await until(
    () => followed() === count,
    () => `${followed()} follow and not ${count}`,
  );
}

const accountsOf = ({ all }: Changes) => all.map(({ accountMigrationChanged }) => accountMigrationChanged.accountMigration.account.id);

test('the same text and variables bring each what is theirs to see, at the same time', async () => {
  const partner = (accounts: string[], scopes: string[]) => service.clientOf({ role: 'PARTNER', subject: 'Backup Co', accounts, scopes });
  const { logCursor: after } = await service.operator.request(LogCursorDocument, {});
  const watchers: [string, GraphqlClient, string[]][] = [
    ['an operator', service.operator, ACCOUNTS],
    ['another operator', service.secondOperator, ACCOUNTS],
    ['anna', anna, ['acme']],
    ['bob', bob, ['globex']],
    ['a partner', await partner(['initech'], ['migrations:read']), ['initech']],
    ['the same partner by another token', await partner(['acme', 'initech'], ['migrations:read']), ['acme', 'initech']],
    ['with another scope', await partner(['globex'], ['migrations:read', 'opt_ins:write']), ['globex']],
  ];
  const subscriptions = watchers.map(([, client]) => client.subscribe(AccountMigrationChangedDocument, { after }));
  // One for both operators.
  await following(watchers.length - 1);
  for (const id of ACCOUNTS) await optIn(id);
  for (const [i, [who, , seen]] of watchers.entries()) {
    await until(
      () => accountsOf(subscriptions[i]!).length >= seen.length,
      () => `${who} got ${accountsOf(subscriptions[i]!).join()}`,
    );
  }
  // Whatever came too much would have come by the next.
  for (const id of ACCOUNTS) await service.operator.request(OptOutDocument, { account: id, migration: 'shared' });
  for (const [i, [who, , seen]] of watchers.entries()) {
    await until(
      () => accountsOf(subscriptions[i]!).length >= 2 * seen.length,
      () => `${who} got ${accountsOf(subscriptions[i]!).join()}`,
    );
    expect({ who, saw: accountsOf(subscriptions[i]!) }).toEqual({ who, saw: [...seen, ...seen] });
  }
  await Promise.all(subscriptions.map((subscription) => subscription.close()));
  await following(0);
});

test('notices come to those they are for, although all ask for the same', async () => {
  const [ofAnna, ofBob] = [anna, bob].map((client) => client.subscribe(NoticeAddedDocument));
  await following(2);
  await service.operator.request(AnnounceMigrationDocument, { key: 'late' });
  await service.sweep();
  await Promise.all([ofAnna!.next(), ofBob!.next()]);
  const sent = [...ofAnna!.all, ...ofBob!.all].map(({ noticeAdded: { id } }) => id);
  const owners = await service.db.query<{ id: string; owner: string }>(
    'select id, administrator_id as owner from notice where id = any ($1)',
    [sent],
  );
  expect(sent.map((id) => owners.find((notice) => notice.id === id)?.owner)).toEqual(administrators);
  await Promise.all([ofAnna!.close(), ofBob!.close()]);
});

test('who comes back to others is sent alone what they missed, and shares again', async () => {
  const watching = service.operator.subscribe(AccountMigrationChangedDocument, { after: null });
  await following(1);
  const { logCursor: after } = await service.operator.request(LogCursorDocument, {});
  await optIn('acme', 'late');
  await watching.next();
  const back = service.secondOperator.subscribe(AccountMigrationChangedDocument, { after });
  await back.next();
  expect(followed()).toBe(1);
  await optIn('globex', 'late');
  await Promise.all([watching.next(), back.next()]);
  expect(back.all).toEqual(watching.all);
  await Promise.all([watching.close(), back.close()]);
});

test('an account that a JWT names is followed as soon as there is one', async () => {
  const context = contextFactory(service.house)(null, 'test');
  const accounts = ['acme', 'to-come'];
  const actor: Actor = { role: 'PARTNER', subject: 'p', administratorId: null, tokenId: null, scopes: ['migrations:read'], accounts };
  const live = await changesOfAll(context, actor, service.house.follower.position);
  const items = live.follow();
  await optIn('acme');
  const [first] = (await items.next()).value as [{ value: { accountMigration: { accountId: string } } }];
  expect(first.value.accountMigration.accountId).toBe('acme');
  await account('to-come');
  await optIn('to-come');
  for (;;) {
    const { value } = (await items.next()) as { value: { value: { accountMigration: { accountId: string } } }[] };
    if (value.some(({ value: { accountMigration } }) => accountMigration.accountId === 'to-come')) break;
  }
  await items.return!();
});

describe('the key of those who share', () => {
  const QUERY = print(AccountMigrationChangedDocument);
  const OPERATOR: Actor = { role: 'OPERATOR', subject: 'olga', administratorId: null, tokenId: 'one', scopes: [] };
  const ANNA: Actor = { role: 'ADMINISTRATOR', subject: 'anna', administratorId: 'a', tokenId: 'one', scopes: [] };
  const PARTNER: Actor = { role: 'PARTNER', subject: 'Backup Co', administratorId: null, tokenId: 'one', scopes: ['migrations:read'] };
  const keyOf = (actor: Actor, query = QUERY, variables: Record<string, unknown> = {}, operationName?: string) => {
    const document = parse(query);
    const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION) as OperationDefinitionNode[];
    const operation = operations.find(({ name }) => operationName === undefined || name?.value === operationName)!;
    return sameMessagesKey({ query, variables, operationName }, document, operation, readerOf(actor));
  };

  test('is that of all operators, and of all tokens of an administrator', () => {
    expect(keyOf({ ...OPERATOR, subject: 'otto', tokenId: 'two' })).toBe(keyOf(OPERATOR));
    expect(keyOf({ ...ANNA, tokenId: 'two' })).toBe(keyOf(ANNA));
  });

  test.each<[string, Actor, Actor]>([
    ['roles', OPERATOR, { ...OPERATOR, role: 'RUNTIME' }],
    ['administrators', ANNA, { ...ANNA, administratorId: 'b' }],
    ["partners' tokens", PARTNER, { ...PARTNER, tokenId: 'two' }],
    ['scopes', PARTNER, { ...PARTNER, scopes: ['flags:read'] }],
    ['all accounts', PARTNER, { ...PARTNER, allAccounts: true }],
    ['accounts of JWTs', { ...PARTNER, accounts: ['a'] }, { ...PARTNER, accounts: ['b'] }],
  ])('differs between %s', (_, one, other) => {
    expect(keyOf(one)).not.toBe(keyOf(other));
  });

  test('does not depend on where one begins, if a variable that has no other use says so', () => {
    expect(keyOf(OPERATOR, QUERY, { after: '1.1' })).toBe(keyOf(OPERATOR, QUERY, { after: '2.2' }));
    expect(keyOf(OPERATOR, QUERY, { account: 'a' })).not.toBe(keyOf(OPERATOR, QUERY, { account: 'b' }));
    const literal = (after: string) => `subscription { migrationChanged(after: "${after}") { cursor } }`;
    expect(keyOf(OPERATOR, literal('1.1'))).not.toBe(keyOf(OPERATOR, literal('2.2')));
    const twice =
      'subscription ($x: String) { migrationChanged(after: $x) { ...F } } fragment F on MigrationChange { migration { a(b: $x) } }';
    expect(keyOf(OPERATOR, twice, { x: '1.1' })).not.toBe(keyOf(OPERATOR, twice, { x: '2.2' }));
  });

  test('differs between the operations of one text', () => {
    const both = 'subscription A { migrationChanged { cursor } } subscription B { migrationChanged { type } }';
    expect(keyOf(OPERATOR, both, {}, 'A')).not.toBe(keyOf(OPERATOR, both, {}, 'B'));
  });

  test('leaves nothing of the person in what reads for all', () => {
    expect(JSON.stringify([OPERATOR, ANNA].map(readerOf))).not.toMatch(/olga|anna|one/);
  });
});
