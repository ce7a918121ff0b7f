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
 * The accounts `a` of an administrator with their decision `d` and state `s` on the migration `m`; ends in a condition,
 * which may be gone on with `and`.
 *
 * @param administrator the expression of their id
 * @param now the parameter with the present instant
 */
export const accountsOf = (administrator: string, now: string): string => `
  administration x
  join account a on a.number = x.account_number
  left join decision d on d.migration_id = m.id and d.account_number = a.number
  cross join lateral effective_state(m, a, d, ${now}) s
  where x.administrator_id = ${administrator}`;
