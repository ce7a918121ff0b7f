/** Documents that name files and tests of this repository name those that there are. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

describe.each(['.github/SECURITY.md', 'docs/scale.md'])('%s', (document) => {
  const text = readFileSync(join(ROOT, document), 'utf8');
  const at = (link: string) => join(ROOT, dirname(document), link);

  test('links to files that there are', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => link!);
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((link) => !existsSync(at(link)))).toEqual([]);
  });

  test('quotes tests as they are called', () => {
    const quoted = [...text.matchAll(/\]\(([^)]+\.test\.ts)\) “([^”]+)”/g)].map(([, link, title]) => ({ link: link!, title: title! }));
    expect(quoted.filter(({ link, title }) => !readFileSync(at(link), 'utf8').includes(title))).toEqual([]);
  });
});
