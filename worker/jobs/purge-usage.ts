import { defineSweep } from '../kit.ts';
import type { Work } from './work.ts';

const HOUR_MS = 3_600_000;

/** Deletes counts of old behaviour past their retention. */
export const purgeUsage = defineSweep<Work>({
  name: 'purge-usage',
  every: () => HOUR_MS,
  wakes: false,
  run: async ({ usage }, signal) => {
    await usage.purge(signal);
  },
});
