import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { Database } from './db/database.ts';
import type { MailDelivery } from './email/delivery.service.ts';
import type { MailboxService } from './email/mailbox/mailbox.service.ts';
import type { UserMailSender } from './email/user-mail/sending.service.ts';
import type { MailPurge } from './email/mail-purge.service.ts';
import type { UserMailPurge } from './email/user-mail/user-mail-purge.service.ts';
import type { EventChain } from './events/chain.ts';
import type { EventPurge } from './events/purge.ts';
import type { Wake } from './events/wake.ts';
import type { Callers } from './flags/callers.ts';
import type { FlagsService } from './flags/flags.service.ts';
import type { GatesService } from './gates/gates.service.ts';
import type { UsageRecorder } from './gates/usage-recorder.ts';
import type { Services } from './graphql/context.ts';
import type { Budgets } from './http/budgets.ts';
import type { FiguresService } from './metrics/figures.service.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { Calendar } from './migrations/calendar.ts';
import type { FeedService } from './migrations/feed.service.ts';
import type { PublicPages } from './migrations/public-pages.ts';
import type { NoticeSweep } from './notifications/notice.sweep.ts';
import type { Reminders } from './notifications/reminders.service.ts';
import type { LoginService } from './sessions/login.service.ts';
import type { SessionCookie } from './sessions/session-cookie.ts';
import type { SessionsService } from './sessions/sessions.service.ts';
import type { PasswordResetService } from './users/password-reset.service.ts';
import type { WebhookPurge } from './webhooks/purge.service.ts';
import type { WebhookQueue } from './webhooks/queue.service.ts';
import type { WebhookSender } from './webhooks/sending.service.ts';
import type { SecretBox } from './secrets/secret-box.ts';
import type { Tracing } from './tracing/tracing.ts';

/** Everything a process is made of. The API uses the services, the worker what its sweeps call. */
export interface House extends Services {
  readonly config: Config;
  readonly clock: Clock;
  /** Where people reach the API. */
  readonly publicUrl: string;
  readonly db: Database;
  readonly wake: Wake;
  /** Whether migrations are on, for services that ask at each of their requests, and who asks. */
  readonly flags: FlagsService;
  readonly callers: Callers;
  /** What callers may spend. */
  readonly budgets: Budgets;
  readonly calendar: Calendar;
  /** The public page. */
  readonly publicPages: PublicPages;
  /** The catalogue for readers of feeds. */
  readonly feed: FeedService;
  readonly counts: { fold(signal?: AbortSignal): Promise<{ folded: number }> };
  readonly passwordResets: PasswordResetService;
  /** What Prometheus reads of this process; null where nobody may. */
  readonly metrics: Metrics | null;
  readonly figures: FiguresService;
  readonly reminders: Reminders;
  /** What a platform without a mail server has written; for development. */
  readonly mailbox: MailboxService;
  readonly noticeSweep: NoticeSweep;
  readonly delivery: MailDelivery;
  readonly chain: EventChain;
  readonly purge: EventPurge;
  readonly mailPurge: MailPurge;
  readonly userMailPurge: UserMailPurge;
  readonly userMailSender: UserMailSender;
  readonly webhookPurge: WebhookPurge;
  readonly webhookQueue: WebhookQueue;
  readonly webhookSender: WebhookSender;
  /** What the platform asks at each request. */
  readonly gates: GatesService;
  readonly usageRecorder: UsageRecorder;
  readonly secrets: SecretBox;
  /** Where traces go; nowhere unless one is configured. */
  readonly tracing: Tracing;
  /** Signs people in with the issuer; null where they have tokens alone. */
  readonly login: LoginService | null;
  readonly sessions: SessionsService;
  readonly sessionCookie: SessionCookie;
  /** Lets go of every connection. Called last, once nothing is under way. */
  close(): Promise<void>;
}
