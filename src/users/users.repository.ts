import type { Condition } from '../accounts/visibility.ts';
import type { Queryable } from '../db/database.ts';
import type { UserView } from './profile.rules.ts';

/** A user as stored, with what proves who they are. */
export interface StoredUser extends UserView {
  /** Null for people who sign in with an identity provider. */
  readonly passwordHash: string | null;
}

/** What tells a user from all others. */
export type UserKey = Pick<UserView, 'accountNumber' | 'id'>;

const COLUMNS = `u.id, u.account_number as "accountNumber", u.connection, u.email, u.name, u.password_hash as "passwordHash",
  u.created_at as "createdAt", u.updated_at as "updatedAt",
  coalesce((select jsonb_agg(jsonb_build_object('provider', i.provider, 'connection', i.connection,
                     'providerUserId', i.provider_user_id, 'isSocial', i.is_social, 'accessToken', i.access_token) order by i.position)
              from identity i where i.user_id = u.id and i.account_number = u.account_number), '[]') as identities`;

/** The user of this id of an account; undefined where there is none. */
export async function findUser(db: Queryable, accountNumber: number, id: string): Promise<StoredUser | undefined> {
  const [user] = await db.query<StoredUser>(`select ${COLUMNS} from platform_user u where u.id = $1 and u.account_number = $2`, [
    id,
    accountNumber,
  ]);
  return user;
}

/**
 * The users of this id on the accounts a condition leaves in, at most two: whoever asks wants to know whether there is one.
 *
 * @param visible over alias `a` of the account, its parameters from `$2` on
 */
export function findUsers(db: Queryable, id: string, visible: Condition): Promise<StoredUser[]> {
  return db.query<StoredUser>(
    `select ${COLUMNS} from platform_user u join account a on a.number = u.account_number where u.id = $1 and ${visible.sql} limit 2`,
    [id, ...visible.values],
  );
}

/**
 * The user of this address in a connection of an account; undefined where there is none.
 *
 * @param email in lower case
 */
export async function findUserByEmail(
  db: Queryable,
  accountNumber: number,
  connection: string,
  email: string,
): Promise<StoredUser | undefined> {
  const [user] = await db.queryPrepared<StoredUser>(
    'user by email',
    `select ${COLUMNS} from platform_user u where u.account_number = $1 and u.connection = $2 and u.email = $3`,
    [accountNumber, connection, email],
  );
  return user;
}

/**
 * Stores a user with their identities.
 *
 * @returns false where the id, or the address in this connection, is taken in the account
 */
export async function insertUser(tx: Queryable, user: StoredUser): Promise<boolean> {
  const { id, accountNumber, connection, email, name, passwordHash, createdAt, updatedAt } = user;
  const rows = await tx.query(
    `insert into platform_user (id, account_number, connection, email, name, password_hash, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning id`,
    [id, accountNumber, connection, email, name, passwordHash, createdAt, updatedAt],
  );
  if (rows.length === 0) return false;
  await insertIdentities(tx, user);
  return true;
}

/** Gives a user another password. */
export async function updatePassword(tx: Queryable, { accountNumber, id }: UserKey, passwordHash: string, now: Date): Promise<void> {
  await tx.query('update platform_user set password_hash = $3, updated_at = $4 where id = $1 and account_number = $2', [
    id,
    accountNumber,
    passwordHash,
    now,
  ]);
}

async function insertIdentities(tx: Queryable, { id, accountNumber, identities }: StoredUser): Promise<void> {
  const rows = identities.map(({ provider, connection, providerUserId, isSocial, accessToken }, position) => ({
    position,
    provider,
    connection,
    provider_user_id: providerUserId,
    is_social: isSocial,
    access_token: accessToken,
  }));
  await tx.query(
    `insert into identity (user_id, account_number, position, provider, connection, provider_user_id, is_social, access_token)
     select $1, $2, position, provider, connection, provider_user_id, is_social, access_token
       from jsonb_to_recordset($3::jsonb)
         as i(position int, provider text, connection text, provider_user_id text, is_social boolean, access_token text)`,
    [id, accountNumber, JSON.stringify(rows)],
  );
}
