import pino from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Actor } from '../../src/auth/actor.ts';
import { Database } from '../../src/db/database.ts';
import { Wake } from '../../src/events/wake.ts';
import { newId } from '../../src/ids.ts';
import { NoticeSweep } from '../../src/notifications/notice.sweep.ts';
import { NoticesService } from '../../src/notifications/notices.service.ts';
import { cloneDatabase } from '../support/database.ts';
import { NotificationWorld } from '../support/notification-world.ts';

let db: Database;
let wake: Wake;
let world: NotificationWorld;
let sweep: NoticeSweep;
let service: NoticesService;
let ann: Actor;
let annId: string;

beforeAll(async () => {
  db = await Database.connect(await cloneDatabase(), 8);
  wake = new Wake(db, pino({ level: 'silent' }));
});
afterAll(async () => {
  await wake.close();
  await db.close();
});
beforeEach(async () => {
  await db.query('truncate administration, administrator, account, migration, decision, event, event_cursor, notice, reschedule cascade');
  world = new NotificationWorld(db, '2026-02-01T00:00:00Z');
  sweep = new NoticeSweep(db, wake, world.clock);
  service = new NoticesService(db, wake, world.clock);
  annId = await world.administrator('ann', 'UTC');
  ann = actorOf(annId);
});

const GRACE = { start: '2026-02-01T00:00:00Z', deadline: '2026-05-02T00:00:00Z' };
const PAGE = { first: 10, after: null };

function actorOf(administratorId: string): Actor {
  return { role: 'ADMINISTRATOR', subject: 'ann@example.com', administratorId, tokenId: null, scopes: [] };
}

/** The notices as short words, after working off the log. */
async function seen(actor = ann, includeClosed = false): Promise<string[]> {
  await sweep.updateNotices();
  const { edges } = await service.notices(actor, { includeClosed }, PAGE);
  return edges.map(
    ({ node }) =>
      `${node.migrationKey} ${node.kind} ${node.openAccounts}${node.dismissedAt ? ' dismissed' : ''}${node.closedAt ? ' closed' : ''}`,
  );
}

async function started(facts: Parameters<NotificationWorld['migration']>[1] = {}): Promise<string> {
  const migrationId = await world.migration('m', { ...GRACE, ...facts });
  await world.event('GRACE_PERIOD_STARTED', { migrationId });
  return migrationId;
}

/** The occasions told to subscribers, in order. */
async function told(): Promise<string[]> {
  return (
    await db.query<{ occasion: string }>(`select data->>'occasion' as occasion from event where type = 'NOTICE_ADDED' order by xid, id`)
  ).map(({ occasion }) => occasion);
}

describe('the notice that something is open', () => {
  test('stands from the start until nothing is open, and again after opting out', async () => {
    const [one, two] = [await world.account('one', [annId]), await world.account('two', [annId])];
    const migrationId = await started();
    expect(await seen()).toEqual(['m OPEN 2']);
    await world.optIn(migrationId, one);
    expect(await seen()).toEqual(['m OPEN 1']);
    await world.optIn(migrationId, two);
    expect(await seen()).toEqual([]);
    expect(await seen(ann, true)).toEqual(['m OPEN 0 closed']);
    await world.optOut(migrationId, two);
    expect(await seen()).toEqual(['m OPEN 1']);
    expect(await told()).toEqual(['OPEN', 'OPEN']);
    expect(await service.unreadCount(ann)).toBe(1);
  });

  test('comes with an account that is granted, created or edited, and goes with it', async () => {
    const bob = await world.administrator('bob', 'UTC');
    const migrationId = await started({ platforms: ['CLOUD'] });
    expect(await seen(actorOf(bob))).toEqual([]);
    const number = await world.account('one', [annId]);
    await world.event('ACCOUNT_CREATED', { accountNumber: number });
    expect([await seen(), await seen(actorOf(bob))]).toEqual([['m OPEN 1'], []]);
    await db.query('insert into administration values ($1, $2)', [bob, number]);
    await world.event('ADMINISTRATION_GRANTED', { administratorId: bob, accountNumber: number });
    expect(await seen(actorOf(bob))).toEqual(['m OPEN 1']);
    await db.query('delete from administration where administrator_id = $1', [annId]);
    await world.event('ADMINISTRATION_REVOKED', { administratorId: annId, accountNumber: number });
    expect(await seen()).toEqual([]);
    await db.query(`update account set platform = 'APPLIANCE'`);
    await world.event('ACCOUNT_EDITED', { accountNumber: number });
    expect(await seen(actorOf(bob))).toEqual([]);
    await db.query(`update account set platform = 'CLOUD'`);
    await world.event('ACCOUNTS_IMPORTED');
    await world.event('ACCOUNT_AFFECTED', { migrationId, accountNumber: number });
    expect(await seen(actorOf(bob))).toEqual(['m OPEN 1']);
    await db.query(`update migration set state = 'CANCELLED' where id = $1`, [migrationId]);
    await world.event('MIGRATION_CANCELLED', { migrationId });
    expect(await seen(actorOf(bob))).toEqual([]);
  });

  test('is not looked for again with everybody because accounts were imported: their own events tell of them', async () => {
    await started();
    await seen();
    await world.account('one', [annId]);
    await world.event('ACCOUNTS_IMPORTED');
    expect(await seen()).toEqual([]);
  });

  test('is not there before the start, nor for an account born with it or exempt', async () => {
    world.at('2026-01-20T00:00:00Z');
    const migrationId = await world.migration('m', GRACE);
    await world.event('MIGRATION_ANNOUNCED', { migrationId });
    const number = await world.account('one', [annId]);
    expect(await seen()).toEqual([]);
    world.at('2026-02-03T00:00:00Z');
    await world.event('GRACE_PERIOD_STARTED', { migrationId });
    expect(await seen()).toEqual(['m OPEN 1']);
    await world.exempt(migrationId, number, '2026-03-01T00:00:00Z');
    await world.event('ACCOUNT_CREATED', { accountNumber: await world.account('born', [annId], { createdAt: '2026-02-02T00:00:00Z' }) });
    expect(await seen()).toEqual([]);
    world.at('2026-03-01T00:00:00Z');
    await world.event('EXEMPTION_ENDED', { migrationId, accountNumber: number });
    expect(await seen()).toEqual(['m OPEN 1']);
  });
});

