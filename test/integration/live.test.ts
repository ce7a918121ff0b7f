import { beforeAll, expect, test } from 'vitest';
import {
  AccountMigrationChangedDocument,
  AnnounceMigrationDocument,
  CancelMigrationDocument,
  CreateAccountDocument,
  CreateAdministratorDocument,
  CreateMigrationDocument,
  EditAccountDocument,
  MigrationChangedDocument,
  MigrationDocument,
  OptInDocument,
  RescheduleMigrationDocument,
  RevokeAdministrationDocument,
  RolloutProgressDocument,
} from '../../schema/generated/operations.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { until } from '../support/processes.ts';
import { startService, type TestService } from '../support/service.ts';

let service: TestService;
let olga: GraphqlClient;
let anna: GraphqlClient;
let annaId: string;

beforeAll(async () => {
  service = await startService('2016-04-12T09:00:00Z');
  olga = service.operator;
  for (const id of ['acme', 'globex']) {
    await olga.request(CreateAccountDocument, { input: { id, name: id, platform: 'CLOUD', createdAt: '2015-01-01T00:00:00Z' } });
  }
  const input = { email: 'anna@acme.example', name: 'Anna', accounts: ['acme'] };
  annaId = (await olga.request(CreateAdministratorDocument, { input })).createAdministrator.id;
  anna = await service.clientOf({ role: 'ADMINISTRATOR', subject: 'anna@acme.example', administratorId: annaId });
});

async function draft(key: string): Promise<void> {
  await olga.request(CreateMigrationDocument, {
    input: { key, title: key, severity: 'MEDIUM', gracePeriodStart: '2016-04-10', mandatoryOptIn: '2016-08-10' },
  });
}

async function announced(key: string): Promise<void> {
  await draft(key);
  await olga.request(AnnounceMigrationDocument, { key });
}

/** How many subscribers follow the log of this process. */
const followers = () => (service.house.follower as unknown as { listeners: Set<unknown> }).listeners.size;

test('a draft that is cancelled is shown to nobody who did not see it', async () => {
  const [changed, ofAccount] = [
    anna.subscribe(MigrationChangedDocument),
    anna.subscribe(AccountMigrationChangedDocument, { account: 'acme' }),
  ];
  await until(
    () => followers() === 2,
    () => 'nobody follows',
  );
  await draft('secret');
  await olga.request(CancelMigrationDocument, { key: 'secret', reason: 'Not now.' });
  await announced('public');
  expect((await changed.next()).migrationChanged.migration.key).toBe('public');
  expect((await ofAccount.next()).accountMigrationChanged.accountMigration.migration.key).toBe('public');
  await Promise.all([changed.close(), ofAccount.close()]);
  await until(
    () => followers() === 0,
    () => 'somebody still follows',
  );
});

test('dates that are only asked for, and who asked, stay among operators', async () => {
  await announced('steady');
  const changed = anna.subscribe(MigrationChangedDocument, { key: 'steady' });
  await until(
    () => followers() === 1,
    () => 'nobody follows',
  );
  const dates = { mandatoryOptIn: '2016-06-10', reason: 'A rumour.' };
  await olga.request(RescheduleMigrationDocument, { key: 'steady', dates });
  await olga.request(RescheduleMigrationDocument, { key: 'steady', dates: { mandatoryOptIn: '2016-09-10', reason: 'More time.' } });
  await changed.waitFor(({ migrationChanged: { type } }) => type === 'RESCHEDULE_APPLIED');
  expect(changed.all.map(({ migrationChanged: { type } }) => type)).not.toContain('RESCHEDULE_REQUESTED');
  const { migration } = await anna.request(MigrationDocument, { key: 'steady' });
  expect(migration.reschedules).toEqual([expect.objectContaining({ status: 'APPLIED', reason: 'More time.', requestedBy: null })]);
  expect((await olga.request(MigrationDocument, { key: 'steady' })).migration.reschedules).toHaveLength(2);
  await changed.close();
});

test('a subscription whose account is taken away ends with NOT_FOUND and leaves nothing behind', async () => {
  await announced('leaving');
  await until(
    () => followers() === 0,
    () => 'somebody still follows',
  );
  const ofAccount = anna.subscribe(AccountMigrationChangedDocument, { account: 'acme' });
  await until(
    () => followers() === 1,
    () => 'nobody follows',
  );
  await olga.request(RevokeAdministrationDocument, { administrator: annaId, account: 'acme' });
  await olga.request(OptInDocument, { account: 'acme', migration: 'leaving' });
  await expect(ofAccount.waitFor(({ accountMigrationChanged: { type } }) => type === 'OPTED_IN')).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  await until(
    () => followers() === 0,
    () => 'somebody still follows',
  );
  await ofAccount.close();
});

test('progress is sent as it stands after a burst of any size, not once for each event', async () => {
  await announced('burst');
  const progress = olga.subscribe(RolloutProgressDocument, { migration: 'burst' });
  await until(
    () => followers() === 1,
    () => 'nobody follows',
  );
  await service.db.query(
    `insert into account (id, name, platform, time_zone, uses_built_in_email, attributes, created_at, updated_at)
     select 'many-' || n, 'Many', 'CLOUD', 'UTC', true, '{}', '2015-01-01', '2015-01-01' from generate_series(1, 3000) n`,
  );
  await service.db.query(
    `insert into event (at, type, actor_role, actor, migration_id, account_number, data)
     select '2016-04-12', 'OPTED_IN', 'OPERATOR', 'olga', m.id, a.number, '{}' from account a, migration m where a.id like 'many-%' and m.key = 'burst'`,
  );
  await olga.request(EditAccountDocument, { id: 'globex', input: { plan: 'gold' } });
  await olga.request(OptInDocument, { account: 'globex', migration: 'burst' });
  const { rolloutProgress } = await progress.waitFor(({ rolloutProgress: { optedIn } }) => optedIn === 1);
  expect(rolloutProgress).toMatchObject({ affected: 3_002, optedIn: 1, pending: 3_001 });
  expect(progress.all.length).toBeLessThan(10);
  await progress.close();
});
