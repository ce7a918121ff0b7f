import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Database } from '../../src/db/database.ts';
import { MailService } from '../../src/email/mail.service.ts';
import { Wake } from '../../src/events/wake.ts';
import { Reminders } from '../../src/notifications/reminders.service.ts';
import { cloneDatabase } from '../support/database.ts';
import { operator, silent } from '../support/house.ts';
import { NotificationWorld } from '../support/notification-world.ts';

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
  reminders = new Reminders(db, world.clock, {
    reminderHour: 9,
    platformName: 'Acme',
    publicUrl: 'http://localhost',
    mailFrom: 'rollouts@acme.example',
  });
});

const GRACE = { start: '2026-02-01T00:00:00Z', deadline: '2026-05-02T00:00:00Z' };
const summary = (mails: { to: string; at: string }[]) => mails.map(({ to, at }) => `${to} ${at}`);

describe('the cadence', () => {
  test('each administrator hears of it in the morning of their own time zone, also across the change of clocks, and never again once it is on', async () => {
    const [ann, bob] = [await world.administrator('ann', 'America/New_York'), await world.administrator('bob', 'Asia/Tokyo')];
    await world.account('one', [ann]);
    await world.account('two', [bob]);
    await world.migration('m', GRACE);
    const mails = await world.walk(reminders, '2026-09-01T00:00:00Z');
    const mornings = (name: string) => mails.filter(({ to }) => to === name).map(({ at }) => at);
    expect(mornings('bob')).toEqual(
      ['02-01', '03-03', '04-02', '04-18', '04-25', '04-29', '05-01', '05-02'].map((day) => `2026-${day} 09:00`),
    );
    // The deadline is the evening of 1 May in New York.
    expect(mornings('ann')).toEqual(
      ['02-01', '03-02', '04-01', '04-17', '04-24', '04-28', '04-30', '05-02'].map((day) => `2026-${day} 09:00`),
    );
    expect(mails.at(-1)).toMatchObject({ nowOn: ['m: one'], open: [] });
    expect(await db.query('select from reminder where mail_id is null')).toEqual([]);
  });

  test('accounts born with it, exempt or not affected are nobody’s reminder', async () => {
    const ann = await world.administrator('ann', 'UTC');
    const migrationId = await world.migration('m', { ...GRACE, platforms: ['CLOUD'] });
    await world.account('born', [ann], { createdAt: '2026-02-03T00:00:00Z' });
    await world.account('other', [ann], { platform: 'APPLIANCE' });
    await world.exempt(migrationId, await world.account('exempt', [ann]), '2027-01-01T00:00:00Z');
    expect(await world.walk(reminders, '2026-06-01T00:00:00Z')).toEqual([]);
  });

  test('an imported past is not mailed about; what is still to come is', async () => {
    await world.account('one', [await world.administrator('ann', 'America/New_York')]);
    await world.migration('over', {
      start: '2025-01-01T00:00:00Z',
      deadline: '2026-01-15T00:00:00Z',
      announced: '2026-01-15T12:00:00Z',
      quietUntil: '2026-01-15T12:00:00Z',
    });
    await world.migration('m', {
      start: '2026-01-15T00:00:00Z',
      deadline: '2026-01-23T00:00:00Z',
      announced: '2026-01-15T12:00:00Z',
      quietUntil: '2026-01-15T12:00:00Z',
    });
    expect(summary(await world.walk(reminders, '2026-03-01T00:00:00Z'))).toEqual(
      ['01-15', '01-19', '01-21', '01-23'].map((day) => `ann 2026-${day} 09:00`),
    );
  });

  test('while the deadline has no day, every 30 days', async () => {
    await world.account('one', [await world.administrator('ann', 'Europe/Berlin')]);
    await world.migration('m', { start: '2026-02-01T00:00:00Z' });
    expect(summary(await world.walk(reminders, '2026-05-10T00:00:00Z'))).toEqual([
      'ann 2026-02-01 09:00',
      'ann 2026-03-03 09:00',
      'ann 2026-04-02 09:00',
      'ann 2026-05-02 09:00',
    ]);
  });

  test('a cancelled migration falls silent, also what waited', async () => {
    await world.account('one', [await world.administrator('ann', 'UTC')]);
    const migrationId = await world.migration('m', GRACE);
    world.at('2026-02-01T09:00:00Z');
    await reminders.expandMilestones();
    await reminders.composeMails();
    await db.query(`update migration set state = 'CANCELLED' where id = $1`, [migrationId]);
    expect(await world.walk(reminders, '2026-06-01T00:00:00Z')).toEqual([]);
    expect(await db.query('select status from mail')).toEqual([{ status: 'SKIPPED' }]);
  });
});

