import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../src/db/embedded.ts';
import { createOrm } from '../../src/db/orm.ts';
import { LANES } from './lanes.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Connection strings of the template database that every test file clones, one for each lane. */
    templateUrls: readonly string[];
  }
}

/**
 * Starts a real PostgreSQL for each lane and migrates the template database that test files clone. Readers of the event log wait
 * for every transaction of a server, so files that run at the same time would hold up each other's.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const servers = await Promise.all(Array.from({ length: LANES }, startServer));
  project.provide(
    'templateUrls',
    servers.map(({ url }) => url),
  );
  return async () => {
    await Promise.all(servers.map(({ stop }) => stop()));
  };
}

/** Starts a migrated PostgreSQL that loses everything with the machine, and is quick for it. */
export async function startServer(): Promise<{ url: string; stop: () => Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'graceline-test-'));
  const postgres = await startEmbeddedPostgres(dataDir, ['-c', 'fsync=off', '-c', 'full_page_writes=off']);
  const orm = createOrm(postgres.url, 2);
  await orm.migrator.up();
  await orm.close(true);
  const stop = async () => {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { url: postgres.url, stop };
}
