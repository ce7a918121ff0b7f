import { expect, test } from 'vitest';
import { burnDownOf, spanOf, thinned } from '../../../src/dashboard/operator/burn-down.rules.ts';

const NONE = { affected: 3, optedIn: 0, new: 0, mandatory: 0, pending: 3, extended: 0, exempt: 0 };
const HISTORY = [
  { ...NONE, at: '2026-03-01T00:00:00Z' },
  { ...NONE, pending: 2, optedIn: 1, at: '2026-03-02T00:00:00Z' },
];
const LATER = Date.parse('2026-03-03T00:00:00Z');

test('ends with what was heard last, so that chart and numbers say the same', () => {
  const { seconds, lines } = burnDownOf(HISTORY, { counts: { ...NONE, pending: 1, optedIn: 2 }, at: LATER });
  expect(lines.pending).toEqual([3, 2, 1]);
  expect(lines.optedIn).toEqual([0, 1, 2]);
  expect(seconds.at(-1)).toBe(LATER / 1_000);
  expect(burnDownOf(HISTORY, null).seconds).toHaveLength(2);
});

test('never draws backwards, whatever the clock of a browser says', () => {
  const { seconds } = burnDownOf(HISTORY, { counts: NONE, at: 0 });
  expect(seconds).toEqual(seconds.toSorted((one, other) => one - other));
  expect(new Set(seconds).size).toBe(3);
});

test('shows what is zero throughout only where people look for it', () => {
  expect(burnDownOf(HISTORY, null).shown).toEqual(['pending', 'optedIn', 'new']);
  const { shown, lines } = burnDownOf([{ ...NONE, pending: 0, extended: 1, exempt: 2, at: '2026-03-01T00:00:00Z' }], null);
  expect(shown).toEqual(['pending', 'optedIn', 'new', 'later']);
  expect(lines.later).toEqual([3]);
});

test('of a history that is empty there is nothing to draw', () => {
  expect(burnDownOf([], { counts: NONE, at: LATER }).seconds).toEqual([]);
});

test('reaches to a deadline that is ahead, and stays a chart with one instant alone', () => {
  expect(spanOf([10, 20], 50)).toEqual([10, 50]);
  expect(spanOf([10, 20], 15)).toEqual([10, 20]);
  expect(spanOf([10, 20], null)).toEqual([10, 20]);
  expect(spanOf([10], null)).toEqual([10, 11]);
});

test('a table has few rows, the first and the last among them', () => {
  expect(thinned(3, 25)).toEqual([0, 1, 2]);
  const rows = thinned(121, 25);
  expect(rows).toHaveLength(25);
  expect([rows[0], rows.at(-1)]).toEqual([0, 120]);
  expect(new Set(rows).size).toBe(25);
});
