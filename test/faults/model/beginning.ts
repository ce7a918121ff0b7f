import fc from 'fast-check';
import { planAccount, planPerson, platform, zone } from './account-asks.ts';
import { some } from './draw.ts';
import { draft, likely, planAnnounce, planCreate } from './migration-asks.ts';
import type { Model } from './model.ts';
import { Ask, type Plan } from './step.ts';
import { DAY } from './time.ts';

/** What every run begins with: some accounts, their administrators, and a migration that is announced. */
export const beginning: fc.Arbitrary<readonly Ask[]> = fc
  .tuple(
    fc.array(platform, { minLength: 1, maxLength: 3 }),
    fc.array(fc.tuple(zone, fc.uniqueArray(some, { minLength: 1, maxLength: 2 })), { minLength: 1, maxLength: 2 }),
    fc.oneof(draft, likely, likely),
  )
  .map(([platforms, people, drafted]) => {
    const plain = (planOf: (model: Model) => Plan | null) => new Ask(planOf, 'none');
    return [
      ...platforms.map((on) => plain((model) => planAccount(model, { platform: on, created: [0, -400 * DAY] }))),
      ...people.map((person) => plain((model) => planPerson(model, person))),
      plain((model) => planCreate(model, drafted)),
      plain((model) => (model.migrations[0] ? planAnnounce(model, model.migrations[0]) : null)),
    ];
  });
