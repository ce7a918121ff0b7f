import type { Queryable } from '../db/database.ts';
import { HELD_BY_A_LIVE_DELIVERER, type LiveClaims } from './live-claims.ts';
import type { Mail } from './mail.entity.ts';

/** The states of {@link Mail}. */
export type MailStatus = Mail['status'];

/** A mail a deliverer holds until its lease ends. */
export interface ClaimedMail {
  readonly id: string;
  readonly administratorId: string;
  readonly messageId: string;
  readonly createdAt: Date;
  /** With this one; it is also the token by which the claim is told from a later one. */
  readonly attempts: number;
  /** Whether a deliverer had it before that never said how it ended: it may go out for the second time. */
  readonly takenOver: boolean;
  /** An operator asked for it at once: it waits for no morning. */
  readonly urgent: boolean;
  /** Where its administrator lives. */
  readonly timeZone: string;
}

/** A claim that came to no attempt. */
export interface ReleasedMail {
  readonly mail: ClaimedMail;
  /** When it may leave; null for as before. */
  readonly sendAfter: Date | null;
}

/** How an attempt ended, for the ledger. */
export interface Attempt {
  readonly status: 'SENT' | 'FAILED' | 'SKIPPED' | 'QUEUED';
  /** When to try again; for QUEUED. */
  readonly sendAfter: Date | null;
  readonly finishedAt: Date | null;
  readonly recipient: string | null;
  readonly subject: string | null;
  readonly error: string | null;
}

/** An attempt that ended, at this mail. */
export interface EndedAttempt {
  readonly mail: ClaimedMail;
  readonly attempt: Attempt;
}

