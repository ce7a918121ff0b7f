import fc from 'fast-check';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { instantOf, isoOf } from '../../src/instants.ts';

const driver = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ) as (text: string) => Date;
const anyInstant = fc.date({ noInvalidDate: true });
/** What PostgreSQL writes in UTC without BC behind it. */
const postgresInstant = fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true });

describe('instants', () => {
  it('are written as toISOString writes them', () => {
    fc.assert(
      fc.property(anyInstant, (instant) => {
        expect(isoOf(instant)).toBe(instant.toISOString());
      }),
    );
    for (const text of [
      '2026-11-26T00:00:00.000Z',
      '1969-12-31T23:59:59.999Z',
      '+275760-09-13T00:00:00.000Z',
      '-000001-01-01T00:00:00.001Z',
    ])
      expect(isoOf(new Date(text))).toBe(text);
  });

  it('that are none are refused as toISOString refuses them', () => {
    expect(() => isoOf(new Date(Number.NaN))).toThrow(RangeError);
    expect(() => isoOf(new Date(Number.NaN))).toThrow(RangeError);
  });

  it('are read as the driver reads them, with as many digits as PostgreSQL writes', () => {
    fc.assert(
      fc.property(postgresInstant, fc.integer({ min: 0, max: 999_999 }), (instant, micros) => {
        const fraction = micros === 0 ? '' : `.${String(micros).padStart(6, '0').replace(/0+$/, '')}`;
        const text = `${instant.toISOString().slice(0, 19).replace('T', ' ')}${fraction}+00`;
        expect([text, instantOf(text)]).toEqual([text, driver(text)]);
      }),
    );
  });

  it('in any other form are left to the driver', () => {
    for (const text of [
      'infinity',
      '-infinity',
      '2026-11-26 09:30:00+01',
      '2026-11-26 09:30:00+05:30',
      '0044-03-15 12:00:00+00 BC',
      '12026-11-26 09:30:00+00',
      '2026-11-26T09:30:00Z',
      'Thu Nov 26 09:30:00 2026 UTC',
      '',
    ])
      expect([text, instantOf(text)]).toEqual([text, null]);
  });

  it('of more days than are remembered are right all the same', () => {
    for (let day = 0; day < 5_000; day += 1) {
      const instant = new Date(day * 86_400_000 + 1);
      expect(isoOf(instant)).toBe(instant.toISOString());
      expect(instantOf(`${instant.toISOString().slice(0, 10)} 00:00:00.001+00`)).toEqual(instant);
    }
  });
});
