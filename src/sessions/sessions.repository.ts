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

/** The sessions of these hashes, those that have ended included, by hash. On the path of every request, hence prepared. */
export async function findSessions(db: Queryable, hashes: readonly string[]): Promise<Map<string, SessionRow>> {
  const rows = await db.queryPrepared<SessionRow & { hash: string }>(
    'sessions_by_hashes',
    `select hash, token_hash as "tokenHash", role, subject, created_at as "createdAt", expires_at as "expiresAt", used_at as "usedAt"
       from session where hash = any ($1::text[])`,
    [hashes],
  );
  return new Map(rows.map(({ hash, ...session }) => [hash, session]));
}

/** Notes that sessions are used. What another transaction holds is passed over: nobody waits here, so nobody deadlocks. */
export async function writeUses(db: Queryable, hashes: readonly string[], at: Date): Promise<void> {
  await db.queryPrepared(
    'session_uses',
    `update session set used_at = $2 where hash in (
       select hash from session where hash = any ($1::text[]) and used_at < $2 for no key update skip locked)`,
    [hashes, at],
  );
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