describe('the deadline', () => {
  test('closes what was open and says that it is on, once, to those for whom it came on', async () => {
    const bob = await world.administrator('bob', 'UTC');
    await world.account('one', [annId]);
    const early = await world.account('two', [bob]);
    const migrationId = await started();
    await world.optIn(migrationId, early);
    world.at(GRACE.deadline);
    await world.event('DEADLINE_PASSED', { migrationId });
    expect(await seen()).toEqual(['m ON 0']);
    expect(await seen(actorOf(bob))).toEqual([]);
    const [notice] = (await service.notices(ann, {}, PAGE)).edges;
    expect(notice!.node).toMatchObject({ occasion: 'ON:2026-05-02T00:00:00.000Z', message: '“Title of m” is now on for your accounts.' });
    await service.dismissNotice(ann, notice!.node.id);
    await world.event('DEADLINE_PASSED', { migrationId });
    expect(await seen()).toEqual(['m ON 0 dismissed']);
  });

  test('of its own is what an extended account is told of', async () => {
    const number = await world.account('one', [annId]);
    const migrationId = await started();
    await world.extend(migrationId, number, '2026-06-01T00:00:00Z');
    world.at(GRACE.deadline);
    await world.event('DEADLINE_PASSED', { migrationId });
    expect(await seen()).toEqual(['m OPEN 1']);
    world.at('2026-06-01T00:00:00Z');
    await world.event('EXTENSION_ENDED', { migrationId, accountNumber: number });
    expect(await seen()).toEqual(['m ON 0']);
  });

  test('of the past of an imported migration is nobody’s news; what is open now is', async () => {
    await world.account('one', [annId]);
    const past = await world.migration('past', {
      start: '2025-01-01T00:00:00Z',
      deadline: '2025-06-01T00:00:00Z',
      announced: '2026-02-01T00:00:00Z',
      quietUntil: '2026-02-01T00:00:00Z',
    });
    const running = await world.migration('running', {
      start: '2025-12-01T00:00:00Z',
      announced: '2026-02-01T00:00:00Z',
      quietUntil: '2026-02-01T00:00:00Z',
    });
    for (const migrationId of [past, running]) await world.event('MIGRATION_IMPORTED', { migrationId });
    await world.event('DEADLINE_PASSED', { migrationId: past });
    expect(await seen()).toEqual(['running OPEN 1']);
  });
});

test('a reschedule is news to those with something open; a later one replaces it; both go when nothing is open', async () => {
  const number = await world.account('one', [annId]);
  const migrationId = await started();
  await world.reschedule(migrationId, '2026-06-01T00:00:00Z', 'x');
  expect(await seen()).toEqual(['m RESCHEDULED 1', 'm OPEN 1']);
  const second = await world.reschedule(migrationId, '2026-07-01T00:00:00Z', 'y');
  expect(await seen()).toEqual(['m RESCHEDULED 1', 'm OPEN 1']);
  expect((await service.notices(ann, {}, PAGE)).edges[0]!.node).toMatchObject({
    occasion: `RESCHEDULED:${second}`,
    message: expect.stringContaining('2026-07-01'),
  });
  await world.optIn(migrationId, number);
  expect(await seen()).toEqual([]);
  await world.optOut(migrationId, number);
  expect(await seen()).toEqual(['m OPEN 1']);
});

