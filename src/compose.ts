import pLimit from 'p-limit';
import type { Logger } from 'pino';
import { AccountsService } from './accounts/accounts.service.ts';
import { IssuerKeys } from './auth/issuer-keys.ts';
import { LastUseRecorder } from './auth/last-use-recorder.ts';
import { OidcService } from './auth/oidc.service.ts';
import { TokensService } from './auth/tokens.service.ts';
import { BoardService } from './board/board.service.ts';
import { type Clock, fileClock, systemClock } from './clock.ts';
import { type Config, databaseUrl, publicUrl as publicUrlOf } from './config.ts';
import { Database } from './db/database.ts';
import { RateLimits } from './db/rate-limits.ts';
import { MailDelivery } from './email/delivery.service.ts';
import { MailboxService } from './email/mailbox/mailbox.service.ts';
import { mailFolder } from './email/mail-folder.provider.ts';
import { MailService } from './email/mail.service.ts';
import { builtInProvider } from './email/providers/built-in.provider.ts';
import { createProvider } from './email/providers/create-provider.ts';
import { SmtpGuard } from './email/providers/smtp-guard.ts';
import { EmailSettingsService } from './email/settings/email-settings.service.ts';
import { TestEmailService } from './email/settings/test-email.service.ts';
import { TemplatesService } from './email/templates/templates.service.ts';
import { traced } from './email/traced-transport.ts';
import { createTransport, MAIL_CONCURRENCY } from './email/transport.provider.ts';
import { UserMailAttempts } from './email/user-mail/attempt.service.ts';
import { UserMailOutcomes } from './email/user-mail/outcome.service.ts';
import { ProviderClients } from './email/user-mail/provider-clients.ts';
import { UserMailSender } from './email/user-mail/sending.service.ts';
import { MailPurge } from './email/mail-purge.service.ts';
import { UserMailPurge } from './email/user-mail/user-mail-purge.service.ts';
import { UserMailService } from './email/user-mail/user-mail.service.ts';
import { EventChain } from './events/chain.ts';
import { EventsService } from './events/events.service.ts';
import { EventFollower } from './events/follower.ts';
import { EventPurge } from './events/purge.ts';
import { Wake } from './events/wake.ts';
import { Callers } from './flags/callers.ts';
import { FlagsService } from './flags/flags.service.ts';
import { SnapshotService } from './flags/snapshot.service.ts';
import { GatesService } from './gates/gates.service.ts';
import { UsageReportsService } from './gates/usage-reports.service.ts';
import { UsageService } from './gates/usage.service.ts';
import { ImpactService } from './gates/impact.service.ts';
import { ReadinessService } from './gates/readiness.service.ts';
import { UsageRecorder } from './gates/usage-recorder.ts';
import type { House } from './house.ts';
import { Budgets } from './http/budgets.ts';
import { IdempotencyService } from './idempotency/idempotency.service.ts';
import { FiguresService } from './metrics/figures.service.ts';
import type { Metrics } from './metrics/metrics.ts';
import { Calendar } from './migrations/calendar.ts';
import { FeedService } from './migrations/feed.service.ts';
import { ImportService } from './migrations/import.service.ts';
import { MigrationsService } from './migrations/migrations.service.ts';
import { PreviewService } from './migrations/preview.service.ts';
import { PublicPages } from './migrations/public-pages.ts';
import { RememberedMigrations } from './migrations/remembered.ts';
import { ReschedulePreviewService } from './migrations/reschedule-preview.service.ts';
import { RescheduleService } from './migrations/reschedule.service.ts';
import { CalendarLinksService } from './notifications/calendar/calendar-links.service.ts';
import { NoticeSweep } from './notifications/notice.sweep.ts';
import { NoticesService } from './notifications/notices.service.ts';
import { Reminders } from './notifications/reminders.service.ts';
import { OperationsService } from './operations/operations.service.ts';
import { foldRolloutCounts } from './rollouts/counts.ts';
import { BulkDecisionsService } from './rollouts/bulk-decisions.service.ts';
import { RolloutHistoryService } from './rollouts/history.service.ts';
import { RolloutAccountsService } from './rollouts/rollout-accounts.service.ts';
import { RolloutsService } from './rollouts/rollouts.service.ts';
import { SecretBox } from './secrets/secret-box.ts';
import { IssuerLogin } from './sessions/issuer-login.provider.ts';
import { LoginService } from './sessions/login.service.ts';
import { SessionCookie } from './sessions/session-cookie.ts';
import { CALLBACK_PATH } from './sessions/session.rules.ts';
import { SessionsService } from './sessions/sessions.service.ts';
import { NO_TRACING, type Tracing } from './tracing/tracing.ts';
import { ApplicationsService } from './users/applications.service.ts';
import { PasswordResetService } from './users/password-reset.service.ts';
import { Passwords } from './users/passwords.ts';
import { UsersService } from './users/users.service.ts';
import { WebhookAttempts } from './webhooks/attempts.service.ts';
import { WebhookDeliveriesService } from './webhooks/deliveries.service.ts';
import { WebhookPurge } from './webhooks/purge.service.ts';
import { WebhookQueue } from './webhooks/queue.service.ts';
import { WebhookSender } from './webhooks/sending.service.ts';
import { WebhookGuard } from './webhooks/webhook-guard.ts';
import { WebhookRequests } from './webhooks/webhook-request.provider.ts';
import { WebhooksService } from './webhooks/webhooks.service.ts';

