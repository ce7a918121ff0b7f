/** Rows and contents of mails for tests of their delivery, which begins where the reminders end: at a queued row. */
import type { Queryable } from '../../src/db/database.ts';
import type { ContentOf } from '../../src/email/due-mails.ts';
import type { MigrationSection, ReminderContent } from '../../src/email/reminder-mail.ts';
import { newId } from '../../src/ids.ts';

/** The present of these tests. */
export const NOW = new Date('2026-05-01T08:00:00Z');

/** A queued mail and whose it is. */
export interface QueuedMail {
  readonly id: string;
  readonly administratorId: string;
  readonly email: string;
}

/**
 * Queues one mail each for so many new administrators.
 *
 * @param sendAfter when they are due
 */
export async function queueMails(db: Queryable, count: number, sendAfter = NOW): Promise<QueuedMail[]> {
  const mails = Array.from({ length: count }, () => {
    const administratorId = newId();
    return { id: newId(), administratorId, email: `admin-${administratorId}@example.com` };
  });
  await db.query(
    `insert into administrator (id, email, name, time_zone, locale, created_at)
     select id, email, 'Ada Admin', 'Europe/Berlin', 'en-GB', $3 from unnest($1::uuid[], $2::text[]) as a(id, email)`,
    [mails.map(({ administratorId }) => administratorId), mails.map(({ email }) => email), NOW],
  );
  await db.query(
    `insert into mail (id, administrator_id, occasion, status, urgent, send_after, attempts, message_id, created_at)
     select id, administrator_id, '2026-05-01', 'QUEUED', false, $3, 0, '<' || id || '@graceline.test>', $3 from unnest($1::uuid[], $2::uuid[]) as m(id, administrator_id)`,
    [mails.map(({ id }) => id), mails.map(({ administratorId }) => administratorId), sendAfter],
  );
  return mails;
}

/** A migration that is open on one account. */
export function section(changes: Partial<MigrationSection> = {}): MigrationSection {
  return {
    key: 'password-reset',
    title: 'Password reset asks on the page',
    severity: 'HIGH',
    mandatoryOptIn: '2026-05-03',
    guideUrl: 'https://docs.example.com/password-reset',
    accounts: [{ id: 'acme', name: 'Acme', deadline: new Date('2026-05-03T00:00:00Z'), reason: 'PENDING' }],
    accountCount: 1,
    ...changes,
  };
}

/** What there is to say to somebody with one migration open. */
export function content(email: string, changes: Partial<ReminderContent> = {}): ReminderContent {
  return {
    administrator: { name: 'Ada Admin', email, timeZone: 'Europe/Berlin', locale: 'en-GB' },
    platformName: 'Example Platform',
    publicUrl: 'https://graceline.example.com',
    now: NOW,
    nowOn: [],
    rescheduled: [],
    open: [section()],
    ...changes,
  };
}

/**
 * Says the same to everybody, except for those named.
 *
 * @param exceptions by mail id; null for nothing left to say
 */
export function contentFor(mails: readonly QueuedMail[], exceptions: ReadonlyMap<string, ReminderContent | null> = new Map()): ContentOf {
  const contents = new Map(mails.map(({ id, email }) => [id, exceptions.has(id) ? exceptions.get(id)! : content(email)]));
  return async (ids) => new Map(ids.map((id) => [id, contents.get(id) ?? null]));
}
