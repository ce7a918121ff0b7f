/** All of an administrator's accounts with all migrations that are not over. */
import type { Queryable } from '../db/database.ts';
import type { Gate, GateKeys } from '../gates/gates.rules.ts';
import { stateFrom, type StateRow } from '../rollouts/state-row.ts';
import { LIVE } from '../notifications/standing.repository.ts';
import { quietDays } from '../gates/usage.rules.ts';
import type { BoardAccount, BoardMigration, BoardPlace } from './board.rules.ts';

/** What says whether an account is ready. */
export interface Readiness {
  readonly gates: GateKeys;
  /** The first day of which a use of old behaviour matters, an ISO date in UTC. */
  readonly usedSince: string;
  /** A ready account is safe where its last use, or the first day on which uses were counted, is on this day or before it. */
  readonly safeUpTo: string;
}

/** That a migration `m` can still change something for somebody at `$2`. */
const NOT_OVER = `${LIVE} and (m.mandatory_at is null or m.mandatory_at > $2
  or exists (select from decision late where late.migration_id = m.id and (late.extended_until > $2 or late.exempt_until > $2)))`;

/** Looked up for tens of thousands of accounts: not where nobody ever counted a use, so that there is none. */
const LAST_DAY = `case when w.first_day is not null
  then (select u.last_day from account_usage u where u.migration_id = m.id and u.account_number = a.number) end`;
/** The last use of an account, else the first day on which one would have been seen; null where nobody counts. */
const QUIET_SINCE = 'coalesce(l.last_day, w.first_day)';
const USED = 'coalesce(l.last_day >= $3::date, false)';
/** Somebody who named no sender and wrote no words has the platform's already. */
const SENDER = `(e.default_from is not null or exists (select from email_template t where t.account_number = a.number and t.enabled and t."from" is not null))`;
const WORDS = `(e.default_from is not null or exists (select from email_template t where t.account_number = a.number and t.enabled))`;

/**
 * What would be looked at before account `a` opts in to migration `m`, by the gate it opens: the same in SQL as the to-dos
 * that block in src/gates/impact.rules.ts, without making any mail. Who customised a mail to what the platform's says anyway
 * is taken for blocked.
 */
const BLOCKED: Readonly<Record<Gate, string>> = {
  IDP_TOKENS: USED,
  PASSWORD_RESET: USED,
  FROM_ADDRESS: `coalesce(e.provider, 'BUILT_IN') = 'BUILT_IN' and ${SENDER}`,
  EMAIL_TEMPLATE: `coalesce(e.provider, 'BUILT_IN') = 'BUILT_IN' and ${WORDS}`,
};
const GATES_IN_ORDER = Object.keys(BLOCKED) as Gate[];
const IS_BLOCKED = `case ${GATES_IN_ORDER.map((gate, i) => `when m.key = ($4::text[])[${i + 1}] then ${BLOCKED[gate]}`).join(' ')} else ${USED} end`;

const OPEN = `(not s.enabled and s.can_opt_in and s.reason <> 'EXEMPT')`;

const READY = `case when ${OPEN} then not (${IS_BLOCKED}) else false end`;
const QUIET = `coalesce(${QUIET_SINCE} <= $5::date, false)`;

/** The parameters `$1` to `$5` of every statement here. */
function valuesOf(administratorId: string, now: Date, { gates, usedSince, safeUpTo }: Readiness): unknown[] {
  return [administratorId, now, usedSince, GATES_IN_ORDER.map((gate) => gates[gate]), safeUpTo];
}

/** Accounts of the administrator with the migrations of `which`, their state `s`, email settings `e`, and last use `l`. */
const boardRows = (which: string) => `
  (select x.account_number from administration x where x.administrator_id = $1 offset 0) x
  join account a on a.number = x.account_number
  join migration m on ${which}
  left join decision d on d.migration_id = m.id and d.account_number = a.number
  left join email_settings e on e.account_number = a.number
  left join usage_watch w on w.migration_id = m.id
  cross join lateral (select ${LAST_DAY} as last_day offset 0) l
  cross join lateral effective_state(m, a, d, $2) s`;

/** How the accounts stand to one migration, with the deadlines of those for which it is still off. */
export interface BoardRow extends Omit<BoardMigration, 'nextDeadline'> {
  readonly deadlines: readonly { readonly at: string; readonly accounts: number }[];
}

