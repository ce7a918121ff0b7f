/** The API process: `npm run start:api`. Any number of them may run against one database. */
import 'reflect-metadata';
import { startApi } from './api.ts';
import { compose } from './compose.ts';
import { readConfig } from './config.ts';
import { createLogger } from './logger.ts';
import { runUntilSignal, withinStop } from './process.ts';

await runUntilSignal(async () => {
  const config = readConfig();
  const log = createLogger(config, 'api');
  const house = await compose(config, log, 'api');
  try {
    await house.db.migrate();
    const api = await startApi(house, log);
    return async () => {
      await api.stop();
      await house.close();
    };
  } catch (error) {
    await withinStop(house.close());
    throw error;
  }
});
