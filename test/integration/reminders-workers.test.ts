import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Database } from '../../src/db/database.ts';
import { planMilestones } from '../../src/notifications/reminder-plan.repository.ts';
import { expandBatch, FIRST_ADMINISTRATOR } from '../../src/notifications/reminders.repository.ts';
import { Reminders } from '../../src/notifications/reminders.service.ts';
import { cloneDatabase } from '../support/database.ts';
import { NotificationWorld, type SentMail } from '../support/notification-world.ts';

const SETTINGS = { reminderHour: 9, platformName: 'Acme', publicUrl: 'http://localhost', mailFrom: 'rollouts@acme.example' };
const GRACE = { start: '2026-02-01T00:00:00Z', deadline: '2026-05-02T00:00:00Z' };

let db: Database;
let world: NotificationWorld;
let reminders: Reminders;

beforeAll(async () => {
  db = await Database.connect(await cloneDatabase(), 8);
});
afterAll(() => db.close());
beforeEach(async () => {
  await db.query(
    'truncate administration, administrator, account, migration, decision, event, event_cursor, mail, reminder, milestone_run, reschedule cascade',
  );
  world = new NotificationWorld(db, '2026-01-15T12:00:00Z');
  reminders = new Reminders(db, world.clock, SETTINGS);
});

describe('the last mails, four days late', () => {
  const LAST = { to: 'ann', at: '2026-05-06 09:00', nowOn: ['m: one'], rescheduled: [], open: [] };
  let migrationId: string;

  beforeEach(async () => {
    await world.account('one', [await world.administrator('ann', 'UTC')]);
    migrationId = await world.migration('m', GRACE);
    world.at('2026-05-06T09:00:00Z');
  });

  test('still come after a worker that was stopped before it had expanded them', async () => {
    await reminders.expandMilestones(AbortSignal.abort());
    expect(await world.walk(reminders, '2026-06-01T00:00:00Z')).toEqual([LAST]);
  });

  test('still come after a worker that found another one at them, which then died', async () => {
    const lock = `${migrationId} ON:2026-05-02T00:00:00.000Z UTC`;
    await db.transaction(async (tx) => {
      await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [lock]);
      expect(await reminders.expandMilestones()).toMatchObject({ added: 0 });
    });
    expect(await world.walk(reminders, '2026-06-01T00:00:00Z')).toEqual([LAST]);
  });

  test('are over once they were expanded', async () => {
    await world.walk(reminders, '2026-05-07T00:00:00Z');
    expect(await db.query(`select milestone from milestone_run where migration_id = $1 and milestone = 'END'`, [migrationId])).toEqual([
      { milestone: 'END' },
    ]);
  });
});

test.each(['EXTENSION_ENDED', 'EXEMPTION_ENDED'] as const)('after %s a worker whose clock is behind loses no last mail', async (type) => {
  const migrationId = await world.migration('m', { start: '2026-02-01T00:00:00Z', deadline: '2026-02-10T00:00:00Z' });
  const number = await world.account('one', [await world.administrator('ann', 'UTC')]);
  const ends = '2026-02-20T00:00:00Z';
  await (type === 'EXTENSION_ENDED' ? world.extend(migrationId, number, ends) : world.exempt(migrationId, number, ends));
  world.at('2026-02-20T00:00:01Z');
  await world.event(type, { migrationId, accountNumber: number });
  world.at('2026-02-19T23:59:59Z');
  await reminders.expandMilestones();
  expect((await world.walk(reminders, '2026-03-20T00:00:00Z')).filter(({ nowOn }) => nowOn.length > 0)).toEqual([
    { to: 'ann', at: '2026-02-20 09:00', nowOn: ['m: one'], rescheduled: [], open: [] },
  ]);
});

