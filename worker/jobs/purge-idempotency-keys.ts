import { defineSweep } from '../kit.ts';
import type { Work } from './work.ts';

const HOUR_MS = 3_600_000;

/** Forgets idempotency keys past the day they are kept. */
export const purgeIdempotencyKeys = defineSweep<Work>({
  name: 'purge-idempotency-keys',
  every: () => HOUR_MS,
  wakes: false,
  run: async ({ idempotency }, signal) => {
    await idempotency.purge(signal);
  },
});
