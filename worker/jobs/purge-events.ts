import { defineSweep } from '../kit.ts';
import type { Work } from './work.ts';

const HOUR_MS = 3_600_000;

/** Deletes events past their retention. */
export const purgeEvents = defineSweep<Work>({
  name: 'purge-events',
  every: () => HOUR_MS,
  wakes: false,
  run: async ({ purge }, signal) => {
    await purge.run(signal);
  },
});
