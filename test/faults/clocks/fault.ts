import { startServer } from '../../support/postgres.setup.ts';
import type { Fault } from '../fault.ts';
import { runClocks } from './run.ts';

/** See {@link runClocks}. */
export const clocks: Fault = {
  name: 'clocks',
  describe: 'walks two processes whose clocks are apart, and set by an hour, through the days on which five zones change theirs',
  steps: 'walks',
  usual: 60,
  run: async (campaign) => {
    const server = await startServer();
    try {
      await runClocks(campaign, server.url);
    } finally {
      await server.stop();
    }
  },
};
