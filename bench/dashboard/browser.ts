/** The browser in which pages are looked at and measured. */
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { CHROMIUM_ARGUMENTS, findChromium } from '../../test/support/find-chromium.ts';
import type { Viewer } from './views.ts';
import type { DashboardWorld } from './worlds.ts';

/** What a command ends with where there is no browser: neither success nor a failure of what was to be looked at. */
export const NO_BROWSER_EXIT = 3;
/** What it says then. */
export const NO_BROWSER = 'There is no Chromium here. Install the package chromium, or set CHROMIUM_PATH.';
/** Quiet for so long, a page has drawn what came. */
const QUIET_MS = 400;
const PATIENCE_MS = 30_000;
/** Whether the page came to rest in time. */
const QUIET = `new Promise((resolve) => {
  const start = performance.now();
  let changedAt = start;
  new MutationObserver(() => { changedAt = performance.now(); })
    .observe(document.documentElement, { subtree: true, childList: true, attributes: true, characterData: true });
  const isLoading = () => [...document.querySelectorAll('[role=status]')].some(({ textContent }) => textContent === 'Loading');
  const timer = setInterval(() => {
    const now = performance.now();
    const isQuiet = now - changedAt > ${QUIET_MS} && !isLoading();
    if (!isQuiet && now - start < ${PATIENCE_MS}) return;
    clearInterval(timer);
    resolve(isQuiet);
  }, 50);
})`;
/** Motion would be caught in the middle. */
const READER: BrowserContextOptions = { locale: 'en-GB', timezoneId: 'Europe/Berlin', reducedMotion: 'reduce' };

/** Starts one; null where there is none. The caller closes it. */
export async function launchBrowser(): Promise<Browser | null> {
  const executablePath = findChromium();
  return executablePath === undefined ? null : chromium.launch({ executablePath, args: [...CHROMIUM_ARGUMENTS] });
}

/** A profile of its own, signed in. The caller closes it. */
export async function signedIn(
  browser: Browser,
  { service, tokens }: DashboardWorld,
  viewer: Viewer,
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  const context = await browser.newContext({ ...READER, baseURL: service.url, ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  if (viewer) {
    const answer = await context.request.post('/session', { data: { token: tokens[viewer] }, headers: { origin: service.url } });
    if (!answer.ok()) throw new Error(`Signing in failed: ${answer.status()} ${await answer.text()}`);
  }
  return context;
}

/** Waits until nothing is being loaded and nothing has changed for a while. */
export async function settled(page: Page): Promise<void> {
  // By the debugger and in one go: waiting for a function would have the page evaluate text, which its policy forbids.
  const isQuiet = await page.evaluate<boolean>(QUIET);
  if (!isQuiet) throw new Error(`${new URL(page.url()).pathname} is still loading after ${PATIENCE_MS / 1_000} seconds.`);
}
