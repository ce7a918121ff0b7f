import { expect, test } from 'vitest';
import { gateOf, GATES } from '../../../src/gates/gates.rules.ts';
import { daysBefore, firstOfDays } from '../../../src/gates/usage.rules.ts';

const KEYS = { IDP_TOKENS: 'a', FROM_ADDRESS: 'b', EMAIL_TEMPLATE: 'c', PASSWORD_RESET: 'd' };

test('days are of UTC, the present one counts, and instants are exact', () => {
  expect(firstOfDays(new Date('2016-03-01T00:00:00.000Z'), 1)).toBe('2016-03-01');
  expect(firstOfDays(new Date('2016-03-01T23:59:59.999Z'), 30)).toBe('2016-02-01');
  expect(daysBefore(new Date('2016-03-01T08:00:00.001Z'), 7)).toEqual(new Date('2016-02-23T08:00:00.001Z'));
});

test('a migration opens the gate that is set to its key, or none', () => {
  expect(Object.values(KEYS).map((key) => gateOf(KEYS, key))).toEqual(GATES);
  expect(gateOf(KEYS, 'e')).toBeNull();
});