describe('one mail', () => {
  test('covers every migration open on every account, not only the one that fell due', async () => {
    const ann = await world.administrator('ann', 'UTC');
    await world.account('one', [ann]);
    await world.account('two', [ann], { platform: 'APPLIANCE' });
    await world.migration('a', GRACE);
    await world.migration('b', { ...GRACE, platforms: ['CLOUD'] });
    await world.migration('later', { start: '2026-02-01T15:00:00Z', deadline: '2026-04-30T00:00:00Z' });
    const mails = await world.walk(reminders, '2026-02-02T12:00:00Z');
    expect(mails).toEqual([
      { to: 'ann', at: '2026-02-01 09:00', nowOn: [], rescheduled: [], open: ['a: one two', 'b: one'] },
      { to: 'ann', at: '2026-02-02 09:00', nowOn: [], rescheduled: [], open: ['later: one two', 'a: one two', 'b: one'] },
    ]);
  });

  test('names at most fifty accounts and counts them all', async () => {
    const ann = await world.administrator('ann', 'UTC');
    for (let i = 0; i < 53; i += 1) await world.account(`account ${String(i).padStart(2, '0')}`, [ann]);
    await world.migration('m', GRACE);
    world.at('2026-02-01T09:00:00Z');
    await reminders.expandMilestones();
    expect(await reminders.composeMails()).toMatchObject({ composed: 1 });
    const [mail] = await db.query<{ id: string; message_id: string }>('select id, message_id from mail');
    expect(mail!.message_id).toBe(`<${mail!.id}@acme.example>`);
    const content = (await reminders.contentOf([mail!.id])).get(mail!.id)!;
    expect(content.open[0]).toMatchObject({ key: 'm', accountCount: 53, mandatoryOptIn: GRACE.deadline });
    expect(content.open[0]!.accounts).toHaveLength(50);
    expect(content.open[0]!.accounts[0]).toEqual({
      id: 'account 00',
      name: 'account 00',
      deadline: new Date(GRACE.deadline),
      reason: 'PENDING',
    });
  });

  test('what falls due after this morning’s mail waits for tomorrow’s', async () => {
    await world.account('one', [await world.administrator('ann', 'UTC')]);
    await world.migration('m', GRACE);
    world.at('2026-02-01T09:00:00Z');
    expect((await world.tick(reminders)).mails).toHaveLength(1);
    await world.migration('announced late', { start: '2026-02-01T00:00:00Z', announced: '2026-02-01T08:59:00Z' });
    world.at('2026-02-01T09:10:00Z');
    expect((await world.tick(reminders)).mails).toEqual([]);
    expect(summary(await world.walk(reminders, '2026-02-10T00:00:00Z'))).toEqual(['ann 2026-02-02 09:00']);
  });

  test('found after its morning it waits for the next, and says it once', async () => {
    await world.account('one', [await world.administrator('ann', 'Europe/Berlin')]);
    await world.migration('m', GRACE);
    world.at('2026-04-29T10:00:00Z'); // Noon in Berlin; the workers were down since before the start.
    expect((await world.tick(reminders)).mails).toEqual([]);
    expect(summary(await world.walk(reminders, '2026-05-05T00:00:00Z'))).toEqual([
      'ann 2026-04-30 09:00',
      'ann 2026-05-01 09:00',
      'ann 2026-05-02 09:00',
    ]);
  });

  test('made but not sent in its morning it leaves the next, with what came since', async () => {
    const ann = await world.administrator('ann', 'UTC');
    await world.account('one', [ann]);
    await world.migration('m', GRACE);
    await world.migration('next', { start: '2026-02-02T00:00:00Z' });
    world.at('2026-02-01T09:00:00Z');
    await reminders.expandMilestones();
    await reminders.composeMails();
    world.at('2026-02-01T12:00:00Z');
    expect((await world.tick(reminders)).mails).toEqual([]);
    const mails = await world.walk(reminders, '2026-02-20T00:00:00Z');
    expect(mails).toEqual([{ to: 'ann', at: '2026-02-02 09:00', nowOn: [], rescheduled: [], open: ['m: one', 'next: one'] }]);
  });
});

