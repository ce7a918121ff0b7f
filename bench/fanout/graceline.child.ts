/** Ours: the API process as `npm run start:api` runs it, whose settings are in the environment. */
import 'reflect-metadata';
import { startApi } from '../../src/api.ts';
import { compose } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/logger.ts';
import { answering } from './child.ts';

const config = readConfig();
const log = createLogger(config, 'api');
const house = await compose(config, log);
const api = await startApi(house, log);
answering(null, { port: () => api.port });
