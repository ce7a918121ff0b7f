/** The wheel turned from the first to the last row of a long list, as its rows arrive. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { settled, signedIn } from './browser.ts';
import { measured, pageCpu } from './visit.ts';
import { LARGE_ACCOUNTS, type DashboardWorld } from './worlds.ts';

/** One way through the list. */
export interface Scroll {
  readonly seconds: number;
  readonly turns: number;
  /** How long each task took that held the page up for more than 50 ms. */
  readonly longTasksMs: readonly number[];
  readonly taskMs: number;
  readonly scriptMs: number;
  /** CPU of the API, in ms. */
  readonly apiMs: number;
}

/** As a free-running wheel or a trackpad flung: several screens at a turn. In px. */
const TURN_PX = 2_400;
const POLL_MS = 5;
const STUCK_AFTER_MS = 60_000;
const LIST = '[role=group][aria-label="Accounts of this migration"]';
const OBSERVE = `globalThis.longTasks = [];
new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });`;
const WHERE = `(() => {
  const { scrollTop, scrollHeight, clientHeight, firstElementChild } = document.querySelector('${LIST}');
  return { left: scrollHeight - clientHeight - scrollTop, rows: Number(firstElementChild.getAttribute('aria-rowcount')) - 1 };
})()`;

interface Where {
  /** Below what is in sight, in px. */
  readonly left: number;
  /** In all; below 0 while more are to come. */
  readonly rows: number;
}

/** Scrolls the list of a migration's accounts from top to bottom. */
export async function scrollAccounts(browser: Browser, world: DashboardWorld): Promise<Scroll> {
  const context = await signedIn(browser, world, 'operator', { viewport: { width: 1_280, height: 800 } });
  try {
    const page = await context.newPage();
    await page.goto(`/rollouts/${world.migration}?accounts=ALL`);
    await settled(page);
    await page.locator(LIST).scrollIntoViewIfNeeded();
    await page.locator(LIST).hover();
    const session = await measured(page);
    await page.evaluate(OBSERVE);
    const [before, apiUs, start] = [await pageCpu(session), await world.service.api.ask<number>('cpuUs'), performance.now()];
    const turns = await turnToTheEnd(page);
    const seconds = (performance.now() - start) / 1_000;
    const [after, apiUsAfter] = [await pageCpu(session), await world.service.api.ask<number>('cpuUs')];
    return {
      seconds,
      turns,
      longTasksMs: await page.evaluate<number[]>('longTasks'),
      taskMs: after.taskMs - before.taskMs,
      scriptMs: after.scriptMs - before.scriptMs,
      apiMs: (apiUsAfter - apiUs) / 1_000,
    };
  } finally {
    await context.close();
  }
}

/** @returns how often the wheel was turned */
async function turnToTheEnd(page: Page): Promise<number> {
  let turns = 0;
  let movedAt = performance.now();
  for (;;) {
    const { left, rows } = await page.evaluate<Where>(WHERE);
    if (left > 1) {
      await page.mouse.wheel(0, TURN_PX);
      turns += 1;
      movedAt = performance.now();
    } else if (rows >= 0) {
      if (rows !== LARGE_ACCOUNTS) throw new Error(`The list ended after ${rows} of ${LARGE_ACCOUNTS} accounts.`);
      return turns;
    } else if (performance.now() - movedAt > STUCK_AFTER_MS) {
      throw new Error('The list neither ends nor goes on.');
    } else await sleep(POLL_MS);
  }
}