describe('a mail that failed', () => {
  beforeEach(async () => {
    await world.account('one', [await world.administrator('ann', 'UTC')]);
    await world.migration('m', GRACE);
    world.at('2026-02-01T09:00:00Z');
    await reminders.expandMilestones();
    await reminders.composeMails();
  });
  const failed = (status: 'FAILED' | 'QUEUED', again: string) =>
    db.query(`update mail set status = $1, attempts = 1, send_after = $2, last_error = '451 Later', finished_at = $3`, [
      status,
      again,
      status === 'FAILED' ? world.clock.time : null,
    ]);

  test('leaves at once where an operator asks for it, whatever the hour, and counts as that day’s', async () => {
    await failed('FAILED', '2026-02-01T09:00:00Z');
    world.at('2026-02-01T15:00:00Z');
    const wake = new Wake(db, silent);
    const [mail] = await db.query<{ id: string }>('select id from mail');
    await new MailService(db, wake, world.clock).retryMail(operator(), mail!.id);
    await wake.close();
    expect(summary(await world.walk(reminders, '2026-02-10T00:00:00Z'))).toEqual(['ann 2026-02-01 15:00']);
  });

  test('and is tried again by itself leaves the next morning once its own is over', async () => {
    await failed('QUEUED', '2026-02-01T12:10:00Z');
    world.at('2026-02-01T12:10:00Z');
    expect((await world.tick(reminders)).mails).toEqual([]);
    world.at('2026-02-02T09:00:00Z');
    expect(summary((await world.tick(reminders)).mails)).toEqual(['ann 2026-02-02 09:00']);
  });
});

