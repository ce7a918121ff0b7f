import { expect, test } from 'vitest';
import { SYSTEM } from '../../src/auth/actor.ts';
import { adoptLog, requireOwnLog } from '../../src/events/adoption.ts';
import { readEvents, writeEvents } from '../../src/events/log.ts';
import { connectClone, insertAccount } from '../support/house.ts';

const AT = new Date('2016-04-12T00:00:00Z');

test('a log restored into a younger PostgreSQL is refused, and adopted without losing an event or a place', async () => {
  const { db } = await connectClone();
  await insertAccount(db, { id: 'acme' });
  for (let n = 0; n < 4; n++) await db.transaction((tx) => writeEvents(tx, SYSTEM, AT, [{ type: 'ACCOUNT_EDITED', data: { n } }]));
  await requireOwnLog(db);
  const [, second] = await readEvents(db, '0.0', 10);
  await db.query(`insert into event_cursor values ('notices', $1)`, [second!.cursor]);

  // What a restore does: the ids of the old server stay, the new server counts from the beginning.
  const ahead = 1_000_000_000;
  await db.query(`update event set xid = (xid::text::bigint + ${ahead})::text::xid8`);
  await db.query(`update account set xid = (xid::text::bigint + ${ahead})::text::xid8`);
  await db.query(`update event_cursor set cursor = (split_part(cursor, '.', 1)::bigint + ${ahead}) || '.' || split_part(cursor, '.', 2)`);
  await expect(requireOwnLog(db)).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(await readEvents(db, '0.0', 10)).toEqual([]);

  expect(await adoptLog(db)).toBe(4);
  await requireOwnLog(db);
  await db.transaction((tx) => writeEvents(tx, SYSTEM, AT, [{ type: 'ACCOUNT_EDITED', data: { n: 4 } }]));
  const [{ cursor }] = (await db.query<{ cursor: string }>(`select cursor from event_cursor where reader = 'notices'`)) as [
    { cursor: string },
  ];
  expect((await readEvents(db, '0.0', 10)).map(({ data }) => data['n'])).toEqual([0, 1, 2, 3, 4]);
  expect((await readEvents(db, cursor, 10)).map(({ data }) => data['n'])).toEqual([2, 3, 4]);
});
