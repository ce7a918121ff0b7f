/**
 * Items as NDJSON: a line of JSON each.
 *
 * @param pages read one at a time, as fast as the texts are taken
 * @returns the lines of a page at a time
 */
export async function* ndjson(pages: AsyncIterable<readonly unknown[]>): AsyncGenerator<string> {
  for await (const page of pages) yield page.map((item) => `${JSON.stringify(item)}\n`).join('');
}
