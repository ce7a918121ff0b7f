/** The campaign's short form, and a part of its table of inputs: see `npm run faults -- fuzz`. */
import { expect, test } from 'vitest';
import { cloneDatabase } from '../support/database.ts';
import { LONG_TEST_LIMIT_MS } from '../support/patience.ts';
import { shortCampaign } from './fault.ts';
import { fuzzOn } from './fuzz/fault.ts';

const DOCUMENTS = 1_200;
const SEED = 7;

test(
  'documents of all kinds, and inputs of all mutations, are answered without a defect',
  async () => {
    const campaign = shortCampaign(DOCUMENTS, SEED);
    await fuzzOn(await cloneDatabase(), campaign);
    const { done, tallies } = campaign.state;
    expect(done).toBe(DOCUMENTS);
    // Something of each kind was sent, and much of it got through to where it could do harm.
    expect(Object.keys(tallies)).toEqual(
      expect.arrayContaining([
        'inputs of mutations and queries by type',
        'documents by the grammar',
        'documents nearly right',
        'requests as bytes',
        'requests to other routes',
        'sockets',
      ]),
    );
    expect(tallies['  answered: status 200']).toBeGreaterThan(DOCUMENTS / 10);
  },
  LONG_TEST_LIMIT_MS,
);
