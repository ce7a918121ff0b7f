import { defineSweep } from '../kit.ts';
import type { Work } from './work.ts';

/** Chains the events that were committed since the last time, so that nobody can change them unnoticed. */
export const chainEvents = defineSweep<Work>({
  name: 'chain-events',
  // Nobody waits for it, and together events cost less than one by one.
  wakes: false,
  run: async ({ chain }, signal) => {
    await chain.run(signal);
  },
});