describe('steering', () => {
  test('a new deadline is told of with the old one and the reason; the old one never fires', async () => {
    await world.account('one', [await world.administrator('ann', 'UTC')]);
    const migrationId = await world.migration('m', { start: '2026-02-01T00:00:00Z', deadline: '2026-02-20T00:00:00Z' });
    await world.walk(reminders, '2026-02-15T12:00:00Z');
    await world.reschedule(migrationId, '2026-03-01T00:00:00Z', 'Not ready');
    await world.reschedule(migrationId, '2026-03-05T00:00:00Z', 'Holidays');
    const mails = await world.walk(reminders, '2026-04-01T00:00:00Z');
    expect(summary(mails)).toEqual(['02-16', '02-19', '02-26', '03-02', '03-04', '03-05'].map((day) => `ann 2026-${day} 09:00`));
    expect(mails[0]).toMatchObject({ rescheduled: ['m: one'], open: [] });
    expect(mails[1]).toMatchObject({ rescheduled: [], open: ['m: one'] });
    const [mail] = await db.query<{ mail_id: string }>(`select distinct mail_id from reminder where milestone like 'RESCHEDULED:%'`);
    const content = (await reminders.contentOf([mail!.mail_id])).get(mail!.mail_id);
    expect(content).toBeNull(); // By now it is on, and the mail of back then has nothing left to say.
  });

  test('the words of a reschedule: from where it was when last told, for the latest reason', async () => {
    await world.account('one', [await world.administrator('ann', 'UTC')]);
    const migrationId = await world.migration('m', GRACE);
    await world.walk(reminders, '2026-02-15T12:00:00Z');
    await world.reschedule(migrationId, '2026-06-01T00:00:00Z', 'Not ready');
    await world.reschedule(migrationId, '2026-06-05T00:00:00Z', 'Holidays');
    world.at('2026-02-16T09:00:00Z');
    await reminders.expandMilestones();
    await reminders.composeMails();
    const [mail] = await db.query<{ id: string }>(`select id from mail where status = 'QUEUED'`);
    expect((await reminders.contentOf([mail!.id])).get(mail!.id)).toMatchObject({
      open: [],
      rescheduled: [{ oldDeadline: GRACE.deadline, mandatoryOptIn: '2026-06-05T00:00:00Z', reason: 'Holidays' }],
    });
  });

  test('an extended account has a cadence toward its own deadline, and a last mail when that has passed', async () => {
    const ann = await world.administrator('ann', 'UTC');
    const migrationId = await world.migration('m', { start: '2026-02-01T00:00:00Z', deadline: '2026-02-10T00:00:00Z' });
    const number = await world.account('one', [ann]);
    await world.walk(reminders, '2026-02-05T00:00:00Z');
    await world.extend(migrationId, number, '2026-02-20T00:00:00Z');
    const mails = await world.walk(reminders, '2026-02-20T00:00:00Z');
    expect(summary(mails)).toEqual(['02-06', '02-13', '02-17', '02-19'].map((day) => `ann 2026-${day} 09:00`));
    expect(mails.every(({ nowOn, open }) => nowOn.length === 0 && open[0] === 'm: one')).toBe(true);
    await world.event('EXTENSION_ENDED', { migrationId, accountNumber: number });
    expect(await world.walk(reminders, '2026-03-20T00:00:00Z')).toEqual([
      { to: 'ann', at: '2026-02-20 09:00', nowOn: ['m: one'], rescheduled: [], open: [] },
    ]);
  });

  test('at the deadline the mail tells what is on apart from what was extended', async () => {
    const ann = await world.administrator('ann', 'UTC');
    const migrationId = await world.migration('m', GRACE);
    await world.account('one', [ann]);
    await world.extend(migrationId, await world.account('two', [ann]), '2026-09-01T00:00:00Z');
    world.at('2026-05-01T12:00:00Z');
    await world.tick(reminders);
    const mails = await world.walk(reminders, '2026-05-02T10:00:00Z');
    expect(mails).toEqual([{ to: 'ann', at: '2026-05-02 09:00', nowOn: ['m: one'], rescheduled: [], open: ['m: two'] }]);
  });

  test('an exemption that ends after the deadline is told of when it does', async () => {
    const ann = await world.administrator('ann', 'UTC');
    const migrationId = await world.migration('m', GRACE);
    const number = await world.account('one', [ann]);
    await world.exempt(migrationId, number, '2026-06-01T00:00:00Z');
    expect(await world.walk(reminders, '2026-06-01T00:00:00Z')).toEqual([]);
    await world.event('EXEMPTION_ENDED', { migrationId, accountNumber: number });
    expect(await world.walk(reminders, '2026-07-01T00:00:00Z')).toEqual([
      { to: 'ann', at: '2026-06-01 09:00', nowOn: ['m: one'], rescheduled: [], open: [] },
    ]);
  });
});