/** A mail of the ledger as operators see it. */
export interface MailView {
  readonly id: string;
  readonly administratorId: string;
  readonly occasion: string;
  readonly status: MailStatus;
  readonly sendAfter: Date;
  readonly attempts: number;
  readonly messageId: string;
  readonly recipient: string | null;
  readonly subject: string | null;
  readonly lastError: string | null;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

const VIEW = `id, administrator_id as "administratorId", occasion, status, send_after as "sendAfter", attempts, message_id as "messageId",
  recipient, subject, last_error as "lastError", created_at as "createdAt", finished_at as "finishedAt"`;

/**
 * Takes mails that are due, or whose deliverer died, for one deliverer. Two at once never get the same. Ordered by what the
 * index has and nothing else: a morning's mails are due at one instant, and would all be sorted for every claim.
 *
 * @param live of the deliverer: what it gets is shown to be under way there, until it is dropped
 * @param until when the claim ends
 */
export function claimDueMails(live: LiveClaims, now: Date, until: Date, limit: number): Promise<ClaimedMail[]> {
  return live.claim<ClaimedMail>(
    `with due as (
       select id, status from mail
        where status in ('QUEUED', 'SENDING') and send_after <= $1
          and (claimed_until is null or (claimed_until <= $1 and not ${HELD_BY_A_LIVE_DELIVERER}))
        order by send_after limit $3 for update skip locked
     )
     update mail m set status = 'SENDING', claimed_until = $2, attempts = attempts + 1
       from due where m.id = due.id
     returning m.id, m.administrator_id as "administratorId", m.message_id as "messageId", m.created_at as "createdAt", m.attempts,
               due.status = 'SENDING' as "takenOver", m.urgent, (select p.time_zone from administrator p where p.id = m.administrator_id) as "timeZone"`,
    [now, until, limit],
  );
}

/**
 * Writes down how attempts ended, all in one statement.
 *
 * @returns in their order; false where the claim had ended and another deliverer has the mail, whose word counts
 */
export async function recordAttempts(db: Queryable, ended: readonly EndedAttempt[]): Promise<boolean[]> {
  const column = <Value>(pick: (one: EndedAttempt) => Value) => ended.map(pick);
  const rows = await db.queryPrepared<{ id: string }>(
    'record-attempts',
    `update mail m set status = a.status, send_after = coalesce(a.send_after, m.send_after), claimed_until = null, finished_at = a.finished_at,
            recipient = coalesce(a.recipient, m.recipient), subject = coalesce(a.subject, m.subject), last_error = a.error
       from unnest($1::uuid[], $2::int[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::text[], $7::text[], $8::text[])
            as a(id, attempts, status, send_after, finished_at, recipient, subject, error)
      where m.id = a.id and m.attempts = a.attempts and m.status = 'SENDING' returning m.id`,
    [
      column(({ mail }) => mail.id),
      column(({ mail }) => mail.attempts),
      column(({ attempt }) => attempt.status),
      column(({ attempt }) => attempt.sendAfter),
      column(({ attempt }) => attempt.finishedAt),
      column(({ attempt }) => attempt.recipient),
      column(({ attempt }) => attempt.subject),
      column(({ attempt }) => attempt.error),
    ],
  );
  const ours = new Set(rows.map(({ id }) => id));
  return ended.map(({ mail }) => ours.has(mail.id));
}

/** Gives back claims that came to no attempt: what was taken over stays so, or nobody would count that it may go out twice. */
export async function releaseMails(db: Queryable, released: readonly ReleasedMail[]): Promise<void> {
  if (released.length === 0) return;
  await db.query(
    `update mail m set status = case when c.taken_over then 'SENDING' else 'QUEUED' end, attempts = m.attempts - 1,
            send_after = coalesce(c.send_after, m.send_after), claimed_until = case when c.taken_over then coalesce(c.send_after, m.send_after) end
       from unnest($1::uuid[], $2::int[], $3::boolean[], $4::timestamptz[]) as c(id, attempts, taken_over, send_after)
      where m.id = c.id and m.attempts = c.attempts and m.status = 'SENDING'`,
    [
      released.map(({ mail }) => mail.id),
      released.map(({ mail }) => mail.attempts),
      released.map(({ mail }) => mail.takenOver),
      released.map(({ sendAfter }) => sendAfter),
    ],
  );
}

/** When the next mail is due or a claim ends; null where nothing waits. May lie in the past. */
export async function nextMailDueAt(db: Queryable): Promise<Date | null> {
  const [row] = await db.query<{ at: Date | null }>(
    `select min(greatest(send_after, claimed_until)) as at from mail where status in ('QUEUED', 'SENDING')`,
  );
  return row!.at;
}

/**
 * A part of the ledger, newest first. Only what narrows it is asked for, so that an index has exactly the rows of each page.
 *
 * @param status null for every one
 * @param before the id to go on after; null to begin
 */
export function listMails(db: Queryable, status: MailStatus | null, before: string | null, limit: number): Promise<MailView[]> {
  const given = [
    { condition: 'status = ', value: status },
    { condition: 'id < ', value: before },
  ].filter(({ value }) => value !== null);
  const where = given.map(({ condition }, i) => `${i === 0 ? 'where' : 'and'} ${condition}$${i + 2}`).join(' ');
  return db.query<MailView>(`select ${VIEW} from mail ${where} order by id desc limit $1`, [limit, ...given.map(({ value }) => value)]);
}

/** One mail, locked until the transaction ends; undefined where there is none. */
export async function lockMail(db: Queryable, id: string): Promise<MailView | undefined> {
  const [mail] = await db.query<MailView>(`select ${VIEW} from mail where id = $1 for update`, [id]);
  return mail;
}

/** Queues a mail anew, as if it had never been tried, to leave at once, whatever the hour where it goes. */
export async function requeueMail(db: Queryable, id: string, now: Date): Promise<MailView> {
  const [mail] = await db.query<MailView>(
    `update mail set status = 'QUEUED', urgent = true, send_after = $2, claimed_until = null, attempts = 0, finished_at = null where id = $1 returning ${VIEW}`,
    [id, now],
  );
  return mail!;
}

/** A mail that was given up, for whoever looks at the queue. */
export interface FailedMail {
  readonly id: string;
  readonly failedAt: Date | null;
  readonly attempts: number;
  readonly to: string | null;
  readonly error: string | null;
}

/** How many mails were given up, and the latest of them. */
export async function readFailedMails(db: Queryable, limit: number): Promise<{ failed: number; failures: FailedMail[] }> {
  const [[row], failures] = await Promise.all([
    db.query<{ failed: number }>(`select count(*) as failed from mail where status = 'FAILED'`),
    db.query<FailedMail>(
      `select id, finished_at as "failedAt", attempts, recipient as "to", last_error as error from mail
        where status = 'FAILED' order by finished_at desc, id desc limit $1`,
      [limit],
    ),
  ]);
  return { failed: row!.failed, failures };
}

/** A mail that is tried again, with how it had ended. */
export type RequeuedMail = Pick<MailView, 'id' | 'administratorId' | 'attempts' | 'lastError'>;

/**
 * Queues the mails anew that were given up longest ago, as {@link requeueMail} does.
 *
 * @param limit how many at most
 */
export function requeueFailedMails(db: Queryable, now: Date, limit: number): Promise<RequeuedMail[]> {
  return db.query<RequeuedMail>(
    `with failed as (select * from mail where status = 'FAILED' order by finished_at, id limit $2 for update skip locked)
     update mail m set status = 'QUEUED', urgent = true, send_after = $1, claimed_until = null, attempts = 0, finished_at = null
       from failed f where m.id = f.id
     returning m.id, m.administrator_id as "administratorId", f.attempts, f.last_error as "lastError"`,
    [now, limit],
  );
}

/**
 * Forgets what old mails said and to whom. Their rows stay, because reminders point to them and their key keeps an
 * occasion from being mailed twice.
 *
 * @param before mails that were finished earlier than this
 * @param limit how many rows at most, so that one statement stays short; call again while it returns as many
 * @returns how many were blanked
 */
export async function purgeMails(db: Queryable, before: Date, limit: number): Promise<number> {
  const rows = await db.query(
    `update mail set recipient = null, subject = null, last_error = null
      where id in (select id from mail where finished_at < $1 and (recipient is not null or subject is not null or last_error is not null)
                    limit $2 for update skip locked)
     returning 1`,
    [before, limit],
  );
  return rows.length;
}
