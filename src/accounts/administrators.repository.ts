import type { Queryable } from '../db/database.ts';
import type { Condition } from './visibility.ts';

/** An administrator as readers see it. */
export interface AdministratorView {
  readonly id: string;
  /** Lower case. */
  readonly email: string;
  readonly name: string;
  /** Of the IANA database: reminders arrive in its morning. */
  readonly timeZone: string;
  /** A BCP 47 language tag. */
  readonly locale: string;
  readonly createdAt: Date;
}

/** Which administrators a list is about. */
export interface AdministratorFilter {
  /** The beginning of an address, or any part of a name in upper or lower case. */
  readonly search?: string | null | undefined;
  /** The number of an account they administer. */
  readonly accountNumber?: number | null | undefined;
}

const COLUMNS = `p.id, p.email, p.name, p.time_zone as "timeZone", p.locale, p.created_at as "createdAt"`;

/** Creates an administrator. Returns false where the address is taken. */
export async function insertAdministrator(tx: Queryable, administrator: AdministratorView): Promise<boolean> {
  const { id, email, name, timeZone, locale, createdAt } = administrator;
  const rows = await tx.query(
    'insert into administrator (id, email, name, time_zone, locale, created_at) values ($1, $2, $3, $4, $5, $6) on conflict (email) do nothing returning id',
    [id, email, name, timeZone, locale, createdAt],
  );
  return rows.length === 1;
}

/** Writes an administrator's fields. Returns false where the address belongs to somebody else. */
export async function updateAdministrator(tx: Queryable, { id, email, name, timeZone, locale }: AdministratorView): Promise<boolean> {
  const rows = await tx.query(
    `update administrator set email = $2, name = $3, time_zone = $4, locale = $5
      where id = $1 and not exists (select from administrator other where other.email = $2 and other.id <> $1) returning id`,
    [id, email, name, timeZone, locale],
  );
  return rows.length === 1;
}

/** The administrator of this id, locked until the transaction ends; null where there is none. */
export async function lockAdministrator(tx: Queryable, id: string): Promise<AdministratorView | null> {
  const [administrator] = await tx.query<AdministratorView>(`select ${COLUMNS} from administrator p where p.id = $1 for update`, [id]);
  return administrator ?? null;
}

/** The administrators of these ids, in no order; missing ones are left out. */
export function administratorsByIds(db: Queryable, ids: readonly string[]): Promise<AdministratorView[]> {
  return db.query<AdministratorView>(`select ${COLUMNS} from administrator p where p.id = any($1::uuid[])`, [ids]);
}

/**
 * The administrators in order of their addresses.
 *
 * @param visible the condition of who asks, over alias `p`, its parameters from `$1` on
 * @param after the address of the last one seen; null for the beginning
 * @param limit how many at most
 */
export function listAdministrators(
  db: Queryable,
  visible: Condition,
  filter: AdministratorFilter,
  after: string | null,
  limit: number,
): Promise<AdministratorView[]> {
  const values = [...visible.values];
  const param = (value: unknown) => `$${values.push(value)}`;
  const conditions = [visible.sql];
  if (after !== null) conditions.push(`p.email > ${param(after)}::text`);
  if (filter.accountNumber) {
    conditions.push(
      `exists (select from administration f where f.administrator_id = p.id and f.account_number = ${param(filter.accountNumber)})`,
    );
  }
  if (filter.search)
    conditions.push(`(starts_with(p.email, lower(${param(filter.search)})) or strpos(lower(p.name), lower(${param(filter.search)})) > 0)`);
  return db.query<AdministratorView>(
    `select ${COLUMNS} from administrator p where ${conditions.join(' and ')} order by p.email limit ${param(limit)}`,
    values,
  );
}

/** Lets an administrator administer accounts. Returns the numbers of those it did not administer before. */
export async function insertAdministrations(tx: Queryable, administratorId: string, numbers: readonly number[]): Promise<number[]> {
  const rows = await tx.query<{ number: number }>(
    `insert into administration (administrator_id, account_number) select $1, n from unnest($2::bigint[]) n
         on conflict do nothing returning account_number as number`,
    [administratorId, numbers],
  );
  return rows.map(({ number }) => number);
}

/** Ends that an administrator administers an account. Returns false where it did not. */
export async function deleteAdministration(tx: Queryable, administratorId: string, accountNumber: number): Promise<boolean> {
  const rows = await tx.query('delete from administration where administrator_id = $1 and account_number = $2 returning account_number', [
    administratorId,
    accountNumber,
  ]);
  return rows.length === 1;
}

/** The numbers of accounts by their ids; ids without an account are left out. */
export async function accountNumbers(db: Queryable, ids: readonly string[]): Promise<Map<string, number>> {
  const rows = await db.query<{ id: string; number: number }>('select id, number from account where id = any($1::text[])', [ids]);
  return new Map(rows.map(({ id, number }) => [id, number]));
}