describe('opting in early', () => {
  test('stops the reminders for an account, then, with the last one, for the administrator', async () => {
    const ann = await world.administrator('ann', 'UTC');
    const migrationId = await world.migration('m', GRACE);
    const [one, two] = [await world.account('one', [ann]), await world.account('two', [ann])];
    await world.walk(reminders, '2026-02-05T12:00:00Z');
    await world.optIn(migrationId, one);
    expect(await world.walk(reminders, '2026-03-10T12:00:00Z')).toEqual([
      { to: 'ann', at: '2026-03-03 09:00', nowOn: [], rescheduled: [], open: ['m: two'] },
    ]);
    await world.optIn(migrationId, two);
    expect(await world.walk(reminders, '2026-07-01T00:00:00Z')).toEqual([
      { to: 'ann', at: '2026-03-11 09:00', nowOn: ['m: one two'], rescheduled: [], open: [] },
    ]);
  });

  test('opted out again before the mail, there is no last word; the cadence goes on', async () => {
    const ann = await world.administrator('ann', 'UTC');
    const migrationId = await world.migration('m', GRACE);
    const one = await world.account('one', [ann]);
    await world.walk(reminders, '2026-04-16T12:00:00Z');
    await world.optIn(migrationId, one);
    await world.tick(reminders);
    world.at('2026-04-16T20:00:00Z');
    await world.optOut(migrationId, one);
    const mails = await world.walk(reminders, '2026-04-18T12:00:00Z');
    expect(mails.every(({ nowOn }) => nowOn.length === 0)).toBe(true);
    expect(mails.at(-1)).toMatchObject({ at: '2026-04-18 09:00', open: ['m: one'] });
    world.at('2026-04-18T20:00:00Z');
    await world.optIn(migrationId, one);
    expect(await world.walk(reminders, '2026-07-01T00:00:00Z')).toEqual([
      { to: 'ann', at: '2026-04-19 09:00', nowOn: ['m: one'], rescheduled: [], open: [] },
    ]);
  });

  test('the only account opted in and out again before the mail is no reason to mail off the cadence', async () => {
    const migrationId = await world.migration('m', GRACE);
    const one = await world.account('one', [await world.administrator('ann', 'UTC')]);
    await world.walk(reminders, '2026-03-10T12:00:00Z');
    await world.optIn(migrationId, one);
    await world.tick(reminders);
    await world.optOut(migrationId, one);
    expect(summary(await world.walk(reminders, '2026-04-02T12:00:00Z'))).toEqual(['ann 2026-04-02 09:00']);
  });

  test('what was settled meanwhile does not become a mail about something else', async () => {
    const ann = await world.administrator('ann', 'UTC');
    await world.migration('standing', { start: '2026-02-01T00:00:00Z' });
    const migrationId = await world.migration('m', { start: '2026-02-10T00:00:00Z' });
    const one = await world.account('one', [ann]);
    await world.walk(reminders, '2026-02-09T00:00:00Z');
    world.at('2026-02-10T09:00:00Z');
    await reminders.expandMilestones();
    await reminders.composeMails();
    await world.exempt(migrationId, one, '2027-01-01T00:00:00Z');
    expect(await world.deliver(reminders)).toEqual([]);
  });
});

describe('several workers at once', () => {
  test('double nothing and lose nothing, sweep after sweep', async () => {
    const zones = ['UTC', 'Europe/Berlin', 'America/New_York'];
    await db.query(
      `insert into administrator (id, email, name, time_zone, locale, created_at)
       select gen_random_uuid(), i || '@example.com', i, ($1::text[])[1 + i % 3], 'en', '2025-01-01' from generate_series(1, 6000) i`,
      [zones],
    );
    await db.query(
      `insert into account (id, name, platform, time_zone, uses_built_in_email, attributes, created_at, updated_at)
       select i, i, 'CLOUD', 'UTC', false, '{}', '2025-01-01', '2025-01-01' from generate_series(1, 6000) i`,
    );
    await db.query('insert into administration select p.id, a.number from administrator p join account a on a.id = p.name');
    await world.migration('m', GRACE);
    await world.migration('n', GRACE);
    const workers = (work: () => Promise<unknown>) => Promise.all(Array.from({ length: 4 }, work));
    for (const now of [
      '2026-02-01T09:00:00Z',
      '2026-02-01T09:00:15Z',
      '2026-02-01T14:00:00Z',
      '2026-02-01T14:00:15Z',
      '2026-02-02T09:00:00Z',
    ]) {
      world.at(now);
      await workers(async () => {
        await reminders.expandMilestones();
        await reminders.composeMails();
      });
      await db.query(`update mail set status = 'SENT', finished_at = $1 where status = 'QUEUED' and send_after <= $1`, [world.clock.time]);
    }
    expect(await db.query('select count(*) as mails, count(distinct administrator_id) as people from mail')).toEqual([
      { mails: 6000, people: 6000 },
    ]);
    expect(await db.query('select count(*) as reminders, count(mail_id) as carried from reminder')).toEqual([
      { reminders: 12_000, carried: 12_000 },
    ]);
  });

  test('an administrator without anything open costs no mail, however often it is looked at', async () => {
    await world.administrator('nobody', 'UTC');
    await world.migration('m', GRACE);
    expect(await world.walk(reminders, '2026-05-10T00:00:00Z')).toEqual([]);
    expect(await db.query('select from reminder')).toEqual([]);
    const [end] = await db.query<{ count: number }>(`select count(*) from milestone_run where milestone = 'END'`);
    expect(end!.count).toBe(1);
  });
});
