import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GracelineError } from '../../../src/errors.ts';
import { earliestDay, instantDate, isExact, parsePartialDate, precisionOf, TBD } from '../../../src/migrations/dates.rules.ts';
import { checkedDate, scheduleFrom } from '../../../src/migrations/dates.ts';

/** Any day of the calendar that has four digits of year, as its text. */
const day = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const pad = (n: number) => String(n).padStart(2, '0');

describe('a partial date as people write it', () => {
  test.each([
    ['TBD', 'TBD', 'TBD'],
    [' tbd ', 'TBD', 'TBD'],
    ['2016-06', '2016-06', 'MONTH'],
    ['2016-06-XX', '2016-06', 'MONTH'],
    ['2016-06-xx', '2016-06', 'MONTH'],
    ['2016-06-??', '2016-06', 'MONTH'],
    ['2016-06-20', '2016-06-20', 'DAY'],
    ['2016-02-29', '2016-02-29', 'DAY'],
    ['2016-06-20T09:30Z', '2016-06-20T09:30:00Z', 'INSTANT'],
    ['2016-06-20T09:30:00.000Z', '2016-06-20T09:30:00Z', 'INSTANT'],
    ['2016-06-20T09:30:00.5Z', '2016-06-20T09:30:00.500Z', 'INSTANT'],
    ['2016-06-20T00:30:00+02:00', '2016-06-19T22:30:00Z', 'INSTANT'],
  ])('%j is %s, a %s', (text, canonical, precision) => {
    expect(parsePartialDate(text)).toBe(canonical);
    expect(precisionOf(canonical)).toBe(precision);
    expect(isExact(canonical)).toBe(precision === 'DAY' || precision === 'INSTANT');
  });

  test.each([
    '',
    'soon',
    '2016',
    '2016-13',
    '2016-00',
    '2016-6',
    '0000-01',
    '2016-02-30',
    '2015-02-29',
    '2016-06-00',
    '2016-06-31',
    '0000-01-01',
    '20160620',
    '20/06/2016',
    '2016-06-20 09:30',
    '2016-06-20T09:30',
    '2016-06-20T25:00Z',
    '2016-02-30T09:30Z',
    '2016-06-20T09:30:00.1234Z',
    '2016-06-20T09:30:00+25:00',
    '+012016-06-20T09:30Z',
    'TBD TBD',
  ])('%j is none', (text) => {
    expect(parsePartialDate(text)).toBeNull();
  });

  test('is refused with a code, the field and what to write, and a long one is not repeated whole', () => {
    const refusalOf = (text: string): GracelineError => {
      try {
        checkedDate('mandatoryOptIn', text);
      } catch (error) {
        if (error instanceof GracelineError) return error;
      }
      throw new Error(`"${text}" was taken.`);
    };
    expect(refusalOf('2016-02-30')).toMatchObject({
      code: 'INVALID_DATE',
      message: expect.stringMatching(/"2016-02-30".*TBD/),
      details: { field: 'mandatoryOptIn' },
    });
    expect(refusalOf('9'.repeat(100_000)).message.length).toBeLessThan(300);
  });
});

describe('every date that is taken', () => {
  const anything = fc.oneof(
    fc.string(),
    day,
    day.map((text) => text.slice(0, 7)),
    fc
      .tuple(
        day,
        fc.integer({ min: 0, max: 24 }),
        fc.integer({ min: 0, max: 59 }),
        fc.constantFrom('Z', '+14:00', '-12:00', '+23:59', '-23:59'),
      )
      .map(([text, hour, minute, offset]) => `${text}T${pad(hour)}:${pad(minute)}${offset}`),
  );

  test('reads back as itself: what is exported is imported', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const canonical = parsePartialDate(text);
        if (canonical !== null) expect(parsePartialDate(canonical)).toBe(canonical);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each(['9999-12-31T23:59:59-23:59', '0001-01-01T00:00:00+23:59'])('%s would leave the years 1 to 9999 and is none', (text) => {
    expect(parsePartialDate(text)).toBeNull();
  });

  test('sorts as text in the order of its earliest day', () => {
    fc.assert(
      fc.property(day, day, (one, other) => {
        expect(one < other).toBe(Date.parse(one) < Date.parse(other));
        expect(earliestDay(one.slice(0, 7))! <= one).toBe(true);
      }),
    );
  });

  test('TBD sorts after every date, as lists that show the newest first need', () => {
    fc.assert(fc.property(day, (text) => text < TBD));
  });

  test('an instant survives its text', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
        (instant) => {
          const text = instantDate(instant);
          expect(precisionOf(text)).toBe('INSTANT');
          expect(parsePartialDate(text)).toBe(text);
          expect(new Date(text)).toEqual(instant);
        },
      ),
    );
  });
});

describe('the instants at which dates fire', () => {
  test.each([
    ['TBD', 'UTC', null],
    ['2016-06', 'Europe/Berlin', null],
    ['2016-06-20', 'UTC', '2016-06-20T00:00:00.000Z'],
    ['2016-06-20', 'Europe/Berlin', '2016-06-19T22:00:00.000Z'],
    ['2016-12-20', 'Europe/Berlin', '2016-12-19T23:00:00.000Z'],
    ['2016-06-20', 'America/Los_Angeles', '2016-06-20T07:00:00.000Z'],
    // Midnight did not exist there: summer time began with it.
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
    ['2016-06-20T09:30:00Z', 'Europe/Berlin', '2016-06-20T09:30:00.000Z'],
  ])('%s in %s fires at %s', (date, zone, instant) => {
    const schedule = scheduleFrom(date, date, zone);
    expect(schedule.graceStartsAt?.toISOString() ?? null).toBe(instant);
    expect(schedule.mandatoryAt?.toISOString() ?? null).toBe(instant);
    expect(schedule).toMatchObject({ gracePeriodStart: date, mandatoryOptIn: date });
  });
});
