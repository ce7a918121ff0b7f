import { Migrator } from '@mikro-orm/migrations';
import { defineConfig, MikroORM, UnderscoreNamingStrategy } from '@mikro-orm/postgresql';
import pg from 'pg';
import { Account, AccountImport } from '../accounts/account.entity.ts';
import { Administration, Administrator } from '../accounts/administrator.entity.ts';
import { Token, TokenAccount } from '../auth/token.entity.ts';
import { Mail } from '../email/mail.entity.ts';
import { EmailSettings } from '../email/settings/email-settings.entity.ts';
import { EmailTemplate } from '../email/templates/template.entity.ts';
import { UserMail, UserMailHold } from '../email/user-mail/user-mail.entity.ts';
import { EventChain, EventChainSpan } from '../events/event-chain.entity.ts';
import { Event, EventCursor, EventHorizon } from '../events/event.entity.ts';
import { Migration20261122000000_house } from '../../migrations-db/Migration20261122000000_house.ts';
import { Migration20261123000000_gates } from '../../migrations-db/Migration20261123000000_gates.ts';
import { Migration20261123101000_event_horizon } from '../../migrations-db/Migration20261123101000_event_horizon.ts';
import { Migration20261123102000_tokens } from '../../migrations-db/Migration20261123102000_tokens.ts';
import { Migration20261123105000_audit } from '../../migrations-db/Migration20261123105000_audit.ts';
import { Migration20261123103000_idempotency } from '../../migrations-db/Migration20261123103000_idempotency.ts';
import { Migration20261123104000_webhooks } from '../../migrations-db/Migration20261123104000_webhooks.ts';
import { Migration20261126105500_sessions } from '../../migrations-db/Migration20261126105500_sessions.ts';
import { Migration20261126111600_calendar_links } from '../../migrations-db/Migration20261126111600_calendar_links.ts';
import { Migration20261126150000_calendar_entries } from '../../migrations-db/Migration20261126150000_calendar_entries.ts';
import { Migration20261126151000_traceparents } from '../../migrations-db/Migration20261126151000_traceparents.ts';
import { Migration20261126153000_usage_watch } from '../../migrations-db/Migration20261126153000_usage_watch.ts';
import { Migration20261126190000_mail_purge } from '../../migrations-db/Migration20261126190000_mail_purge.ts';
import { Migration20261126214000_open_notices_and_unsent_mails } from '../../migrations-db/Migration20261126214000_open_notices_and_unsent_mails.ts';
import { Migration20261126110000_dashboard } from '../../migrations-db/Migration20261126110000_dashboard.ts';
import { AccountUsage, Usage, UsageWatch } from '../gates/usage.entity.ts';
import { IdempotencyKey } from '../idempotency/idempotency-key.entity.ts';
import { ListedAccount, Migration, Reschedule } from '../migrations/migration.entity.ts';
import { CalendarEntry } from '../notifications/calendar/calendar-entry.entity.ts';
import { CalendarLink } from '../notifications/calendar/calendar-link.entity.ts';
import { MilestoneRun, Notice, Reminder } from '../notifications/notification.entity.ts';
import { Decision, RolloutCount } from '../rollouts/decision.entity.ts';
import { Session } from '../sessions/session.entity.ts';
import { Application, Identity, PasswordLink, User } from '../users/user.entity.ts';
import { instantOf } from '../instants.ts';
import { WebhookDelivery, WebhookEndpoint } from '../webhooks/webhook.entity.ts';
import { PooledClient } from './pooled-client.ts';
import { Sweep } from './sweep.entity.ts';

const ENTITIES = [
  Account,
  AccountImport,
  Administrator,
  Administration,
  Application,
  CalendarEntry,
  CalendarLink,
  Decision,
  EmailSettings,
  EmailTemplate,
  Event,
  EventChain,
  EventChainSpan,
  EventCursor,
  EventHorizon,
  IdempotencyKey,
  Identity,
  ListedAccount,
  Mail,
  Migration,
  MilestoneRun,
  Notice,
  PasswordLink,
  Reminder,
  Reschedule,
  RolloutCount,
  Session,
  Sweep,
  Token,
  TokenAccount,
  Usage,
  AccountUsage,
  UsageWatch,
  User,
  UserMail,
  UserMailHold,
  WebhookDelivery,
  WebhookEndpoint,
];

/** Db migrations in the order they run; each is added at the end and never edited once merged. */
const DB_MIGRATIONS = [
  Migration20261122000000_house,
  Migration20261123000000_gates,
  Migration20261123101000_event_horizon,
  Migration20261123102000_tokens,
  Migration20261123103000_idempotency,
  Migration20261123104000_webhooks,
  Migration20261123105000_audit,
  Migration20261126105500_sessions,
  Migration20261126110000_dashboard,
  Migration20261126111600_calendar_links,
  Migration20261126150000_calendar_entries,
  Migration20261126151000_traceparents,
  Migration20261126153000_usage_watch,
  Migration20261126190000_mail_purge,
  Migration20261126214000_open_notices_and_unsent_mails,
];

/** How rows become values: Dates for instants, and numbers for int8, because no id or count of ours outgrows 2^53. */
const TYPES = new pg.TypeOverrides();
TYPES.setTypeParser(pg.types.builtins.INT8, Number);
const instantOfDriver = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ) as (text: string) => unknown;
TYPES.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text) => instantOf(text) ?? instantOfDriver(text));

/** Relations are kept as the key alone and named so, hence `migrationId` is the column `migration_id`, not `migration_id_id`. */
class KeysAreColumns extends UnderscoreNamingStrategy {
  override joinKeyColumnName(entityName: string): string {
    return this.propertyToColumnName(entityName);
  }
}

/**
 * Prepares the ORM without touching the network; the first query connects.
 *
 * @param url a PostgreSQL connection string
 * @param poolSize how many connections this process may hold
 */
export function createOrm(url: string, poolSize: number): MikroORM {
  return new MikroORM(
    defineConfig({
      clientUrl: url,
      // A mistyped name must fail, not begin an empty database in which every migration is off.
      ensureDatabase: false,
      entities: ENTITIES,
      extensions: [Migrator],
      namingStrategy: KeysAreColumns,
      pool: { min: 0, max: poolSize },
      // A half-open socket must fail a query, not hang it for ever.
      driverOptions: {
        // The ORM reads host, database and login of the address and passes over the rest, `sslmode` included; the driver reads it all.
        connectionString: url,
        connectionTimeoutMillis: 5_000,
        keepAlive: true,
        query_timeout: 120_000,
        Client: PooledClient,
        // The ORM would leave instants as text; plain statements on the same pool want Dates, and entities take both.
        onPoolCreated: (pool: pg.Pool) => (pool.options.types = TYPES),
      },
      // Their shapes are fixed by the libraries that own them.
      schemaGenerator: { skipTables: ['agenda_jobs', 'rate_limit'], ignoreRoutines: true },
      migrations: { migrationsList: DB_MIGRATIONS, tableName: 'db_migration', snapshot: false },
      logger: () => undefined,
    }),
  );
}
