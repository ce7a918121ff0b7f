/** The worker as `npm run start:worker` runs it, whose settings are in the environment. */
import { compose } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/logger.ts';
import { SWEEPS } from '../../worker/jobs/sweeps.ts';
import { startWorker } from '../../worker/worker.ts';
import { answering } from '../fanout/child.ts';

const config = readConfig();
const log = createLogger(config, 'worker');
const house = await compose(config, log);
await startWorker(house, house, SWEEPS, log);
answering(null, {});
