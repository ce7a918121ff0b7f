import type { Database, Queryable } from '../../db/database.ts';
import { heldByALiveDeliverer } from '../live-claims.ts';
import type { ProviderName } from '../settings/email-settings.rules.ts';
import type { TemplateName } from '../templates/template.rules.ts';
import { HOLD_STANDS } from './user-mail.repository.ts';
import { MAX_UNDER_WAY_PER_ACCOUNT, type UserMailStatus } from './user-mail.rules.ts';

/** Keeps the advisory locks over whose mails are being claimed apart from all others of the database. */
const CLAIM_LOCK_CLASS = 0x75636c6d;

/** A mail a sender holds until its claim ends. */
export interface ClaimedUserMail {
  readonly id: string;
  readonly accountNumber: number;
  readonly template: TemplateName;
  readonly recipient: string;
  /** Sealed. */
  readonly variables: string;
  readonly messageId: string;
  readonly expiresAt: Date;
  /** With this one; it is also the token by which the claim is told from a later one. */
  readonly attempts: number;
  /** Whether its account is held: then it is the one mail that finds out whether the provider is well again. */
  readonly probe: boolean;
}

/** Which mails a sender can take. */
export interface ClaimRequest {
  readonly now: Date;
  /** When the claims end. */
  readonly until: Date;
  /** From how many accounts at most. */
  readonly accounts: number;
  /** The account whose turn was last; those behind it come first. */
  readonly after: number;
  /** Accounts with as many under way here as may be. */
  readonly busy: readonly number[];
}

/** What a sender got. */
export interface Claim {
  readonly mails: readonly ClaimedUserMail[];
  /** The account whose turn was last. */
  readonly turn: number;
}

/** How an attempt ended, for the ledger. */
export interface UserMailOutcome {
  readonly status: Exclude<UserMailStatus, 'SENDING'>;
  /** When to try again; for QUEUED. */
  readonly sendAfter: Date | null;
  readonly finishedAt: Date | null;
  /** Null where none was asked. */
  readonly provider: ProviderName | null;
  readonly subject: string | null;
  readonly answer: string;
}

/** A mail that ended because nobody needs it any more. */
export interface ExpiredUserMail {
  readonly id: string;
  readonly accountNumber: number;
  readonly template: TemplateName;
  readonly provider: ProviderName | null;
  readonly attempts: number;
  readonly status: 'FAILED' | 'SKIPPED';
}

/**
 * From account to account along the index of what is due, never over all mails of one: each costs the same, whether one of
 * its mails waits or thousands. What waits first at each account is seen on the way.
 */
const ACCOUNTS_WITH_MAIL = `waiting as (
       (select account_number, send_after from user_mail where status = 'QUEUED' and account_number > $1 order by account_number, send_after limit 1)
       union all
       select n.* from waiting w cross join lateral
         (select account_number, send_after from user_mail
           where status = 'QUEUED' and account_number > w.account_number order by account_number, send_after limit 1) n)`;

/**
 * Takes mails that are due for one sender: at most two of an account in all processes, one where it is held, from accounts
 * in turn. Senders that claim at once never get the same.
 *
 * @param hold shows that they are under way, before anybody can see that they are claimed; where it throws none is
 */
export function claimUserMails(
  db: Database,
  { now, until, accounts, after, busy }: ClaimRequest,
  hold: (mails: readonly ClaimedUserMail[]) => Promise<void>,
): Promise<Claim> {
  return db.transaction(async (tx) => {
    const numbers = await lockAccountsInTurn(tx, now, after, accounts, busy);
    // In a statement of its own, which sees what others committed before these accounts were locked.
    if (numbers.length < accounts && after > 0) {
      const first = await lockAccountsInTurn(tx, now, 0, accounts - numbers.length, [...busy, ...numbers]);
      numbers.push(...first.filter((number) => number <= after));
    }
    const turn = numbers.at(-1) ?? after;
    const mails = numbers.length === 0 ? [] : await claimOf(tx, numbers, now, until);
    if (mails.length > 0) await hold(mails);
    return { mails, turn };
  });
}

/** Accounts with mail that can be begun and that no other sender is claiming of right now; locked until the transaction ends. */
async function lockAccountsInTurn(tx: Queryable, now: Date, after: number, limit: number, busy: readonly number[]): Promise<number[]> {
  const rows = await tx.query<{ number: number }>(
    `with recursive ${ACCOUNTS_WITH_MAIL}
     select w.account_number as number from waiting w
      where case when w.send_after > $2 or w.account_number = any ($4::bigint[]) then false
                 when exists (select from user_mail_hold h where h.account_number = w.account_number and h.held_until > $2 and ${HOLD_STANDS}) then false
                 when (select count(*) from user_mail s where s.account_number = w.account_number and s.status = 'SENDING')
                      >= case when exists (select from user_mail_hold h where h.account_number = w.account_number and ${HOLD_STANDS})
                              then 1 else ${MAX_UNDER_WAY_PER_ACCOUNT} end then false
                 else pg_try_advisory_xact_lock(${CLAIM_LOCK_CLASS}, hashint8(w.account_number)) end
      limit $3`,
    [after, now, limit, busy],
  );
  return rows.map(({ number }) => number);
}

