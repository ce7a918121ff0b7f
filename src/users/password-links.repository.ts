import type { Queryable } from '../db/database.ts';
import type { UserKey } from './users.repository.ts';

/** A link as it is made. */
export interface NewLink {
  /** SHA-256 of what the link carries, in hex. */
  readonly hash: string;
  readonly user: UserKey;
  /** What the link applies in the old flow; null in the new. */
  readonly passwordHash: string | null;
  readonly resultUrl: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** A link that still opens. */
export interface OpenLink {
  readonly userId: string;
  readonly accountNumber: number;
  readonly accountName: string;
  readonly passwordHash: string | null;
  readonly resultUrl: string | null;
}

/** Keeps a link in place of the user's older one. For a user there is not it does nothing, at the same cost. */
export async function replaceLink(tx: Queryable, link: NewLink): Promise<void> {
  await tx.query(
    `insert into password_link (hash, user_id, account_number, password_hash, result_url, created_at, expires_at)
     select $1, u.id, u.account_number, $4, $5, $6, $7 from platform_user u where u.id = $2 and u.account_number = $3
         on conflict (user_id, account_number) do update set hash = excluded.hash, password_hash = excluded.password_hash,
            result_url = excluded.result_url, created_at = excluded.created_at, expires_at = excluded.expires_at`,
    [link.hash, link.user.id, link.user.accountNumber, link.passwordHash, link.resultUrl, link.createdAt, link.expiresAt],
  );
}

/** The link of this hash, unless it was used, replaced or has expired. */
export async function findLink(db: Queryable, hash: string, now: Date): Promise<OpenLink | undefined> {
  const [link] = await db.query<OpenLink>(
    `select l.user_id as "userId", a.number as "accountNumber", a.name as "accountName", l.password_hash as "passwordHash",
            l.result_url as "resultUrl"
       from password_link l join account a on a.number = l.account_number
      where l.hash = $1 and l.expires_at > $2`,
    [hash, now],
  );
  return link;
}

/** Uses a link up. Of any number at once one gets true. */
export async function takeLink(tx: Queryable, hash: string, now: Date): Promise<boolean> {
  return (await tx.query('delete from password_link where hash = $1 and expires_at > $2 returning hash', [hash, now])).length > 0;
}
