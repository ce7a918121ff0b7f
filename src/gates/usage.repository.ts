import type { Queryable } from '../db/database.ts';
import { type ClientUsage, type LastUse, printable } from './usage.rules.ts';

/** How often somebody used the old behaviour a migration ends, on one day (UTC) for one account. */
export interface Uses {
  readonly migrationKey: string;
  readonly accountNumber: number;
  readonly client: string;
  count: number;
  /** Decides the day. */
  lastUsedAt: Date;
}

/** Clients come from callers, so an account could else fill the table with names it made up. */
export const MAX_CLIENTS_A_DAY = 1_000;
/** What further clients of a day count as. */
export const OTHERS = '(others)';

/**
 * Adds to what is there. The rows are written in one order in every process, so that two never wait for each other.
 * A client of whom the day knows nothing yet finds a place among the first {@link MAX_CLIENTS_A_DAY}, or is one of the
 * others; two processes at the same instant may let in a few more.
 *
 * @param used a query of `migration_id, account_number, client, count, at`, no two rows of one client and day, from the parameters
 *   1 to 5; 6 and 7 are {@link MAX_CLIENTS_A_DAY} and {@link OTHERS}
 * @param answer what the statement selects in the end, from `used` say
 */
export function addingUses(used: string, answer: string): string {
  return `
  with used as (${used}),
  given as (
    select g.*, (g.at at time zone 'UTC')::date as day,
           -- With a limit, and fenced below: the planner would read whole tables for some hundred rows that it takes for many.
           coalesce((select true from usage u where u.migration_id = g.migration_id and u.account_number = g.account_number
                      and u.day = (g.at at time zone 'UTC')::date and u.client = g.client limit 1), false) as known
      from used g where g.migration_id is not null and g.account_number is not null),
  days as (
    select migration_id, account_number, day,
           (select count(*) from usage u where u.migration_id = g.migration_id and u.account_number = g.account_number and u.day = g.day) as taken
      from given g where not known group by migration_id, account_number, day),
  placed as (
    select *, row_number() over (partition by migration_id, account_number, day, known order by client) as place from given),
  counted as (
    insert into usage (migration_id, account_number, day, client, count, last_used_at)
    select migration_id, account_number, day, case when known or place + taken <= $6 then client else $7 end, sum(count), max(at)
      from placed left join days using (migration_id, account_number, day)
     group by 1, 2, 3, 4
     order by 1, 2, 3, 4
    on conflict (migration_id, account_number, day, client)
    do update set count = usage.count + excluded.count, last_used_at = greatest(usage.last_used_at, excluded.last_used_at)
    returning migration_id, account_number, day),
  touched as (
    insert into account_usage (migration_id, account_number, last_day)
    select migration_id, account_number, max(day)
      from counted c
      left join lateral (
        select a.last_day from account_usage a where a.migration_id = c.migration_id and a.account_number = c.account_number offset 0) a on true
     where a.last_day is null or a.last_day < day
     group by 1, 2
     order by 1, 2
    on conflict (migration_id, account_number) do update set last_day = greatest(account_usage.last_day, excluded.last_day)),
  watched as (
    insert into usage_watch (migration_id, first_day)
    -- Those of old that come late do not say that anybody counted since.
    select migration_id, max(day) from counted where migration_id not in (select migration_id from usage_watch)
     group by 1
     order by 1
    on conflict do nothing)
  ${answer}`;
}

const WRITE = addingUses(
  `select m.id as migration_id, g.account_number, g.client, g.count, g.at
     from unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::timestamptz[]) as g (key, account_number, client, count, at)
     join migration m on m.key = g.key`,
  'select',
);

/** Adds uses to the counts of their days, in one statement. Uses of a migration that does not exist count for nothing. */
export async function writeUses(db: Queryable, uses: readonly Uses[]): Promise<void> {
  await db.queryPrepared('write uses', WRITE, [
    uses.map(({ migrationKey }) => migrationKey),
    uses.map(({ accountNumber }) => accountNumber),
    uses.map(({ client }) => printable(client)),
    uses.map(({ count }) => count),
    uses.map(({ lastUsedAt }) => lastUsedAt),
    MAX_CLIENTS_A_DAY,
    OTHERS,
  ]);
}

/** How much an account used the old behaviour since some day. */
export interface UsageSummary {
  /** Ever, as far back as counts are kept; null for never. */
  readonly lastUsedAt: Date | null;
  readonly uses: number;
  /** Days with uses, oldest first; days are ISO dates in UTC. */
  readonly days: readonly { readonly day: string; readonly uses: number }[];
}

/**
 * What an account used of the old behaviour a migration ends.
 *
 * @param since the first day that counts, an ISO date in UTC
 */
