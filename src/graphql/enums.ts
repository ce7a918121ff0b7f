import { registerEnumType } from 'type-graphql';
import { PLATFORMS } from '../accounts/accounts.rules.ts';
import { ROLES } from '../auth/actor.ts';
import { MAIL_STATUSES } from '../email/mail.entity.ts';
import { PROVIDERS } from '../email/settings/email-settings.rules.ts';
import { TEST_EMAIL_OUTCOMES } from '../email/settings/test-email.rules.ts';
import { TEMPLATE_NAMES } from '../email/templates/template.rules.ts';
import { USER_MAIL_STATUSES } from '../email/user-mail/user-mail.rules.ts';
import { EVENT_ORDERS } from '../events/event-order.rules.ts';
import { EVENT_TYPES } from '../events/log.ts';
import { GATES } from '../gates/gates.rules.ts';
import { LIFECYCLE_STATES, SEVERITIES } from '../migrations/lifecycle.rules.ts';
import { MILESTONE_KINDS } from '../notifications/reminders.rules.ts';
import { QUEUES, SWEEP_OUTCOMES } from '../operations/operations.rules.ts';
import { DELIVERY_STATUSES, DISABLED_REASONS, OWNERS } from '../webhooks/webhook.rules.ts';
import { REASONS } from '../rollouts/effective-state.rules.ts';
import { STANDINGS } from '../rollouts/rollout-accounts.rules.ts';

/** The enums of the API: the very lists the rules are written with, so that neither can know a value the other lacks. */
export const PlatformEnum = enumOf('Platform', PLATFORMS, 'Where an account runs: on the shared cloud, or on an appliance of its own.');
export const SeverityEnum = enumOf(
  'Severity',
  SEVERITIES,
  'How severe a breaking change is. It sets the default grace: 90 days, HIGH 30, CRITICAL none.',
);
export const LifecycleStateEnum = enumOf(
  'LifecycleState',
  LIFECYCLE_STATES,
  'DRAFT → ANNOUNCED → GRACE_PERIOD → MANDATORY; CANCELLED from any state before MANDATORY.',
);
export const ReasonEnum = enumOf('Reason', REASONS, 'Why a migration is on or off for an account.');
export const EventTypeEnum = enumOf('EventType', EVENT_TYPES, 'What happened.');
export const EventOrderEnum = enumOf('EventOrder', EVENT_ORDERS, 'Which end of the event log comes first.');
export const RoleEnum = enumOf('Role', ROLES, 'What the bearer of a token may do.');
export const MailStatusEnum = enumOf(
  'MailStatus',
  MAIL_STATUSES,
  'Where a mail of the ledger stands. SKIPPED: nothing was left to say when it was due.',
);
export const UserMailStatusEnum = enumOf(
  'UserMailStatus',
  USER_MAIL_STATUSES,
  'Where a mail to a user stands. SKIPPED: its account had switched it off, or it came too late to be of use.',
);
export const ProviderEnum = enumOf(
  'EmailProvider',
  PROVIDERS,
  "Who sends the mail of an account's users: the platform's own provider, or one of the account's.",
);
export const TemplateNameEnum = enumOf('TemplateName', TEMPLATE_NAMES, 'The mails a platform sends to the users of an account.');
export const TestEmailOutcomeEnum = enumOf(
  'TestEmailOutcome',
  TEST_EMAIL_OUTCOMES,
  'RETRY: the provider was not to be reached, too slow or busy; nothing tries again by itself.',
);
export const GateEnum = enumOf('Gate', GATES, 'A place of the platform whose behaviour depends on a migration.');
export const WebhookOwnerEnum = enumOf(
  'WebhookOwner',
  OWNERS,
  "Whose an endpoint is: the operators' together, an administrator's, or that of a partner's token.",
);
export const DisabledReasonEnum = enumOf(
  'WebhookDisabledReason',
  DISABLED_REASONS,
  'BY_HAND: somebody disabled it. GONE: it answered 410. FAILING: it took nothing for five days.',
);
export const DeliveryStatusEnum = enumOf(
  'WebhookDeliveryStatus',
  DELIVERY_STATUSES,
  'Where a delivery stands. SKIPPED: its endpoint was disabled first, or its owner no longer sees what it tells.',
);
export const RescheduleStatusEnum = enumOf(
  'RescheduleStatus',
  ['PENDING', 'APPLIED', 'REJECTED'] as const,
  'PENDING waits for a second operator.',
);
export const NoticeKindEnum = enumOf(
  'NoticeKind',
  ['OPEN', 'RESCHEDULED', 'ON'] as const,
  'OPEN: there is something to do. RESCHEDULED: its dates changed. ON: it is on for everybody.',
);
export const StandingEnum = enumOf(
  'Standing',
  STANDINGS,
  'How accounts stand to a migration that touches them. OPEN: it is off, whatever for. DONE: it is on. ALL: both.',
);
export const ReminderKindEnum = enumOf(
  'ReminderKind',
  MILESTONE_KINDS,
  'START: the grace period has started. CADENCE: so many days are left. RESCHEDULED: the dates have changed. ON: it is on.',
);
export const QueueNameEnum = enumOf(
  'QueueName',
  QUEUES,
  'REMINDER_MAIL: mails to administrators. USER_MAIL: mails to the users of accounts. WEBHOOK: deliveries to endpoints.',
);
export const SweepOutcomeEnum = enumOf('SweepOutcome', SWEEP_OUTCOMES, 'How a run of a sweep ended.');

function enumOf<const T extends string>(name: string, values: readonly T[], description: string): Record<T, T> {
  const members = Object.fromEntries(values.map((value) => [value, value])) as Record<T, T>;
  registerEnumType(members, { name, description });
  return members;
}
