/** Documents that name files and tests of this repository name those that there are. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const textOf = (document: string) => readFileSync(join(ROOT, document), 'utf8');
const linked = (document: string, link: string) => join(ROOT, dirname(document), link);

test.each(['README.md', 'CONTRIBUTING.md', '.github/SECURITY.md', 'docs/scale.md'])('%s links to files that there are', (document) => {
  const links = [...textOf(document).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => link!);
  expect(links.length).toBeGreaterThan(0);
  expect(links.filter((link) => !existsSync(linked(document, link)))).toEqual([]);
});

test('SECURITY.md quotes tests as they are called', () => {
  const document = '.github/SECURITY.md';
  const quoted = [...textOf(document).matchAll(/\]\(([^)]+\.test\.ts)\) “([^”]+)”/g)];
  expect(quoted.length).toBeGreaterThan(0);
  const wrong = quoted.filter(([, link, title]) => !readFileSync(linked(document, link!), 'utf8').includes(title!));
  expect(wrong.map(([quote]) => quote)).toEqual([]);
});
