import { startServer } from '../../support/postgres.setup.ts';
import type { Fault } from '../fault.ts';
import { runModel } from './run.ts';

/** See {@link runModel}. */
export const model: Fault = {
  name: 'model',
  describe: 'compares the platform with a model of it, command by command, while processes die and clocks are set',
  steps: 'runs',
  usual: 300,
  run: async (campaign) => {
    const server = await startServer();
    try {
      await runModel(campaign, server.url);
    } finally {
      await server.stop();
    }
  },
};
