import { defineSweep } from '../kit.ts';
import type { Work } from './work.ts';

/** Folds the decisions taken since the last time into the numbers of each rollout. */
export const foldCounts = defineSweep<Work>({
  name: 'fold-counts',
  run: async ({ counts }, signal) => {
    await counts.fold(signal);
  },
});
