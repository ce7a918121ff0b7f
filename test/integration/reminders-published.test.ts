/** What administrators hear when a migration comes before the public: announced late, enforced at once, or read from a page. */
import { beforeEach, expect, test } from 'vitest';
import { ImportService } from '../../src/migrations/import.service.ts';
import { MigrationsService } from '../../src/migrations/migrations.service.ts';
import { RescheduleService } from '../../src/migrations/reschedule.service.ts';
import { NoticeSweep } from '../../src/notifications/notice.sweep.ts';
import { Reminders } from '../../src/notifications/reminders.service.ts';
import { connectClone, operator } from '../support/house.ts';
import { NotificationWorld, type SentMail } from '../support/notification-world.ts';

const { db, wake } = await connectClone();
const OLGA = operator();
/** Afternoon in UTC, where everybody here lives. */
const NOW = '2026-03-10T15:00:00Z';

let world: NotificationWorld;
let migrations: MigrationsService;
let reschedules: RescheduleService;
let pages: ImportService;
let reminders: Reminders;
let sweep: NoticeSweep;

beforeEach(async () => {
  await db.query(
    'truncate administration, administrator, account, migration, decision, event, event_cursor, mail, reminder, milestone_run, reschedule, notice cascade',
  );
  world = new NotificationWorld(db, NOW);
  migrations = new MigrationsService(db, wake, world.clock, 'UTC');
  reschedules = new RescheduleService(db, wake, world.clock, 'UTC');
  pages = new ImportService(db, wake, world.clock, reschedules, 'UTC');
  reminders = new Reminders(db, world.clock, {
    reminderHour: 9,
    platformName: 'Acme',
    publicUrl: 'http://localhost',
    mailFrom: 'rollouts@acme.example',
  });
  sweep = new NoticeSweep(db, wake, world.clock);
  await world.account('affected', [await world.administrator('ann', 'UTC')]);
  await world.account('other', [await world.administrator('bob', 'UTC')], { platform: 'APPLIANCE' });
});

async function draft(dates: { gracePeriodStart?: string; mandatoryOptIn?: string } = {}): Promise<void> {
  await migrations.createMigration(OLGA, { key: 'm', title: 'M', severity: 'LOW', affects: { platforms: ['CLOUD'] }, ...dates });
}

async function notices(): Promise<string[]> {
  await sweep.updateNotices();
  const rows = await db.query<{ notice: string }>(
    `select p.name || ' ' || m.key || ' ' || n.occasion as notice from notice n join administrator p on p.id = n.administrator_id
       join migration m on m.id = n.migration_id where n.closed_at is null order by 1`,
  );
  return rows.map(({ notice }) => notice);
}

const section = (title: string, start: string, deadline: string) =>
  `### ${title}\n\n| Severity | Platforms | Grace Period Start | Mandatory Opt-In |\n| --- | --- | --- | --- |\n| Low | Cloud | ${start} | ${deadline} |\n\nChanges.\n`;
const mail = (at: string, said: Partial<SentMail>): SentMail => ({ to: 'ann', at, nowOn: [], rescheduled: [], open: [], ...said });

test('one enforced at once: a notice now and one mail the next morning say that it is on', async () => {
  await draft();
  await migrations.enforceMigration(OLGA, 'm', 'It leaks.');
  expect(await notices()).toEqual(['ann m ON:2026-03-10T15:00:00.000Z']);
  expect(await world.walk(reminders, '2026-05-01T00:00:00Z')).toEqual([mail('2026-03-11 09:00', { nowOn: ['m: affected'] })]);
});

test('one announced while its grace period runs: a notice now, a mail the next morning, then the cadence', async () => {
  await draft({ gracePeriodStart: '2026-03-01', mandatoryOptIn: '2026-03-20' });
  await migrations.announceBegun(OLGA, 'm');
  expect(await notices()).toEqual(['ann m OPEN']);
  expect(await world.walk(reminders, '2026-05-01T00:00:00Z')).toEqual([
    ...['03-11', '03-13', '03-17', '03-19'].map((day) => mail(`2026-${day} 09:00`, { open: ['m: affected'] })),
    mail('2026-03-20 09:00', { nowOn: ['m: affected'] }),
  ]);
});

test('what a page tells of the past is nobody’s news; what is open or still to come is', async () => {
  await pages.importPage(
    OLGA,
    [
      section('Running', '2026-03-01', '2026-03-20'),
      section('Over', '2026-01-01', '2026-03-10'),
      section('Long over', '2025-01-01', '2025-06-01'),
    ].join('\n'),
  );
  expect(await notices()).toEqual(['ann running OPEN']);
  expect(await world.walk(reminders, '2026-05-01T00:00:00Z')).toEqual([
    ...['03-13', '03-17', '03-19'].map((day) => mail(`2026-${day} 09:00`, { open: ['running: affected'] })),
    mail('2026-03-20 09:00', { nowOn: ['running: affected'] }),
  ]);
});

test('a page that publishes a draft tells nobody of its past either', async () => {
  await draft();
  const page = section('M', '2025-01-01', '2025-06-01');
  expect(await pages.importPage(OLGA, page)).toMatchObject({ updated: ['m'] });
  expect(await notices()).toEqual([]);
  expect(await world.walk(reminders, '2026-05-01T00:00:00Z')).toEqual([]);
});

test('dates that changed before anybody was told of them are no news', async () => {
  await draft({ gracePeriodStart: '2026-03-01', mandatoryOptIn: '2026-03-20' });
  await reschedules.reschedule(OLGA, 'm', { mandatoryOptIn: '2026-04-01' });
  world.at('2026-03-10T15:00:01Z');
  await migrations.announceBegun(OLGA, 'm');
  expect(await notices()).toEqual(['ann m OPEN']);
  expect((await world.walk(reminders, '2026-03-12T00:00:00Z')).map(({ rescheduled }) => rescheduled)).toEqual([[]]);
});
