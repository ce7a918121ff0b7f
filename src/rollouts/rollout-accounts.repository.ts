/** The accounts of one migration, as operators look through them. */
import type { Queryable } from '../db/database.ts';
import { EVENT_COLUMNS, type EventRow, type LoggedEvent, loggedEvent } from '../events/log.ts';
import type { DecisionFacts, Reason } from './effective-state.rules.ts';
import type { AccountMigration } from './rollouts.rules.ts';
import { stateFrom, type StateRow } from './state-row.ts';

/** An account with the state of a migration, and what led to it. */
export interface RolloutAccount extends AccountMigration {
  /** Null where nothing was decided. */
  readonly decision: DecisionFacts | null;
}

/** Which accounts are listed. */
export interface RolloutAccountFilter {
  readonly reasons: readonly Reason[];
  /** The beginning of an id, or any part of a name; null for all. */
  readonly search: string | null;
  /** The first day (ISO, UTC) on which the old behaviour must not have been used; null for all. */
  readonly quietSince: string | null;
  /** The first day on which a use counts; null for all. */
  readonly usedSince: string | null;
}

/** The last decision about an account, as files name it. */
export interface ListedAccount extends RolloutAccount {
  readonly name: string;
  readonly platform: string;
  readonly plan: string | null;
  readonly region: string | null;
}

interface AccountRow extends StateRow {
  id: string;
  number: number;
  name: string;
  platform: string;
  plan: string | null;
  region: string | null;
  decided: boolean;
  opted_in_at: Date | null;
  opted_out_at: Date | null;
  extended_until: Date | null;
  exempt_until: Date | null;
}

/** Accounts looked at by one statement: it takes tens of milliseconds however few of them are wanted. */
const WINDOW = 25_000;

/** A stretch of the list. */
export interface RolloutAccountStretch {
  readonly accounts: readonly ListedAccount[];
  /** The id of the account up to which was looked; null where enough were found, or the end was reached. */
  readonly lookedTo: string | null;
}

/** What a stretch is cut out of. */
interface Place {
  /** The id of the last account seen; null for the beginning. */
  readonly after: string | null;
  /** How many accounts at most. */
  readonly limit: number;
}

/**
 * The accounts in order of their ids. What few of them are is found by an index or a scan; what many are is met soon on a
 * walk along the ids, which goes on window by window where they turn out to be few.
 *
 * @param maxWindows after so many it stops, with fewer accounts than asked for or none
 */
export async function listRolloutAccounts(
  db: Queryable,
  migrationId: string,
  filter: RolloutAccountFilter,
  { after, limit }: Place,
  maxWindows: number,
  now: Date,
): Promise<RolloutAccountStretch> {
  const few = filter.usedSince !== null || filter.reasons.every((reason) => STEERED.includes(reason));
  if (filter.search !== null || few) {
    const source = filter.search !== null ? ALL_ACCOUNTS : filter.usedSince !== null ? USING_ACCOUNTS : STEERED_ACCOUNTS;
    return { accounts: await readAccounts(db, source, migrationId, filter, { after, limit }, now), lookedTo: null };
  }
  const accounts: ListedAccount[] = [];
  let place = after;
  for (let windows = 0; windows < maxWindows; windows += 1) {
    const wanted = { after: place, limit: limit - accounts.length };
    accounts.push(...(await readAccounts(db, NEXT_ACCOUNTS, migrationId, filter, wanted, now)));
    if (accounts.length === limit) return { accounts, lookedTo: null };
    place = await endOfWindow(db, place);
    if (place === null) return { accounts, lookedTo: null };
  }
  return { accounts, lookedTo: place };
}

/** Reasons that only a decision of an operator gives. */
const STEERED: readonly Reason[] = ['EXTENDED', 'EXEMPT'];

const ALL_ACCOUNTS = `
  (select m from migration m where m.id = $1) w cross join account a
  left join decision d on d.migration_id = $1 and d.account_number = a.number`;
/** Behind a fence it is columns and no row any more. */
const DECISION_ROW =
  '(d.migration_id, d.account_number, d.opted_in_at, d.opted_out_at, d.extended_until, d.exempt_until, d.ends_at)::decision';
const STEERED_ACCOUNTS = `
  (select m from migration m where m.id = $1) w
  join decision d on d.migration_id = $1 and (d.extended_until is not null or d.exempt_until is not null)
  join account a on a.number = d.account_number`;
const USING_ACCOUNTS = `
  (select m from migration m where m.id = $1) w
  join account_usage v on v.migration_id = $1 and v.last_day >= $8::date
  join account a on a.number = v.account_number
  left join decision d on d.migration_id = $1 and d.account_number = a.number`;
