import { beforeAll, expect, test, vi } from 'vitest';
import {
  AccountMigrationDocument,
  AnnounceMigrationDocument,
  CreateAccountDocument,
  CreateMigrationDocument,
  EventsDocument,
  MigrationDocument,
  OptInDocument,
  ProgressDocument,
} from '../../schema/generated/operations.ts';
import { ADA, BEN, CHIYO, createAdministrator, noticesOf, type Person, PEOPLE, ZONES } from '../support/cast.ts';
import { type GraphqlClient, graphqlClient } from '../support/graphql-client.ts';
import { LONG_TEST_LIMIT_MS } from '../support/patience.ts';
import { type TestProcess, until } from '../support/processes.ts';
import { inShort, localTime, progressText, stateText, toldBy } from '../support/reading.ts';
import { createWorld, type World } from '../support/world.ts';

vi.setConfig({ testTimeout: LONG_TEST_LIMIT_MS });

const MIGRATION = 'one-sender';
const DEADLINE = '2026-05-11T12:00:00.000Z';
const PENDING = `off: PENDING; deadline ${DEADLINE}; may opt in`;
const MANDATORY = `on: MANDATORY since ${DEADLINE}; deadline ${DEADLINE}`;

let world: World;
let api: TestProcess;
let olga: GraphqlClient;
let ada: Person;
let ben: Person;
let chiyo: Person;

beforeAll(async () => {
  world = await createWorld('2026-05-10T07:00:00Z');
  api = await world.startApi();
});

test('a deadline holds to the millisecond with every worker killed, and what follows from it comes once they are back', async () => {
  const killed = await startWorkers();
  await api.ready();
  await createPeopleAndMigration();
  await world.walkTo('2026-05-11T11:59:00Z', ZONES);
  await chiyo.api.request(OptInDocument, { account: 'cobalt', migration: MIGRATION });
  await Promise.all(killed.map((worker) => worker.stop('SIGKILL')));
  const mailsBefore = world.smtp.mails.length;

  await world.moveTo('2026-05-11T11:59:59.999Z');
  expect(await states()).toEqual([PENDING, PENDING, `on: OPTED_IN since 2026-05-11T11:59:00.000Z; deadline ${DEADLINE}; may opt out`]);
  expect((await olga.request(MigrationDocument, { key: MIGRATION })).migration.state).toBe('GRACE_PERIOD');
  for (const instant of [DEADLINE, '2026-05-11T12:00:00.001Z']) {
    await world.moveTo(instant);
    expect(await states()).toEqual([MANDATORY, MANDATORY, `on: OPTED_IN since 2026-05-11T11:59:00.000Z; deadline ${DEADLINE}`]);
    expect((await olga.request(MigrationDocument, { key: MIGRATION })).migration.state).toBe('MANDATORY');
    expect(await progress()).toBe('affected 3, optedIn 1, mandatory 2; 100 %');
    await expect(ben.api.request(OptInDocument, { account: 'birch', migration: MIGRATION })).rejects.toMatchObject({
      code: 'DEADLINE_PASSED',
    });
  }

  // An hour later: whoever keeps the processes is told, and nobody has recorded or sent anything.
  await world.moveTo('2026-05-11T13:00:00Z');
  expect(await api.status('/readyz')).toBe(503);
  expect(await deadlinesRecorded()).toEqual([]);

  // Workers come, are killed in the middle of what follows from the deadline, and others come.
  const interrupted = await startWorkers();
  await until(
    async () => (await deadlinesRecorded()).length > 0,
    () => `No worker records the deadline:\n${world.output}`,
  );
  await Promise.all(interrupted.map((worker) => worker.stop('SIGKILL')));
  const workers = await startWorkers();
  await Promise.all(workers.map((worker) => worker.ready()));
  await world.settle();
  expect(await deadlinesRecorded()).toEqual([{ at: '2026-05-11T13:00:00.000Z', instant: DEADLINE }]);
  expect(await states()).toEqual([MANDATORY, MANDATORY, `on: OPTED_IN since 2026-05-11T11:59:00.000Z; deadline ${DEADLINE}`]);
  expect(await Promise.all([ada, ben, chiyo].map((person) => noticesOf(person)))).toEqual([
    [`ON ${MIGRATION} on 0`],
    [`ON ${MIGRATION} on 0`],
    [],
  ]);

  await world.walkTo('2026-05-18T00:00:00Z', ZONES);
  expect(world.smtp.mails.slice(mailsBefore).map(inShortTo)).toEqual([
    'Ada at 2026-05-11 09:20: NOW ON: One sender address (acme)',
    'Chiyo at 2026-05-12 09:20: NOW ON: One sender address (cobalt)',
    'Ben at 2026-05-12 09:20: NOW ON: One sender address (birch)',
  ]);
  expect(await deadlinesRecorded()).toHaveLength(1);
  const noticed = [ada, ben, chiyo].map(({ notices }) => notices.all.filter(({ noticeAdded }) => noticeAdded.kind === 'ON').length);
  expect(noticed).toEqual([1, 1, 0]);
  expect(await countOf('NOTICE_ADDED')).toBe(5);
});

async function startWorkers(): Promise<TestProcess[]> {
  return Promise.all([world.startWorker(), world.startWorker()]);
}

async function createPeopleAndMigration(): Promise<void> {
  olga = graphqlClient(api.url, await world.createToken({ name: 'operator', role: 'OPERATOR', subject: 'olga@platform.example' }));
  for (const id of ['acme', 'birch', 'cobalt']) {
    await olga.request(CreateAccountDocument, { input: { id, name: id, platform: 'CLOUD', createdAt: '2020-01-01T00:00:00Z' } });
  }
  ada = await createAdministrator(olga, api.url, ADA, 'acme');
  ben = await createAdministrator(olga, api.url, BEN, 'birch');
  chiyo = await createAdministrator(olga, api.url, CHIYO, 'cobalt');
  const dates = { gracePeriodStart: '2026-05-10T08:00:00Z', mandatoryOptIn: DEADLINE };
  await olga.request(CreateMigrationDocument, { input: { key: MIGRATION, title: 'One sender address', severity: 'HIGH', ...dates } });
  await olga.request(AnnounceMigrationDocument, { key: MIGRATION });
}

/** Of acme, birch and cobalt. */
function states(): Promise<string[]> {
  return Promise.all(
    ['acme', 'birch', 'cobalt'].map(async (account) => {
      const { accountMigration } = await olga.request(AccountMigrationDocument, { account, migration: MIGRATION });
      return stateText(accountMigration.state);
    }),
  );
}

async function progress(): Promise<string> {
  const { migration } = await olga.request(ProgressDocument, { key: MIGRATION });
  return progressText(migration.progress);
}

async function deadlinesRecorded(): Promise<{ at: string; instant: unknown }[]> {
  const { events } = await olga.request(EventsDocument, { types: ['DEADLINE_PASSED'] });
  return events.edges.map(({ node: { at, data } }) => ({ at, instant: data['instant'] }));
}

async function countOf(type: 'NOTICE_ADDED'): Promise<number> {
  const { events } = await olga.request(EventsDocument, { first: 100, types: [type] });
  return events.edges.length;
}

function inShortTo(mail: World['smtp']['mails'][number]): string {
  const { name, timeZone } = PEOPLE.find(({ email }) => mail.to.includes(email))!;
  return `${name} at ${localTime(mail.parsed.date!, timeZone)}: ${inShort(toldBy(mail))}`;
}
