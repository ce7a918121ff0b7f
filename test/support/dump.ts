import type { Database } from '../../src/db/database.ts';

/** Everything every table holds, as text: what a thief of a dump has. */
export async function dumpOf(db: Database): Promise<string> {
  const tables = await db.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema') order by 1`,
  );
  const texts = await Promise.all(
    tables.map(async ({ name }) => {
      const [row] = await db.query<{ rows: string | null }>(`select string_agg(t::text, chr(10)) as rows from ${name} t`);
      return `${name}\n${row!.rows ?? ''}`;
    }),
  );
  return texts.join('\n');
}
