import { defineSweep } from '../kit.ts';
import type { Work } from './work.ts';

const HOUR_MS = 3_600_000;

/** Forgets whom the platform wrote to: addresses 30 days after a mail ended, the mail itself after 90. */
export const purgeUserMail = defineSweep<Work>({
  name: 'purge-user-mail',
  every: () => HOUR_MS,
  wakes: false,
  run: async ({ userMailPurge }, signal) => {
    await userMailPurge.run(signal);
  },
});
