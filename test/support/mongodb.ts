/** Databases of MongoDB for tests, on the server that a run of `npm run test:mongo` has found or started. */
import { randomBytes } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { inject } from 'vitest';
import { atEndOfFile } from './end-of-file.ts';

/** As cloneDatabase() names what it makes: nothing else is ever made or dropped on a server that was given. */
const OURS = /^test_[0-9a-f]{12}$/;

const made = new Set<string>();

/**
 * The database that goes with one of PostgreSQL and has its name; dropped at the end of the test file.
 *
 * @param databaseUrl of PostgreSQL
 * @returns its connection string, or null where the workers of this run keep their ticks in PostgreSQL
 */
export function mongodbFor(databaseUrl: string): string | null {
  const server = inject('mongodb');
  const name = new URL(databaseUrl).pathname.slice(1);
  return server && OURS.test(name) ? make(server.url, name) : null;
}

/** A database of its own, empty; dropped at the end of the test file. @returns its connection string */
export function newMongodb(): string {
  return make(inject('mongodb').url, `test_${randomBytes(6).toString('hex')}`);
}

/** The same connection string for another port of this machine, as of a proxy. */
export function throughPort(url: string, port: number): string {
  const [, start, credentials = '', database, options] = /^(mongodb:\/\/)([^@]*@)?[^/]+\/([^?]+)(\?.*)$/.exec(url)!;
  return `${start}${credentials}127.0.0.1:${port}/${database}${options}&directConnection=true`;
}

/** The port of a single server on this machine; null of any other, to which no proxy leads. */
export function localPort(url: string): number | null {
  const local = /^mongodb:\/\/(?:[^@/]*@)?(?:127\.0\.0\.1|localhost)(?::(\d+))?(?:[/?]|$)/.exec(url);
  return local && Number(local[1] ?? 27_017);
}

/** Does something with a connection of its own. */
export async function withMongodb<T>(url: string, work: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = new MongoClient(url);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

function make(server: string, name: string): string {
  const [, start, database = '', query] = /^(\w+(?:\+srv)?:\/\/[^/?]+)\/?([^?]*)(?:\?(.*))?$/.exec(server)!;
  const options = new URLSearchParams(query);
  // Unless told, a user is one of the database in the connection string, which becomes another.
  if (!options.has('authSource')) options.set('authSource', database || 'admin');
  const url = `${start}/${name}?${options.toString()}`;
  if (!made.has(name)) {
    made.add(name);
    atEndOfFile(() => withMongodb(url, (client) => client.db().dropDatabase()));
  }
  return url;
}
