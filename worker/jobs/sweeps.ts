import type { Sweep } from '../kit.ts';
import { advanceCalendar } from './advance-calendar.ts';
import { chainEvents } from './chain-events.ts';
import { composeMails } from './compose-mails.ts';
import { deliverMail } from './deliver-mail.ts';
import { deliverUserMail } from './deliver-user-mail.ts';
import { deliverWebhooks } from './deliver-webhooks.ts';
import { expandMilestones } from './expand-milestones.ts';
import { foldCounts } from './fold-counts.ts';
import { purgeEvents } from './purge-events.ts';
import { purgeIdempotencyKeys } from './purge-idempotency-keys.ts';
import { purgeMail } from './purge-mail.ts';
import { purgeSessions } from './purge-sessions.ts';
import { purgeUsage } from './purge-usage.ts';
import { purgeUserMail } from './purge-user-mail.ts';
import { purgeWebhooks } from './purge-webhooks.ts';
import { queueWebhooks } from './queue-webhooks.ts';
import { updateNotices } from './update-notices.ts';
import type { Work } from './work.ts';

/** Every sweep of the worker, in the order in which work flows through them. */
export const SWEEPS: readonly Sweep<Work>[] = [
  advanceCalendar,
  foldCounts,
  updateNotices,
  expandMilestones,
  composeMails,
  deliverMail,
  deliverUserMail,
  queueWebhooks,
  deliverWebhooks,
  chainEvents,
  purgeEvents,
  purgeIdempotencyKeys,
  purgeMail,
  purgeSessions,
  purgeUsage,
  purgeUserMail,
  purgeWebhooks,
];
