/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** Which accounts a migration is to touch. What is left out stays as it is. */
export type AffectsInput = {
  /** The only accounts it touches, up to 10,000; null lifts the restriction. */
  readonly accounts?: ReadonlyArray<string | number> | null | undefined;
  /** Attributes an account must have with exactly these values; `{}` demands none. */
  readonly attributes?: Readonly<Record<string, unknown>> | null | undefined;
  /** Only accounts whose mail the built-in provider sends. */
  readonly builtInEmailOnly?: boolean | null | undefined;
  /** Platforms; an empty list means all. */
  readonly platforms?: ReadonlyArray<Platform> | null | undefined;
  /** In place of `accounts`, for a migration that is there: the accounts seen using the old behaviour within so many days (1 to 400), today (UTC) among them. The list is made now; who uses it later is not added. */
  readonly usedWithinDays?: number | null | undefined;
};

/** Dates of a migration as far as they are written; what is left out stays as it is. */
export type DatesDraft = {
  /** From when accounts may opt in, as text. */
  readonly gracePeriodStart?: string | null | undefined;
  /** From when it is on for all, as text. */
  readonly mandatoryOptIn?: string | null | undefined;
};

/** What happened. */
export type EventType =
  | 'ACCOUNTS_IMPORTED'
  | 'ACCOUNT_AFFECTED'
  | 'ACCOUNT_CREATED'
  | 'ACCOUNT_EDITED'
  | 'ACCOUNT_EXEMPTED'
  | 'ACCOUNT_UNAFFECTED'
  | 'ADMINISTRATION_GRANTED'
  | 'ADMINISTRATION_REVOKED'
  | 'ADMINISTRATOR_CREATED'
  | 'ADMINISTRATOR_EDITED'
  | 'APPLICATION_CREATED'
  | 'CALENDAR_LINK_CREATED'
  | 'CALENDAR_LINK_REMOVED'
  | 'DEADLINE_EXTENDED'
  | 'DEADLINE_PASSED'
  | 'EMAIL_SETTINGS_CHANGED'
  | 'EMAIL_TEMPLATE_CHANGED'
  | 'EXEMPTION_ENDED'
  | 'EXTENSION_ENDED'
  | 'GRACE_PERIOD_STARTED'
  | 'MAIL_FAILED'
  | 'MAIL_RETRIED'
  | 'MIGRATION_ANNOUNCED'
  | 'MIGRATION_CANCELLED'
  | 'MIGRATION_CREATED'
  | 'MIGRATION_EDITED'
  | 'MIGRATION_ENFORCED'
  | 'MIGRATION_IMPORTED'
  | 'NOTICE_ADDED'
  | 'NOTICE_DISMISSED'
  | 'OPTED_IN'
  | 'OPTED_OUT'
  | 'PASSWORD_CHANGED'
  | 'PASSWORD_LINK_SENT'
  | 'RESCHEDULE_APPLIED'
  | 'RESCHEDULE_REJECTED'
  | 'RESCHEDULE_REQUESTED'
  | 'TEST_EMAIL_SENT'
  | 'TOKEN_CREATED'
  | 'TOKEN_REVOKED'
  | 'TOKEN_ROTATED'
  | 'USER_CREATED'
  | 'USER_MAIL_FAILED'
  | 'WEBHOOK_CREATED'
  | 'WEBHOOK_DELETED'
  | 'WEBHOOK_DISABLED'
  | 'WEBHOOK_EDITED'
  | 'WEBHOOK_REPLAYED'
  | 'WEBHOOK_SECRET_ROTATED';

/** DRAFT → ANNOUNCED → GRACE_PERIOD → MANDATORY; CANCELLED from any state before MANDATORY. */
export type LifecycleState =
  | 'ANNOUNCED'
  | 'CANCELLED'
  | 'DRAFT'
  | 'GRACE_PERIOD'
  | 'MANDATORY';

/** Where a mail of the ledger stands. SKIPPED: nothing was left to say when it was due. */
export type MailStatus =
  | 'FAILED'
  | 'QUEUED'
  | 'SENDING'
  | 'SENT'
  | 'SKIPPED';

/** A migration as far as it is written. As NewMigration, but nothing in it is refused. */
export type MigrationDraft = {
  /** Which accounts it touches; left out: all. */
  readonly affects?: AffectsInput | null | undefined;
  /** Markdown. */
  readonly description?: string | null | undefined;
  /** From when accounts may opt in, as text; left out: TBD. */
  readonly gracePeriodStart?: string | null | undefined;
  /** The address of a guide. */
  readonly guideUrl?: string | null | undefined;
  /** Its key; left out, it is made from the title. */
  readonly key?: string | null | undefined;
  /** From when it is on for all, as text; left out: the default grace of the severity after the start. */
  readonly mandatoryOptIn?: string | null | undefined;
  /** How severe it is: sets the default grace. */
  readonly severity: Severity;
  /** Its title. */
  readonly title: string;
};

/** What to change of a migration. What is left out stays as it is. */
export type MigrationEdit = {
  /** Which accounts it touches. Refused as WRONG_STATE once it is mandatory: publish a new migration for further accounts. */
  readonly affects?: AffectsInput | null | undefined;
  /** Markdown, up to 100 KB; headings from #### on. */
  readonly description?: string | null | undefined;
  /** The address of a guide; null removes it. */
  readonly guideUrl?: string | null | undefined;
  /** Whether an account may opt out again. */
  readonly reversible?: boolean | null | undefined;
  /** How severe it is. Its dates do not change with it, and must leave the grace it is to have. */
  readonly severity?: Severity | null | undefined;
  /** One line, up to 200 characters. */
  readonly title?: string | null | undefined;
};

/** New dates of a migration. What is left out stays as it is. */
export type NewDates = {
  /** From when accounts may opt in. */
  readonly gracePeriodStart?: string | null | undefined;
  /** From when it is on for all. */
  readonly mandatoryOptIn?: string | null | undefined;
  /** Why; needed where the dates shorten a grace period that accounts were promised. */
  readonly reason?: string | null | undefined;
};

/** A new migration. It begins as a draft that only operators see. */
export type NewMigration = {
  /** Which accounts it touches; left out: all. */
  readonly affects?: AffectsInput | null | undefined;
  /** Markdown, up to 100 KB; headings from #### on. */
  readonly description?: string | null | undefined;
  /** From when accounts may opt in; left out: TBD. */
  readonly gracePeriodStart?: string | null | undefined;
  /** The http or https address of a guide. */
  readonly guideUrl?: string | null | undefined;
  /** Lower case letters, digits and hyphens; left out, it is made from the title. */
  readonly key?: string | number | null | undefined;
  /** From when it is on for all; left out: the default grace of the severity after the start. */
  readonly mandatoryOptIn?: string | null | undefined;
  /** Whether an account may opt out again; left out: yes. */
  readonly reversible?: boolean | null | undefined;
  /** How severe it is: sets the default grace. */
  readonly severity: Severity;
  /** One line, up to 200 characters. */
  readonly title: string;
};

