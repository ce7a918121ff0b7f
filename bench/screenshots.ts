/** `npm run screenshots`: every page of the dashboard as people see it, to look through. */
import { mkdir, rm } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, BrowserContext } from 'playwright-core';
import { buildDashboard } from '../src/dashboard-build.ts';
import { launchBrowser, NO_BROWSER, NO_BROWSER_EXIT, settled, signedIn } from './dashboard/browser.ts';
import { type ShotSet, writeContactSheets } from './dashboard/contact-sheet.ts';
import { type View, type Viewer, VIEWS } from './dashboard/views.ts';
import { createWorld, type DashboardWorld, type WorldName, WORLDS } from './dashboard/worlds.ts';
import { BenchServer } from './server.ts';

const WIDTHS = ['1280', '390'] as const;
const THEMES = ['light', 'dark'] as const;
const VIEWERS: readonly Viewer[] = [null, 'administrator', 'operator'];
const HEIGHTS: Readonly<Record<string, number>> = { 1280: 800, 390: 844 };
/** Of a page that is longer the rest is more of the same. */
const MOST_HEIGHT = 4_000;

const HELP = `npm run screenshots -- [PAGE…] [--out DIR] [--world NAME] [--width PX] [--theme NAME] [--help]

Takes a picture of every page of the dashboard, or of the pages named, as operators, administrators and everybody else see
them: in three worlds (${Object.keys(WORLDS).join(', ')}), at ${WIDTHS.join(' and ')} pixels, ${THEMES.join(' and ')}. Looking is left to you: index.html in the
folder shows all of them, and a picture of each set is beside it. Starts a PostgreSQL, an API and a worker of its own.

  --out DIR      where to, .data/screenshots unless given; sets taken before are replaced
  --world NAME   only this world; may be given several times, as may the following
  --width PX
  --theme NAME

Exits 1 where a page could not be shown, 2 where a name or option is unknown, ${NO_BROWSER_EXIT} where there is no Chromium.

Pages: ${VIEWS.map(({ name }) => name).join(', ')}`;

process.exitCode = await main(process.argv.slice(2));

interface Asked {
  readonly views: readonly View[];
  readonly folder: string;
  readonly worlds: readonly WorldName[];
  readonly widths: readonly string[];
  readonly themes: readonly ('light' | 'dark')[];
  readonly help: boolean;
}

async function main(args: string[]): Promise<number> {
  const asked = parse(args);
  if (typeof asked === 'string' || asked.help) {
    (typeof asked === 'string' ? process.stderr : process.stdout).write(typeof asked === 'string' ? `${asked}\n\n${HELP}\n` : `${HELP}\n`);
    return typeof asked === 'string' ? 2 : 0;
  }
  const browser = await launchBrowser();
  if (!browser) {
    say(NO_BROWSER);
    return NO_BROWSER_EXIT;
  }
  try {
    return await takeAll(browser, asked);
  } finally {
    await browser.close();
  }
}

/** What the arguments ask for, or what is wrong with them. */
function parse(args: string[]): Asked | string {
  const several = { type: 'string', multiple: true } as const;
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { out: { type: 'string' }, world: several, width: several, theme: several, help: { type: 'boolean', short: 'h' } },
    });
    const names = VIEWS.map(({ name }) => name);
    const pages = chosen('page', names, positionals);
    return {
      views: VIEWS.filter(({ name }) => pages.includes(name)),
      folder: resolve(values.out ?? '.data/screenshots'),
      worlds: chosen('world', Object.keys(WORLDS) as WorldName[], values.world),
      widths: chosen('width', WIDTHS, values.width),
      themes: chosen('theme', THEMES, values.theme),
      help: values.help ?? false,
    };
  } catch (error) {
    return (error as Error).message;
  }
}

/** All of them unless some are named. */
function chosen<Name extends string>(what: string, known: readonly Name[], named: readonly string[] = []): readonly Name[] {
  const unknown = named.find((name) => !known.some((one) => one === name));
  if (unknown !== undefined) throw new Error(`There is no ${what} "${unknown}". There are: ${known.join(', ')}.`);
  return named.length === 0 ? known : known.filter((name) => named.includes(name));
}

async function takeAll(browser: Browser, asked: Asked): Promise<number> {
  await buildDashboard(() => say('Building the dashboard …'));
  const server = await BenchServer.start();
  server.stopOnSignal(say);
  const sets: ShotSet[] = [];
  const failed: string[] = [];
  try {
    for (const name of asked.worlds) {
      say(`Making the world "${name}" …`);
      const world = await createWorld(name, await server.createDatabase(), say);
      try {
        for (const set of setsOf(name, asked)) sets.push(await takeSet(browser, world, set, asked, failed));
      } finally {
        await world.service.close();
      }
    }
  } finally {
    await server.close();
  }
  await writeContactSheets(browser, asked.folder, sets);
  say(`\nLook at ${relative(process.cwd(), join(asked.folder, 'index.html'))}`);
  for (const shot of failed) say(`Not taken: ${shot}`);
  return failed.length > 0 ? 1 : 0;
}

interface SetOrder {
  readonly name: string;
  readonly width: string;
  readonly theme: 'light' | 'dark';
}

function setsOf(world: WorldName, { widths, themes }: Asked): SetOrder[] {
  return widths.flatMap((width) => themes.map((theme) => ({ name: `${world}-${width}-${theme}`, width, theme })));
}

async function takeSet(
  browser: Browser,
  world: DashboardWorld,
  set: SetOrder,
  { views, folder }: Asked,
  failed: string[],
): Promise<ShotSet> {
  const { name, width, theme } = set;
  await rm(join(folder, name), { recursive: true, force: true });
  await mkdir(join(folder, name), { recursive: true });
  const files: string[] = [];
  const viewport = { width: Number(width), height: HEIGHTS[width]! };
  for (const viewer of VIEWERS) {
    const context = await signedIn(browser, world, viewer, { viewport, colorScheme: theme });
    for (const view of views.filter((one) => one.viewer === viewer)) {
      const path = await view.path(world);
      if (path === null) continue;
      const file = `${name}/${view.name}.png`;
      const trouble = await take(context, view, path, join(folder, file)).then(
        () => null,
        (error: unknown) => (error as Error).message.split('\n', 1)[0],
      );
      say(`${trouble === null ? 'taken ' : 'FAILED'}  ${file}${trouble === null ? '' : `: ${trouble}`}`);
      if (trouble === null) files.push(file);
      else failed.push(file);
    }
    await context.close();
  }
  return { name, files };
}

async function take(context: BrowserContext, { act, inSight }: View, path: string, file: string): Promise<void> {
  const page = await context.newPage();
  try {
    await page.goto(path);
    await settled(page);
    await act?.(page);
    await settled(page);
    const height = await page.evaluate<number>('Math.max(innerHeight, document.documentElement.scrollHeight)');
    // A higher window and no `fullPage`: what sticks to an edge stays where people see it.
    const { width } = page.viewportSize()!;
    if (!inSight) await page.setViewportSize({ width, height: Math.min(height, MOST_HEIGHT) });
    await settled(page);
    await page.screenshot({ path: file });
  } finally {
    await page.close();
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
