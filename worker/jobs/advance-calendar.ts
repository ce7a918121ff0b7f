import { defineSweep } from '../kit.ts';
import type { Work } from './work.ts';

/** Records the grace periods that have started and the deadlines, extensions and exemptions that have passed. */
export const advanceCalendar = defineSweep<Work>({
  name: 'advance-calendar',
  run: ({ calendar }, signal) => calendar.advance(signal),
});