/** Where an account runs: on the shared cloud, or on an appliance of its own. */
export type Platform =
  | 'APPLIANCE'
  | 'CLOUD';

/** REMINDER_MAIL: mails to administrators. USER_MAIL: mails to the users of accounts. WEBHOOK: deliveries to endpoints. */
export type QueueName =
  | 'REMINDER_MAIL'
  | 'USER_MAIL'
  | 'WEBHOOK';

/** Why a migration is on or off for an account. */
export type Reason =
  | 'BROWNOUT'
  | 'EXEMPT'
  | 'EXTENDED'
  | 'MANDATORY'
  | 'NEW_ACCOUNT'
  | 'NOT_AFFECTED'
  | 'NOT_STARTED'
  | 'OPTED_IN'
  | 'OPTED_OUT'
  | 'PENDING'
  | 'WAVE';

/** START: the grace period has started. CADENCE: so many days are left. RESCHEDULED: the dates have changed. ON: it is on. */
export type ReminderKind =
  | 'CADENCE'
  | 'ON'
  | 'RESCHEDULED'
  | 'START';

/** PENDING waits for a second operator. */
export type RescheduleStatus =
  | 'APPLIED'
  | 'PENDING'
  | 'REJECTED';

/** How severe a breaking change is. It sets the default grace: 90 days, HIGH 30, CRITICAL none. */
export type Severity =
  | 'CRITICAL'
  | 'HIGH'
  | 'LOW'
  | 'MEDIUM';

/** How accounts stand to a migration that touches them. OPEN: it is off, whatever for. DONE: it is on. ALL: both. */
export type Standing =
  | 'ALL'
  | 'DONE'
  | 'OPEN';

/** How a run of a sweep ended. */
export type SweepOutcome =
  | 'FAILED'
  | 'SUCCEEDED';

/** Where a delivery stands. SKIPPED: its endpoint was disabled first, or its owner no longer sees what it tells. */
export type WebhookDeliveryStatus =
  | 'DELIVERED'
  | 'FAILED'
  | 'QUEUED'
  | 'SENDING'
  | 'SKIPPED';

/** BY_HAND: somebody disabled it. GONE: it answered 410. FAILING: it took nothing for five days. */
export type WebhookDisabledReason =
  | 'BY_HAND'
  | 'FAILING'
  | 'GONE';

export type AllAccountsQueryVariables = Exact<{
  search?: string | null | undefined;
  platform?: Platform | null | undefined;
  after?: string | null | undefined;
}>;


export type AllAccountsQuery = { readonly accounts: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly name: string, readonly platform: Platform, readonly plan: string | null, readonly region: string | null, readonly timeZone: string, readonly createdAt: string } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type OperatorAccountQueryVariables = Exact<{
  id: string | number;
}>;


export type OperatorAccountQuery = { readonly account: { readonly id: string, readonly name: string, readonly platform: Platform, readonly plan: string | null, readonly region: string | null, readonly timeZone: string, readonly createdAt: string, readonly usesBuiltInEmail: boolean, readonly attributes: Readonly<Record<string, unknown>>, readonly administrators: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly name: string, readonly email: string, readonly timeZone: string } }>, readonly pageInfo: { readonly hasNextPage: boolean } }, readonly migrations: ReadonlyArray<{ readonly migration: { readonly key: string, readonly title: string, readonly severity: Severity, readonly state: LifecycleState, readonly mandatoryOptIn: string, readonly mandatoryAt: string | null }, readonly state: { readonly enabled: boolean, readonly reason: Reason, readonly since: string | null, readonly deadline: string | null, readonly canOptIn: boolean, readonly canOptOut: boolean }, readonly decision: { readonly exemptUntil: string | null, readonly extendedUntil: string | null } | null, readonly lastDecision: { readonly at: string, readonly type: EventType, readonly actor: string, readonly data: Readonly<Record<string, unknown>> } | null }> } };

export type OperatorAccountChangedSubscriptionVariables = Exact<{
  account?: string | number | null | undefined;
  after?: string | null | undefined;
}>;


export type OperatorAccountChangedSubscription = { readonly accountMigrationChanged: { readonly cursor: string, readonly type: EventType } };

export type ExtendForAccountMutationVariables = Exact<{
  account: string | number;
  migration: string | number;
  until: string;
  reason: string;
}>;


export type ExtendForAccountMutation = { readonly extendDeadline: { readonly account: { readonly id: string }, readonly migration: { readonly key: string }, readonly state: { readonly reason: Reason, readonly deadline: string | null } } };

export type ExemptAccountUntilMutationVariables = Exact<{
  account: string | number;
  migration: string | number;
  until: string;
  reason: string;
}>;


export type ExemptAccountUntilMutation = { readonly exemptAccount: { readonly account: { readonly id: string }, readonly migration: { readonly key: string }, readonly state: { readonly reason: Reason, readonly deadline: string | null } } };

export type LoggedEventFragment = { readonly cursor: string, readonly at: string, readonly type: EventType, readonly actor: string, readonly actorRole: string, readonly data: Readonly<Record<string, unknown>>, readonly key: { readonly name: string, readonly prefix: string } | null, readonly account: { readonly id: string, readonly name: string } | null, readonly migration: { readonly key: string, readonly title: string } | null };

export type EventLogQueryVariables = Exact<{
  types?: ReadonlyArray<EventType> | EventType | null | undefined;
  actor?: string | null | undefined;
  account?: string | number | null | undefined;
  migration?: string | number | null | undefined;
  from?: string | null | undefined;
  to?: string | null | undefined;
  after?: string | null | undefined;
}>;


