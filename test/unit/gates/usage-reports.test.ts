import { describe, expect, test } from 'vitest';
import { MAX_USES, sortReports, type UseReport } from '../../../src/gates/usage-reports.rules.ts';
import { quietDays } from '../../../src/gates/usage.rules.ts';

const NOW = new Date('2016-06-15T09:00:00.000Z');
const report = (changes: Partial<UseReport>): UseReport => ({
  account: 'a',
  migration: 'm',
  client: 'c',
  uses: 1,
  lastUsedAt: null,
  ...changes,
});
const at = (instant: string) => report({ lastUsedAt: new Date(instant) });
const messagesOf = (reports: readonly UseReport[]) => sortReports(reports, NOW).refused.map(({ message }) => message);

describe('reports', () => {
  test('that count together are one, with the last of their instants, and those of another day apart', () => {
    const given = [
      at('2016-06-14T23:00:00Z'),
      at('2016-06-14T01:00:00Z'),
      at('2016-06-15T00:00:00Z'),
      report({ client: 'd' }),
      report({ uses: 4 }),
    ];
    expect(sortReports(given, NOW)).toEqual({
      checked: [
        { ...at('2016-06-14T23:00:00Z'), uses: 2 },
        { ...report({ lastUsedAt: NOW }), uses: 5 },
        report({ client: 'd', lastUsedAt: NOW }),
      ],
      refused: [],
    });
  });

  test('whose names could look like another’s stay apart', () => {
    expect(sortReports([report({ account: 'a","m' }), report({ migration: 'm","m' })], NOW).checked).toHaveLength(2);
  });

  test('from a clock that is a little ahead are of now; others to come, of old, or of no use are refused one by one', () => {
    expect(sortReports([at('2016-06-15T09:04:59Z')], NOW).checked[0]!.lastUsedAt).toEqual(NOW);
    expect(messagesOf([at('2016-06-15T09:05:01Z')])).toEqual([expect.stringContaining('to come')]);
    expect(messagesOf([at('2015-05-13T09:00:00Z')])).toEqual([]);
    expect(messagesOf([at('2015-05-13T08:59:59Z')])).toEqual([expect.stringContaining('400 days')]);
    for (const uses of [0, -1, Number.NaN, MAX_USES + 1])
      expect(messagesOf([report({ uses })])).toEqual([expect.stringContaining('"uses"')]);
    expect(sortReports([report({ uses: 0 }), report({ client: 'd' })], NOW).checked).toHaveLength(1);
  });

  test('name clients in 200 characters at most, each of which a database can hold', () => {
    const { checked } = sortReports([report({ client: `${'x'.repeat(199)}\u{1F600}` }), report({ client: 'a\0\n' })], NOW);
    expect(checked.map(({ client }) => client)).toEqual([`${'x'.repeat(199)}\u{FFFD}`, 'a\u{FFFD}\u{FFFD}']);
  });
});

describe('days without a use', () => {
  test('are days of the calendar in UTC since the last one', () => {
    const since = (lastUsedAt: string) => quietDays({ lastUsedAt: new Date(lastUsedAt), countedSince: '2016-01-01' }, NOW);
    expect([since('2016-06-15T00:00:00Z'), since('2016-06-14T23:59:59Z'), since('2016-05-06T12:00:00Z')]).toEqual([0, 1, 40]);
    expect(since('2016-06-15T23:00:00Z')).toBe(0);
  });

  test('go back to where counting began for an account that never used it, and are unknown where nobody counts', () => {
    expect(quietDays({ lastUsedAt: null, countedSince: '2016-06-05' }, NOW)).toBe(10);
    expect(quietDays({ lastUsedAt: null, countedSince: null }, NOW)).toBeNull();
  });
});
