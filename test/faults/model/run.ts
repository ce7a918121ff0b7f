/** Runs of drawn commands against the model, shrunk to the fewest that still show what is wrong. */
import fc from 'fast-check';
import { BrokenPromise, type Campaign } from '../fault.ts';
import { accountAsks } from './account-asks.ts';
import { beginning } from './beginning.ts';
import { Look } from './look.ts';
import { migrationAsks } from './migration-asks.ts';
import { Model } from './model.ts';
import { openPlatform, type RealPlatform } from './platform.ts';
import { Stage } from './step.ts';
import { DAY } from './time.ts';
import { passing, WHOLE_ROUND } from './works.ts';

/** Runs begin on a day of four years, so that they meet leap days and changes of clocks. */
const FIRST_DAY = Date.UTC(2026, 0, 1);
const DAYS = 4 * 366;
const MOST_COMMANDS = 30;

const run = fc.record({
  day: fc.nat({ max: DAYS }),
  beginning,
  commands: fc.commands([...migrationAsks, ...accountAsks, ...passing], { maxCommands: MOST_COMMANDS, size: 'max' }),
});

/**
 * One run after the other.
 *
 * @param url of a migrated database that nobody else uses
 * @throws BrokenPromise with the shortest story that was found
 */
export async function runModel(campaign: Campaign, url: string): Promise<void> {
  const platform = await openPlatform(url);
  try {
    for (const step of campaign.steps()) await runOne(campaign, platform, campaign.seed + step);
  } finally {
    await platform.close();
  }
}

/** The run of a seed is the same wherever it comes in a campaign. */
async function runOne(campaign: Campaign, platform: RealPlatform, seed: number): Promise<void> {
  const property = fc.asyncProperty(run, async ({ day, beginning: first, commands }) => {
    await platform.clear();
    const model = new Model(FIRST_DAY + day * DAY);
    await platform.setClock(model.now);
    const stage = new Stage(platform, (what, by) => campaign.tally(what, by));
    await fc.asyncModelRun(() => ({ model, real: stage }), [...first, ...commands, WHOLE_ROUND, new Look(false)]);
  });
  const { failed, errorInstance, numShrinks } = await fc.check(property, { numRuns: 1, seed: Math.imul(seed, 0x9e3779b1) });
  if (!failed) return;
  if (!(errorInstance instanceof BrokenPromise)) throw errorInstance;
  throw new BrokenPromise(
    `${errorInstance.message}\n  (shrunk ${numShrinks} times; this run again: npm run faults -- model --seed ${seed} --count 1)`,
  );
}
