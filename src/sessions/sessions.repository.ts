import type { Queryable } from '../db/database.ts';
import type { PersonRole, SessionTimes } from './session.rules.ts';

/** Whom a session is of: whoever holds a token, or whom the issuer told us of. */
export type SessionHolder =
  | { readonly tokenHash: string; readonly role: null; readonly subject: null }
  | { readonly tokenHash: null; readonly role: PersonRole; readonly subject: string };

/** A session as it is kept. */
export type SessionRow = SessionHolder & SessionTimes & { readonly createdAt: Date };

/** Opens a session. */
export async function insertSession(db: Queryable, hash: string, session: SessionRow): Promise<void> {
  const { tokenHash, role, subject, createdAt, expiresAt, usedAt } = session;
  await db.query(
    `insert into session (hash, token_hash, role, subject, created_at, expires_at, used_at) values ($1, $2, $3, $4, $5, $6, $7)`,
    [hash, tokenHash, role, subject, createdAt, expiresAt, usedAt],
  );
}

/** The session of this hash, one that has ended included. On the path of every request, hence prepared. */
export async function findSession(db: Queryable, hash: string): Promise<SessionRow | undefined> {
  const [session] = await db.queryPrepared<SessionRow>(
    'session_by_hash',
    `select token_hash as "tokenHash", role, subject, created_at as "createdAt", expires_at as "expiresAt", used_at as "usedAt"
       from session where hash = $1`,
    [hash],
  );
  return session;
}

/** Notes that a session is used, unless another process noted so at the same time. */
export async function writeUse(db: Queryable, hash: string, at: Date): Promise<void> {
  await db.queryPrepared('session_use', 'update session set used_at = $2 where hash = $1 and used_at < $2', [hash, at]);
}

/** Ends a session. */
export async function deleteSession(db: Queryable, hash: string): Promise<void> {
  await db.query('delete from session where hash = $1', [hash]);
}

/** Deletes some sessions that ended by now, or were last used by then. @returns how many */
export async function purgeSessions(db: Queryable, now: Date, idleSince: Date, limit: number): Promise<number> {
  const gone = await db.query(
    `delete from session where hash in (
       select hash from session where expires_at <= $1 or used_at <= $2 limit $3 for update skip locked) returning 1`,
    [now, idleSince, limit],
  );
  return gone.length;
}