describe('a worker whose clock is behind that of whoever recorded a date', () => {
  const behind = (date: string) => world.at(new Date(Date.parse(date) - 50).toISOString());

  test('tells of the start, and of the deadline', async () => {
    await world.account('one', [annId]);
    const migrationId = await started();
    behind(GRACE.start);
    await sweep.updateNotices();
    world.at(GRACE.start);
    expect(await seen()).toEqual(['m OPEN 1']);
    world.at(GRACE.deadline);
    await world.event('DEADLINE_PASSED', { migrationId });
    behind(GRACE.deadline);
    await sweep.updateNotices();
    world.at(GRACE.deadline);
    expect(await seen()).toEqual(['m ON 0']);
  });

  test('tells of an extension that ended', async () => {
    const number = await world.account('one', [annId]);
    const migrationId = await started();
    await world.extend(migrationId, number, '2026-06-01T00:00:00Z');
    world.at('2026-06-01T00:00:00Z');
    await world.event('EXTENSION_ENDED', { migrationId, accountNumber: number });
    behind('2026-06-01T00:00:00Z');
    await sweep.updateNotices();
    world.at('2026-06-01T00:00:00Z');
    expect(await seen()).toEqual(['m ON 0']);
  });
});

describe('reading and dismissing', () => {
  test('a dismissed notice is read, stays so, and dismissing again changes nothing', async () => {
    await world.account('one', [annId]);
    const migrationId = await started();
    await sweep.updateNotices();
    const [notice] = (await service.notices(ann, { unreadOnly: true }, PAGE)).edges;
    world.at('2026-02-02T00:00:00Z');
    const first = await service.dismissNotice(ann, notice!.node.id);
    world.at('2026-02-03T00:00:00Z');
    expect(await service.dismissNotice(ann, notice!.node.id)).toEqual(first);
    expect(first.dismissedAt).toEqual(new Date('2026-02-02T00:00:00Z'));
    await world.event('MIGRATION_EDITED', { migrationId });
    expect(await seen()).toEqual(['m OPEN 1 dismissed']);
    expect(await service.unreadCount(ann)).toBe(0);
    expect((await service.notices(ann, { unreadOnly: true }, PAGE)).edges).toEqual([]);
    expect(await db.query(`select administrator_id from event where type = 'NOTICE_DISMISSED'`)).toEqual([{ administrator_id: annId }]);
  });

  test('everybody has their own: a foreign one, an unknown one and nonsense are not found', async () => {
    await world.account('one', [annId]);
    await started();
    await sweep.updateNotices();
    const { id } = (await service.notices(ann, {}, PAGE)).edges[0]!.node;
    const bob = actorOf(await world.administrator('bob', 'UTC'));
    for (const foreign of [id, newId(), 'x']) {
      await expect(service.dismissNotice(bob, foreign)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(await service.noticesByIds(bob, [foreign])).toEqual([null]);
    }
    expect(await service.unreadCount(ann)).toBe(1);
    const operator: Actor = { role: 'OPERATOR', subject: 'o', administratorId: null, tokenId: null, scopes: [] };
    await expect(service.notices(operator, {}, PAGE)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  test('in pages, newest first', async () => {
    await world.account('one', [annId]);
    for (const key of ['a', 'b', 'c']) {
      await world.event('GRACE_PERIOD_STARTED', { migrationId: await world.migration(key, GRACE) });
      await sweep.updateNotices();
    }
    const first = await service.notices(ann, {}, { first: 2, after: null });
    const second = await service.notices(ann, {}, { first: 2, after: first.edges[1]!.cursor });
    expect([...first.edges, ...second.edges].map(({ node }) => node.migrationKey)).toEqual(['c', 'b', 'a']);
    expect([first.hasNextPage, second.hasNextPage]).toEqual([true, false]);
    await expect(service.notices(ann, {}, { first: 2, after: 'x' })).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
  });
});

test('four sweeps at once, again and again, add each notice once, with one event each', async () => {
  await db.query(
    `insert into administrator (id, email, name, time_zone, locale, created_at)
     select gen_random_uuid(), i || '@example.com', i, 'UTC', 'en', '2025-01-01' from generate_series(1, 5000) i`,
  );
  const number = await world.account('one', []);
  await db.query('insert into administration select id, $1 from administrator', [number]);
  const migrationId = await started();
  const sweeps = () => Promise.all(Array.from({ length: 4 }, () => sweep.updateNotices()));
  const count = async () =>
    (
      await db.query<Record<string, number>>(
        `select count(*) as rows, count(*) filter (where closed_at is null) as standing, (select count(*) from event where type = 'NOTICE_ADDED') as events from notice`,
      )
    )[0];
  while ((await count())!['rows']! < 5001) await sweeps();
  await sweeps();
  expect(await count()).toEqual({ rows: 5001, standing: 5001, events: 5001 });
  await world.optIn(migrationId, number);
  while ((await count())!['standing']! > 0) await sweeps();
  expect(await count()).toEqual({ rows: 5001, standing: 0, events: 5001 });
});

test('a sweep that died after its work but before its cursor moved is gone over again without doubles', async () => {
  await world.account('one', [annId]);
  await started();
  await seen();
  await db.query(`update event_cursor set cursor = '0.0' where reader = 'notices'`);
  expect(await seen()).toEqual(['m OPEN 1']);
  expect(await told()).toEqual(['OPEN']);
});
