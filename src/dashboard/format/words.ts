/** What the API names in capitals, in words. A name it adds does not compile until it has some here. */
import type { EventType, LifecycleState, Reason, Severity, TemplateName } from '../../../schema/generated/dashboard.ts';
import type { Tone } from '../components/badge.tsx';

interface Word {
  readonly label: string;
  readonly tone: Tone;
}

/** How severe a migration is. */
export const SEVERITY: Readonly<Record<Severity, Word>> = {
  LOW: { label: 'Low', tone: 'neutral' },
  MEDIUM: { label: 'Medium', tone: 'accent' },
  HIGH: { label: 'High', tone: 'warn' },
  CRITICAL: { label: 'Critical', tone: 'bad' },
};

/** Where a migration stands. */
export const LIFECYCLE: Readonly<Record<LifecycleState, Word>> = {
  DRAFT: { label: 'Draft', tone: 'neutral' },
  ANNOUNCED: { label: 'Announced', tone: 'accent' },
  GRACE_PERIOD: { label: 'Grace period', tone: 'warn' },
  MANDATORY: { label: 'Mandatory', tone: 'good' },
  CANCELLED: { label: 'Cancelled', tone: 'neutral' },
};

/** How an account stands to a migration: a word for lists, and a sentence that says why. */
export const REASON: Readonly<Record<Reason, Word & { readonly sentence: string }>> = {
  PENDING: { label: 'Open', tone: 'warn', sentence: 'It is off. You can opt in now.' },
  OPTED_OUT: { label: 'Opted out', tone: 'warn', sentence: 'It is off again. You can opt in any time before the deadline.' },
  NOT_STARTED: { label: 'Not started', tone: 'neutral', sentence: 'It is off. You can opt in once its grace period has started.' },
  OPTED_IN: { label: 'Opted in', tone: 'good', sentence: 'It is on, because somebody opted in.' },
  NEW_ACCOUNT: { label: 'On', tone: 'good', sentence: 'It has been on since the account was created.' },
  MANDATORY: { label: 'On', tone: 'good', sentence: 'It is on: its deadline has passed.' },
  EXTENDED: { label: 'Extended', tone: 'warn', sentence: 'It is off. The platform gave this account a later deadline.' },
  EXEMPT: { label: 'Exempt', tone: 'neutral', sentence: 'It is off. The platform leaves this account alone for a time.' },
  NOT_AFFECTED: { label: 'Not affected', tone: 'neutral', sentence: 'It changes nothing for this account.' },
  BROWNOUT: {
    label: 'On for a test',
    tone: 'warn',
    sentence: 'It is on for a short time, so that what depends on the old behaviour shows.',
  },
  WAVE: { label: 'On', tone: 'good', sentence: 'It is on: this account belongs to a part that moved early.' },
};

/** The mails to users. */
export const TEMPLATE: Readonly<Record<TemplateName, string>> = {
  VERIFICATION: 'Verification',
  WELCOME: 'Welcome',
  PASSWORD_CHANGE: 'Password change',
  BLOCKED_ACCOUNT: 'Blocked account',
  BREACH_ALERT: 'Breach alert',
  ENROLMENT: 'Enrolment',
};

/** What happened, as the log tells it. */
export const EVENT: Readonly<Record<EventType, string>> = {
  ACCOUNTS_IMPORTED: 'Accounts imported',
  ACCOUNT_AFFECTED: 'Affected by a migration',
  ACCOUNT_CREATED: 'Account created',
  ACCOUNT_EDITED: 'Account changed',
  ACCOUNT_EXEMPTED: 'Exempted',
  ACCOUNT_UNAFFECTED: 'No longer affected by a migration',
  ADMINISTRATION_GRANTED: 'Administrator added',
  ADMINISTRATION_REVOKED: 'Administrator removed',
  ADMINISTRATOR_CREATED: 'Administrator created',
  ADMINISTRATOR_EDITED: 'Administrator changed',
  APPLICATION_CREATED: 'Application created',
  CALENDAR_LINK_CREATED: 'Calendar address made',
  CALENDAR_LINK_REMOVED: 'Calendar address ended',
  DEADLINE_EXTENDED: 'Deadline extended',
  DEADLINE_PASSED: 'Deadline passed',
  EMAIL_SETTINGS_CHANGED: 'Email settings changed',
  EMAIL_TEMPLATE_CHANGED: 'Email template changed',
  EXEMPTION_ENDED: 'Exemption ended',
  EXTENSION_ENDED: 'Extension ended',
  GRACE_PERIOD_STARTED: 'Grace period started',
  MAIL_FAILED: 'Reminder given up',
  MAIL_RETRIED: 'Reminder tried again',
  MIGRATION_ANNOUNCED: 'Migration announced',
  MIGRATION_CANCELLED: 'Migration cancelled',
  MIGRATION_CREATED: 'Migration created',
  MIGRATION_EDITED: 'Migration changed',
  MIGRATION_ENFORCED: 'Migration enforced',
  MIGRATION_IMPORTED: 'Migration imported',
  NOTICE_ADDED: 'Notice added',
  NOTICE_DISMISSED: 'Notice dismissed',
  OPTED_IN: 'Opted in',
  OPTED_OUT: 'Opted out',
  PASSWORD_CHANGED: 'Password of a user changed',
  PASSWORD_LINK_SENT: 'Password link sent to a user',
  RESCHEDULE_APPLIED: 'Rescheduled',
  RESCHEDULE_REJECTED: 'Reschedule rejected',
  RESCHEDULE_REQUESTED: 'Reschedule requested',
  TEST_EMAIL_SENT: 'Test mail sent',
  TOKEN_CREATED: 'Token created',
  TOKEN_REVOKED: 'Token revoked',
  TOKEN_ROTATED: 'Token rotated',
  USER_CREATED: 'User created',
  USER_MAIL_FAILED: 'Mail to a user given up',
  WEBHOOK_CREATED: 'Webhook created',
  WEBHOOK_DELETED: 'Webhook deleted',
  WEBHOOK_DISABLED: 'Webhook disabled',
  WEBHOOK_EDITED: 'Webhook changed',
  WEBHOOK_REPLAYED: 'Webhooks replayed',
  WEBHOOK_SECRET_ROTATED: 'Secret of a webhook rotated',
};
