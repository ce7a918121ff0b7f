import type { NonEmptyArray } from 'type-graphql';
import { AccountsResolver, AdministratorsResolver } from '../accounts/accounts.resolver.ts';
import { MeResolver } from '../auth/me.resolver.ts';
import { TokensResolver } from '../auth/tokens.resolver.ts';
import { BoardDeadlineResolver, BoardResolver } from '../board/board.resolver.ts';
import { MailsResolver } from '../email/mails.resolver.ts';
import { EmailSettingsResolver } from '../email/settings/email-settings.resolver.ts';
import { TestEmailResolver } from '../email/settings/test-email.resolver.ts';
import { TemplatesResolver } from '../email/templates/templates.resolver.ts';
import { UserMailsResolver } from '../email/user-mail/user-mails.resolver.ts';
import { EventsResolver } from '../events/events.resolver.ts';
import { FlagChangesResolver } from '../flags/flag-changes.resolver.ts';
import { LogCursorResolver } from '../events/log-cursor.resolver.ts';
import { MigrationsResolver } from '../migrations/migrations.resolver.ts';
import { CalendarLinksResolver } from '../notifications/calendar/calendar-links.resolver.ts';
import { MigrationPreviewResolver, PreviewResolver, ReschedulePreviewResolver } from '../migrations/preview.resolver.ts';
import { NoticesResolver } from '../notifications/notices.resolver.ts';
import { OperationsResolver } from '../operations/operations.resolver.ts';
import { BulkDecisionsResolver } from '../rollouts/bulk-decisions.resolver.ts';
import { HistoryResolver, RolloutPointResolver } from '../rollouts/history.resolver.ts';
import { RolloutAccountsResolver } from '../rollouts/rollout-accounts.resolver.ts';
import { RolloutProgressResolver, RolloutsResolver } from '../rollouts/rollouts.resolver.ts';
import { ImpactResolver, UsesCountedResolver } from '../gates/impact.resolver.ts';
import { UsageReportsResolver } from '../gates/usage-reports.resolver.ts';
import { LastUseResolver, UsageResolver } from '../gates/usage.resolver.ts';
import { UsersResolver } from '../users/users.resolver.ts';
import { WebhooksResolver } from '../webhooks/webhooks.resolver.ts';
import type { ResolverClass } from './schema.ts';

/** The resolvers of every feature: what the API is. */
export const RESOLVERS: NonEmptyArray<ResolverClass> = [
  MigrationsResolver,
  RolloutsResolver,
  RolloutProgressResolver,
  BulkDecisionsResolver,
  AccountsResolver,
  AdministratorsResolver,
  NoticesResolver,
  CalendarLinksResolver,
  EventsResolver,
  LogCursorResolver,
  FlagChangesResolver,
  MailsResolver,
  EmailSettingsResolver,
  TestEmailResolver,
  TemplatesResolver,
  TokensResolver,
  UserMailsResolver,
  UsersResolver,
  UsageResolver,
  LastUseResolver,
  UsageReportsResolver,
  ImpactResolver,
  UsesCountedResolver,
  WebhooksResolver,
  MeResolver,
  HistoryResolver,
  RolloutPointResolver,
  RolloutAccountsResolver,
  PreviewResolver,
  MigrationPreviewResolver,
  ReschedulePreviewResolver,
  BoardResolver,
  BoardDeadlineResolver,
  OperationsResolver,
];
