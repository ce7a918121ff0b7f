/** An API process as `src/main.ts` starts it, that tells whoever forked it what it has used so far. Production tells nobody. */
import 'reflect-metadata';
import { startApi } from '../../src/api.ts';
import { compose } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/logger.ts';

const config = readConfig();
const log = createLogger(config, 'api');
const house = await compose(config, log);
await house.db.migrate();
const api = await startApi(house, log);

process.on('message', (question: 'usage' | 'rest') => {
  // What is garbage is no memory in use.
  if (question === 'rest') globalThis.gc!();
  const [all, main] = [process.cpuUsage(), process.threadCpuUsage()];
  const { heapUsed, external, rss } = process.memoryUsage();
  process.send!({
    cpuMicros: all.user + all.system,
    mainMicros: main.user + main.system,
    live: heapUsed + external,
    rss,
    maxRss: process.resourceUsage().maxRSS * 1_024,
  });
});
process.on('disconnect', () => process.exit());
process.send!({ port: api.port });
