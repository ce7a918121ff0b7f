import type { Queryable } from '../db/database.ts';
import { accountColumns, type AccountView } from './account.view.ts';
import type { AccountFields, Platform } from './accounts.rules.ts';
import { holdMembership } from '../rollouts/counts.ts';
import { holdEmailChoice } from './email-choice-lock.ts';
import type { MembershipChange } from './membership.ts';
import type { Condition } from './visibility.ts';

/** Which accounts a list is about. */
export interface AccountFilter {
  /** The beginning of an id, or any part of a name in upper or lower case. */
  readonly search?: string | null | undefined;
  readonly platform?: Platform | null | undefined;
  /** Only accounts that the administrator of this id administers. */
  readonly administrator?: string | null | undefined;
}

/**
 * Creates one account.
 *
 * @param now the present instant; also its creation where the fields name none
 * @returns null where the id is taken
 */
export async function insertAccount(tx: Queryable, fields: AccountFields, now: Date): Promise<AccountView | null> {
  const [account] = await tx.query<AccountView>(
    `insert into account as a (id, name, platform, plan, region, time_zone, uses_built_in_email, attributes, created_at, updated_at)
     select $1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9, $10
      where not exists (select from account where id = $1)
         on conflict (id) do nothing
     returning ${accountColumns('a')}`,
    [
      fields.id,
      fields.name,
      fields.platform,
      fields.plan,
      fields.region,
      fields.timeZone,
      fields.usesBuiltInEmail,
      JSON.stringify(fields.attributes),
      fields.createdAt ?? now,
      now,
    ],
  );
  return account ?? null;
}

/** The account of this id, locked until the transaction ends; null where there is none. */
export async function lockAccount(tx: Queryable, id: string): Promise<AccountView | null> {
  const [account] = await tx.query<AccountView>(`select ${accountColumns('a')} from account a where a.id = $1 for update`, [id]);
  return account ?? null;
}

/** The accounts of these numbers, in no order; missing ones are left out. */
export function accountsByNumbers(db: Queryable, numbers: readonly number[]): Promise<AccountView[]> {
  return db.query<AccountView>(`select ${accountColumns('a')} from account a where a.number = any($1::bigint[])`, [numbers]);
}

/**
 * The accounts in order of their ids.
 *
 * @param visible the condition of who asks, over alias `a`, its parameters from `$1` on
 * @param after the id of the last account seen; null for the beginning
 * @param limit how many at most
 */
export function listAccounts(
  db: Queryable,
  visible: Condition,
  filter: AccountFilter,
  after: string | null,
  limit: number,
): Promise<AccountView[]> {
  const values = [...visible.values];
  const param = (value: unknown) => `$${values.push(value)}`;
  const conditions = [visible.sql];
  if (after !== null) conditions.push(`a.id > ${param(after)}::text`);
  if (filter.platform) conditions.push(`a.platform = ${param(filter.platform)}`);
  if (filter.administrator) {
    conditions.push(
      `exists (select from administration f where f.administrator_id = ${param(filter.administrator)}::uuid and f.account_number = a.number)`,
    );
  }
  if (filter.search)
    conditions.push(`(starts_with(a.id, ${param(filter.search)}) or strpos(lower(a.name), lower(${param(filter.search)})) > 0)`);
  return db.query<AccountView>(
    `select ${accountColumns('a')} from account a where ${conditions.join(' and ')} order by a.id limit ${param(limit)}`,
    values,
  );
}

/** An account that {@link updateAccounts} changed, with one row for each membership that changed, or one with null. */
type UpdatedRow = { number: number } & ({ migrationId: null } | MembershipChange);

/** What {@link updateAccounts} did. */
export interface UpdateOutcome {
  /** How many accounts are otherwise than before. */
  readonly updated: number;
  readonly changes: readonly MembershipChange[];
}

/**
 * Brings existing accounts to what their fields say, touching only those that differ, and tells which live migrations
 * touch them otherwise than before. Ids without an account are passed over. Where an account has email settings, these say
 * whether the built-in provider sends its mail, whatever its fields say.
 *
 * @param accounts no id twice
 * @param now the present instant
 */
export async function updateAccounts(tx: Queryable, accounts: readonly AccountFields[], now: Date): Promise<UpdateOutcome> {
  await holdEmailChoice(tx);
  await holdMembership(tx);
  const rows = await tx.query<UpdatedRow>(UPDATE, [
    accounts.map(({ id }) => id),
    accounts.map(({ name }) => name),
    accounts.map(({ platform }) => platform),
    accounts.map(({ plan }) => plan),
    accounts.map(({ region }) => region),
    accounts.map(({ timeZone }) => timeZone),
    accounts.map(({ usesBuiltInEmail }) => usesBuiltInEmail),
    JSON.stringify(accounts.map(({ attributes }) => attributes)),
    accounts.map(({ createdAt }) => createdAt?.toISOString() ?? null),
    now,
  ]);
  return { updated: new Set(rows.map(({ number }) => number)).size, changes: rows.filter((row) => row.migrationId !== null) };
}

/** The rows are locked before they are compared, so that "before" is what the update really replaces. */
const UPDATE = `
  with input as materialized (
    select i.* from rows from (
      unnest($1::text[]), unnest($2::text[]), unnest($3::text[]), unnest($4::text[]), unnest($5::text[]), unnest($6::text[]),
      unnest($7::boolean[]), jsonb_array_elements($8::jsonb), unnest($9::timestamptz[])
    ) as i(id, name, platform, plan, region, time_zone, uses_built_in_email, attributes, created_at)
  ), differing as materialized (
    select a as before, i.*, b.built_in
      from input i join account a on a.id = i.id
      left join email_settings s on s.account_number = a.number
      cross join lateral (select coalesce(s.provider = 'BUILT_IN', i.uses_built_in_email) as built_in) b
     where (a.name, a.platform, a.plan, a.region, a.time_zone, a.uses_built_in_email, a.attributes, a.created_at)
           is distinct from (i.name, i.platform, i.plan, i.region, i.time_zone, b.built_in, i.attributes, coalesce(i.created_at, a.created_at))
       for update of a
  ), updated as (
    update account a
       set name = d.name, platform = d.platform, plan = d.plan, region = d.region, time_zone = d.time_zone,
           uses_built_in_email = d.built_in, attributes = d.attributes,
           created_at = coalesce(d.created_at, a.created_at), updated_at = $10
      from differing d
     where a.number = (d.before).number
    returning d.before, a as after
  )
  select (u.after).number, c.*
    from updated u
    left join lateral (
      select m.id as "migrationId", x.was as "wasAffected", x.is_now as "isAffected", x.was_born as "wasBorn", x.is_born as "isBorn",
             coalesce(d.opted_in_at is not null, false) as "optedIn",
             coalesce(d.opted_in_at is null and d.opted_out_at is not null, false) as "optedOut"
        from migration m
        cross join lateral (
          select is_affected(m, u.before) as was, is_affected(m, u.after) as is_now,
                 coalesce((u.before).created_at >= m.grace_starts_at, false) as was_born,
                 coalesce((u.after).created_at >= m.grace_starts_at, false) as is_born) x
        left join decision d on d.migration_id = m.id and d.account_number = (u.after).number
       where m.state in ('ANNOUNCED', 'GRACE_PERIOD', 'MANDATORY')
         and (x.was <> x.is_now or (x.is_now and x.was_born <> x.is_born))) c on true`;
