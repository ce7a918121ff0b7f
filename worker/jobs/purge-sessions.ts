import { defineSweep } from '../kit.ts';
import type { Work } from './work.ts';

const HOUR_MS = 3_600_000;

/** Deletes sessions of the dashboard that have ended. */
export const purgeSessions = defineSweep<Work>({
  name: 'purge-sessions',
  every: () => HOUR_MS,
  wakes: false,
  run: async ({ sessions }, signal) => {
    await sessions.purge(signal);
  },
});
