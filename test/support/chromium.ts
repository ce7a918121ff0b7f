/** A real browser for tests of the dashboard: Debian's Chromium, or the one that CHROMIUM_PATH names. */
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { describe, expect, onTestFinished } from 'vitest';
import { buildDashboard } from '../../src/dashboard-build.ts';
import { atEndOfFile } from './end-of-file.ts';
import { CHROMIUM_ARGUMENTS, findChromium } from './find-chromium.ts';
import { PageRecord } from './page-record.ts';
import { PATIENCE_MS } from './patience.ts';
import { lastWords } from './processes.ts';

/** Without motion, so that what is looked at has arrived. */
const READER: BrowserContextOptions = { locale: 'en-GB', timezoneId: 'Europe/Berlin', reducedMotion: 'reduce' };

const path = findChromium();
if (path === undefined) {
  process.stderr.write('No Chromium here: tests of the dashboard are SKIPPED. Install the package chromium, or set CHROMIUM_PATH.\n');
}

/** Like `describe`, where there is a Chromium; elsewhere its tests are skipped, and it is said aloud why. */
export const describeInBrowser = path === undefined ? describe.skip : describe;

/** A page, and what went wrong in it. */
export interface Visit {
  readonly page: Page;
  /** Errors of scripts, what the content security policy forbade, and what the console was warned of. */
  readonly faults: readonly string[];
}

let browser: Promise<Browser> | undefined;

/**
 * Opens a page in a browser profile of its own: two of them are two people. The dashboard is built first where it is not of
 * the sources as they are. It ends with the test; where that failed, the page and the processes say how they stood.
 *
 * @param url of the service
 */
export async function openPage(url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await (await launched()).newContext({ ...READER, baseURL: url, ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const record = new PageRecord(page);
  onTestFinished(async ({ task }) => {
    const told = task.result?.state === 'fail' ? `${await record.tell()}\n${lastWords()}` : null;
    await context.close();
    if (told !== null) throw new Error(told);
  });
  return { page, faults: record.faults };
}

/**
 * Opens a page of the dashboard as somebody, by signing in as people do.
 *
 * @param token of an operator or an administrator
 * @param to path of the page
 */
export async function openSignedIn(url: string, token: string, to = '/', options: BrowserContextOptions = {}): Promise<Visit> {
  const visit = await openPage(url, options);
  await visit.page.goto(to);
  const input = visit.page.getByLabel('Token', { exact: true });
  await input.fill(token);
  await input.press('Enter');
  await visit.page.getByRole('navigation', { name: 'Main' }).waitFor();
  return visit;
}

/** Waits until nothing on a page moves any more: colours that change do so over some frames. */
export async function untilStill(page: Page): Promise<void> {
  await expect.poll(() => page.evaluate<boolean>('document.getAnimations().length === 0')).toBe(true);
}

/** What axe-core finds wrong with a page once it is still: a line for each rule with the elements; none for a page that is well. */
export async function axeViolations(page: Page): Promise<string[]> {
  await untilStill(page);
  // By the debugger and not as a script of the page, which its policy would forbid.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations.map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map(({ target }) => target.join(' ')).join(', ')})`);
}

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly target: readonly string[] }[];
  }[];
}

function launched(): Promise<Browser> {
  browser ??= launch();
  return browser;
}

async function launch(): Promise<Browser> {
  await buildDashboard();
  const started = await chromium.launch({ executablePath: path, args: [...CHROMIUM_ARGUMENTS] });
  atEndOfFile(() => started.close());
  return started;
}
