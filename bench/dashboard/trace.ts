/** How long the tasks of a page take, from the browser's trace: in CPU, so that what else the machine does is none of it. */
import type { Browser, Page } from 'playwright-core';

/** What is read of an event of the trace. */
interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** CPU of its thread, in µs. */
  readonly tdur?: number;
}

const CATEGORIES = ['toplevel', 'blink.user_timing'];
const TASK = 'ThreadControllerImpl::RunTask';
/** By which the thread of the page is known among those of the browser. */
const MARK = 'graceline: traced from here';

/**
 * Does something on a page.
 *
 * @returns what came of it, and the CPU of the longest task of the page's main thread meanwhile, in ms
 */
export async function traced<Result>(browser: Browser, page: Page, act: () => Promise<Result>): Promise<[Result, longestTaskMs: number]> {
  const session = await browser.newBrowserCDPSession();
  const longestUs = new Map<string, number>();
  let thread = '';
  session.on('Tracing.dataCollected', ({ value }) => {
    for (const { name, pid, tid, tdur = 0 } of value as unknown as readonly TraceEvent[]) {
      const at = `${pid} ${tid}`;
      if (name === MARK) thread = at;
      if (name === TASK) longestUs.set(at, Math.max(tdur, longestUs.get(at) ?? 0));
    }
  });
  const ended = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.start', { traceConfig: { includedCategories: CATEGORIES, recordMode: 'recordAsMuchAsPossible' } });
  await page.evaluate(`performance.mark('${MARK}')`);
  const result = await act();
  await session.send('Tracing.end');
  await ended;
  await session.detach();
  const longest = longestUs.get(thread);
  if (longest === undefined) throw new Error('The trace of the browser has no tasks of the page.');
  return [result, longest / 1_000];
}
