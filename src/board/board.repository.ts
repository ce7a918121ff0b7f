/** All of an administrator's accounts with all migrations that are not over. */
import type { Queryable } from '../db/database.ts';
import type { Gate, GateKeys } from '../gates/gates.rules.ts';
import { stateFrom, type StateRow } from '../rollouts/state-row.ts';
import { LIVE } from '../notifications/standing.repository.ts';
import type { BoardAccount, BoardMigration } from './board.rules.ts';

/** What says whether an account is ready. */
export interface Readiness {
  readonly gates: GateKeys;
  /** The first day of which a use of old behaviour matters, an ISO date in UTC. */
  readonly usedSince: string;
}

/** That a migration `m` can still change something for somebody at `$2`. */
const NOT_OVER = `${LIVE} and (m.mandatory_at is null or m.mandatory_at > $2
  or exists (select from decision late where late.migration_id = m.id and (late.extended_until > $2 or late.exempt_until > $2)))`;

const USED = `exists (select from account_usage u where u.migration_id = m.id and u.account_number = a.number and u.last_day >= $3::date)`;
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

/** The parameters `$1` to `$4` of every statement here. */
function valuesOf(administratorId: string, now: Date, { gates, usedSince }: Readiness): unknown[] {
  return [administratorId, now, usedSince, GATES_IN_ORDER.map((gate) => gates[gate])];
}

/** Accounts of the administrator with the migrations of `which`, their state `s` and email settings `e`. */
const boardRows = (which: string) => `
  (select x.account_number from administration x where x.administrator_id = $1 offset 0) x
  join account a on a.number = x.account_number
  join migration m on ${which}
  left join decision d on d.migration_id = m.id and d.account_number = a.number
  left join email_settings e on e.account_number = a.number
  cross join lateral effective_state(m, a, d, $2) s`;

/** How the accounts stand to one migration, with the deadlines of those for which it is still off. */
export interface BoardRow extends Omit<BoardMigration, 'nextDeadline'> {
  readonly deadlines: readonly { readonly at: string; readonly accounts: number }[];
}

/** How an administrator's accounts stand to every migration that is not over, in one look. */
export function readBoard(db: Queryable, administratorId: string, now: Date, readiness: Readiness): Promise<BoardRow[]> {
  return db.query<BoardRow>(
    `with standing as (
       select m.id, s.deadline, ${OPEN} as open, s.enabled, s.reason, case when ${OPEN} then not (${IS_BLOCKED}) else false end as ready
         from ${boardRows(NOT_OVER)}
        where is_affected(m, a))
     select id as "migrationId", sum(accounts)::int8 as affected, sum(open)::int8 as open, sum(ready)::int8 as ready,
            sum(not_started)::int8 as "notStarted", sum(exempt)::int8 as exempt, sum(done)::int8 as done,
            coalesce(jsonb_agg(jsonb_build_object('at', deadline, 'accounts', still_off) order by deadline)
                       filter (where deadline > $2 and still_off > 0), '[]') as deadlines
       from (select id, deadline, count(*) as accounts, count(*) filter (where open) as open, count(*) filter (where ready) as ready,
                    count(*) filter (where reason = 'NOT_STARTED') as not_started, count(*) filter (where reason = 'EXEMPT') as exempt,
                    count(*) filter (where enabled) as done, count(*) filter (where not enabled) as still_off
               from standing group by 1, 2) by_deadline
      group by 1`,
    valuesOf(administratorId, now, readiness),
  );
}

/** An account of the board, with the instant from which uses count as the caller gave it. */
interface BoardAccountRow extends StateRow {
  account_id: string;
  account_number: number;
  ready: boolean;
  uses: number;
}

/**
 * An administrator's accounts with one migration, by id.
 *
 * @param usesSince the first day of the uses that are counted, an ISO date in UTC
 * @param after the id of the last account seen; null for the beginning
 */
export async function listBoardAccounts(
  db: Queryable,
  administratorId: string,
  migrationId: string,
  now: Date,
  readiness: Readiness,
  page: { readonly openOnly: boolean; readonly usesSince: string; readonly after: string | null; readonly limit: number },
): Promise<BoardAccount[]> {
  const rows = await db.query<BoardAccountRow>(
    `select p.*, coalesce((select sum(u.count) from usage u where u.migration_id = $5 and u.account_number = p.account_number and u.day >= $6::date), 0)::int8 as uses
       from (select a.id as account_id, a.number as account_number, s.*, case when ${OPEN} then not (${IS_BLOCKED}) else false end as ready
               from ${boardRows('m.id = $5')}
              where is_affected(m, a) and ($7::text is null or a.id > $7) and (not $8 or ${OPEN})
              order by a.id limit $9) p
      order by p.account_id`,
    [...valuesOf(administratorId, now, readiness), migrationId, page.usesSince, page.after, page.openOnly, page.limit],
  );
  return rows.map((row) => ({
    accountMigration: {
      accountId: row.account_id,
      accountNumber: row.account_number,
      migrationId,
      state: stateFrom(row),
    },
    ready: row.ready,
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
