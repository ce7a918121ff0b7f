/** The worker process: `npm run start:worker`. Any number of them may run against one database. */
import { compose } from '../src/compose.ts';
import { readConfig } from '../src/config.ts';
import { createLogger } from '../src/logger.ts';
import { SWEEPS } from './jobs/sweeps.ts';
import { runUntilSignal, withinStop } from '../src/process.ts';
import { startWorker } from './worker.ts';

await runUntilSignal(async () => {
  const config = readConfig();
  const log = createLogger(config, 'worker');
  const house = await compose(config, log, 'worker');
  try {
    await house.db.migrate();
    const worker = await startWorker(house, house, SWEEPS, log);
    return async () => {
      await worker.stop();
      await house.close();
    };
  } catch (error) {
    await withinStop(house.close());
    throw error;
  }
});
