import type { Queryable } from '../../db/database.ts';
import type { ProviderName } from '../settings/email-settings.rules.ts';
import type { TemplateName } from '../templates/template.rules.ts';
import type { UserMailStatus } from './user-mail.rules.ts';

/** A mail to a user as the account sees it. */
export interface UserMailView {
  readonly id: string;
  readonly template: TemplateName;
  readonly status: UserMailStatus;
  /** Null once it is long enough ago. */
  readonly recipient: string | null;
  readonly subject: string | null;
  readonly attempts: number;
  readonly sendAfter: Date;
  readonly expiresAt: Date;
  readonly messageId: string;
  readonly provider: ProviderName | null;
  readonly answer: string | null;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

/** How sending goes for one account. */
export interface EmailHealth {
  readonly accountNumber: number;
  /** Waiting or under way. */
  readonly queued: number;
  readonly oldestQueuedAt: Date | null;
  /** In the last 24 hours. */
  readonly failed: number;
  /** What a provider answered last, be it good or bad, and when its mail was queued. */
  readonly lastAnswer: string | null;
  /** While the provider takes nothing: until when no mail is begun; may have passed. Null while all is well. */
  readonly heldUntil: Date | null;
}

/** A new row of the ledger. */
export interface NewUserMail {
  readonly id: string;
  readonly accountNumber: number;
  readonly template: TemplateName;
  readonly recipient: string;
  /** Sealed. */
  readonly variables: string;
  readonly messageId: string;
  readonly expiresAt: Date;
}

/** Of `user_mail_hold h`: settings that were changed since have nothing to do with what was found out with the old ones. */
export const HOLD_STANDS = `h.settings_version = coalesce((select s.version from email_settings s where s.account_number = h.account_number), 0)`;

const VIEW = `id, template, status, recipient, subject, attempts, send_after as "sendAfter", expires_at as "expiresAt", message_id as "messageId",
  provider, answer, created_at as "createdAt", finished_at as "finishedAt"`;

/** Puts a mail into the ledger, due at once. */
export async function insertUserMail(tx: Queryable, mail: NewUserMail, now: Date): Promise<void> {
  await tx.query(
    `insert into user_mail (id, account_number, template, recipient, status, variables, send_after, expires_at, attempts, message_id, created_at)
     values ($1, $2, $3, $4, 'QUEUED', $5, $8, $6, 0, $7, $8)`,
    [mail.id, mail.accountNumber, mail.template, mail.recipient, mail.variables, mail.expiresAt, mail.messageId, now],
  );
}

/** Whether an account has this many mails waiting; looks at no more of them than that. */
export async function hasQueued(db: Queryable, accountNumber: number, count: number): Promise<boolean> {
  const rows = await db.query(
    `select from user_mail where account_number = $1 and status = 'QUEUED' order by send_after, id limit 1 offset $2`,
    [accountNumber, count - 1],
  );
  return rows.length > 0;
}

/**
 * A part of an account's ledger, newest first.
 *
 * @param status null for every one
 * @param before the id to go on after; null to begin
 */
export function listUserMails(
  db: Queryable,
  accountNumber: number,
  status: UserMailStatus | null,
  before: string | null,
  limit: number,
): Promise<UserMailView[]> {
  return db.query<UserMailView>(
    `select ${VIEW} from user_mail
      where account_number = $1 and ($2::text is null or status = $2) and ($3::uuid is null or id < $3) order by id desc limit $4`,
    [accountNumber, status, before, limit],
  );
}

/**
 * How sending goes for each of these accounts.
 *
 * @param since failures from then on count
 */
export function healthOf(db: Queryable, accountNumbers: readonly number[], since: Date): Promise<EmailHealth[]> {
  return db.query<EmailHealth>(
    `select a.number as "accountNumber", q.queued + s.sending as queued, least(q.oldest, s.oldest) as "oldestQueuedAt", f.failed,
            coalesce(h.answer, l.answer) as "lastAnswer", h.held_until as "heldUntil"
       from unnest($1::bigint[]) as a(number)
       cross join lateral (select count(*)::int as queued, min(created_at) as oldest from user_mail
                            where account_number = a.number and status = 'QUEUED') q
       cross join lateral (select count(*)::int as sending, min(created_at) as oldest from user_mail
                            where account_number = a.number and status = 'SENDING') s
       cross join lateral (select count(*)::int as failed from user_mail
                            where account_number = a.number and status = 'FAILED' and finished_at >= $2) f
       left join user_mail_hold h on h.account_number = a.number and ${HOLD_STANDS}
       left join lateral (select answer from user_mail
                           where account_number = a.number and provider is not null and answer is not null order by id desc limit 1) l on true`,
    [accountNumbers, since],
  );
}

/**
 * Accounts with failures, by number.
 *
 * @param after the number to go on after; 0 to begin
 */
export async function listFailingAccounts(db: Queryable, since: Date, after: number, limit: number): Promise<number[]> {
  // From account to account along the index: an account with thousands of failures costs as much as one with a single one.
  const rows = await db.query<{ number: number }>(
    `with recursive failing as (
       (select account_number as number from user_mail where status = 'FAILED' and account_number > $2 order by account_number limit 1)
       union all
       select n.account_number from failing f cross join lateral
         (select account_number from user_mail where status = 'FAILED' and account_number > f.number order by account_number limit 1) n)
     select number from failing f
      where exists (select from user_mail u where u.account_number = f.number and u.status = 'FAILED' and u.finished_at >= $1) limit $3`,
    [since, after, limit],
  );
  return rows.map(({ number }) => number);
}

/** A mail that was given up, for whoever looks at the queue. */
export interface FailedUserMail {
  readonly id: string;
  readonly failedAt: Date | null;
  readonly attempts: number;
  /** The id of the account. */
  readonly to: string | null;
  readonly error: string | null;
}

/** How many mails were given up, and the latest of them. */
export async function readFailedUserMails(db: Queryable, limit: number): Promise<{ failed: number; failures: FailedUserMail[] }> {
  const [[row], failures] = await Promise.all([
    db.query<{ failed: number }>(`select count(*) as failed from user_mail where status = 'FAILED'`),
    db.query<FailedUserMail>(
      `select u.id, u.finished_at as "failedAt", u.attempts, a.id as "to", u.answer as error
         from (select * from user_mail where status = 'FAILED' order by finished_at desc, id desc limit $1) u
         join account a on a.number = u.account_number order by u.finished_at desc, u.id desc`,
      [limit],
    ),
  ]);
  return { failed: row!.failed, failures };
}

/**
 * Forgets of mails that have ended to whom they went and what was said about them.
 *
 * @param before those that ended earlier
 * @param limit how many rows at most, so that one statement stays short; call again while it returns as many
 */
export async function forgetUserMails(db: Queryable, before: Date, limit: number): Promise<number> {
  const rows = await db.query(
    `update user_mail set recipient = null, subject = null, answer = null
      where id in (select id from user_mail where finished_at is not null and finished_at < $1 and recipient is not null
                    order by finished_at limit $2 for update skip locked)
     returning 1`,
    [before, limit],
  );
  return rows.length;
}

/** Deletes mails that have ended, as {@link forgetUserMails} takes them. */
export async function deleteUserMails(db: Queryable, before: Date, limit: number): Promise<number> {
  const rows = await db.query(
    `delete from user_mail where id in (select id from user_mail where finished_at is not null and finished_at < $1
                                         order by finished_at limit $2 for update skip locked)
     returning 1`,
    [before, limit],
  );
  return rows.length;
}
