import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MAX_ATTEMPTS, retryDelayMs } from '../../../src/email/delivery.rules.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

it('waits between a minute and four hours, or half an hour for mornings, and longer each time until then', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.boolean(), fc.double({ min: 0, max: 1, noNaN: true }), (attempts, urgent, random) => {
      const delay = retryDelayMs(attempts, urgent, random);
      expect(delay).toBeGreaterThanOrEqual(MINUTE);
      expect(delay).toBeLessThanOrEqual(urgent ? 4 * HOUR : HOUR / 2);
      expect(retryDelayMs(attempts + 1, urgent, random)).toBeGreaterThanOrEqual(delay);
    }),
  );
});

it('gives up after about three days', () => {
  const total = Array.from({ length: MAX_ATTEMPTS - 1 }, (_, i) => retryDelayMs(i + 1, true, 0.5)).reduce((a, b) => a + b);
  expect(total / (24 * HOUR)).toBeGreaterThan(2.5);
  expect(total / (24 * HOUR)).toBeLessThan(3.5);
});

it('spreads the mails of one outage', () => {
  expect(retryDelayMs(5, true, 1) - retryDelayMs(5, true, 0)).toBe(8 * MINUTE);
});
