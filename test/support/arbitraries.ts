import fc from 'fast-check';
import { PLATFORMS } from '../../src/accounts/accounts.rules.ts';
import type { AccountFacts, DecisionFacts, MigrationFacts } from '../../src/rollouts/effective-state.rules.ts';

/** Instants that often coincide, so that "at the very instant" is tried as often as "before" and "after". */
export const instantArbitrary: fc.Arbitrary<Date> = fc
  .tuple(fc.integer({ min: 0, max: 6 }), fc.constantFrom(-1, 0, 0, 0, 1))
  .map(([day, ms]) => new Date(Date.UTC(2026, 4, 1 + day) + ms));

// Null as often as not: a fact that is missing decides as much as one that is there.
const maybeInstant = fc.option(instantArbitrary, { freq: 2 });
// What outranks everything else must be rare, or nothing else is tried.
const seldomInstant = fc.option(instantArbitrary, { freq: 2 }).chain((instant) => fc.option(fc.constant(instant), { freq: 2 }));
const attributes = fc.dictionary(
  fc.constantFrom('tier', 'beta', 'region', '__proto__x'),
  fc.oneof(fc.constantFrom('gold', 'x', ''), fc.constantFrom(1, 1.5, 0), fc.boolean()),
  { maxKeys: 2 },
);

export const migrationArbitrary: fc.Arbitrary<MigrationFacts> = fc.record({
  live: fc.constantFrom(true, true, true, false),
  graceStartsAt: maybeInstant,
  mandatoryAt: maybeInstant,
  reversible: fc.boolean(),
  affects: fc.record({
    platforms: fc.subarray([...PLATFORMS]),
    builtInEmailOnly: fc.boolean(),
    attributes: fc.oneof(fc.constant({}), fc.constant({}), attributes),
    listedOnly: fc.constantFrom(false, false, true),
  }),
});

export const accountArbitrary: fc.Arbitrary<AccountFacts> = fc.record({
  createdAt: instantArbitrary,
  platform: fc.constantFrom(...PLATFORMS),
  usesBuiltInEmail: fc.boolean(),
  attributes,
  listed: fc.boolean(),
});

export const decisionArbitrary: fc.Arbitrary<DecisionFacts> = fc.record({
  optedInAt: seldomInstant,
  optedOutAt: maybeInstant,
  extendedUntil: maybeInstant,
  exemptUntil: seldomInstant,
});
