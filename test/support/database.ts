import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { atEndOfFile } from './end-of-file.ts';
import { lane } from './lanes.ts';

/** Of the template database on the server of this lane. */
export function templateUrl(): string {
  return inject('templateUrls')[lane()]!;
}

/**
 * A migrated database of this test file's own, cloned from the template and dropped at the end.
 *
 * @returns its connection string
 */
export async function cloneDatabase(): Promise<string> {
  const template = new URL(templateUrl());
  const name = `test_${randomBytes(6).toString('hex')}`;
  const admin = async (statement: string) => {
    const client = new pg.Client({ connectionString: Object.assign(new URL(template), { pathname: '/postgres' }).href });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  };
  await admin(`create database ${name} template ${template.pathname.slice(1)}`);
  atEndOfFile(() => admin(`drop database ${name} with (force)`));
  return Object.assign(new URL(template), { pathname: `/${name}` }).href;
}
