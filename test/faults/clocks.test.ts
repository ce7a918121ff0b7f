import { expect, test } from 'vitest';
import { cloneDatabase } from '../support/database.ts';
import { runClocks } from './clocks/run.ts';
import { LONG_TEST_LIMIT_MS } from '../support/patience.ts';
import { shortCampaign } from './fault.ts';

const SEED = 20_261_126;
/** Both changes of five zones, and the leap day. */
const WALKS = 11;

test(
  'no clock that is set or apart enforces early, late or twice, nor doubles, loses or wakes anybody by a mail, nor loses a notice',
  async () => {
    const campaign = shortCampaign(WALKS, SEED);
    await runClocks(campaign, await cloneDatabase());
    const { done, tallies } = campaign.state;
    expect(done).toBe(WALKS);
    expect(Object.keys(tallies)).toEqual(
      expect.arrayContaining([
        'mails',
        'notices',
        'sweeps by turns',
        'clocks set an hour forth',
        'clocks set an hour back',
        'rounds of two workers at once',
      ]),
    );
  },
  LONG_TEST_LIMIT_MS,
);
