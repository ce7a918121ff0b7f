import type { Fault } from '../fault.ts';
import { onServer } from '../on-server.ts';
import { runClocks } from './run.ts';

/** See {@link runClocks}. */
export const clocks: Fault = {
  name: 'clocks',
  describe: 'walks two processes whose clocks are apart, and set by an hour, through the days on which five zones change theirs',
  steps: 'walks',
  usual: 60,
  run: (campaign) => onServer((url) => runClocks(campaign, url)),
};
