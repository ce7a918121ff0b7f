/** What a page costs whoever opens it, from the browser's own accounts. */
import type { Browser, CDPSession, Page } from 'playwright-core';
import { settled, signedIn } from './browser.ts';
import type { Viewer } from './views.ts';
import type { DashboardWorld } from './worlds.ts';

/** The first visit of a page, with nothing kept from before. */
export interface Visit {
  /** Script as it came over the network, in bytes. */
  readonly scriptBytes: number;
  /** When the largest thing stood there, in ms after the address was entered. */
  readonly lcpMs: number;
  /** CPU until it came to rest, in ms: of everything, and of scripts alone. */
  readonly taskMs: number;
  readonly scriptMs: number;
}

/** CPU of the page's main thread so far, in ms. */
export interface PageCpu {
  readonly taskMs: number;
  readonly scriptMs: number;
}

/** Counted from the first moment: what was painted before somebody asks is told too. */
const LARGEST = `new Promise((resolve) => new PerformanceObserver((list) => resolve(list.getEntries().at(-1).startTime))
  .observe({ type: 'largest-contentful-paint', buffered: true }))`;

/** Opens a page as if for the first time, and measures until it has come to rest. */
export async function firstVisit(browser: Browser, world: DashboardWorld, viewer: Viewer, path: string): Promise<Visit> {
  const context = await signedIn(browser, world, viewer);
  try {
    const page = await context.newPage();
    const session = await measured(page);
    const scriptBytes = await scriptsOf(session);
    await page.goto(path);
    await settled(page);
    const cpu = await pageCpu(session);
    return { scriptBytes: scriptBytes(), lcpMs: await page.evaluate<number>(LARGEST), ...cpu };
  } finally {
    await context.close();
  }
}

/** The debugger of a page, which counts its CPU from now on. */
export async function measured(page: Page): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return session;
}

/** See {@link PageCpu}. */
export async function pageCpu(session: CDPSession): Promise<PageCpu> {
  const { metrics } = await session.send('Performance.getMetrics');
  const seconds = (wanted: string) => metrics.find(({ name }) => name === wanted)!.value;
  return { taskMs: seconds('TaskDuration') * 1_000, scriptMs: seconds('ScriptDuration') * 1_000 };
}

/** Counts what comes as script. @returns gives the bytes so far, headers included */
async function scriptsOf(session: CDPSession): Promise<() => number> {
  const scripts = new Set<string>();
  let bytes = 0;
  session.on('Network.responseReceived', ({ requestId, type }) => {
    if (type === 'Script') scripts.add(requestId);
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) bytes += encodedDataLength;
  });
  await session.send('Network.enable');
  return () => bytes;
}
