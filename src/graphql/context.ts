import type { AccountsService } from '../accounts/accounts.service.ts';
import type { Actor } from '../auth/actor.ts';
import type { TokensService } from '../auth/tokens.service.ts';
import type { BoardService } from '../board/board.service.ts';
import type { MailService } from '../email/mail.service.ts';
import type { EmailSettingsService } from '../email/settings/email-settings.service.ts';
import type { UserMailService } from '../email/user-mail/user-mail.service.ts';
import type { TestEmailService } from '../email/settings/test-email.service.ts';
import type { TemplatesService } from '../email/templates/templates.service.ts';
import { GracelineError } from '../errors.ts';
import type { EventsService } from '../events/events.service.ts';
import type { Turn } from '../events/feed.ts';
import type { EventFollower } from '../events/follower.ts';
import type { SnapshotService } from '../flags/snapshot.service.ts';
import type { ImpactService } from '../gates/impact.service.ts';
import type { UsageReportsService } from '../gates/usage-reports.service.ts';
import type { UsageService } from '../gates/usage.service.ts';
import type { IdempotencyService } from '../idempotency/idempotency.service.ts';
import type { ImportService } from '../migrations/import.service.ts';
import type { MigrationsService } from '../migrations/migrations.service.ts';
import type { PreviewService } from '../migrations/preview.service.ts';
import type { RememberedMigrations } from '../migrations/remembered.ts';
import type { ReschedulePreviewService } from '../migrations/reschedule-preview.service.ts';
import type { RescheduleService } from '../migrations/reschedule.service.ts';
import type { CalendarLinksService } from '../notifications/calendar/calendar-links.service.ts';
import type { NoticesService } from '../notifications/notices.service.ts';
import type { OperationsService } from '../operations/operations.service.ts';
import type { BulkDecisionsService } from '../rollouts/bulk-decisions.service.ts';
import type { RolloutHistoryService } from '../rollouts/history.service.ts';
import type { RolloutAccountsService } from '../rollouts/rollout-accounts.service.ts';
import type { RolloutsService } from '../rollouts/rollouts.service.ts';
import type { ApplicationsService } from '../users/applications.service.ts';
import type { UsersService } from '../users/users.service.ts';
import type { WebhookDeliveriesService } from '../webhooks/deliveries.service.ts';
import type { WebhooksService } from '../webhooks/webhooks.service.ts';
import { createLoaders, type Loaders } from './loaders.ts';

/** Every service a resolver may call. */
export interface Services {
  readonly accounts: AccountsService;
  readonly board: BoardService;
  readonly bulkDecisions: BulkDecisionsService;
  readonly applications: ApplicationsService;
  readonly calendarLinks: CalendarLinksService;
  readonly emailSettings: EmailSettingsService;
  readonly events: EventsService;
  /** What subscriptions follow. */
  readonly follower: EventFollower;
  readonly idempotency: IdempotencyService;
  readonly impact: ImpactService;
  readonly imports: ImportService;
  /** Takes turns over what subscriptions read, so that an event thousands wait for leaves connections to everybody else. */
  readonly liveReads: Turn;
  /** The same over what subscribers missed: thousands that come back must not stand before what is live. */
  readonly missedReads: Turn;
  readonly mails: MailService;
  readonly migrations: MigrationsService;
  readonly notices: NoticesService;
  readonly operations: OperationsService;
  readonly previews: PreviewService;
  readonly rememberedMigrations: RememberedMigrations;
  readonly reschedulePreviews: ReschedulePreviewService;
  readonly reschedules: RescheduleService;
  readonly rolloutAccounts: RolloutAccountsService;
  readonly rolloutHistory: RolloutHistoryService;
  readonly rollouts: RolloutsService;
  /** What clients in other processes keep of the decisions. */
  readonly snapshots: SnapshotService;
  readonly templates: TemplatesService;
  readonly testEmails: TestEmailService;
  readonly tokens: TokensService;
  readonly users: UsersService;
  readonly usage: UsageService;
  readonly usageReports: UsageReportsService;
  readonly userMails: UserMailService;
  readonly webhookDeliveries: WebhookDeliveriesService;
  readonly webhooks: WebhooksService;
}

/** What resolvers get: one per request, and one per event of a subscription. */
export interface Context {
  /** Who asks; null where no token came. */
  readonly actor: Actor | null;
  /** Names the request in logs and in the response header `x-request-id`. */
  readonly requestId: string;
  readonly services: Services;
  readonly loaders: Loaders;
}

/** Makes the context of one request or event. */
export type CreateContext = (actor: Actor | null, requestId: string) => Context;

/** Makes contexts over these services. */
export function contextFactory(services: Services): CreateContext {
  return (actor, requestId) => ({ actor, requestId, services, loaders: createLoaders(services) });
}

/**
 * Who asks, for everything that is not public.
 *
 * @throws GracelineError UNAUTHENTICATED where no token came
 */
export function requireActor({ actor }: Context): Actor {
  if (actor) return actor;
  throw new GracelineError('UNAUTHENTICATED', 'This needs a token. Send the header "Authorization: Bearer gl_…".');
}
