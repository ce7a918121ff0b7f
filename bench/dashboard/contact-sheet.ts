/** Screenshots on one page, to look through all of them. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';

/** Screenshots that belong together: of one world, width and theme. */
export interface ShotSet {
  readonly name: string;
  readonly files: readonly string[];
}

const STYLE = `body { margin: 24px; background: #888; font: 15px system-ui; }
h1 { font-size: 20px; } ul { display: flex; flex-wrap: wrap; gap: 16px; margin: 0; padding: 0; list-style: none; align-items: flex-start; }
li { width: 430px; } li.narrow { width: 250px; } img { display: block; width: 100%; max-height: 700px; object-fit: cover; object-position: top; }`;
const SHEET_WIDTH = 1_840;

/** Writes `index.html` with all sets, and a picture of each set. */
export async function writeContactSheets(browser: Browser, folder: string, sets: readonly ShotSet[]): Promise<void> {
  await writeFile(join(folder, 'index.html'), await document(sets, (file) => file));
  const page = await browser.newPage({ viewport: { width: SHEET_WIDTH, height: 1_000 } });
  for (const set of sets) {
    const inline = async (file: string) => `data:image/png;base64,${await readFile(join(folder, file), 'base64')}`;
    await page.setContent(await document([set], inline));
    await page.screenshot({ path: join(folder, `${set.name}.png`), fullPage: true });
  }
  await page.close();
}

async function document(sets: readonly ShotSet[], sourceOf: (file: string) => string | Promise<string>): Promise<string> {
  const parts = await Promise.all(
    sets.map(async ({ name, files }) => {
      const items = await Promise.all(
        files.map(async (file) => {
          const width = file.includes('390') ? ' class="narrow"' : '';
          return `<li${width}><a href="${file}">${file}</a><img src="${await sourceOf(file)}" alt=""></li>`;
        }),
      );
      return `<h1>${name}</h1><ul>${items.join('')}</ul>`;
    }),
  );
  return `<!doctype html><meta charset="utf-8"><title>Screenshots</title><style>${STYLE}</style>${parts.join('')}`;
}
