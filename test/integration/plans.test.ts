/** Reads that may not cost more with every year that the tables grow. */
import { beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { listMails } from '../../src/email/mail.repository.ts';
import { newId } from '../../src/ids.ts';
import { readOpenMigrations } from '../../src/notifications/notice.repository.ts';
import { connectClone } from '../support/house.ts';
import { NotificationWorld } from '../support/notification-world.ts';
import { pagesTouched } from '../support/pages-touched.ts';

const ADMINISTRATORS = 20_000;
/** A few look-ups by an index; each of the tables below has more than ten times as many pages. */
const FEW_PAGES = 40;
const NOW = new Date('2026-06-01T00:00:00Z');
let db: Database;

beforeAll(async () => {
  ({ db } = await connectClone());
  await db.query(
    `insert into administrator (id, email, name, time_zone, locale, created_at)
     select gen_random_uuid(), 'a' || i || '@example.com', 'Administrator ' || i, 'UTC', 'en', '2015-01-01' from generate_series(1, $1) i`,
    [ADMINISTRATORS],
  );
});

test('which migrations anybody may have a notice of is found without the notices of those that are over', async () => {
  const world = new NotificationWorld(db, NOW.toISOString());
  for (const key of ['first', 'second']) {
    const id = await world.migration(key, { start: '2025-01-01T00:00:00Z', deadline: '2025-02-01T00:00:00Z', state: 'MANDATORY' });
    await db.query(
      `insert into notice (id, administrator_id, migration_id, occasion, created_at)
       select gen_random_uuid(), id, $1, 'ON:2025-02-01T00:00:00.000Z', '2025-02-01' from administrator`,
      [id],
    );
  }
  const cancelled = await world.migration('third', { start: '2025-01-01T00:00:00Z', deadline: null, state: 'CANCELLED' });
  await db.query(
    `insert into notice (id, administrator_id, migration_id, occasion, created_at) select $1, id, $2, 'OPEN', '2025-02-01' from administrator limit 1`,
    [newId(), cancelled],
  );
  await db.query('vacuum analyze notice, migration');
  expect(await db.transaction((tx) => readOpenMigrations(tx, NOW))).toEqual([cancelled]);
  expect(await pagesTouched(db, (tx) => readOpenMigrations(tx, NOW))).toBeLessThan(FEW_PAGES);
});

test('mails that were not sent are found without those that were, also where all of them are old', async () => {
  const outage = 2_000;
  await db.query(
    `insert into mail (id, administrator_id, occasion, status, urgent, send_after, attempts, message_id, created_at)
     select ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, id, '2026-05-01',
            case when n <= $1 then 'FAILED' when n <= $1 + 3 then 'SKIPPED' when n <= $1 + 6 then 'QUEUED' else 'SENT' end,
            false, '2026-05-01', 1, id, '2026-05-01'
       from (select id, row_number() over () as n from administrator) a`,
    [outage],
  );
  await db.query('vacuum analyze mail');
  for (const status of ['FAILED', 'SKIPPED', 'QUEUED'] as const) {
    const mails = await listMails(db, status, null, 3);
    expect(mails.map((mail) => mail.status)).toEqual([status, status, status]);
    expect(await listMails(db, status, mails[0]!.id, 2)).toEqual(mails.slice(1));
    expect(await pagesTouched(db, (tx) => listMails(tx, status, null, 10))).toBeLessThan(FEW_PAGES);
    expect(await pagesTouched(db, (tx) => listMails(tx, status, mails[0]!.id, 10))).toBeLessThan(FEW_PAGES);
  }
  expect(await listMails(db, null, null, 10)).toHaveLength(10);
  for (const status of [null, 'SENT'] as const)
    expect(await pagesTouched(db, (tx) => listMails(tx, status, null, 10))).toBeLessThan(FEW_PAGES);
});
