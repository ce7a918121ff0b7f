import { availableParallelism } from 'node:os';

/** How many test files run at a time: more than there are processors, for a file waits half of its time for processes, browsers and clocks. */
export const LANES = Math.min(4, availableParallelism() + 1);

/** Which of them a test file runs in, from 0; no two that run at the same time are in the same. */
export function lane(): number {
  return (Number(process.env['VITEST_POOL_ID'] ?? 1) - 1) % LANES;
}
