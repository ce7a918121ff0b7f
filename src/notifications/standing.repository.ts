/** How accounts stand to migrations, as SQL that the statements of notices and reminders share. */
import { OPEN_REASONS } from './reminders.rules.ts';

/** A migration, under the alias `m`, that is announced and not cancelled. */
export const LIVE = `m.state in ('ANNOUNCED', 'GRACE_PERIOD', 'MANDATORY')`;

/** That a state `s` leaves the account something to do. */
export const OPEN = `s.reason in (${OPEN_REASONS.map((reason) => `'${reason}'`).join(', ')})`;

/**
 * That a migration `m` may be open for some account: a cheap test before the rule is asked for each.
 *
 * @param now the parameter with the present instant
 */
export const mayBeOpen = (now: string): string => `
  (${LIVE} and m.grace_starts_at <= ${now} and (m.mandatory_at is null or m.mandatory_at > ${now}
    or exists (select from decision late where late.migration_id = m.id and late.extended_until > ${now})))`;

/**
 * The accounts of an administrator with their state `s` on the migration `m`; the account itself is `(one.account)`. Ends
 * in a condition, which may be gone on with `and`.
 *
 * Each `offset 0` keeps the planner from joining all accounts with all decisions first and throwing most of it away, as it
 * does while tables are young and their statistics old; so it looks up the few accounts of each administrator by their keys.
 *
 * @param administrator the expression of their id
 * @param now the parameter with the present instant
 */
export const accountsOf = (administrator: string, now: string): string => `
  (select x.account_number as number from administration x where x.administrator_id = ${administrator} offset 0) mine
  cross join lateral (select a as account from account a where a.number = mine.number offset 0) one
  left join lateral (select d as decision from decision d where d.migration_id = m.id and d.account_number = mine.number offset 0) its on true
  cross join lateral effective_state(m, one.account, its.decision, ${now}) s
  where true`;

/** Whether an administrator has an account whose state `s` on the migration `m` meets a condition; as a value, so that it is never made a join. */
export const hasAccount = (administrator: string, now: string, condition: string): string =>
  `coalesce((select true from ${accountsOf(administrator, now)} and ${condition} limit 1), false)`;
