/** The accounts of one migration, as operators look through them. */
import type { Queryable } from '../db/database.ts';
import { EVENT_COLUMNS, type EventRow, type LoggedEvent, loggedEvent } from '../events/log.ts';
import type { DecisionFacts, Reason } from './effective-state.rules.ts';
import type { AccountMigration } from './rollouts.rules.ts';

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
}

/** The last decision about an account, as files name it. */
export interface ListedAccount extends RolloutAccount {
  readonly name: string;
  readonly platform: string;
  readonly plan: string | null;
  readonly region: string | null;
}

interface AccountRow {
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
  enabled: boolean;
  reason: Reason;
  since: Date | null;
  deadline: Date | null;
  can_opt_in: boolean;
  can_opt_out: boolean;
}

/**
 * The accounts in order of their ids.
 *
 * @param after the id of the last one seen; null for the beginning
 * @param limit how many at most
 */
export async function listRolloutAccounts(
  db: Queryable,
  migrationId: string,
  { reasons, search }: RolloutAccountFilter,
  after: string | null,
  limit: number,
  now: Date,
): Promise<ListedAccount[]> {
  const values: unknown[] = [migrationId, now, reasons];
  const param = (value: unknown) => `$${values.push(value)}`;
  const conditions: string[] = ['s.reason = any ($3::text[])'];
  // A draft is off for every account alike; which of them it would touch is asked apart.
  if (!reasons.includes('NOT_AFFECTED')) conditions.push('is_affected(m, a)');
  if (after !== null) conditions.push(`a.id > ${param(after)}::text`);
  if (search) conditions.push(`(starts_with(a.id, ${param(search)}) or strpos(lower(a.name), lower(${param(search)})) > 0)`);
  const rows = await db.query<AccountRow>(
    `select a.id, a.number, a.name, a.platform, a.plan, a.region, d.migration_id is not null as decided, d.opted_in_at, d.opted_out_at,
            d.extended_until, d.exempt_until, s.*
       from migration m
       cross join account a
       left join decision d on d.migration_id = m.id and d.account_number = a.number
       cross join lateral effective_state(m, a, d, $2) s
      where m.id = $1 and ${conditions.join(' and ')} order by a.id limit ${param(limit)}`,
    values,
  );
  return rows.map((row) => listed(migrationId, row));
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
    state: {
      enabled: row.enabled,
      reason: row.reason,
      since: row.since,
      deadline: row.deadline,
      canOptIn: row.can_opt_in,
      canOptOut: row.can_opt_out,
    },
  };
}
