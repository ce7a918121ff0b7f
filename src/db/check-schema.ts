/**
 * Holds the entities and the db migrations together: a database made by the db migrations must need no change to fit the
 * entities. Run by `npm run check:db-schema`, on an embedded PostgreSQL of its own; exits 1 with the SQL that is missing.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from './embedded.ts';
import { createOrm } from './orm.ts';

/** What the ORM writes around every change, even an empty one. */
const FRAME = /^\s*(set names .*|set session_replication_role = .*)?;?\s*$/i;

const missing = await schemaDrift();
if (missing.length > 0) {
  console.error(`The entities and the db migrations differ. A new db migration in migrations-db/ must bring:\n\n${missing.join('\n')}`);
  process.exitCode = 1;
}

/** The statements that would make a freshly migrated database fit the entities; none where they agree. */
async function schemaDrift(): Promise<string[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'graceline-check-'));
  const postgres = await startEmbeddedPostgres(dataDir, ['-c', 'fsync=off', '-c', 'full_page_writes=off']);
  const orm = createOrm(postgres.url, 2);
  try {
    await orm.migrator.up();
    const sql = await orm.schema.getUpdateSchemaSQL();
    return sql.split('\n').filter((line) => !FRAME.test(line));
  } finally {
    await orm.close(true);
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
