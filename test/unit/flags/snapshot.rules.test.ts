import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeContent, encodeContent, type Places, type SnapshotContent } from '../../../src/flags/snapshot.rules.ts';

const ROOM = 64;
const instant = fc.option(fc.integer({ min: 0, max: 4_000_000_000_000 }));
/** Ids hold no control characters. */
const id = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((text) => !/\p{Cc}/u.test(text) && text.isWellFormed());

/** Sets of every density, up to so many places. */
function placesBelow(size: number): fc.Arbitrary<Places> {
  return fc
    .tuple(
      fc.constantFrom(0, 0.01, 0.1, 0.5, 1),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: size, maxLength: size }),
    )
    .map(([share, dice]) => Uint32Array.from(dice.flatMap((rolled, place) => (rolled < share ? [place] : []))));
}

const content: fc.Arbitrary<SnapshotContent> = fc.uniqueArray(id, { maxLength: 300 }).chain((ids) =>
  fc.record({
    everyAccount: fc.boolean(),
    starts: fc.constant([1_000, 2_000]),
    ids: fc.constant(ids),
    eras: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: ids.length, maxLength: ids.length }).map((eras) => Uint16Array.from(eras)),
    flags: fc.array(
      fc.record({
        key: fc.string(),
        live: fc.boolean(),
        graceStartsAt: instant,
        mandatoryAt: instant,
        reversible: fc.boolean(),
        gracePeriodStart: fc.constant('TBD'),
        guideUrl: fc.constant(null),
        affectsByDefault: fc.boolean(),
        optedIn: placesBelow(ids.length),
        optedOut: placesBelow(ids.length),
        otherwise: placesBelow(ids.length),
        steered: placesBelow(ids.length).map((places) => [...places].map((place) => ({ place, extendedUntil: 1, exemptUntil: null }))),
      }),
      { maxLength: 4 },
    ),
  }),
);

test('what is written is read, with room for more', () => {
  fc.assert(
    fc.property(content, (written) => {
      const { ids, noted, eras, flags, ...rest } = decodeContent(encodeContent(written), ROOM);
      expect(rest).toEqual({ everyAccount: written.everyAccount, starts: written.starts });
      expect(ids === '' ? [] : ids.split('\n')).toEqual(written.ids);
      expect(noted).toBe(written.ids.length);
      expect([...eras]).toEqual([...written.eras, ...Array<number>(ROOM).fill(0)]);
      expect(flags).toEqual(
        written.flags.map((flag) => ({
          ...flag,
          optedIn: bits(flag.optedIn, noted),
          optedOut: bits(flag.optedOut, noted),
          otherwise: bits(flag.otherwise, noted),
        })),
      );
    }),
  );
});

test('what is no snapshot is refused', () => {
  expect(() => decodeContent(new TextEncoder().encode('<html>not here</html>'), 0)).toThrow('no snapshot');
});

function bits(places: Places, noted: number): Uint8Array | null {
  if (places.length === 0) return null;
  const expected = new Uint8Array((noted + ROOM + 7) >> 3);
  for (const place of places) expected[place >> 3]! |= 1 << (place & 7);
  return expected;
}