/** The fences keep the order of the walk: the planner cannot know how soon enough are found, and would sort all of them. */
const NEXT_ACCOUNTS = `
  (select m from migration m where m.id = $1 offset 0) w
  cross join (select a as whole, a.id from account a where $4::text is null or a.id > $4 order by a.id limit ${WINDOW}) x
  cross join lateral (select (x.whole).*) a
  left join lateral (select * from decision d where d.migration_id = $1 and d.account_number = a.number offset 0) d on true`;

async function readAccounts(
  db: Queryable,
  source: string,
  migrationId: string,
  { reasons, search, quietSince, usedSince }: RolloutAccountFilter,
  { after, limit }: Place,
  now: Date,
): Promise<ListedAccount[]> {
  const streamed = source === NEXT_ACCOUNTS;
  const [account, decision] = streamed ? ['x.whole', DECISION_ROW] : ['a', 'd'];
  const rows = await db.query<AccountRow>(
    `select a.id, a.number, a.name, a.platform, a.plan, a.region, d.migration_id is not null as decided, d.opted_in_at, d.opted_out_at,
            d.extended_until, d.exempt_until, s.*
       from ${source}
       cross join lateral effective_state(w.m, ${account}, ${decision}, $2) s
      where s.reason = any ($3::text[]) and ($4::text is null or a.id > $4)
        -- A draft is off for every account alike; which of them it would touch is asked apart.
        and ('NOT_AFFECTED' = any ($3) or is_affected(w.m, ${account}))
        and ($5::text is null or starts_with(a.id, $5) or strpos(lower(a.name), lower($5)) > 0)
        and ($7::date is null or exists (
          select from usage_watch n left join account_usage u on u.migration_id = $1 and u.account_number = a.number
           where n.migration_id = $1 and coalesce(u.last_day, n.first_day) < $7))
        and ($8::date is null or exists (
          select from account_usage u where u.migration_id = $1 and u.account_number = a.number and u.last_day >= $8))
      order by ${streamed ? 'x.id' : 'a.id'} limit $6`,
    [migrationId, now, reasons, after, search, limit, quietSince, usedSince],
  );
  return rows.map((row) => listed(migrationId, row));
}

/** The id of the last account of the window behind a place; null where fewer are left. */
async function endOfWindow(db: Queryable, after: string | null): Promise<string | null> {
  const [row] = await db.query<{ id: string }>(
    `select a.id from account a where $1::text is null or a.id > $1 order by a.id offset ${WINDOW - 1} limit 1`,
    [after],
  );
  return row?.id ?? null;
}

/** What was decided, by pairs of a migration and the number of an account; pairs about which nothing was are left out. */
export async function findDecisions(
  db: Queryable,
  migrationIds: readonly string[],
  accountNumbers: readonly number[],
): Promise<Map<string, DecisionFacts>> {
  const rows = await db.query<DecisionFacts & { pair: string }>(
    `select migration_id || ' ' || account_number as pair, opted_in_at as "optedInAt", opted_out_at as "optedOutAt",
            extended_until as "extendedUntil", exempt_until as "exemptUntil"
       from unnest($1::uuid[], $2::bigint[]) as p (migration_id, account_number) join decision d using (migration_id, account_number)`,
    [migrationIds, accountNumbers],
  );
  return new Map(rows.map(({ pair, ...decision }) => [pair, decision]));
}

/** The last event that decided something, by the same pairs. */
export async function findLastDecisions(
  db: Queryable,
  migrationIds: readonly string[],
  accountNumbers: readonly number[],
): Promise<Map<string, LoggedEvent>> {
  const rows = await db.query<EventRow>(
    `select ${EVENT_COLUMNS}
       from unnest($1::uuid[], $2::bigint[]) as p (migration_id, account_number)
       cross join lateral (
         select * from event e
          where e.account_number = p.account_number and e.migration_id = p.migration_id
            and e.type in ('OPTED_IN', 'OPTED_OUT', 'DEADLINE_EXTENDED', 'ACCOUNT_EXEMPTED')
          order by e.xid desc, e.id desc limit 1) e`,
    [migrationIds, accountNumbers],
  );
  return new Map(rows.map((row) => [`${row.migration_id} ${row.account_number}`, loggedEvent(row)]));
}

function listed(migrationId: string, row: AccountRow): ListedAccount {
  const { opted_in_at: optedInAt, opted_out_at: optedOutAt, extended_until: extendedUntil, exempt_until: exemptUntil } = row;
  return {
    accountId: row.id,
    accountNumber: row.number,
    migrationId,
    name: row.name,
    platform: row.platform,
    plan: row.plan,
    region: row.region,
    decision: row.decided ? { optedInAt, optedOutAt, extendedUntil, exemptUntil } : null,
    state: stateFrom(row),
  };
}
