import { print } from 'graphql';
import { createClient } from 'graphql-ws';
import { beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  AccountMigrationChangedDocument,
  type AccountMigrationChangedSubscription,
  AnnounceMigrationDocument,
  CancelMigrationDocument,
  CreateAccountDocument,
  CreateAdministratorDocument,
  CreateMigrationDocument,
  EditAccountDocument,
  EditMigrationDocument,
  GrantAdministrationDocument,
  LogCursorDocument,
  MigrationChangedDocument,
  MigrationDocument,
  NoticeAddedDocument,
  OptInDocument,
  OptOutDocument,
  RescheduleMigrationDocument,
  RevokeAdministrationDocument,
  RolloutProgressDocument,
} from '../../schema/generated/operations.ts';
import { SYSTEM } from '../../src/auth/actor.ts';
import { EventChain } from '../../src/events/chain.ts';
import { EventPurge } from '../../src/events/purge.ts';
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
    input: { key, title: key, severity: 'MEDIUM', gracePeriodStart: '2016-04-12', mandatoryOptIn: '2016-08-10' },
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

test('what was done to a draft stays among operators for good: whoever is told late is told the same', async () => {
  const { logCursor: after } = await olga.request(LogCursorDocument, {});
  await draft('belated');
  await olga.request(EditMigrationDocument, { key: 'belated', input: { title: 'Belated' } });
  await service.setClock('2016-04-12T09:00:01Z');
  await olga.request(AnnounceMigrationDocument, { key: 'belated' });
  const [changed, ofAccount] = [
    anna.subscribe(MigrationChangedDocument, { after }),
    anna.subscribe(AccountMigrationChangedDocument, { account: 'acme', after }),
  ];
  expect((await changed.next()).migrationChanged).toMatchObject({ type: 'MIGRATION_ANNOUNCED', migration: { key: 'belated' } });
  expect((await ofAccount.next()).accountMigrationChanged).toMatchObject({ type: 'MIGRATION_ANNOUNCED' });
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

describe('a subscription that resumes', () => {
  const told = ({ accountMigrationChanged: { type, accountMigration } }: AccountMigrationChangedSubscription) =>
    `${type} ${accountMigration.account.id} ${accountMigration.migration.key}`;

  test('is sent what it missed, in order and before what is live, and nothing again', async () => {
    await announced('resumed');
    const { logCursor: after } = await olga.request(LogCursorDocument, {});
    await olga.request(OptInDocument, { account: 'acme', migration: 'resumed' });
    await olga.request(OptInDocument, { account: 'globex', migration: 'resumed' });
    const first = olga.subscribe(AccountMigrationChangedDocument, { after });
    expect([told(await first.next()), told(await first.next())]).toEqual(['OPTED_IN acme resumed', 'OPTED_IN globex resumed']);
    const cursor = first.all[0]!.accountMigrationChanged.cursor;
    await first.close();
    const again = olga.subscribe(AccountMigrationChangedDocument, { after: cursor });
    expect(told(await again.next())).toBe('OPTED_IN globex resumed');
    await olga.request(OptOutDocument, { account: 'globex', migration: 'resumed' });
    expect(told(await again.next())).toBe('OPTED_OUT globex resumed');
    expect(again.all).toHaveLength(2);
    await again.close();
  });

  test('goes on by itself in a graphql-ws client that keeps the cursor in its variables', async () => {
    await announced('retried');
    const sockets: WebSocket[] = [];
    const { token } = await service.house.tokens.createToken(SYSTEM, { name: 'live', role: 'OPERATOR', subject: 'olga@platform.example' });
    const client = createClient({
      url: `${service.url.replace(/^http/, 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${token}` },
      retryAttempts: Infinity,
      retryWait: () => Promise.resolve(),
      shouldRetry: () => true,
      on: { opened: (socket) => void sockets.push(socket as WebSocket) },
    });
    const { logCursor } = await olga.request(LogCursorDocument, {});
    const payload = { query: print(AccountMigrationChangedDocument), variables: { after: logCursor } };
    const got: string[] = [];
    const reading = (async () => {
      for await (const { data } of client.iterate<AccountMigrationChangedSubscription>(payload)) {
        got.push(told(data!));
        payload.variables.after = data!.accountMigrationChanged.cursor;
        sockets.at(-1)!.terminate();
        if (got.length === 4) break;
      }
    })();
    for (const account of ['acme', 'globex']) await olga.request(OptInDocument, { account, migration: 'retried' });
    for (const account of ['acme', 'globex']) await olga.request(OptOutDocument, { account, migration: 'retried' });
    await reading;
    expect(got).toEqual(['OPTED_IN', 'OPTED_OUT'].flatMap((type) => [`${type} acme retried`, `${type} globex retried`]));
    await client.dispose();
  });

  test('of all accounts gets those of its actor alone, as they are given and taken', async () => {
    await announced('wildcard');
    const { logCursor: after } = await olga.request(LogCursorDocument, {});
    await olga.request(CreateAccountDocument, {
      input: { id: 'given', name: 'given', platform: 'CLOUD', createdAt: '2015-01-01T00:00:00Z' },
    });
    const ofAnna = anna.subscribe(AccountMigrationChangedDocument, { after });
    await until(
      () => followers() === 1,
      () => 'nobody follows',
    );
    const move = (account: string) => olga.request(OptInDocument, { account, migration: 'wildcard' });
    await move('globex');
    await olga.request(GrantAdministrationDocument, { administrator: annaId, account: 'given' });
    await move('given');
    expect(told(await ofAnna.next())).toBe('OPTED_IN given wildcard');
    await olga.request(RevokeAdministrationDocument, { administrator: annaId, account: 'given' });
    await olga.request(OptOutDocument, { account: 'given', migration: 'wildcard' });
    await olga.request(GrantAdministrationDocument, { administrator: annaId, account: 'acme' });
    await move('acme');
    expect(told(await ofAnna.next())).toBe('OPTED_IN acme wildcard');
    expect(ofAnna.all.length).toBe(2);
    await ofAnna.close();
    const runtime = await service.clientOf({ role: 'RUNTIME', subject: 'login' });
    await expect(runtime.subscribe(AccountMigrationChangedDocument, {}).next()).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  test('ends as soon as its account is taken away, without waiting for a change of it', async () => {
    await olga.request(GrantAdministrationDocument, { administrator: annaId, account: 'globex' });
    const ofAnna = anna.subscribe(AccountMigrationChangedDocument, { account: 'globex' });
    await until(
      () => followers() === 1,
      () => 'nobody follows',
    );
    await olga.request(RevokeAdministrationDocument, { administrator: annaId, account: 'globex' });
    await expect(ofAnna.next()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await ofAnna.close();
  });

  test('carries a cursor for notices too', async () => {
    const { logCursor: after } = await olga.request(LogCursorDocument, {});
    await announced('noticed');
    await service.house.noticeSweep.updateNotices();
    const notices = anna.subscribe(NoticeAddedDocument, { after });
    const { noticeAdded } = await notices.waitFor(({ noticeAdded: { migration } }) => migration.key === 'noticed');
    expect(noticeAdded.cursor).toMatch(/^\d+\.\d+$/);
    const count = notices.all.length;
    await notices.close();
    const again = anna.subscribe(NoticeAddedDocument, { after });
    await until(
      () => again.all.length === count,
      () => 'not all came again',
    );
    expect(again.all).toEqual(notices.all);
    await again.close();
  });

  test('to progress is told how far it is now where something happened since, and no more than that', async () => {
    await announced('measured');
    const { logCursor: after } = await olga.request(LogCursorDocument, {});
    await olga.request(OptInDocument, { account: 'acme', migration: 'measured' });
    const progress = olga.subscribe(RolloutProgressDocument, { migration: 'measured', after });
    const { rolloutProgress } = await progress.waitFor(({ rolloutProgress: { optedIn } }) => optedIn === 1);
    await olga.request(OptInDocument, { account: 'globex', migration: 'measured' });
    await progress.waitFor(({ rolloutProgress: { optedIn } }) => optedIn === 2);
    expect(rolloutProgress.cursor).toMatch(/^\d+\.\d+$/);
    expect(progress.all.map(({ rolloutProgress: { optedIn } }) => optedIn)).toSatisfy((counts: number[]) =>
      ['1,2', '0,1,2'].includes(counts.join()),
    );
    await progress.close();
  });

  test.each([
    ['nonsense', 'INVALID_CURSOR'],
    ['', 'INVALID_CURSOR'],
    ["1.1'; drop table event", 'INVALID_CURSOR'],
    ['9999999999999999999.1', 'CURSOR_EXPIRED'],
  ])('after %j is refused with %s by every subscription', async (after, code) => {
    for (const collector of [
      olga.subscribe(AccountMigrationChangedDocument, { after }),
      olga.subscribe(AccountMigrationChangedDocument, { account: 'acme', after }),
      olga.subscribe(MigrationChangedDocument, { after }),
      olga.subscribe(RolloutProgressDocument, { migration: 'public', after }),
      anna.subscribe(NoticeAddedDocument, { after }),
    ]) {
      await expect(collector.next()).rejects.toMatchObject({ code });
      await collector.close();
    }
    await until(
      () => followers() === 0,
      () => 'somebody still follows',
    );
  });

  test('from before what is kept is told to read again, and from the last event that is gone goes on', async () => {
    const { logCursor: kept } = await olga.request(LogCursorDocument, {});
    await service.setClock('2036-01-01T00:00:00Z');
    await service.db.query('delete from event_cursor');
    await new EventChain(service.db).run();
    await new EventPurge(service.db, service.house.clock, 1).run();
    await service.setClock('2016-04-12T09:00:00Z');
    const [{ last }] = (await service.db.query(`select xid || '.' || id as last from event_horizon`)) as [{ last: string }];
    const expired = olga.subscribe(AccountMigrationChangedDocument, { after: '3.1' });
    await expect(expired.next()).rejects.toMatchObject({ code: 'CURSOR_EXPIRED', message: expect.stringContaining('logCursor') });
    await expired.close();
    for (const after of [last, kept]) {
      const goesOn = olga.subscribe(MigrationChangedDocument, { after });
      await draft(`after-${after.replace('.', '-')}`);
      await goesOn.waitFor(({ migrationChanged: { type } }) => type === 'MIGRATION_CREATED');
      await goesOn.close();
    }
  });
});
