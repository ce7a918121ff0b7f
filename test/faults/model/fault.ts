import type { Fault } from '../fault.ts';
import { onServer } from '../on-server.ts';
import { runModel } from './run.ts';

/** See {@link runModel}. */
export const model: Fault = {
  name: 'model',
  describe: 'compares the platform with a model of it, command by command, while processes die and clocks are set',
  steps: 'runs',
  usual: 300,
  run: (campaign) => onServer((url) => runModel(campaign, url)),
};
