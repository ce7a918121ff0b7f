/** Whether servers that are compared answer the same: figures of one that leaves something out would mean nothing. */
import assert from 'node:assert/strict';
import type { Asking } from '../check/asker.child.ts';

type Page = Pick<Asking, 'url' | 'authorization' | 'bodies'>;

/**
 * Asks each of the servers for the first of its pages.
 *
 * @param pages the same one of different servers, for each page
 * @throws AssertionError where one answers other data than the first
 */
export async function requireSameData(...pages: readonly (readonly Page[])[]): Promise<void> {
  for (const servers of pages) {
    const [first, ...others] = await Promise.all(servers.map(async (page) => valuesOf(await ask(page))));
    for (const other of others) assert.deepEqual(other, first);
  }
}

async function ask({ url, authorization, bodies }: Page): Promise<unknown> {
  const headers = { authorization, 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: bodies[0]! });
  const { data, errors } = (await response.json()) as { data?: unknown; errors?: unknown };
  assert.equal(errors, undefined, `${url} answered with an error: ${JSON.stringify(errors)}`);
  return data;
}

/** The values of an answer, sorted: names and nesting differ, as do the cursors of lists. */
function valuesOf(data: unknown): string[] {
  const values: string[] = [];
  const walk = (value: unknown, name: string) => {
    if (typeof value === 'object' && value !== null) for (const [key, inner] of Object.entries(value)) walk(inner, key);
    else if (!/cursor$/i.test(name)) values.push(normal(value));
  };
  walk(data, '');
  return values.toSorted();
}

/** Instants are written with three digits or six, and `Z` or an offset. */
function normal(value: unknown): string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? new Date(value).toISOString() : JSON.stringify(value);
}