describe('an administrator who moves to a time zone that the workers are done with', () => {
  let ann: string;
  const toAnn = (mails: SentMail[]) => mails.filter(({ to }) => to === 'ann').map(({ at }) => at);

  beforeEach(async () => {
    ann = await world.administrator('ann', 'Europe/London');
    await world.account('one', [ann, await world.administrator('bob', 'Asia/Tokyo')]);
    await world.migration('m', GRACE);
  });

  test('where the last mail has been sent already has it too', async () => {
    await world.walk(reminders, '2026-05-02T01:00:00Z');
    await world.move(ann, 'Asia/Tokyo');
    expect(await world.walk(reminders, '2026-06-01T00:00:00Z')).toEqual([
      { to: 'ann', at: '2026-05-02 10:00', nowOn: ['m: one'], rescheduled: [], open: [] },
    ]);
  });

  test('where the cadence has gone on meanwhile goes on with it', async () => {
    await world.walk(reminders, '2026-04-25T05:00:00Z');
    await world.move(ann, 'Asia/Tokyo');
    expect(toAnn(await world.walk(reminders, '2026-04-27T00:00:00Z'))).toEqual(['2026-04-26 09:00']);
  });

  test('hears of nothing for a second time', async () => {
    await world.walk(reminders, '2026-04-25T20:00:00Z');
    await world.move(ann, 'Asia/Tokyo');
    await world.walk(reminders, '2026-04-26T20:00:00Z');
    await world.move(ann, 'Europe/Berlin');
    expect(toAnn(await world.walk(reminders, '2026-04-29T12:00:00Z'))).toEqual(['2026-04-29 09:00']);
  });
});

test('a milestone that new dates made void while it was expanded is not over: the next plan has it again', async () => {
  await world.account('one', [await world.administrator('ann', 'UTC')]);
  const migrationId = await world.migration('m', GRACE);
  world.at('2026-02-01T09:00:00Z');
  const { tasks } = await planMilestones(db, world.clock.time, SETTINGS.reminderHour);
  expect(tasks.map(({ milestone }) => milestone.key)).toEqual(['START']);
  await world.reschedule(migrationId, '2026-06-01T00:00:00Z', 'Not ready');
  const expanded = await db.transaction((tx) => expandBatch(tx, tasks[0]!, FIRST_ADMINISTRATOR, world.clock.time));
  expect(expanded).toMatchObject({ added: 0 });
  await reminders.expandMilestones();
  const found = await db.query<{ milestone: string }>(`select milestone from reminder where milestone = 'START'`);
  expect(found).toEqual([{ milestone: 'START' }]);
});

test('two composers at once, each with a part of everybody’s reminders, neither block each other nor double a mail', async () => {
  await db.query(
    `insert into administrator (id, email, name, time_zone, locale, created_at)
     select gen_random_uuid(), i || '@example.com', i, 'UTC', 'en', '2025-01-01' from generate_series(1, 1500) i`,
  );
  const migrations = [await world.migration('m', GRACE), await world.migration('n', GRACE)];
  const others = new Reminders(db, world.clock, SETTINGS);
  for (let day = 1; day <= 3; day += 1) {
    world.at(`2026-02-0${day}T09:00:00Z`);
    // Due one after the other, so that a page ends in the middle of the second ones.
    await db.query(
      `insert into reminder (administrator_id, migration_id, milestone, due_at, created_at)
       select p.id, m.id, $2, $3::timestamptz + m.place * interval '1 minute' - interval '1 hour', $3
         from administrator p cross join unnest($1::uuid[]) with ordinality as m (id, place)`,
      [migrations, `TEST:${day}`, world.clock.time],
    );
    await reminders.expandMilestones();
    const reports = await Promise.all([reminders.composeMails(), others.composeMails()]);
    expect(reports.reduce((sum, { composed }) => sum + composed, 0)).toBe(1_500);
    await db.query(`update mail set status = 'SENT', finished_at = $1 where status = 'QUEUED'`, [world.clock.time]);
  }
  expect(await db.query('select count(*) as mails, count(distinct (administrator_id, occasion)) as mornings from mail')).toEqual([
    { mails: 4_500, mornings: 4_500 },
  ]);
  expect(await db.query('select count(*) as reminders, count(mail_id) as carried from reminder')).toEqual([
    { reminders: 9_000, carried: 9_000 },
  ]);
});
