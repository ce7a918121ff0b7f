/** How commands are drawn by chance: who and what they are about is drawn among what there is. */
import fc from 'fast-check';
import type { Account, Migration, Model } from './model.ts';
import { isLive } from './rule.ts';
import { Ask, type Crash, type Plan } from './step.ts';
import { DAY, dayAt, firesAt, HOUR, instantText, type Ms, PLATFORM_ZONE, plusDays } from './time.ts';

/** Which of those there are. */
export const some = fc.nat({ max: 11 });

const crash = fc.oneof(
  { arbitrary: fc.constant<Crash>('none'), weight: 14 },
  { arbitrary: fc.constant<Crash>('before its commit'), weight: 1 },
  { arbitrary: fc.constant<Crash>('after its commit'), weight: 1 },
);

/** A date: nothing known, a month, a day or an instant, so many days from an origin. */
export type DateWish = { readonly precision: 'TBD' | 'MONTH' | 'DAY' | 'INSTANT'; readonly days: number; readonly ms: number };

const precision = fc.constantFrom<DateWish['precision']>('DAY', 'DAY', 'DAY', 'DAY', 'INSTANT', 'INSTANT', 'MONTH', 'TBD');
/** @param min so many days from the origin at least, and at most */
export const wish = (min: number, max: number): fc.Arbitrary<DateWish> =>
  fc.record({
    precision,
    days: fc.integer({ min, max }),
    ms: fc.constantFrom(0, 1, 9 * HOUR, DAY - 1),
  });

/** The text of a date that was wished for. */
export function dateOf({ precision: known, days, ms }: DateWish, origin: Ms): string {
  const day = plusDays(dayAt(origin, PLATFORM_ZONE), days);
  switch (known) {
    case 'TBD':
      return 'TBD';
    case 'MONTH':
      return day.slice(0, 'YYYY-MM'.length);
    case 'DAY':
      return day;
    case 'INSTANT':
      return instantText(firesAt(day)! + ms);
  }
}

/** One of a list, whatever the number; undefined of none. */
export function pick<T>(list: readonly T[], which: number): T | undefined {
  return list[which % list.length];
}

/** A command made of drawn values. @param plan null where it makes no sense now */
export function ask<T>(values: fc.Arbitrary<T>, plan: (model: Model, value: T) => Plan | null): fc.Arbitrary<Ask> {
  return fc.tuple(values, crash).map(([value, crashes]) => new Ask((model) => plan(model, value), crashes));
}

/** About a migration. */
export function ofMigration<T>(
  values: fc.Arbitrary<T>,
  plan: (model: Model, migration: Migration, value: T) => Plan | null,
): fc.Arbitrary<Ask> {
  return ask(fc.tuple(some, values), (model, [which, value]) => {
    // Most can be done to what is live, and not for ever.
    const live = model.migrations.filter((migration) => isLive(migration));
    const migration = pick([...live, ...live, ...model.migrations], which);
    return migration ? plan(model, migration, value) : null;
  });
}

/** About a migration and an account. */
export function ofPair<T>(
  values: fc.Arbitrary<T>,
  plan: (model: Model, migration: Migration, account: Account, value: T) => Plan | null,
): fc.Arbitrary<Ask> {
  return ofMigration(fc.tuple(some, values), (model, migration, [which, value]) => {
    const account = pick(model.accounts, which);
    return account ? plan(model, migration, account, value) : null;
  });
}

/** The same so many times, to be drawn the more often. */
export function times<T>(count: number, one: T): T[] {
  return Array.from({ length: count }, () => one);
}
