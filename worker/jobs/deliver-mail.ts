import { defineSweep } from '../kit.ts';
import type { Work } from './work.ts';

/** Sends the mails of the ledger that are due, and takes over those that a dead worker left half sent. */
export const deliverMail = defineSweep<Work>({
  name: 'deliver-mail',
  run: ({ delivery }, signal) => delivery.deliverDue(signal),
});
