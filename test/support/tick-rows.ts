import type { Document } from 'mongodb';
import type { Database } from '../../src/db/database.ts';
import { mongodbFor, withMongodb } from './mongodb.ts';

/** What Agenda keeps of its ticks, wherever the workers of this run keep it. */
export interface TickRows {
  readonly inPostgres: boolean;
  /** Forgets all of them. */
  clear(): Promise<void>;
  /** Each, with its interval in milliseconds as Agenda keeps it. */
  all(): Promise<{ name: string; interval: string }[]>;
  /** How many are locked. */
  locked(): Promise<number>;
  /** Whether one has ended after an instant and is free again. */
  endedAfter(instant: Date): Promise<boolean>;
  /** Locks all of them, as a worker leaves them that was killed between claiming a tick and starting it. */
  lock(by: string, since: Date): Promise<void>;
}

/** The ticks of the workers on a database of PostgreSQL. */
export function tickRows(db: Database, databaseUrl: string): TickRows {
  const mongodb = mongodbFor(databaseUrl);
  return mongodb === null ? inPostgres(db) : inMongodb(mongodb);
}

function inPostgres(db: Database): TickRows {
  return {
    inPostgres: true,
    clear: async () => void (await db.query('truncate agenda_jobs')),
    all: () => db.query(`select name, repeat_interval as interval from agenda_jobs order by name`),
    locked: async () => (await db.query('select from agenda_jobs where locked_at is not null')).length,
    endedAfter: async (instant) =>
      (await db.query('select from agenda_jobs where last_finished_at > $1 and locked_at is null', [instant])).length > 0,
    lock: async (by, since) => void (await db.query('update agenda_jobs set locked_at = $2, last_modified_by = $1', [by, since])),
  };
}

function inMongodb(url: string): TickRows {
  const find = (filter: Document) =>
    withMongodb(url, (client) =>
      client
        .db()
        .collection('graceline_ticks')
        .find(filter, { sort: { name: 1 } })
        .toArray(),
    );
  return {
    inPostgres: false,
    clear: async () => void (await withMongodb(url, (client) => client.db().collection('graceline_ticks').deleteMany({}))),
    all: async () => (await find({})).map(({ name, repeatInterval }) => ({ name: String(name), interval: String(repeatInterval) })),
    locked: async () => (await find({ lockedAt: { $ne: null } })).length,
    endedAfter: async (instant) => (await find({ lastFinishedAt: { $gt: instant }, lockedAt: null })).length > 0,
    lock: async (by, since) => {
      await withMongodb(url, (client) =>
        client
          .db()
          .collection('graceline_ticks')
          .updateMany({}, { $set: { lockedAt: since, lastModifiedBy: by } }),
      );
    },
  };
}
