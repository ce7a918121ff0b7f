import { expect, test } from 'vitest';
import { cloneDatabase } from '../support/database.ts';
import { LONG_TEST_LIMIT_MS } from '../support/patience.ts';
import { shortCampaign } from './fault.ts';
import { runModel } from './model/run.ts';

const SEED = 20_261_126;
const RUNS = 30;

test(
  'the platform is as the model says, whatever people ask, however clocks are set and processes die',
  async () => {
    const campaign = shortCampaign(RUNS, SEED);
    await runModel(campaign, await cloneDatabase());
    const { done, tallies } = campaign.state;
    expect(done).toBe(RUNS);
    // Drawn by chance, but from a seed: where one of these is missing, the commands no longer reach what they are to try.
    expect(Object.keys(tallies)).toEqual(
      expect.arrayContaining([
        'mails',
        'refusals',
        'workers that died',
        'processes that died before a commit',
        'rounds of two workers at once',
      ]),
    );
  },
  LONG_TEST_LIMIT_MS,
);