export async function findUsage(db: Queryable, migrationId: string, accountNumber: number, since: string): Promise<UsageSummary> {
  const ours = [migrationId, accountNumber];
  const [days, [last]] = await Promise.all([
    db.query<{ day: string; uses: number }>(
      `select day::text, sum(count)::bigint as uses from usage where migration_id = $1 and account_number = $2 and day >= $3 group by 1 order by 1`,
      [...ours, since],
    ),
    db.query<{ lastUsedAt: Date | null }>(
      `select max(last_used_at) as "lastUsedAt" from usage where migration_id = $1 and account_number = $2
          and day = (select day from usage where migration_id = $1 and account_number = $2 order by day desc limit 1)`,
      ours,
    ),
  ]);
  return { lastUsedAt: last!.lastUsedAt, uses: days.reduce((sum, { uses }) => sum + uses, 0), days };
}

/**
 * When accounts last used the old behaviour.
 *
 * @returns by pairs of a migration and the number of an account with a space between; pairs of which nothing is known are left out
 */
export async function findLastUses(
  db: Queryable,
  migrationIds: readonly string[],
  accountNumbers: readonly number[],
): Promise<Map<string, LastUse>> {
  const rows = await db.query<LastUse & { pair: string }>(
    `select p.migration_id || ' ' || p.account_number as pair, w.first_day::text as "countedSince", ${LAST_USED_AT} as "lastUsedAt"
       from unnest($1::uuid[], $2::bigint[]) as p (migration_id, account_number)
       join usage_watch w using (migration_id) left join account_usage a using (migration_id, account_number)`,
    [migrationIds, accountNumbers],
  );
  return new Map(rows.map(({ pair, ...use }) => [pair, use]));
}

/** The instant of the last use that a row `a` of account_usage has the day of. */
export const LAST_USED_AT = `(
  select max(u.last_used_at) from usage u where u.migration_id = a.migration_id and u.account_number = a.account_number and u.day = a.last_day)`;

/** The first day on which uses of a migration were counted, an ISO date in UTC; null where none ever was. */
export async function findCountedSince(db: Queryable, migrationId: string): Promise<string | null> {
  const [watch] = await db.query<{ day: string }>('select first_day::text as day from usage_watch where migration_id = $1', [migrationId]);
  return watch?.day ?? null;
}

/** The keys of the migrations of which uses were ever counted. */
export async function findCountedKeys(db: Queryable): Promise<string[]> {
  const rows = await db.query<{ key: string }>('select m.key from usage_watch w join migration m on m.id = w.migration_id');
  return rows.map(({ key }) => key);
}

/**
 * The clients of an account that used the old behaviour since an instant, latest first.
 *
 * @param limit how many at most
 */
export function findClients(db: Queryable, migrationId: string, accountNumber: number, since: Date, limit: number): Promise<ClientUsage[]> {
  return db.query<ClientUsage>(
    `select client, sum(count)::bigint as uses, max(last_used_at) as "lastUsedAt" from usage
      where migration_id = $1 and account_number = $2 and day >= ($3::timestamptz at time zone 'UTC')::date
      group by 1 having max(last_used_at) >= $3 order by 3 desc, 1 limit $4`,
    [migrationId, accountNumber, since, limit],
  );
}

/** An account and how much it used the old behaviour. */
export interface AccountUsage {
  readonly accountNumber: number;
  readonly uses: number;
  readonly lastUsedAt: Date;
  /** That of `lastUsedAt`, an ISO date in UTC. */
  readonly lastDay: string;
}

/**
 * The accounts that used the old behaviour of a migration since a day, by the last day they did, latest first.
 *
 * @param since the first day that counts, an ISO date in UTC
 * @param after where the page before ended
 */
export function listAccountUsage(
  db: Queryable,
  migrationId: string,
  since: string,
  after: { readonly lastDay: string; readonly accountNumber: number } | null,
  limit: number,
): Promise<AccountUsage[]> {
  return db.query<AccountUsage>(
    `select a.account_number as "accountNumber", a.last_day::text as "lastDay", u.uses, u.last_used_at as "lastUsedAt"
       from account_usage a
       cross join lateral (
         select sum(count)::bigint as uses, max(last_used_at) as last_used_at from usage
          where migration_id = a.migration_id and account_number = a.account_number and day >= $2) u
      where a.migration_id = $1 and a.last_day >= $2 and ($3::date is null or (a.last_day, a.account_number) < ($3, $4))
      order by a.last_day desc, a.account_number desc limit $5`,
    [migrationId, since, after?.lastDay ?? null, after?.accountNumber ?? null, limit],
  );
}

/**
 * Deletes what was counted before a day. Safe in several processes at once.
 *
 * @param limit how many rows at most
 * @returns how many it deleted
 */
export async function deleteUsageBefore(db: Queryable, day: string, limit: number): Promise<number> {
  const [row] = await db.query<{ deleted: number }>(
    `with old as (select migration_id, account_number, day, client from usage where day < $1 order by day limit $2 for update skip locked),
       gone as (delete from usage using old where (usage.migration_id, usage.account_number, usage.day, usage.client)
                    = (old.migration_id, old.account_number, old.day, old.client) returning 1)
     select count(*)::int as deleted from gone`,
    [day, limit],
  );
  await db.query('delete from account_usage where migration_id in (select id from migration) and last_day < $1', [day]);
  return row!.deleted;
}
