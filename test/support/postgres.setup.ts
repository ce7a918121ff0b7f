import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../src/db/embedded.ts';
import { createOrm } from '../../src/db/orm.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Connection string of the template database that every test file clones. */
    templateUrl: string;
  }
}

/** Starts one real PostgreSQL for the whole run and migrates the template database that test files clone. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'graceline-test-'));
  const postgres = await startEmbeddedPostgres(dataDir, ['-c', 'fsync=off', '-c', 'full_page_writes=off']);
  const orm = createOrm(postgres.url, 2);
  await orm.migrator.up();
  await orm.close(true);
  project.provide('templateUrl', postgres.url);
  return async () => {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}
