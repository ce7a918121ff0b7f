/** The wheel turned from the first to the last row of a long list, as its rows arrive. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { settled, signedIn } from './browser.ts';
import { traced } from './trace.ts';
import { measured, pageCpu } from './visit.ts';
import { LARGE_ACCOUNTS, type DashboardWorld } from './worlds.ts';

/** One way through the list. */
export interface Scroll {
  readonly seconds: number;
  readonly turns: number;
  /** How long each task took that held the page up for more than 50 ms. */
  readonly longTasksMs: readonly number[];
  /** CPU of the task that took most, in ms. */
  readonly longestTaskCpuMs: number;
  readonly taskMs: number;
  readonly scriptMs: number;
  /** CPU of the API, in ms. */
  readonly apiMs: number;
}

/** As a free-running wheel or a trackpad flung: several screens at a turn. In px. */
const TURN_PX = 6_000;
/** So many without a move are no matter of a slow frame. */
const STUCK_TURNS = 5;
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
    await pointAtList(page);
    const session = await measured(page);
    await page.evaluate(OBSERVE);
    const [before, apiUs, start] = [await pageCpu(session), await world.service.api.ask<number>('cpuUs'), performance.now()];
    const [turns, longestTaskCpuMs] = await traced(browser, page, () => turnToTheEnd(page));
    const seconds = (performance.now() - start) / 1_000;
    const [after, apiUsAfter] = [await pageCpu(session), await world.service.api.ask<number>('cpuUs')];
    return {
      seconds,
      turns,
      longTasksMs: await page.evaluate<number[]>('longTasks'),
      longestTaskCpuMs,
      taskMs: after.taskMs - before.taskMs,
      scriptMs: after.scriptMs - before.scriptMs,
      apiMs: (apiUsAfter - apiUs) / 1_000,
    };
  } finally {
    await context.close();
  }
}

async function pointAtList(page: Page): Promise<void> {
  await page.evaluate(`document.querySelector('${LIST}').scrollIntoView({ block: 'center' })`);
  await page.locator(LIST).hover();
}

/** @returns how often the wheel was turned */
async function turnToTheEnd(page: Page): Promise<number> {
  let [turns, leftBefore, stuck] = [0, -1, 0];
  let movedAt = performance.now();
  for (;;) {
    const { left, rows } = await page.evaluate<Where>(WHERE);
    if (left !== leftBefore) movedAt = performance.now();
    if (left > 1) {
      // What loads above may have moved the list away from under the pointer.
      stuck = left === leftBefore ? stuck + 1 : 0;
      leftBefore = left;
      if (stuck > STUCK_TURNS) await pointAtList(page);
      await page.mouse.wheel(0, TURN_PX);
      turns += 1;
    } else if (rows >= 0) {
      if (rows !== LARGE_ACCOUNTS) throw new Error(`The list ended after ${rows} of ${LARGE_ACCOUNTS} accounts.`);
      return turns;
    } else await sleep(POLL_MS);
    if (performance.now() - movedAt > STUCK_AFTER_MS) throw new Error(`The list neither ends nor goes on: ${left} px are left.`);
  }
}
