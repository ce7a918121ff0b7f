import { defineSweep } from '../kit.ts';
import type { Work } from './work.ts';

/** Sends the mails to users that are due, each with what its account has settled, and takes over those that a dead worker left. */
export const deliverUserMail = defineSweep<Work>({
  name: 'deliver-user-mail',
  run: ({ userMailSender }, signal) => userMailSender.deliverDue(signal),
});
