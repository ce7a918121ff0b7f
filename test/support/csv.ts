/** Reads CSV by RFC 4180 as a spreadsheet would, to see what a file says. */

/** The records of a file that ends its lines with CRLF, each as its fields. */
export function parse(text: string): string[][] {
  const records: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    if (end === '' && records.at(-1)!.length === 0) break;
    records.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === '\r\n') records.push([]);
    if (end === '') break;
  }
  return records.filter((record) => record.length > 0);
}
