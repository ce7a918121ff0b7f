/** Words that operators alone read. */
import type { LineName } from './burn-down.rules.ts';
import type { QueueName } from '../../../schema/generated/dashboard.ts';

/** Lines of the burn-down. */
export const LINE: Readonly<Record<LineName, string>> = {
  pending: 'To go',
  optedIn: 'Opted in',
  new: 'New accounts',
  mandatory: 'On by the deadline',
  later: 'Later or exempt',
};

/** What waits to be sent. */
export const QUEUE: Readonly<Record<QueueName, { readonly label: string; readonly one: string; readonly about: string }>> = {
  REMINDER_MAIL: { label: 'Reminders', one: 'reminder', about: 'Mails to administrators about what is open.' },
  USER_MAIL: { label: 'Mail of accounts', one: 'mail', about: 'Mails to the users of accounts, by each account’s provider.' },
  WEBHOOK: { label: 'Webhooks', one: 'webhook', about: 'Events for the endpoints of partners and customers.' },
};

/** What of the platform an account runs on. */
export const PLATFORM = { CLOUD: 'Cloud', APPLIANCE: 'Appliance' } as const;