function claimOf(tx: Queryable, numbers: readonly number[], now: Date, until: Date): Promise<ClaimedUserMail[]> {
  return tx.query<ClaimedUserMail>(
    `with due as (
       select m.id, a.probe
         from (select n as number, h.held_until is not null as probe, coalesce(h.held_until > $2, false) as held,
                      (select count(*) from user_mail s where s.account_number = n and s.status = 'SENDING') as under_way
                 from unnest($1::bigint[]) as n left join user_mail_hold h on h.account_number = n and ${HOLD_STANDS}) a
        cross join lateral
          (select id from user_mail
            where account_number = a.number and status = 'QUEUED' and send_after <= $2 and expires_at > $2
            order by send_after, id
            limit greatest(0, case when a.held then 0 when a.probe then 1 else ${MAX_UNDER_WAY_PER_ACCOUNT} end - a.under_way)
              for update skip locked) m)
     update user_mail u set status = 'SENDING', claimed_until = $3, attempts = attempts + 1
       from due where u.id = due.id
     returning u.id, u.account_number as "accountNumber", u.template, u.recipient, u.variables, u.message_id as "messageId",
               u.expires_at as "expiresAt", u.attempts, due.probe`,
    [numbers, now, until],
  );
}

/**
 * Queues anew what senders that died had under way.
 *
 * @returns how many; each may go out for the second time
 */
export async function takeOverUserMails(db: Queryable, now: Date): Promise<number> {
  const rows = await db.query(
    `update user_mail set status = 'QUEUED', claimed_until = null
      where id in (select id from user_mail
                    where status = 'SENDING' and claimed_until <= $1 and not ${heldByALiveDeliverer('user_mail')}
                      for update skip locked)
     returning 1`,
    [now],
  );
  return rows.length;
}

/**
 * Ends mails that have become of no use while they waited. One that was tried, or whose account was held, FAILED: its
 * account has to know. One that nobody came to in time is SKIPPED.
 *
 * @param limit how many at most; call again while it returns as many
 */
export function expireUserMails(tx: Queryable, now: Date, limit: number): Promise<ExpiredUserMail[]> {
  return tx.query<ExpiredUserMail>(
    `with late as (select u.id, h.answer from user_mail u left join user_mail_hold h on h.account_number = u.account_number and ${HOLD_STANDS}
                    where u.status = 'QUEUED' and u.expires_at <= $1 order by u.expires_at limit $2 for update of u skip locked)
     update user_mail u
        set status = case when u.attempts > 0 or late.answer is not null then 'FAILED' else 'SKIPPED' end, finished_at = $1, variables = null,
            answer = left('It could not be sent before it was of no use any more. ' || coalesce(u.answer, late.answer, 'Nobody came to send it in time.'), 500)
       from late where u.id = late.id
     returning u.id, u.account_number as "accountNumber", u.template, u.provider, u.attempts, u.status`,
    [now, limit],
  );
}

/**
 * Writes down how an attempt ended.
 *
 * @returns false where the claim had ended and another sender has the mail, whose word counts
 */
export async function recordOutcome(db: Queryable, mail: ClaimedUserMail, outcome: UserMailOutcome): Promise<boolean> {
  const rows = await db.queryPrepared(
    'user mail outcome',
    `update user_mail
        set status = $3, send_after = coalesce($4, send_after), claimed_until = null, finished_at = $5, provider = coalesce($6, provider),
            subject = coalesce($7, subject), answer = $8, variables = case when $3::text = 'QUEUED' then variables end
      where id = $1 and attempts = $2 and status = 'SENDING' returning 1`,
    [mail.id, mail.attempts, outcome.status, outcome.sendAfter, outcome.finishedAt, outcome.provider, outcome.subject, outcome.answer],
  );
  return rows.length > 0;
}

/** How often in a row an account's provider took nothing; 0 where it is well or its settings were changed since. */
export async function failuresInARow(db: Queryable, accountNumber: number): Promise<number> {
  const [row] = await db.query<{ failures: number }>(`select failures from user_mail_hold h where account_number = $1 and ${HOLD_STANDS}`, [
    accountNumber,
  ]);
  return row?.failures ?? 0;
}

/** Why and how long an account is held. */
export interface Hold {
  readonly accountNumber: number;
  readonly heldUntil: Date;
  readonly failures: number;
  /** Of the settings it was found out with; null where they could not be read, whichever they are. */
  readonly settingsVersion: number | null;
  readonly answer: string;
}

/**
 * Holds an account. Where it is held already, only a failure after that counts: mails that were under way together meet the
 * same trouble, which is one.
 */
export async function holdAccount(db: Queryable, hold: Hold, now: Date): Promise<void> {
  await db.query(
    `insert into user_mail_hold as h (account_number, held_until, failures, settings_version, answer)
     values ($1, $2, $3, coalesce($4, (select version from email_settings where account_number = $1), 0), $5)
     on conflict (account_number) do update
        set held_until = excluded.held_until, failures = excluded.failures, settings_version = excluded.settings_version, answer = excluded.answer
      where h.held_until <= $6 or h.settings_version < excluded.settings_version`,
    [hold.accountNumber, hold.heldUntil, hold.failures, hold.settingsVersion, hold.answer, now],
  );
}

/** Lets an account's mail go again. */
export async function endHold(db: Queryable, accountNumber: number): Promise<void> {
  await db.query('delete from user_mail_hold where account_number = $1', [accountNumber]);
}

/** When the next mail is due, expires, or is let go by a dead sender; null where nothing waits. May lie in the past. */
export async function nextUserMailDueAt(db: Queryable): Promise<Date | null> {
  const [row] = await db.query<{ at: Date | null }>(
    `with recursive ${ACCOUNTS_WITH_MAIL}
     select least((select min(greatest(w.send_after, (select held_until from user_mail_hold h where h.account_number = w.account_number and ${HOLD_STANDS})))
                     from waiting w),
                  (select min(expires_at) from user_mail where status = 'QUEUED'),
                  (select min(claimed_until) from user_mail where status = 'SENDING')) as at`,
    [0],
  );
  return row!.at;
}
