import { defineSweep } from '../kit.ts';
import type { Work } from './work.ts';

/** Shows and closes notices as migrations open, end and become enabled for accounts. */
export const updateNotices = defineSweep<Work>({
  name: 'update-notices',
  run: ({ noticeSweep }, signal) => noticeSweep.updateNotices(signal),
});
