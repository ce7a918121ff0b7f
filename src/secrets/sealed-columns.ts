/** Every column that holds sealed texts, as rotation goes through it. A new one is named in places.ts and added here. */
import type { Queryable } from '../db/database.ts';
import {
  type Place,
  placeOfApplicationSecret,
  placeOfEmailSecret,
  placeOfIdempotencyKey,
  placeOfIdentity,
  placeOfMailVariables,
  placeOfWebhookSecret,
} from './places.ts';

/** A sealed text in its row. */
export interface SealedText {
  /** What finds it, in the order of the column's key. */
  readonly key: readonly string[];
  readonly sealed: string;
}

/** One column with sealed texts. */
export interface SealedColumn {
  /** `table.column`, for reports. */
  readonly name: string;
  /** Sealed texts that do not begin with `$1`: their number as `count`. */
  readonly count: string;
  /** Those after the key in `$3` (null for the beginning), in order of their keys, at most `$2`. */
  readonly select: string;
  /**
   * Replaces texts that are still what they were: keys `$1`… (arrays of text), then old texts and new ones. A row that somebody
   * works on is passed over: rotation waits for nobody, so nobody can get into a deadlock with it. A row for each replaced.
   */
  readonly replace: string;
  /** What the text of this key is bound to. */
  placeOf(key: readonly string[]): Place;
}

/** See {@link SealedColumn}. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  {
    name: 'email_settings.secrets',
    count: `select count(*) from email_settings s, jsonb_each_text(s.secrets) e where not starts_with(e.value, $1)`,
    select: `select array[s.account_number::text, s.provider, e.key] as key, e.value as sealed
               from email_settings s, jsonb_each_text(s.secrets) e
              where not starts_with(e.value, $1)
                and ($3::text[] is null or (s.account_number, e.key) > (($3::text[])[1]::bigint, ($3::text[])[3]))
              order by s.account_number, e.key limit $2`,
    // Two texts of one row are two updates of it, of which a statement makes one: the next round finds the other.
    replace: `with free as materialized (
                select s.account_number, i.* from email_settings s
                  join unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) as i(account, provider, field, old, new)
                    on s.account_number = i.account::bigint and s.provider = i.provider and s.secrets->>i.field = i.old
                   for update of s skip locked)
              update email_settings s set secrets = jsonb_set(s.secrets, array[f.field], to_jsonb(f.new))
                from free f where s.account_number = f.account_number returning 1`,
    placeOf: ([account, provider, field]) => placeOfEmailSecret(Number(account), provider!, field!),
  },
  column('user_mail', 'variables', 'id', 'uuid', (id) => placeOfMailVariables(id)),
  column('application', 'secret', 'id', 'text', (id) => placeOfApplicationSecret(id)),
  column('webhook_endpoint', 'secret', 'id', 'uuid', (id) => placeOfWebhookSecret(id)),
  column('webhook_endpoint', 'previous_secret', 'id', 'uuid', (id) => placeOfWebhookSecret(id)),
  column('idempotency_key', 'sealed', 'id', 'uuid', (id) => placeOfIdempotencyKey(id)),
  {
    name: 'identity.access_token',
    count: `select count(*) from identity where access_token is not null and not starts_with(access_token, $1)`,
    select: `select array[user_id, account_number::text, position::text] as key, access_token as sealed from identity
              where access_token is not null and not starts_with(access_token, $1)
                and ($3::text[] is null
                     or (user_id, account_number, position) > (($3::text[])[1], ($3::text[])[2]::bigint, ($3::text[])[3]::int))
              order by user_id, account_number, position limit $2`,
    replace: `with free as materialized (
                select t.user_id, t.account_number, t.position, i.new from identity t
                  join unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) as i(user_id, account, position, old, new)
                    on t.user_id = i.user_id and t.account_number = i.account::bigint and t.position = i.position::int
                       and t.access_token = i.old
                   for update of t skip locked)
              update identity t set access_token = f.new from free f
               where t.user_id = f.user_id and t.account_number = f.account_number and t.position = f.position returning 1`,
    placeOf: ([userId, account, position]) => placeOfIdentity(Number(account), userId!, Number(position)),
  },
];

function column(table: string, name: string, key: string, type: string, placeOf: (key: string) => Place): SealedColumn {
  const stale = `${name} is not null and not starts_with(${name}, $1)`;
  return {
    name: `${table}.${name}`,
    count: `select count(*) from ${table} where ${stale}`,
    select: `select array[${key}::text] as key, ${name} as sealed from ${table}
              where ${stale} and ($3::text[] is null or ${key} > ($3::text[])[1]::${type}) order by ${key} limit $2`,
    replace: `with free as materialized (
                select t.${key}, i.new from ${table} t
                  join unnest($1::text[], $2::text[], $3::text[]) as i(key, old, new) on t.${key} = i.key::${type} and t.${name} = i.old
                   for update of t skip locked)
              update ${table} t set ${name} = f.new from free f where t.${key} = f.${key} returning 1`,
    placeOf: ([value]) => placeOf(value!),
  };
}

/** How many texts of a column another key sealed than that of the prefix. */
export async function countStale(db: Queryable, { count }: SealedColumn, prefix: string): Promise<number> {
  const [row] = await db.query<{ count: number }>(count, [prefix]);
  return row!.count;
}

/** Some of them, in order of their keys. @param after the key of the last one seen; null for the beginning */
export function staleTexts(
  db: Queryable,
  { select }: SealedColumn,
  prefix: string,
  limit: number,
  after: readonly string[] | null,
): Promise<SealedText[]> {
  return db.query<SealedText>(select, [prefix, limit, after]);
}

/** Puts new texts in place of those that nobody has changed meanwhile, or is changing. @returns how many */
export async function replaceTexts(
  db: Queryable,
  { replace }: SealedColumn,
  texts: readonly (SealedText & { readonly anew: string })[],
): Promise<number> {
  const [first] = texts;
  if (!first) return 0;
  const keys = first.key.map((_, part) => texts.map(({ key }) => key[part]));
  return (await db.query(replace, [...keys, texts.map(({ sealed }) => sealed), texts.map(({ anew }) => anew)])).length;
}
