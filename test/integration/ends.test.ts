import { beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import type { Wake } from '../../src/events/wake.ts';
import { Calendar } from '../../src/migrations/calendar.ts';
import { MigrationsService } from '../../src/migrations/migrations.service.ts';
import { readProgress } from '../../src/rollouts/counts.ts';
import { RolloutsService } from '../../src/rollouts/rollouts.service.ts';
import { connectClone, insertAccount, MovingClock, operator } from '../support/house.ts';

let db: Database;
let wake: Wake;
let migrations: MigrationsService;
let rollouts: RolloutsService;
const clock = new MovingClock('2016-04-01T12:00:00Z');

beforeAll(async () => {
  ({ db, wake } = await connectClone());
  migrations = new MigrationsService(db, wake, clock, 'UTC');
  rollouts = new RolloutsService(db, wake, clock);
});

async function steered(key: string, gracePeriodStart: string): Promise<{ id: string; ends: () => Promise<string[]> }> {
  clock.set('2016-04-01T12:00:00Z');
  const number = await insertAccount(db, { id: key });
  const dates = { gracePeriodStart, mandatoryOptIn: '2016-05-10' };
  const { id } = await migrations.createMigration(operator(), {
    key,
    title: key,
    severity: 'MEDIUM',
    ...dates,
    affects: { accounts: [key] },
  });
  await migrations.announceMigration(operator(), key);
  await rollouts.extendDeadline(operator(), key, key, new Date('2016-05-20T00:00:00Z'), 'because');
  const ends = async () => {
    const rows = await db.query<{ end: string }>(
      `select type || ' ' || (data->>'instant') as end from event where migration_id = $1 and account_number = $2 and type like '%\\_ENDED' order by id`,
      [id, number],
    );
    return rows.map(({ end }) => end);
  };
  return { id, ends };
}

test('of an extension and an exemption that both passed are on record after one sweep', async () => {
  const { ends } = await steered('both', '2016-04-10');
  await rollouts.exemptAccount(operator(), 'both', 'both', new Date('2016-05-25T00:00:00Z'), 'because');
  clock.set('2016-06-01T00:00:00Z');
  await new Calendar(db, wake, clock).advance();
  expect(await ends()).toEqual(['EXTENSION_ENDED 2016-05-20T00:00:00.000Z', 'EXEMPTION_ENDED 2016-05-25T00:00:00.000Z']);
});

test('of an extension is on record although an operator was faster than the worker to give the account another', async () => {
  const { ends } = await steered('late', '2016-04-10');
  clock.set('2016-05-20T00:00:01Z');
  await rollouts.extendDeadline(operator(), 'late', 'late', new Date('2016-06-20T00:00:00Z'), 'because');
  expect(await ends()).toEqual(['EXTENSION_ENDED 2016-05-20T00:00:00.000Z']);
  clock.set('2016-06-20T00:00:00Z');
  await new Calendar(db, wake, clock).advance();
  expect(await ends()).toEqual(['EXTENSION_ENDED 2016-05-20T00:00:00.000Z', 'EXTENSION_ENDED 2016-06-20T00:00:00.000Z']);
});

test('of an extension not reached, the account is counted as extended, also where the grace period never had a day to start on', async () => {
  const { id } = await steered('never-started', 'TBD');
  clock.set('2016-05-15T00:00:00Z');
  expect(await rollouts.state(operator(), 'never-started', 'never-started')).toMatchObject({ state: { enabled: false } });
  expect(await readProgress(db, id, clock.now())).toMatchObject({ affected: 1, extended: 1, mandatory: 0, pending: 0 });
});

test('of nothing yet: an account that opted out and was given more time is counted as such before and after the deadline of everybody', async () => {
  const { id } = await steered('opted-out', '2016-04-01');
  await rollouts.optIn(operator(), 'opted-out', 'opted-out');
  await rollouts.optOut(operator(), 'opted-out', 'opted-out');
  for (const instant of ['2016-05-09T00:00:00Z', '2016-05-10T00:00:00Z']) {
    clock.set(instant);
    expect({ instant, ...(await readProgress(db, id, clock.now())) }).toMatchObject({ instant, affected: 1, extended: 1, optedOut: 1 });
  }
  clock.set('2016-05-20T00:00:00Z');
  expect(await readProgress(db, id, clock.now())).toMatchObject({ affected: 1, mandatory: 1, optedOut: 0 });
});