export type EventLogQuery = { readonly events: { readonly edges: ReadonlyArray<{ readonly node: { readonly cursor: string, readonly at: string, readonly type: EventType, readonly actor: string, readonly actorRole: string, readonly data: Readonly<Record<string, unknown>>, readonly key: { readonly name: string, readonly prefix: string } | null, readonly account: { readonly id: string, readonly name: string } | null, readonly migration: { readonly key: string, readonly title: string } | null } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type EventsSinceQueryVariables = Exact<{
  types?: ReadonlyArray<EventType> | EventType | null | undefined;
  actor?: string | null | undefined;
  account?: string | number | null | undefined;
  migration?: string | number | null | undefined;
  from?: string | null | undefined;
  to?: string | null | undefined;
  after?: string | null | undefined;
}>;


export type EventsSinceQuery = { readonly events: { readonly edges: ReadonlyArray<{ readonly node: { readonly cursor: string } }>, readonly pageInfo: { readonly hasNextPage: boolean } } };

export type MachineryQueryVariables = Exact<{ [key: string]: never; }>;


export type MachineryQuery = { readonly sweeps: ReadonlyArray<{ readonly name: string, readonly outcome: SweepOutcome, readonly finishedAt: string | null, readonly durationMs: number | null, readonly failedAt: string | null, readonly lastError: string | null, readonly nextRunAt: string | null, readonly nextWorkAt: string | null, readonly isLate: boolean }>, readonly queues: ReadonlyArray<{ readonly name: QueueName, readonly queued: number, readonly due: number, readonly sending: number, readonly failed: number, readonly oldestDueAt: string | null, readonly failures: ReadonlyArray<{ readonly id: string, readonly to: string | null, readonly attempts: number, readonly error: string | null, readonly failedAt: string | null }> }> };

export type WebhooksQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type WebhooksQuery = { readonly webhookEndpoints: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly url: string, readonly types: ReadonlyArray<string>, readonly createdBy: string, readonly createdAt: string, readonly disabledAt: string | null, readonly disabledReason: WebhookDisabledReason | null, readonly failingSince: string | null } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type FailingAccountsQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type FailingAccountsQuery = { readonly failingAccounts: { readonly edges: ReadonlyArray<{ readonly node: { readonly queued: number, readonly failed: number, readonly heldUntil: string | null, readonly lastAnswer: string | null, readonly account: { readonly id: string, readonly name: string } } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type RetryReminderMailMutationVariables = Exact<{
  id: string | number;
}>;


export type RetryReminderMailMutation = { readonly retryMail: { readonly id: string, readonly status: MailStatus } };

export type RetryReminderMailsMutationVariables = Exact<{ [key: string]: never; }>;


export type RetryReminderMailsMutation = { readonly retryFailedMails: { readonly retried: number, readonly remaining: number } };

export type RedeliverOneWebhookMutationVariables = Exact<{
  id: string | number;
}>;


export type RedeliverOneWebhookMutation = { readonly redeliverWebhook: { readonly id: string, readonly status: WebhookDeliveryStatus } };

export type RedeliverWebhooksOfMutationVariables = Exact<{
  endpoint: string | number;
}>;


export type RedeliverWebhooksOfMutation = { readonly redeliverFailedWebhooks: { readonly retried: number, readonly remaining: number } };

export type SendTestToMutationVariables = Exact<{
  endpoint: string | number;
}>;


export type SendTestToMutation = { readonly sendTestWebhook: { readonly id: string, readonly status: WebhookDeliveryStatus } };

export type EditedMigrationQueryVariables = Exact<{
  key: string | number;
}>;


export type EditedMigrationQuery = { readonly migration: { readonly key: string, readonly title: string, readonly description: string, readonly severity: Severity, readonly state: LifecycleState, readonly gracePeriodStart: string, readonly mandatoryOptIn: string, readonly guideUrl: string | null, readonly reversible: boolean, readonly affects: { readonly attributes: Readonly<Record<string, unknown>>, readonly builtInEmailOnly: boolean, readonly listedOnly: boolean, readonly platforms: ReadonlyArray<Platform> } } };

export type DraftPreviewQueryVariables = Exact<{
  input: MigrationDraft;
  editing?: string | number | null | undefined;
}>;


export type DraftPreviewQuery = { readonly previewMigration: { readonly key: string | null, readonly timeZone: string, readonly gracePeriodStart: string | null, readonly graceStartsAt: string | null, readonly mandatoryOptIn: string | null, readonly mandatoryAt: string | null, readonly affectedAccounts: number, readonly html: string, readonly reminders: ReadonlyArray<{ readonly kind: ReminderKind, readonly daysBefore: number | null, readonly at: string }>, readonly problems: ReadonlyArray<{ readonly field: string | null, readonly line: number | null, readonly code: string, readonly message: string }> } };

export type CreateCatalogueMigrationMutationVariables = Exact<{
  input: NewMigration;
}>;


export type CreateCatalogueMigrationMutation = { readonly createMigration: { readonly key: string, readonly title: string } };

export type EditCatalogueMigrationMutationVariables = Exact<{
  key: string | number;
  input: MigrationEdit;
}>;


export type EditCatalogueMigrationMutation = { readonly editMigration: { readonly key: string, readonly title: string } };

export type RescheduleFieldsFragment = { readonly id: string, readonly status: RescheduleStatus, readonly oldGracePeriodStart: string, readonly oldMandatoryOptIn: string, readonly newGracePeriodStart: string, readonly newMandatoryOptIn: string, readonly reason: string | null, readonly requestedAt: string, readonly requestedBy: string | null, readonly decidedAt: string | null, readonly decidedBy: string | null };

export type OperatorMigrationQueryVariables = Exact<{
  key: string | number;
}>;


export type OperatorMigrationQuery = { readonly migration: { readonly key: string, readonly title: string, readonly descriptionHtml: string, readonly severity: Severity, readonly state: LifecycleState, readonly announcedAt: string | null, readonly createdAt: string, readonly gracePeriodStart: string, readonly graceStartsAt: string | null, readonly mandatoryOptIn: string, readonly mandatoryAt: string | null, readonly guideUrl: string | null, readonly reversible: boolean, readonly usesCounted: boolean, readonly affects: { readonly attributes: Readonly<Record<string, unknown>>, readonly builtInEmailOnly: boolean, readonly listedOnly: boolean, readonly platforms: ReadonlyArray<Platform> }, readonly progress: { readonly affected: number, readonly optedIn: number, readonly new: number, readonly mandatory: number, readonly pending: number, readonly optedOut: number, readonly extended: number, readonly exempt: number, readonly percent: number }, readonly reschedules: ReadonlyArray<{ readonly id: string, readonly status: RescheduleStatus, readonly oldGracePeriodStart: string, readonly oldMandatoryOptIn: string, readonly newGracePeriodStart: string, readonly newMandatoryOptIn: string, readonly reason: string | null, readonly requestedAt: string, readonly requestedBy: string | null, readonly decidedAt: string | null, readonly decidedBy: string | null }> } };

export type RolloutHistoryQueryVariables = Exact<{
  key: string | number;
}>;


export type RolloutHistoryQuery = { readonly migration: { readonly key: string, readonly history: ReadonlyArray<{ readonly at: string, readonly affected: number, readonly optedIn: number, readonly new: number, readonly mandatory: number, readonly pending: number, readonly extended: number, readonly exempt: number }> } };

export type LiveProgressSubscriptionVariables = Exact<{
  migration: string | number;
  after?: string | null | undefined;
}>;


export type LiveProgressSubscription = { readonly rolloutProgress: { readonly cursor: string | null, readonly affected: number, readonly optedIn: number, readonly new: number, readonly mandatory: number, readonly pending: number, readonly optedOut: number, readonly extended: number, readonly exempt: number, readonly percent: number } };

export type RolloutAccountsQueryVariables = Exact<{
  migration: string | number;
  standing: Standing;
  reasons?: ReadonlyArray<Reason> | Reason | null | undefined;
  search?: string | null | undefined;
  quietForDays?: number | null | undefined;
  usedWithinDays?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type RolloutAccountsQuery = { readonly migrationAccounts: { readonly edges: ReadonlyArray<{ readonly node: { readonly account: { readonly id: string, readonly name: string, readonly platform: Platform, readonly plan: string | null, readonly region: string | null }, readonly state: { readonly enabled: boolean, readonly reason: Reason, readonly since: string | null, readonly deadline: string | null }, readonly decision: { readonly exemptUntil: string | null } | null, readonly lastUse: { readonly lastUsedAt: string | null, readonly quietDays: number, readonly safeToEnable: boolean } | null } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type RolloutAccountChangedSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;


export type RolloutAccountChangedSubscription = { readonly accountMigrationChanged: { readonly cursor: string, readonly accountMigration: { readonly account: { readonly id: string }, readonly migration: { readonly key: string }, readonly state: { readonly enabled: boolean, readonly reason: Reason, readonly since: string | null, readonly deadline: string | null } } } };

export type OldBehaviourQueryVariables = Exact<{
  migration: string | number;
  after?: string | null | undefined;
}>;


export type OldBehaviourQuery = { readonly accountsUsing: { readonly edges: ReadonlyArray<{ readonly node: { readonly lastUsedAt: string, readonly usesLast30Days: number, readonly account: { readonly id: string, readonly name: string }, readonly state: { readonly enabled: boolean, readonly reason: Reason } } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type AnnounceCatalogueMigrationMutationVariables = Exact<{
  key: string | number;
}>;


export type AnnounceCatalogueMigrationMutation = { readonly announceMigration: { readonly key: string, readonly state: LifecycleState } };

export type EnforceCatalogueMigrationMutationVariables = Exact<{
  key: string | number;
  reason: string;
}>;


export type EnforceCatalogueMigrationMutation = { readonly enforceMigration: { readonly key: string, readonly state: LifecycleState } };

export type CancelCatalogueMigrationMutationVariables = Exact<{
  key: string | number;
  reason: string;
}>;


export type CancelCatalogueMigrationMutation = { readonly cancelMigration: { readonly key: string, readonly state: LifecycleState } };

export type NewDatesPreviewQueryVariables = Exact<{
  key: string | number;
  dates: DatesDraft;
}>;


export type NewDatesPreviewQuery = { readonly previewReschedule: { readonly timeZone: string, readonly gracePeriodStart: string | null, readonly graceStartsAt: string | null, readonly mandatoryOptIn: string | null, readonly mandatoryAt: string | null, readonly needsSecondOperator: boolean, readonly secondOperatorReason: string | null, readonly administrators: number, readonly firstMailAt: string | null, readonly lastMailAt: string | null, readonly reminders: ReadonlyArray<{ readonly kind: ReminderKind, readonly daysBefore: number | null, readonly at: string }>, readonly problems: ReadonlyArray<{ readonly field: string | null, readonly code: string, readonly message: string }> } };

export type AskForNewDatesMutationVariables = Exact<{
  key: string | number;
  dates: NewDates;
}>;


export type AskForNewDatesMutation = { readonly rescheduleMigration: { readonly id: string, readonly status: RescheduleStatus, readonly oldGracePeriodStart: string, readonly oldMandatoryOptIn: string, readonly newGracePeriodStart: string, readonly newMandatoryOptIn: string, readonly reason: string | null, readonly requestedAt: string, readonly requestedBy: string | null, readonly decidedAt: string | null, readonly decidedBy: string | null } };

export type ApproveNewDatesMutationVariables = Exact<{
  id: string | number;
}>;


export type ApproveNewDatesMutation = { readonly approveReschedule: { readonly id: string, readonly status: RescheduleStatus, readonly oldGracePeriodStart: string, readonly oldMandatoryOptIn: string, readonly newGracePeriodStart: string, readonly newMandatoryOptIn: string, readonly reason: string | null, readonly requestedAt: string, readonly requestedBy: string | null, readonly decidedAt: string | null, readonly decidedBy: string | null } };

export type RejectNewDatesMutationVariables = Exact<{
  id: string | number;
}>;


export type RejectNewDatesMutation = { readonly rejectReschedule: { readonly id: string, readonly status: RescheduleStatus, readonly oldGracePeriodStart: string, readonly oldMandatoryOptIn: string, readonly newGracePeriodStart: string, readonly newMandatoryOptIn: string, readonly reason: string | null, readonly requestedAt: string, readonly requestedBy: string | null, readonly decidedAt: string | null, readonly decidedBy: string | null } };

export type ProgressCountsFragment = { readonly affected: number, readonly optedIn: number, readonly new: number, readonly mandatory: number, readonly pending: number, readonly optedOut: number, readonly extended: number, readonly exempt: number, readonly percent: number };

export type CatalogueQueryVariables = Exact<{
  states?: ReadonlyArray<LifecycleState> | LifecycleState | null | undefined;
  after?: string | null | undefined;
}>;


export type CatalogueQuery = { readonly migrations: { readonly edges: ReadonlyArray<{ readonly node: { readonly key: string, readonly title: string, readonly severity: Severity, readonly state: LifecycleState, readonly gracePeriodStart: string, readonly graceStartsAt: string | null, readonly mandatoryOptIn: string, readonly mandatoryAt: string | null, readonly progress: { readonly affected: number, readonly optedIn: number, readonly new: number, readonly mandatory: number, readonly pending: number, readonly optedOut: number, readonly extended: number, readonly exempt: number, readonly percent: number }, readonly reschedules: ReadonlyArray<{ readonly id: string, readonly status: RescheduleStatus }> } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type CatalogueMigrationChangedSubscriptionVariables = Exact<{
  key?: string | number | null | undefined;
  after?: string | null | undefined;
}>;


export type CatalogueMigrationChangedSubscription = { readonly migrationChanged: { readonly cursor: string, readonly type: EventType } };

export type AnyDecisionSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;


export type AnyDecisionSubscription = { readonly accountMigrationChanged: { readonly cursor: string, readonly type: EventType } };

export const LoggedEventFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"LoggedEvent"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Event"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"actor"}},{"kind":"Field","name":{"kind":"Name","value":"actorRole"}},{"kind":"Field","name":{"kind":"Name","value":"data"}},{"kind":"Field","name":{"kind":"Name","value":"key"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"prefix"}}]}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"migration"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"title"}}]}}]}}]} as unknown as DocumentNode<LoggedEventFragment, unknown>;
export const RescheduleFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RescheduleFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Reschedule"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"oldGracePeriodStart"}},{"kind":"Field","name":{"kind":"Name","value":"oldMandatoryOptIn"}},{"kind":"Field","name":{"kind":"Name","value":"newGracePeriodStart"}},{"kind":"Field","name":{"kind":"Name","value":"newMandatoryOptIn"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"requestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"requestedBy"}},{"kind":"Field","name":{"kind":"Name","value":"decidedAt"}},{"kind":"Field","name":{"kind":"Name","value":"decidedBy"}}]}}]} as unknown as DocumentNode<RescheduleFieldsFragment, unknown>;
export const ProgressCountsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ProgressCounts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RolloutProgress"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"affected"}},{"kind":"Field","name":{"kind":"Name","value":"optedIn"}},{"kind":"Field","name":{"kind":"Name","value":"new"}},{"kind":"Field","name":{"kind":"Name","value":"mandatory"}},{"kind":"Field","name":{"kind":"Name","value":"pending"}},{"kind":"Field","name":{"kind":"Name","value":"optedOut"}},{"kind":"Field","name":{"kind":"Name","value":"extended"}},{"kind":"Field","name":{"kind":"Name","value":"exempt"}},{"kind":"Field","name":{"kind":"Name","value":"percent"}}]}}]} as unknown as DocumentNode<ProgressCountsFragment, unknown>;
export const AllAccountsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"AllAccounts"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"search"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"platform"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Platform"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accounts"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"50"}},{"kind":"Argument","name":{"kind":"Name","value":"search"},"value":{"kind":"Variable","name":{"kind":"Name","value":"search"}}},{"kind":"Argument","name":{"kind":"Name","value":"platform"},"value":{"kind":"Variable","name":{"kind":"Name","value":"platform"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"platform"}},{"kind":"Field","name":{"kind":"Name","value":"plan"}},{"kind":"Field","name":{"kind":"Name","value":"region"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<AllAccountsQuery, AllAccountsQueryVariables>;
export const OperatorAccountDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"OperatorAccount"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"account"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"platform"}},{"kind":"Field","name":{"kind":"Name","value":"plan"}},{"kind":"Field","name":{"kind":"Name","value":"region"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"usesBuiltInEmail"}},{"kind":"Field","name":{"kind":"Name","value":"attributes"}},{"kind":"Field","name":{"kind":"Name","value":"administrators"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"100"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"migrations"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"migration"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"severity"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"mandatoryOptIn"}},{"kind":"Field","name":{"kind":"Name","value":"mandatoryAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"state"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"enabled"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"deadline"}},{"kind":"Field","name":{"kind":"Name","value":"canOptIn"}},{"kind":"Field","name":{"kind":"Name","value":"canOptOut"}}]}},{"kind":"Field","name":{"kind":"Name","value":"decision"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"exemptUntil"}},{"kind":"Field","name":{"kind":"Name","value":"extendedUntil"}}]}},{"kind":"Field","name":{"kind":"Name","value":"lastDecision"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"actor"}},{"kind":"Field","name":{"kind":"Name","value":"data"}}]}}]}}]}}]}}]} as unknown as DocumentNode<OperatorAccountQuery, OperatorAccountQueryVariables>;
export const OperatorAccountChangedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"OperatorAccountChanged"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"account"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accountMigrationChanged"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"account"},"value":{"kind":"Variable","name":{"kind":"Name","value":"account"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"type"}}]}}]}}]} as unknown as DocumentNode<OperatorAccountChangedSubscription, OperatorAccountChangedSubscriptionVariables>;
export const ExtendForAccountDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ExtendForAccount"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"account"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"migration"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"until"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DateTime"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"reason"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"extendDeadline"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"account"},"value":{"kind":"Variable","name":{"kind":"Name","value":"account"}}},{"kind":"Argument","name":{"kind":"Name","value":"migration"},"value":{"kind":"Variable","name":{"kind":"Name","value":"migration"}}},{"kind":"Argument","name":{"kind":"Name","value":"until"},"value":{"kind":"Variable","name":{"kind":"Name","value":"until"}}},{"kind":"Argument","name":{"kind":"Name","value":"reason"},"value":{"kind":"Variable","name":{"kind":"Name","value":"reason"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"migration"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}}]}},{"kind":"Field","name":{"kind":"Name","value":"state"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"deadline"}}]}}]}}]}}]} as unknown as DocumentNode<ExtendForAccountMutation, ExtendForAccountMutationVariables>;
export const ExemptAccountUntilDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ExemptAccountUntil"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"account"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"migration"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"until"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DateTime"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"reason"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"exemptAccount"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"account"},"value":{"kind":"Variable","name":{"kind":"Name","value":"account"}}},{"kind":"Argument","name":{"kind":"Name","value":"migration"},"value":{"kind":"Variable","name":{"kind":"Name","value":"migration"}}},{"kind":"Argument","name":{"kind":"Name","value":"until"},"value":{"kind":"Variable","name":{"kind":"Name","value":"until"}}},{"kind":"Argument","name":{"kind":"Name","value":"reason"},"value":{"kind":"Variable","name":{"kind":"Name","value":"reason"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"migration"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}}]}},{"kind":"Field","name":{"kind":"Name","value":"state"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"deadline"}}]}}]}}]}}]} as unknown as DocumentNode<ExemptAccountUntilMutation, ExemptAccountUntilMutationVariables>;
export const EventLogDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"EventLog"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"types"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"EventType"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"actor"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"account"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"migration"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"from"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"DateTime"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"to"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"DateTime"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"events"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"50"}},{"kind":"Argument","name":{"kind":"Name","value":"types"},"value":{"kind":"Variable","name":{"kind":"Name","value":"types"}}},{"kind":"Argument","name":{"kind":"Name","value":"actor"},"value":{"kind":"Variable","name":{"kind":"Name","value":"actor"}}},{"kind":"Argument","name":{"kind":"Name","value":"account"},"value":{"kind":"Variable","name":{"kind":"Name","value":"account"}}},{"kind":"Argument","name":{"kind":"Name","value":"migration"},"value":{"kind":"Variable","name":{"kind":"Name","value":"migration"}}},{"kind":"Argument","name":{"kind":"Name","value":"from"},"value":{"kind":"Variable","name":{"kind":"Name","value":"from"}}},{"kind":"Argument","name":{"kind":"Name","value":"to"},"value":{"kind":"Variable","name":{"kind":"Name","value":"to"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"LoggedEvent"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"LoggedEvent"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Event"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"actor"}},{"kind":"Field","name":{"kind":"Name","value":"actorRole"}},{"kind":"Field","name":{"kind":"Name","value":"data"}},{"kind":"Field","name":{"kind":"Name","value":"key"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"prefix"}}]}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"migration"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"title"}}]}}]}}]} as unknown as DocumentNode<EventLogQuery, EventLogQueryVariables>;
export const EventsSinceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"EventsSince"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"types"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"EventType"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"actor"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"account"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"migration"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"from"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"DateTime"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"to"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"DateTime"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"events"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"100"}},{"kind":"Argument","name":{"kind":"Name","value":"order"},"value":{"kind":"EnumValue","value":"OLDEST_FIRST"}},{"kind":"Argument","name":{"kind":"Name","value":"types"},"value":{"kind":"Variable","name":{"kind":"Name","value":"types"}}},{"kind":"Argument","name":{"kind":"Name","value":"actor"},"value":{"kind":"Variable","name":{"kind":"Name","value":"actor"}}},{"kind":"Argument","name":{"kind":"Name","value":"account"},"value":{"kind":"Variable","name":{"kind":"Name","value":"account"}}},{"kind":"Argument","name":{"kind":"Name","value":"migration"},"value":{"kind":"Variable","name":{"kind":"Name","value":"migration"}}},{"kind":"Argument","name":{"kind":"Name","value":"from"},"value":{"kind":"Variable","name":{"kind":"Name","value":"from"}}},{"kind":"Argument","name":{"kind":"Name","value":"to"},"value":{"kind":"Variable","name":{"kind":"Name","value":"to"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}}]}}]}}]}}]} as unknown as DocumentNode<EventsSinceQuery, EventsSinceQueryVariables>;
export const MachineryDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Machinery"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sweeps"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"durationMs"}},{"kind":"Field","name":{"kind":"Name","value":"failedAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastError"}},{"kind":"Field","name":{"kind":"Name","value":"nextRunAt"}},{"kind":"Field","name":{"kind":"Name","value":"nextWorkAt"}},{"kind":"Field","name":{"kind":"Name","value":"isLate"}}]}},{"kind":"Field","name":{"kind":"Name","value":"queues"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"queued"}},{"kind":"Field","name":{"kind":"Name","value":"due"}},{"kind":"Field","name":{"kind":"Name","value":"sending"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}},{"kind":"Field","name":{"kind":"Name","value":"oldestDueAt"}},{"kind":"Field","name":{"kind":"Name","value":"failures"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"to"}},{"kind":"Field","name":{"kind":"Name","value":"attempts"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"failedAt"}}]}}]}}]}}]} as unknown as DocumentNode<MachineryQuery, MachineryQueryVariables>;
export const WebhooksDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Webhooks"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"webhookEndpoints"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"20"}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"types"}},{"kind":"Field","name":{"kind":"Name","value":"createdBy"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"disabledAt"}},{"kind":"Field","name":{"kind":"Name","value":"disabledReason"}},{"kind":"Field","name":{"kind":"Name","value":"failingSince"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<WebhooksQuery, WebhooksQueryVariables>;
export const FailingAccountsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"FailingAccounts"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"failingAccounts"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"20"}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"queued"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}},{"kind":"Field","name":{"kind":"Name","value":"heldUntil"}},{"kind":"Field","name":{"kind":"Name","value":"lastAnswer"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<FailingAccountsQuery, FailingAccountsQueryVariables>;
export const RetryReminderMailDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RetryReminderMail"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"retryMail"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}}]}}]} as unknown as DocumentNode<RetryReminderMailMutation, RetryReminderMailMutationVariables>;
export const RetryReminderMailsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RetryReminderMails"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"retryFailedMails"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"retried"}},{"kind":"Field","name":{"kind":"Name","value":"remaining"}}]}}]}}]} as unknown as DocumentNode<RetryReminderMailsMutation, RetryReminderMailsMutationVariables>;
export const RedeliverOneWebhookDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RedeliverOneWebhook"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"redeliverWebhook"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}}]}}]} as unknown as DocumentNode<RedeliverOneWebhookMutation, RedeliverOneWebhookMutationVariables>;
export const RedeliverWebhooksOfDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RedeliverWebhooksOf"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"endpoint"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"redeliverFailedWebhooks"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"endpoint"},"value":{"kind":"Variable","name":{"kind":"Name","value":"endpoint"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"retried"}},{"kind":"Field","name":{"kind":"Name","value":"remaining"}}]}}]}}]} as unknown as DocumentNode<RedeliverWebhooksOfMutation, RedeliverWebhooksOfMutationVariables>;
export const SendTestToDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SendTestTo"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"endpoint"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sendTestWebhook"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"endpoint"},"value":{"kind":"Variable","name":{"kind":"Name","value":"endpoint"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}}]}}]} as unknown as DocumentNode<SendTestToMutation, SendTestToMutationVariables>;
export const EditedMigrationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"EditedMigration"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"key"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"migration"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"key"},"value":{"kind":"Variable","name":{"kind":"Name","value":"key"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"severity"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"gracePeriodStart"}},{"kind":"Field","name":{"kind":"Name","value":"mandatoryOptIn"}},{"kind":"Field","name":{"kind":"Name","value":"guideUrl"}},{"kind":"Field","name":{"kind":"Name","value":"reversible"}},{"kind":"Field","name":{"kind":"Name","value":"affects"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"attributes"}},{"kind":"Field","name":{"kind":"Name","value":"builtInEmailOnly"}},{"kind":"Field","name":{"kind":"Name","value":"listedOnly"}},{"kind":"Field","name":{"kind":"Name","value":"platforms"}}]}}]}}]}}]} as unknown as DocumentNode<EditedMigrationQuery, EditedMigrationQueryVariables>;
export const DraftPreviewDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"DraftPreview"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"MigrationDraft"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"editing"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"previewMigration"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}},{"kind":"Argument","name":{"kind":"Name","value":"editing"},"value":{"kind":"Variable","name":{"kind":"Name","value":"editing"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"gracePeriodStart"}},{"kind":"Field","name":{"kind":"Name","value":"graceStartsAt"}},{"kind":"Field","name":{"kind":"Name","value":"mandatoryOptIn"}},{"kind":"Field","name":{"kind":"Name","value":"mandatoryAt"}},{"kind":"Field","name":{"kind":"Name","value":"affectedAccounts"}},{"kind":"Field","name":{"kind":"Name","value":"html"}},{"kind":"Field","name":{"kind":"Name","value":"reminders"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"daysBefore"}},{"kind":"Field","name":{"kind":"Name","value":"at"}}]}},{"kind":"Field","name":{"kind":"Name","value":"problems"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"line"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<DraftPreviewQuery, DraftPreviewQueryVariables>;
export const CreateCatalogueMigrationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateCatalogueMigration"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"NewMigration"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createMigration"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"title"}}]}}]}}]} as unknown as DocumentNode<CreateCatalogueMigrationMutation, CreateCatalogueMigrationMutationVariables>;
export const EditCatalogueMigrationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"EditCatalogueMigration"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"key"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"MigrationEdit"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"editMigration"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"key"},"value":{"kind":"Variable","name":{"kind":"Name","value":"key"}}},{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"title"}}]}}]}}]} as unknown as DocumentNode<EditCatalogueMigrationMutation, EditCatalogueMigrationMutationVariables>;
export const OperatorMigrationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"OperatorMigration"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"key"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"migration"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"key"},"value":{"kind":"Variable","name":{"kind":"Name","value":"key"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"descriptionHtml"}},{"kind":"Field","name":{"kind":"Name","value":"severity"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"announcedAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"gracePeriodStart"}},{"kind":"Field","name":{"kind":"Name","value":"graceStartsAt"}},{"kind":"Field","name":{"kind":"Name","value":"mandatoryOptIn"}},{"kind":"Field","name":{"kind":"Name","value":"mandatoryAt"}},{"kind":"Field","name":{"kind":"Name","value":"guideUrl"}},{"kind":"Field","name":{"kind":"Name","value":"reversible"}},{"kind":"Field","name":{"kind":"Name","value":"usesCounted"}},{"kind":"Field","name":{"kind":"Name","value":"affects"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"attributes"}},{"kind":"Field","name":{"kind":"Name","value":"builtInEmailOnly"}},{"kind":"Field","name":{"kind":"Name","value":"listedOnly"}},{"kind":"Field","name":{"kind":"Name","value":"platforms"}}]}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ProgressCounts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"reschedules"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"RescheduleFields"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ProgressCounts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RolloutProgress"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"affected"}},{"kind":"Field","name":{"kind":"Name","value":"optedIn"}},{"kind":"Field","name":{"kind":"Name","value":"new"}},{"kind":"Field","name":{"kind":"Name","value":"mandatory"}},{"kind":"Field","name":{"kind":"Name","value":"pending"}},{"kind":"Field","name":{"kind":"Name","value":"optedOut"}},{"kind":"Field","name":{"kind":"Name","value":"extended"}},{"kind":"Field","name":{"kind":"Name","value":"exempt"}},{"kind":"Field","name":{"kind":"Name","value":"percent"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RescheduleFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Reschedule"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"oldGracePeriodStart"}},{"kind":"Field","name":{"kind":"Name","value":"oldMandatoryOptIn"}},{"kind":"Field","name":{"kind":"Name","value":"newGracePeriodStart"}},{"kind":"Field","name":{"kind":"Name","value":"newMandatoryOptIn"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"requestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"requestedBy"}},{"kind":"Field","name":{"kind":"Name","value":"decidedAt"}},{"kind":"Field","name":{"kind":"Name","value":"decidedBy"}}]}}]} as unknown as DocumentNode<OperatorMigrationQuery, OperatorMigrationQueryVariables>;
export const RolloutHistoryDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"RolloutHistory"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"key"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"migration"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"key"},"value":{"kind":"Variable","name":{"kind":"Name","value":"key"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"history"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"points"},"value":{"kind":"IntValue","value":"120"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"affected"}},{"kind":"Field","name":{"kind":"Name","value":"optedIn"}},{"kind":"Field","name":{"kind":"Name","value":"new"}},{"kind":"Field","name":{"kind":"Name","value":"mandatory"}},{"kind":"Field","name":{"kind":"Name","value":"pending"}},{"kind":"Field","name":{"kind":"Name","value":"extended"}},{"kind":"Field","name":{"kind":"Name","value":"exempt"}}]}}]}}]}}]} as unknown as DocumentNode<RolloutHistoryQuery, RolloutHistoryQueryVariables>;
export const LiveProgressDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"LiveProgress"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"migration"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rolloutProgress"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"migration"},"value":{"kind":"Variable","name":{"kind":"Name","value":"migration"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"ProgressCounts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ProgressCounts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RolloutProgress"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"affected"}},{"kind":"Field","name":{"kind":"Name","value":"optedIn"}},{"kind":"Field","name":{"kind":"Name","value":"new"}},{"kind":"Field","name":{"kind":"Name","value":"mandatory"}},{"kind":"Field","name":{"kind":"Name","value":"pending"}},{"kind":"Field","name":{"kind":"Name","value":"optedOut"}},{"kind":"Field","name":{"kind":"Name","value":"extended"}},{"kind":"Field","name":{"kind":"Name","value":"exempt"}},{"kind":"Field","name":{"kind":"Name","value":"percent"}}]}}]} as unknown as DocumentNode<LiveProgressSubscription, LiveProgressSubscriptionVariables>;
export const RolloutAccountsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"RolloutAccounts"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"migration"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"standing"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Standing"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"reasons"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Reason"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"search"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"quietForDays"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"usedWithinDays"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"migrationAccounts"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"migration"},"value":{"kind":"Variable","name":{"kind":"Name","value":"migration"}}},{"kind":"Argument","name":{"kind":"Name","value":"standing"},"value":{"kind":"Variable","name":{"kind":"Name","value":"standing"}}},{"kind":"Argument","name":{"kind":"Name","value":"reasons"},"value":{"kind":"Variable","name":{"kind":"Name","value":"reasons"}}},{"kind":"Argument","name":{"kind":"Name","value":"search"},"value":{"kind":"Variable","name":{"kind":"Name","value":"search"}}},{"kind":"Argument","name":{"kind":"Name","value":"quietForDays"},"value":{"kind":"Variable","name":{"kind":"Name","value":"quietForDays"}}},{"kind":"Argument","name":{"kind":"Name","value":"usedWithinDays"},"value":{"kind":"Variable","name":{"kind":"Name","value":"usedWithinDays"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"100"}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"platform"}},{"kind":"Field","name":{"kind":"Name","value":"plan"}},{"kind":"Field","name":{"kind":"Name","value":"region"}}]}},{"kind":"Field","name":{"kind":"Name","value":"state"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"enabled"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"deadline"}}]}},{"kind":"Field","name":{"kind":"Name","value":"decision"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"exemptUntil"}}]}},{"kind":"Field","name":{"kind":"Name","value":"lastUse"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"lastUsedAt"}},{"kind":"Field","name":{"kind":"Name","value":"quietDays"}},{"kind":"Field","name":{"kind":"Name","value":"safeToEnable"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<RolloutAccountsQuery, RolloutAccountsQueryVariables>;
export const RolloutAccountChangedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"RolloutAccountChanged"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accountMigrationChanged"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"accountMigration"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"migration"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}}]}},{"kind":"Field","name":{"kind":"Name","value":"state"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"enabled"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"deadline"}}]}}]}}]}}]}}]} as unknown as DocumentNode<RolloutAccountChangedSubscription, RolloutAccountChangedSubscriptionVariables>;
export const OldBehaviourDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"OldBehaviour"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"migration"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accountsUsing"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"migration"},"value":{"kind":"Variable","name":{"kind":"Name","value":"migration"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"10"}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"lastUsedAt"}},{"kind":"Field","name":{"kind":"Name","value":"usesLast30Days"}},{"kind":"Field","name":{"kind":"Name","value":"state"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"enabled"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<OldBehaviourQuery, OldBehaviourQueryVariables>;
export const AnnounceCatalogueMigrationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AnnounceCatalogueMigration"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"key"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"announceMigration"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"key"},"value":{"kind":"Variable","name":{"kind":"Name","value":"key"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"state"}}]}}]}}]} as unknown as DocumentNode<AnnounceCatalogueMigrationMutation, AnnounceCatalogueMigrationMutationVariables>;
export const EnforceCatalogueMigrationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"EnforceCatalogueMigration"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"key"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"reason"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"enforceMigration"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"key"},"value":{"kind":"Variable","name":{"kind":"Name","value":"key"}}},{"kind":"Argument","name":{"kind":"Name","value":"reason"},"value":{"kind":"Variable","name":{"kind":"Name","value":"reason"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"state"}}]}}]}}]} as unknown as DocumentNode<EnforceCatalogueMigrationMutation, EnforceCatalogueMigrationMutationVariables>;
export const CancelCatalogueMigrationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CancelCatalogueMigration"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"key"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"reason"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cancelMigration"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"key"},"value":{"kind":"Variable","name":{"kind":"Name","value":"key"}}},{"kind":"Argument","name":{"kind":"Name","value":"reason"},"value":{"kind":"Variable","name":{"kind":"Name","value":"reason"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"state"}}]}}]}}]} as unknown as DocumentNode<CancelCatalogueMigrationMutation, CancelCatalogueMigrationMutationVariables>;
export const NewDatesPreviewDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"NewDatesPreview"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"key"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"dates"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DatesDraft"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"previewReschedule"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"key"},"value":{"kind":"Variable","name":{"kind":"Name","value":"key"}}},{"kind":"Argument","name":{"kind":"Name","value":"dates"},"value":{"kind":"Variable","name":{"kind":"Name","value":"dates"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"gracePeriodStart"}},{"kind":"Field","name":{"kind":"Name","value":"graceStartsAt"}},{"kind":"Field","name":{"kind":"Name","value":"mandatoryOptIn"}},{"kind":"Field","name":{"kind":"Name","value":"mandatoryAt"}},{"kind":"Field","name":{"kind":"Name","value":"needsSecondOperator"}},{"kind":"Field","name":{"kind":"Name","value":"secondOperatorReason"}},{"kind":"Field","name":{"kind":"Name","value":"administrators"}},{"kind":"Field","name":{"kind":"Name","value":"firstMailAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastMailAt"}},{"kind":"Field","name":{"kind":"Name","value":"reminders"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"daysBefore"}},{"kind":"Field","name":{"kind":"Name","value":"at"}}]}},{"kind":"Field","name":{"kind":"Name","value":"problems"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<NewDatesPreviewQuery, NewDatesPreviewQueryVariables>;
export const AskForNewDatesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AskForNewDates"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"key"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"dates"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"NewDates"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rescheduleMigration"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"key"},"value":{"kind":"Variable","name":{"kind":"Name","value":"key"}}},{"kind":"Argument","name":{"kind":"Name","value":"dates"},"value":{"kind":"Variable","name":{"kind":"Name","value":"dates"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"RescheduleFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RescheduleFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Reschedule"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"oldGracePeriodStart"}},{"kind":"Field","name":{"kind":"Name","value":"oldMandatoryOptIn"}},{"kind":"Field","name":{"kind":"Name","value":"newGracePeriodStart"}},{"kind":"Field","name":{"kind":"Name","value":"newMandatoryOptIn"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"requestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"requestedBy"}},{"kind":"Field","name":{"kind":"Name","value":"decidedAt"}},{"kind":"Field","name":{"kind":"Name","value":"decidedBy"}}]}}]} as unknown as DocumentNode<AskForNewDatesMutation, AskForNewDatesMutationVariables>;
export const ApproveNewDatesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ApproveNewDates"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"approveReschedule"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"RescheduleFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RescheduleFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Reschedule"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"oldGracePeriodStart"}},{"kind":"Field","name":{"kind":"Name","value":"oldMandatoryOptIn"}},{"kind":"Field","name":{"kind":"Name","value":"newGracePeriodStart"}},{"kind":"Field","name":{"kind":"Name","value":"newMandatoryOptIn"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"requestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"requestedBy"}},{"kind":"Field","name":{"kind":"Name","value":"decidedAt"}},{"kind":"Field","name":{"kind":"Name","value":"decidedBy"}}]}}]} as unknown as DocumentNode<ApproveNewDatesMutation, ApproveNewDatesMutationVariables>;
export const RejectNewDatesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RejectNewDates"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rejectReschedule"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"RescheduleFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RescheduleFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Reschedule"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"oldGracePeriodStart"}},{"kind":"Field","name":{"kind":"Name","value":"oldMandatoryOptIn"}},{"kind":"Field","name":{"kind":"Name","value":"newGracePeriodStart"}},{"kind":"Field","name":{"kind":"Name","value":"newMandatoryOptIn"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"requestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"requestedBy"}},{"kind":"Field","name":{"kind":"Name","value":"decidedAt"}},{"kind":"Field","name":{"kind":"Name","value":"decidedBy"}}]}}]} as unknown as DocumentNode<RejectNewDatesMutation, RejectNewDatesMutationVariables>;
export const CatalogueDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Catalogue"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"states"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"LifecycleState"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"migrations"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"50"}},{"kind":"Argument","name":{"kind":"Name","value":"states"},"value":{"kind":"Variable","name":{"kind":"Name","value":"states"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"severity"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"gracePeriodStart"}},{"kind":"Field","name":{"kind":"Name","value":"graceStartsAt"}},{"kind":"Field","name":{"kind":"Name","value":"mandatoryOptIn"}},{"kind":"Field","name":{"kind":"Name","value":"mandatoryAt"}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ProgressCounts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"reschedules"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ProgressCounts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RolloutProgress"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"affected"}},{"kind":"Field","name":{"kind":"Name","value":"optedIn"}},{"kind":"Field","name":{"kind":"Name","value":"new"}},{"kind":"Field","name":{"kind":"Name","value":"mandatory"}},{"kind":"Field","name":{"kind":"Name","value":"pending"}},{"kind":"Field","name":{"kind":"Name","value":"optedOut"}},{"kind":"Field","name":{"kind":"Name","value":"extended"}},{"kind":"Field","name":{"kind":"Name","value":"exempt"}},{"kind":"Field","name":{"kind":"Name","value":"percent"}}]}}]} as unknown as DocumentNode<CatalogueQuery, CatalogueQueryVariables>;
export const CatalogueMigrationChangedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"CatalogueMigrationChanged"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"key"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"migrationChanged"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"key"},"value":{"kind":"Variable","name":{"kind":"Name","value":"key"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"type"}}]}}]}}]} as unknown as DocumentNode<CatalogueMigrationChangedSubscription, CatalogueMigrationChangedSubscriptionVariables>;
export const AnyDecisionDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"AnyDecision"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accountMigrationChanged"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"type"}}]}}]}}]} as unknown as DocumentNode<AnyDecisionSubscription, AnyDecisionSubscriptionVariables>;