/**
 * Writes the GraphQL schema of the code to schema/schema.graphql, which is committed so that a change of the API is seen
 * in review. With `--check` it writes nothing and exits 1 where the file is out of date.
 */
import 'reflect-metadata';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { RESOLVERS } from './resolvers.ts';
import { buildGraphqlSchema, printSchemaSorted } from './schema.ts';

const FILE = fileURLToPath(new URL('../../schema/schema.graphql', import.meta.url));

const printed = printSchemaSorted(buildGraphqlSchema(RESOLVERS));
if (!process.argv.includes('--check')) {
  await writeFile(FILE, printed);
} else if (!existsSync(FILE) || (await readFile(FILE, 'utf8')) !== printed) {
  console.error('schema/schema.graphql is not the schema of the code. Run `npm run schema` and commit what it writes.');
  process.exitCode = 1;
}