/** A request waits no longer for the keys of an issuer. */
const ISSUER_TIMEOUT_MS = 3_000;
/** New keys of an issuer are seen so soon; asked for no more often. */
const ISSUER_COOLDOWN_MS = 5_000;

/**
 * The only place where services are made.
 *
 * @param name which process it is for, as traces name it; one that is not named is not traced
 * @throws GracelineError INVALID_SETTINGS without a DATABASE_URL, DATABASE_UNREACHABLE
 */
export async function compose(config: Config, log: Logger, name?: string): Promise<House> {
  const clock = config.CLOCK_FILE ? fileClock(config.CLOCK_FILE) : systemClock;
  const tracing = await tracingOf(config, log, name);
  const db = await Database.connect(databaseUrl(config), config.DATABASE_POOL_SIZE, config.DATABASE_WAIT_SECONDS * 1_000, tracing);
  const wake = new Wake(db, log);
  const metrics = await metricsOf(config, db);
  const zone = config.PLATFORM_TIME_ZONE;
  const secrets = new SecretBox(config.ENCRYPTION_KEYS);
  const hosts = new SmtpGuard(config.TRUSTED_SMTP_SERVERS);
  const reschedules = new RescheduleService(db, wake, clock, zone);
  const transport = traced(createTransport(config), tracing, config.SMTP_URL);
  const { PLATFORM_NAME: platformName, MAIL_FROM: from } = config;
  const publicUrl = publicUrlOf(config);
  const reminders = new Reminders(db, clock, { reminderHour: config.REMINDER_HOUR, platformName, publicUrl, mailFrom: from }, tracing);
  const settings = { from, platformName, timeoutMs: config.MAIL_TIMEOUT_SECONDS * 1_000, concurrency: MAIL_CONCURRENCY };
  const follower = new EventFollower(db, wake, log);
  const gateKeys = {
    IDP_TOKENS: config.GATE_IDP_TOKENS,
    FROM_ADDRESS: config.GATE_FROM_ADDRESS,
    EMAIL_TEMPLATE: config.GATE_EMAIL_TEMPLATE,
    PASSWORD_RESET: config.GATE_PASSWORD_RESET,
  };
  const usageRecorder = new UsageRecorder(db, log);
  const gates = new GatesService(db, clock, gateKeys, usageRecorder);
  const tokenUses = new LastUseRecorder(db, log);
  const templates = new TemplatesService(db, wake, clock, gates, { name: platformName, address: config.BUILT_IN_FROM });
  const migrations = new MigrationsService(db, wake, clock, zone);
  const emailSettings = new EmailSettingsService(db, wake, clock, secrets, hosts);
  const readiness = new ReadinessService(db, clock, gateKeys, usageRecorder, emailSettings, templates);
  const rollouts = new RolloutsService(db, wake, clock, readiness);
  const usage = new UsageService(db, clock, migrations, rollouts, usageRecorder);
  const limits = new RateLimits(db);
  const userMails = new UserMailService(db, clock, secrets, config.BUILT_IN_FROM.split('@')[1]!);
  const providerOptions = {
    ...(config.SES_URL !== undefined && { sesUrl: config.SES_URL }),
    mandrillUrl: config.MANDRILL_URL,
    sendgridUrl: config.SENDGRID_URL,
    timeoutMs: settings.timeoutMs,
    hosts,
  };
  const builtIn = builtInProvider(config);
  const clients = new ProviderClients((access) => createProvider(access, providerOptions), builtIn);
  const attempts = new UserMailAttempts(clock, secrets, emailSettings, templates, clients, settings.timeoutMs, log);
  const userMailSender = new UserMailSender(
    db,
    wake,
    clock,
    attempts,
    new UserMailOutcomes(db, wake, clock),
    settings.timeoutMs,
    metrics?.attemptsOf('user_mail'),
  );
  const applications = new ApplicationsService(db, wake, clock, secrets);
  const passwords = new Passwords();
  const jwts = oidcOf(config, db, clock, log);
  const tokens = new TokensService(db, wake, clock, tokenUses, jwts);
  const { SESSION_HOURS: maxHours, SESSION_IDLE_MINUTES: idleMinutes } = config;
  const sessions = new SessionsService({ db, clock, tokens, limits, jwts, maxHours, idleMinutes });
  const webhookGuard = new WebhookGuard(config.TRUSTED_WEBHOOK_HOSTS);
  const webhookAttempts = new WebhookAttempts(db, wake, clock, secrets, new WebhookRequests(webhookGuard), metrics?.attemptsOf('webhook'));
  const webhookDeliveries = new WebhookDeliveriesService({ db, wake, clock, limits, attempts: webhookAttempts });
  const mails = new MailService(db, wake, clock);
  const queues = { REMINDER_MAIL: mails, USER_MAIL: userMails, WEBHOOK: webhookDeliveries };
  const webhookSender = new WebhookSender(db, wake, clock, webhookAttempts);
  return {
    config,
    clock,
    db,
    wake,
    follower,
    accounts: new AccountsService(db, wake, clock),
    applications,
    board: new BoardService(db, clock, gateKeys, usageRecorder),
    chain: new EventChain(db),
    bulkDecisions: new BulkDecisionsService(db, clock, rollouts, readiness),
    budgets: new Budgets({
      key: config.RATE_LIMIT_POINTS,
      runtime: config.RATE_LIMIT_RUNTIME_POINTS,
      stranger: config.RATE_LIMIT_ANONYMOUS_POINTS,
    }),
    calendar: new Calendar(db, wake, clock),
    calendarLinks: new CalendarLinksService(db, wake, clock, { platformName, publicUrl }),
    counts: { fold: (signal) => foldRolloutCounts(db, clock.now(), signal) },
    delivery: new MailDelivery(db, wake, clock, transport, reminders, settings, log, {
      attempted: metrics?.attemptsOf('reminder_mail'),
      tracing,
      causesOf: (ids) => reminders.causesOf(ids),
    }),
    callers: new Callers(tokens, clock, follower),
    emailSettings,
    events: new EventsService(db),
    feed: new FeedService(db, clock, { platformName, publicUrl }),
    figures: new FiguresService(db, clock, queues),
    flags: new FlagsService(db, clock, follower),
    snapshots: new SnapshotService(db, clock, follower),
    gates,
    liveReads: pLimit(Math.max(1, Math.floor(config.DATABASE_POOL_SIZE / 2))),
    missedReads: pLimit(Math.max(1, Math.floor(config.DATABASE_POOL_SIZE / 4))),
    idempotency: new IdempotencyService(db, clock, secrets),
    impact: new ImpactService(gateKeys, migrations, rollouts, usage, readiness),
    imports: new ImportService(db, wake, clock, reschedules, zone),
    login: jwts && loginOf(config, publicUrl, clock, jwts, sessions, log),
    mailbox: new MailboxService(config.SMTP_URL === undefined ? mailFolder(config.DATA_DIR) : null),
    mails,
    metrics,
    migrations,
    notices: new NoticesService(db, wake, clock),
    noticeSweep: new NoticeSweep(db, wake, clock),
    passwordResets: new PasswordResetService({
      db,
      wake,
      clock,
      gates,
      limits,
      passwords,
      applications,
      templates,
      mails: userMails,
      publicUrl,
    }),
    publicPages: new PublicPages({ migrations, clock, commits: follower, platformName }),
    publicUrl,
    operations: new OperationsService(db, clock, queues),
    previews: new PreviewService(db, clock, zone, config.REMINDER_HOUR),
    purge: new EventPurge(db, clock, config.EVENT_RETENTION_DAYS),
    reminders,
    reschedulePreviews: new ReschedulePreviewService(db, clock, reschedules, zone, config.REMINDER_HOUR),
    reschedules,
    rolloutAccounts: new RolloutAccountsService(db, clock, migrations, usage),
    rolloutHistory: new RolloutHistoryService(db, clock),
    rememberedMigrations: new RememberedMigrations(db, clock, follower),
    rollouts,
    secrets,
    sessions,
    sessionCookie: new SessionCookie(publicUrl),
    templates,
    testEmails: new TestEmailService({ db, wake, clock, emailSettings, templates, clients, limits, timeoutMs: settings.timeoutMs }),
    tokens,
    tracing,
    mailPurge: new MailPurge(db, clock),
    userMailPurge: new UserMailPurge(db, clock),
    userMailSender,
    userMails,
    usage,
    usageRecorder,
    usageReports: new UsageReportsService(db, clock),
    users: new UsersService({ db, wake, clock, secrets, gates, limits, passwords, applications, issuer: publicUrl }),
    webhookDeliveries,
    webhookPurge: new WebhookPurge(db, clock),
    webhookQueue: new WebhookQueue(db, clock),
    webhookSender,
    webhooks: new WebhooksService({ db, wake, clock, secrets, guard: webhookGuard }),
    close: async () => {
      await follower.close();
      await userMailSender.close();
      await webhookSender.close();
      clients.close();
      await builtIn.close();
      await transport.close();
      await wake.close();
      await usageRecorder.close();
      await tokenUses.close();
      await db.close();
      await tracing.close();
    },
  };
}

