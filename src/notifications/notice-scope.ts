/** Which events change which notices. */
import type { EventType } from '../events/log.ts';

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
