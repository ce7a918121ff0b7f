import { defineSweep } from '../kit.ts';
import type { Work } from './work.ts';

const HOUR_MS = 3_600_000;

/** Forgets whom reminders went to and what they were about, 90 days after a mail ended. */
export const purgeMail = defineSweep<Work>({
  name: 'purge-mail',
  every: () => HOUR_MS,
  wakes: false,
  run: async ({ mailPurge }, signal) => {
    await mailPurge.run(signal);
  },
});