/** How an administrator's accounts stand to every migration that is not over, in one look. */
export function readBoard(db: Queryable, administratorId: string, now: Date, readiness: Readiness): Promise<BoardRow[]> {
  return db.query<BoardRow>(
    `with standing as (
       select m.id, s.deadline, ${OPEN} as open, s.enabled, s.reason, ${READY} as ready, ${QUIET} as quiet
         from ${boardRows(NOT_OVER)}
        where is_affected(m, a))
     select id as "migrationId", sum(accounts)::int8 as affected, sum(open)::int8 as open, sum(ready)::int8 as ready, sum(safe)::int8 as safe,
            sum(not_started)::int8 as "notStarted", sum(exempt)::int8 as exempt, sum(done)::int8 as done,
            coalesce(jsonb_agg(jsonb_build_object('at', deadline, 'accounts', still_off) order by deadline)
                       filter (where deadline > $2 and still_off > 0), '[]') as deadlines
       from (select id, deadline, count(*) as accounts, count(*) filter (where open) as open, count(*) filter (where ready) as ready,
                    count(*) filter (where ready and quiet) as safe, count(*) filter (where reason = 'NOT_STARTED') as not_started, count(*) filter (where reason = 'EXEMPT') as exempt,
                    count(*) filter (where enabled) as done, count(*) filter (where not enabled) as still_off
               from standing group by 1, 2) by_deadline
      group by 1`,
    valuesOf(administratorId, now, readiness),
  );
}

/** An account of the board, with the days its quiet is reckoned from. */
interface BoardAccountRow extends StateRow {
  account_id: string;
  account_number: number;
  ready: boolean;
  quiet: boolean;
  /** ISO dates in UTC. */
  last_day: string | null;
  first_day: string | null;
  uses: number;
}

/**
 * An administrator's accounts with one migration: the safe ones first, then the others that are ready, each by id.
 *
 * @param usesSince the first day of the uses that are counted, an ISO date in UTC
 * @param after the place of the last account seen; null for the beginning
 */
export async function listBoardAccounts(
  db: Queryable,
  administratorId: string,
  migrationId: string,
  now: Date,
  readiness: Readiness,
  page: { readonly openOnly: boolean; readonly usesSince: string; readonly after: BoardPlace | null; readonly limit: number },
): Promise<BoardAccount[]> {
  const rows = await db.query<BoardAccountRow>(
    `select p.*, coalesce((select sum(u.count) from usage u where u.migration_id = $6 and u.account_number = p.account_number and u.day >= $7::date), 0)::int8 as uses
       from (select *, case when ready and quiet then 0 when ready then 1 else 2 end as rank
               from (select a.id as account_id, a.number as account_number, s.*, ${READY} as ready, ${QUIET} as quiet,
                            l.last_day::text as last_day, w.first_day::text as first_day
                       from ${boardRows('m.id = $6')}
                      where is_affected(m, a) and (not $8 or ${OPEN})) listed) p
      where $9::float8 is null or (rank, account_id) > ($9, $10)
      order by rank, account_id limit $11`,
    [
      ...valuesOf(administratorId, now, readiness),
      migrationId,
      page.usesSince,
      page.openOnly,
      page.after?.rank ?? null,
      page.after?.accountId ?? null,
      page.limit,
    ],
  );
  return rows.map((row) => ({
    accountMigration: {
      accountId: row.account_id,
      accountNumber: row.account_number,
      migrationId,
      state: stateFrom(row),
    },
    ready: row.ready,
    safeToEnable: row.ready && row.quiet,
    quietDays: quietDays({ lastUsedAt: row.last_day === null ? null : new Date(row.last_day), countedSince: row.first_day }, now),
    usesLast30Days: row.uses,
  }));
}

/** Where an administrator is, and how many accounts they have; undefined where there is no such administrator. */
export async function findBoardOwner(
  db: Queryable,
  administratorId: string,
): Promise<{ readonly timeZone: string; readonly accounts: number } | undefined> {
  const [row] = await db.query<{ timeZone: string; accounts: number }>(
    `select time_zone as "timeZone", (select count(*) from administration x where x.administrator_id = p.id) as accounts
       from administrator p where p.id = $1`,
    [administratorId],
  );
  return row;
}
