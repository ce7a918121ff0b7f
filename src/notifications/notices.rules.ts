/** What notices are about, which events change them, and how they read. */
import type { EventType } from '../events/log.ts';
import type { PartialDate } from '../migrations/dates.rules.ts';

/** The kinds of notices: something is open, a deadline moved, a migration is on. */
export type NoticeKind = 'OPEN' | 'RESCHEDULED' | 'ON';

/** The occasion of the notice that stands while a migration is open. */
export const OPEN_OCCASION = 'OPEN';

/** What an event can change: the notices of all administrators about its migration, of its accounts' administrators, or of everybody. */
export type NoticeScope = 'MIGRATION' | 'ACCOUNT' | 'ADMINISTRATOR' | 'EVERYTHING';

const SCOPES: Partial<Record<EventType, NoticeScope>> = {
  MIGRATION_ANNOUNCED: 'MIGRATION',
  MIGRATION_EDITED: 'MIGRATION',
  MIGRATION_ENFORCED: 'MIGRATION',
  MIGRATION_IMPORTED: 'MIGRATION',
  MIGRATION_CANCELLED: 'MIGRATION',
  GRACE_PERIOD_STARTED: 'MIGRATION',
  DEADLINE_PASSED: 'MIGRATION',
  RESCHEDULE_APPLIED: 'MIGRATION',
  OPTED_IN: 'ACCOUNT',
  OPTED_OUT: 'ACCOUNT',
  DEADLINE_EXTENDED: 'ACCOUNT',
  ACCOUNT_EXEMPTED: 'ACCOUNT',
  EXTENSION_ENDED: 'ACCOUNT',
  EXEMPTION_ENDED: 'ACCOUNT',
  ACCOUNT_AFFECTED: 'ACCOUNT',
  ACCOUNT_UNAFFECTED: 'ACCOUNT',
  ACCOUNT_CREATED: 'ACCOUNT',
  ACCOUNT_EDITED: 'ACCOUNT',
  ADMINISTRATION_GRANTED: 'ADMINISTRATOR',
  ADMINISTRATION_REVOKED: 'ADMINISTRATOR',
  ACCOUNTS_IMPORTED: 'EVERYTHING',
};

/**
 * What of the notices an event can change; null for nothing. Where it lacks the account or administrator it would be
 * about, it counts for the next wider scope: a needless look costs time, a missing one a notice.
 */
export function noticeScope(event: {
  type: EventType;
  migrationId: string | null;
  accountNumber: number | null;
  administratorId: string | null;
}): NoticeScope | null {
  const scope = SCOPES[event.type] ?? null;
  if (scope === 'ADMINISTRATOR' && event.administratorId === null) return event.accountNumber === null ? 'EVERYTHING' : 'ACCOUNT';
  if (scope === 'ACCOUNT' && event.accountNumber === null) return event.migrationId === null ? 'EVERYTHING' : 'MIGRATION';
  return scope === 'MIGRATION' && event.migrationId === null ? 'EVERYTHING' : scope;
}

/** The kind an occasion belongs to. */
export function noticeKind(occasion: string): NoticeKind {
  if (occasion.startsWith('RESCHEDULED:')) return 'RESCHEDULED';
  return occasion === OPEN_OCCASION ? 'OPEN' : 'ON';
}

/** A notice as a sentence for people. */
export function noticeMessage(kind: NoticeKind, title: string, deadline: PartialDate, openAccounts: number): string {
  const due =
    deadline === 'TBD'
      ? 'Its deadline is still to be announced'
      : `It becomes mandatory ${deadline.length === 7 ? 'in' : 'on'} ${deadline}`;
  const accounts = openAccounts === 1 ? 'one of your accounts' : `${openAccounts} of your accounts`;
  switch (kind) {
    case 'ON':
      return `“${title}” is now on for your accounts.`;
    case 'RESCHEDULED':
      return openAccounts > 0
        ? `The dates of “${title}” have changed. ${due}; ${accounts} have still to opt in.`
        : `The dates of “${title}” have changed. ${due}.`;
    case 'OPEN':
      return openAccounts > 0 ? `“${title}” awaits ${accounts}. ${due}; opt in before.` : `Nothing is left to do about “${title}”.`;
  }
}
