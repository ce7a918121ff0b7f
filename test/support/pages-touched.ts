import type { Database, Queryable, Transaction } from '../../src/db/database.ts';

/**
 * How many pages of tables and indexes the statements of a repository touch: what they cost, whatever else the machine does.
 * They are run for it, but their rows are not seen.
 */
export async function pagesTouched(db: Database, work: (explaining: Transaction) => Promise<unknown>): Promise<number> {
  let pages = 0;
  const query: Queryable['query'] = async (text, values) => {
    const [row] = await db.query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(
      `explain (analyze, buffers, format json) ${text}`,
      values,
    );
    const { Plan: plan } = row!['QUERY PLAN'][0];
    pages += plan['Shared Hit Blocks']! + plan['Shared Read Blocks']!;
    return [];
  };
  await work({ query, queryPrepared: (_name: string, text: string, values: readonly unknown[]) => query(text, values) } as Transaction);
  return pages;
}
