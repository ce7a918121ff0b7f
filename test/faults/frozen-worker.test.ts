import { beforeAll, expect, test, vi } from 'vitest';
import { AnnounceMigrationDocument, CreateAccountDocument, CreateMigrationDocument } from '../../schema/generated/operations.ts';
import { BEN, createAdministrator } from '../support/cast.ts';
import { graphqlClient } from '../support/graphql-client.ts';
import { LONG_TEST_LIMIT_MS } from '../support/patience.ts';
import { type TestProcess, until } from '../support/processes.ts';
import { createWorld, type World } from '../support/world.ts';

vi.setConfig({ testTimeout: LONG_TEST_LIMIT_MS, hookTimeout: LONG_TEST_LIMIT_MS });

const TIMEOUT_SECONDS = 5;

let world: World;
let api: TestProcess;
beforeAll(async () => {
  world = await createWorld('2026-05-10T05:00:00Z', { MAIL_TIMEOUT_SECONDS: String(TIMEOUT_SECONDS) });
  api = await (await world.startApi()).ready('/healthz');
  const olga = graphqlClient(api.url, await world.createToken({ name: 'operator', role: 'OPERATOR', subject: 'olga@platform.example' }));
  await olga.request(CreateAccountDocument, {
    input: { id: 'birch', name: 'Birch', platform: 'CLOUD', createdAt: '2020-01-01T00:00:00Z' },
  });
  await createAdministrator(olga, api.url, BEN, 'birch');
  const dates = { gracePeriodStart: '2026-05-10T06:00:00Z', mandatoryOptIn: '2026-06-10T06:00:00Z' };
  await olga.request(CreateMigrationDocument, { input: { key: 'one-sender', title: 'One sender', severity: 'HIGH', ...dates } });
  await olga.request(AnnounceMigrationDocument, { key: 'one-sender' });
});

const ledger = () => world.db.query<{ status: string; attempts: number }>('select * from mail');

test('a worker that stood still past its lease writes nothing over what another did with its mail', async () => {
  const frozen = await (await world.startWorker()).ready();
  world.smtp.answer(BEN.email, { kind: 'hang' }, 1);
  await world.moveTo('2026-05-10T07:20:00Z');
  await until(
    () => world.smtp.unanswered.length === 1,
    () => `The mail was not begun:\n${frozen.output}`,
  );
  frozen.signal('SIGSTOP');
  expect(await ledger()).toMatchObject([{ status: 'SENDING', attempts: 1 }]);
  // As a server does with a peer that is silent. While its connections stand, it counts as alive, and its mail as under way.
  await world.db.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );

  const heir = await world.startWorker();
  await world.moveTo('2026-05-10T07:30:00Z');
  await until(
    async () => (await ledger())[0]!.status === 'SENT',
    () => `The mail was not taken over:\n${heir.output}`,
  );
  const sent = await ledger();
  expect(sent).toMatchObject([{ status: 'SENT', attempts: 2 }]);

  frozen.signal('SIGCONT');
  // Its attempt has long run out of time, and it wants the mail to be tried again.
  await until(
    () => frozen.output.includes('a claim ended before its mail did'),
    () => `It did not come back:\n${frozen.output}`,
  );
  await frozen.ready();
  await world.settle();
  expect(await ledger()).toEqual(sent);
  expect(world.smtp.mailsTo(BEN.email)).toHaveLength(1);
});
