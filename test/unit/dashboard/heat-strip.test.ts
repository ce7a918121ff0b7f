import { expect, test } from 'vitest';
import { heatDays, heatMonths, STRIP_DAYS } from '../../../src/dashboard/administrator/heat-strip.rules.ts';

const heatOf = (today: string, deadlines: string[]) =>
  heatDays(today, deadlines).flatMap(({ day, heat }) => (heat > 0 ? [`${day} ${heat}`] : []));

test('a deadline is hotter the closer it is, and one behind the quarter or in the past is not shown', () => {
  const today = '2026-11-26';
  const deadlines = [
    '2026-11-25',
    '2026-11-26',
    '2026-11-28',
    '2026-11-29',
    '2026-12-09',
    '2026-12-10',
    '2026-12-26',
    '2027-02-24',
    '2027-02-25',
  ];
  expect(heatOf(today, deadlines)).toEqual([
    '2026-11-26 4',
    '2026-11-28 4',
    '2026-11-29 3',
    '2026-12-09 3',
    '2026-12-10 2',
    '2026-12-26 1',
    '2027-02-24 1',
  ]);
});

test('two deadlines on a day are one hot day', () => {
  expect(heatOf('2026-11-26', ['2026-12-01', '2026-12-01'])).toEqual(['2026-12-01 3']);
});

test('days follow each other over the end of summer time, and months cover them all', () => {
  const days = heatDays('2026-10-20', []);
  expect(new Set(days.map(({ day }) => day)).size).toBe(STRIP_DAYS);
  expect(heatMonths(days)).toEqual([
    { month: '2026-10', firstDay: 0, days: 12 },
    { month: '2026-11', firstDay: 12, days: 30 },
    { month: '2026-12', firstDay: 42, days: 31 },
    { month: '2027-01', firstDay: 73, days: 18 },
  ]);
});