/** Counts, where somebody may read the counts; the library is not loaded otherwise. */
async function metricsOf({ METRICS_TOKEN }: Config, db: Database): Promise<Metrics | null> {
  if (METRICS_TOKEN === undefined) return null;
  const { Metrics: Counting } = await import('./metrics/metrics.ts');
  const metrics = new Counting();
  metrics.showPool(() => db.poolUse());
  return metrics;
}

/** Traces, where somebody collects traces; the library is not loaded otherwise. */
async function tracingOf(
  { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: ratio }: Config,
  log: Logger,
  name: string | undefined,
): Promise<Tracing> {
  if (endpoint === undefined || name === undefined) return NO_TRACING;
  const { openTelemetry } = await import('./tracing/opentelemetry.ts');
  return openTelemetry({ endpoint, ratio, service: `graceline-${name}` }, log);
}

/** Takes JWTs, where there is an issuer of them. */
function oidcOf(config: Config, db: Database, clock: Clock, log: Logger): OidcService | null {
  const { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience, OIDC_JWKS_URL: jwksUrl, OIDC_ALGORITHMS: algorithms } = config;
  if (!issuer || !audience) return null;
  const keys = new IssuerKeys({ issuer, jwksUrl, timeoutMs: ISSUER_TIMEOUT_MS, cooldownMs: ISSUER_COOLDOWN_MS }, log);
  const claims = { role: config.OIDC_ROLE_CLAIM, accounts: config.OIDC_ACCOUNTS_CLAIM };
  return new OidcService(db, clock, keys, { issuer, audience, algorithms, claims });
}

/** Signs people in with that issuer, where we are a client of it. */
function loginOf(
  { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret }: Config,
  publicUrl: string,
  clock: Clock,
  jwts: OidcService,
  sessions: SessionsService,
  log: Logger,
): LoginService | null {
  if (!issuer || !clientId) return null;
  const redirectUri = new URL(CALLBACK_PATH, publicUrl).href;
  const options = { issuer, clientId, clientSecret, redirectUri, timeoutSeconds: ISSUER_TIMEOUT_MS / 1_000 };
  return new LoginService(new IssuerLogin(clock, options, log), jwts, sessions, clientId);
}
