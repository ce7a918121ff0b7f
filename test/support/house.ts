import { pino } from 'pino';
import type { Actor } from '../../src/auth/actor.ts';
import { Database } from '../../src/db/database.ts';
import { Wake } from '../../src/events/wake.ts';
import { newId } from '../../src/ids.ts';
import { cloneDatabase } from './database.ts';
import { atEndOfFile } from './end-of-file.ts';

/** A clock a test sets. */
export class MovingClock {
  private instant: Date;

  constructor(start: string) {
    this.instant = new Date(start);
  }

  now(): Date {
    return this.instant;
  }

  /** Moves to an instant (ISO 8601). */
  set(instant: string): void {
    this.instant = new Date(instant);
  }
}

export const silent = pino({ level: 'silent' });

/** An operator; two with different names are two people. */
export function operator(subject = 'olga@platform.example'): Actor {
  return { role: 'OPERATOR', subject, administratorId: null, tokenId: null, scopes: [] };
}

/** A database of this file's own, connected; closed at the end. */
export async function connectClone(): Promise<{ db: Database; wake: Wake }> {
  const db = await Database.connect(await cloneDatabase(), 8);
  const wake = new Wake(db, silent);
  atEndOfFile(async () => {
    await wake.close();
    await db.close();
  });
  return { db, wake };
}

/** What an account needs in a test; the rest takes defaults. */
export interface AccountRow {
  id: string;
  createdAt?: string;
  platform?: string;
  usesBuiltInEmail?: boolean;
  attributes?: Record<string, unknown>;
}

/** Inserts an account as if it had always been there, without an event. @returns its number */
export async function insertAccount(
  db: Database,
  { id, createdAt = '2015-01-01T00:00:00Z', platform = 'CLOUD', usesBuiltInEmail = true, attributes = {} }: AccountRow,
): Promise<number> {
  const [row] = await db.query<{ number: number }>(
    `insert into account (id, name, platform, time_zone, uses_built_in_email, attributes, created_at, updated_at)
     values ($1, $1, $2, 'UTC', $3, $4, $5, $5) returning number`,
    [id, platform, usesBuiltInEmail, attributes, createdAt],
  );
  return row!.number;
}

/** Inserts an administrator of these accounts. @returns who acts as them */
export async function insertAdministrator(
  db: Database,
  email: string,
  accountNumbers: readonly number[],
  timeZone = 'UTC',
): Promise<Actor> {
  const id = newId();
  await db.query(`insert into administrator (id, email, name, time_zone, locale, created_at) values ($1, $2, $2, $3, 'en', '2015-01-01')`, [
    id,
    email,
    timeZone,
  ]);
  await db.query('insert into administration select $1, unnest($2::bigint[])', [id, accountNumbers]);
  return { role: 'ADMINISTRATOR', subject: email, administratorId: id, tokenId: null, scopes: [] };
}
