import type { Queryable } from '../db/database.ts';

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
 */
const WRITE = `
  with given as (
    select m.id as migration_id, g.account_number, (g.at at time zone 'UTC')::date as day, g.client, g.count, g.at,
           exists (select from usage u where u.migration_id = m.id and u.account_number = g.account_number
                      and u.day = (g.at at time zone 'UTC')::date and u.client = g.client) as known
      from unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::timestamptz[]) as g (key, account_number, client, count, at)
      join migration m on m.key = g.key),
  days as (
    select migration_id, account_number, day,
           (select count(*) from usage u where u.migration_id = g.migration_id and u.account_number = g.account_number and u.day = g.day) as taken
      from given g where not known group by migration_id, account_number, day),
  placed as (
    select *, row_number() over (partition by migration_id, account_number, day, known order by client) as place from given)
  insert into usage (migration_id, account_number, day, client, count, last_used_at)
  select migration_id, account_number, day, case when known or place + taken <= $6 then client else $7 end, sum(count), max(at)
    from placed left join days using (migration_id, account_number, day)
   group by 1, 2, 3, 4
   order by 1, 2, 3, 4
  on conflict (migration_id, account_number, day, client)
  do update set count = usage.count + excluded.count, last_used_at = greatest(usage.last_used_at, excluded.last_used_at)`;

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

/** PostgreSQL holds no NUL in a text, and one name with it would keep all the others from being written. */
function printable(client: string): string {
  return client.replaceAll(/\p{Cc}/gu, '\u{FFFD}');
}
