import type { Database, Queryable, Transaction } from '../db/database.ts';
import { cursorKey, type Page, pageOf, type PageRequest, pageSize } from '../pagination.ts';
import { Token } from './token.entity.ts';
import type { Scope } from './scopes.rules.ts';
import type { CheckedToken, TokenRole, TokenValidity } from './tokens.rules.ts';

/** A token as operators see it in lists; never the token itself. */
export interface TokenView extends TokenValidity {
  readonly id: string;
  /** The first characters, by which people find it. */
  readonly prefix: string;
  readonly name: string;
  readonly role: TokenRole;
  /** Who acts with it, as the log names them. */
  readonly subject: string;
  readonly scopes: readonly Scope[];
  /** That a partner acts for every account. */
  readonly allAccounts: boolean;
  readonly createdAt: Date;
  /** To the minute; null where it never was. */
  readonly lastUsedAt: Date | null;
  /** How the secret before the last rotation begins; null where there was none. */
  readonly previousPrefix: string | null;
  /** When that secret ends. */
  readonly previousExpiresAt: Date | null;
}

const COLUMNS = `t.id, t.prefix, t.name, t.role, t.subject, t.administrator_id as "administratorId", t.scopes,
  t.created_at as "createdAt", t.expires_at as "expiresAt", t.revoked_at as "revokedAt", t.all_accounts as "allAccounts",
  t.last_used_at as "lastUsedAt", t.previous_prefix as "previousPrefix", t.previous_expires_at as "previousExpiresAt"`;

const BY_HASHES = `
  select t.hash as sought, ${COLUMNS}, null::timestamptz as "secretExpiresAt" from token t where t.hash = any ($1::text[])
  union all
  select t.previous_hash, ${COLUMNS}, t.previous_expires_at from token t where t.previous_hash = any ($1::text[])`;

/**
 * The tokens of which these are the hashes or were before a rotation, revoked and expired ones included, by hash. On the path
 * of every request, hence prepared.
 */
export async function findTokensByHashes(db: Database, hashes: readonly string[]): Promise<Map<string, TokenView>> {
  const rows = await db.queryPrepared<TokenView & { sought: string }>('tokens_by_hashes', BY_HASHES, [hashes]);
  return new Map(rows.map(({ sought, ...token }) => [sought, token]));
}

/** One token, by an id of the right form; nobody else changes it until the transaction ends. */
export async function lockToken(tx: Transaction, id: string): Promise<TokenView | undefined> {
  const [token] = await tx.query<TokenView>(`select ${COLUMNS} from token t where t.id = $1::uuid for update`, [id]);
  return token;
}

/** One page of all tokens, newest first: ids grow with time. */
export async function findTokens(db: Queryable, { first, after }: PageRequest): Promise<Page<TokenView>> {
  const [id] = cursorKey(after, ['uuid']) ?? [null];
  const rows = await db.query<TokenView>(
    `select ${COLUMNS} from token t where ($1::uuid is null or t.id < $1) order by t.id desc limit $2`,
    [id, pageSize(first) + 1],
  );
  return pageOf(
    rows,
    first,
    (row) => [row.id],
    (row) => row,
  );
}

/** The dense numbers of these accounts, by the platform's ids; one that does not exist is missing. */
export async function accountNumbers(tx: Transaction, ids: readonly string[]): Promise<Map<string, number>> {
  const rows = await tx.query<{ id: string; number: number }>('select a.id, a.number from account a where a.id = any ($1::text[])', [ids]);
  return new Map(rows.map(({ id, number }) => [id, number]));
}

/** Whether there is an administrator of this id, which is of the right form. */
export async function administratorExists(tx: Transaction, id: string): Promise<boolean> {
  return (await tx.query('select from administrator where id = $1::uuid', [id])).length > 0;
}

/** The id of the administrator of this address, which is in lower case; null for nobody. */
export async function findAdministratorByEmail(db: Database, email: string): Promise<string | null> {
  const [row] = await db.queryPrepared<{ id: string }>('administrator_by_email', 'select id from administrator where email = $1', [email]);
  return row?.id ?? null;
}

/** What {@link insertToken} writes beside what was asked for. */
export interface TokenRow extends CheckedToken {
  readonly id: string;
  readonly hash: string;
  readonly prefix: string;
  readonly createdAt: Date;
  readonly accountNumbers: readonly number[];
}

/** Writes a token and the accounts it may act for. */
export async function insertToken(tx: Transaction, row: TokenRow): Promise<void> {
  tx.em.create(Token, {
    id: row.id,
    hash: row.hash,
    prefix: row.prefix,
    name: row.name,
    role: row.role,
    subject: row.subject,
    administratorId: row.administratorId ?? null,
    scopes: [...row.scopes],
    allAccounts: row.allAccounts,
    createdAt: row.createdAt,
    expiresAt: row.expiresAt ?? null,
    revokedAt: null,
    lastUsedAt: null,
    previousHash: null,
    previousPrefix: null,
    previousExpiresAt: null,
  });
  await tx.em.flush();
  await tx.query('insert into token_account (token_id, account_number) select $1::uuid, unnest($2::bigint[])', [
    row.id,
    row.accountNumbers,
  ]);
}

/** Gives a token a new secret. The one it had goes on until an instant; the one before that ends. */
export async function replaceSecret(tx: Transaction, id: string, hash: string, prefix: string, previousExpiresAt: Date): Promise<void> {
  await tx.query(
    `update token set previous_hash = hash, previous_prefix = prefix, previous_expires_at = $4, hash = $2, prefix = $3 where id = $1::uuid`,
    [id, hash, prefix, previousExpiresAt],
  );
}

/**
 * Writes when tokens were last used, each at most once a minute, however many processes say so. What another transaction
 * holds is passed over: nobody waits here, so nobody deadlocks.
 */
export async function writeLastUses(db: Queryable, uses: ReadonlyMap<string, Date>): Promise<void> {
  await db.query(
    `update token t set last_used_at = u.at from unnest($1::uuid[], $2::timestamptz[]) as u (id, at)
      where t.id = (select l.id from token l where l.id = u.id for no key update skip locked) and (t.last_used_at is null or t.last_used_at <= u.at - interval '1 minute')`,
    [[...uses.keys()], [...uses.values()]],
  );
}

/** Marks a token revoked, unless it is already. Returns whether this call did. */
export async function markRevoked(tx: Transaction, id: string, at: Date): Promise<boolean> {
  return (await tx.query('update token set revoked_at = $2 where id = $1::uuid and revoked_at is null returning id', [id, at])).length > 0;
}
