/** The platform that the soak runs on, in a process beside those that are measured. */
import { pino } from 'pino';
import { SYSTEM } from '../../src/auth/actor.ts';
import { compose } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import type { House } from '../../src/house.ts';

const OPERATOR = { ...SYSTEM, role: 'OPERATOR', subject: 'olga@platform.example' } as const;
const ADMINISTRATORS = 200;

/** Migrations in their grace period, by key. */
export const MIGRATIONS: readonly string[] = Array.from({ length: 10 }, (_, i) => `migration-${i}`);
/** Accounts, by id. */
export const ACCOUNTS: readonly string[] = Array.from({ length: 2_000 }, (_, i) => `account-${i}`);

/** Tokens of everybody who asks. */
export interface Tokens {
  readonly partner: string;
  readonly runtime: string;
}

/** What came of mails and webhooks. */
export interface Deliveries {
  /** Due and not done; what is joined with a mail of tomorrow morning is not. */
  readonly waiting: number;
  readonly mails: number;
  readonly webhooks: number;
  readonly failed: number;
}

/** See the top of this file. */
export class SoakWorld {
  private mails = 0;

  private constructor(
    private readonly house: House,
    readonly tokens: Tokens,
  ) {}

  /**
   * Fills an empty database.
   *
   * @param environment of the processes that are measured, for the settings they share
   * @param webhookUrl what is told of every event
   */
  static async create(environment: Readonly<Record<string, string>>, webhookUrl: string): Promise<SoakWorld> {
    const house = await compose(readConfig({ ...environment, LOG_LEVEL: 'silent' }), pino({ level: 'silent' }));
    // Before the migrations, which count at once whom they touch.
    await house.db.query(FILL, [ACCOUNTS, ADMINISTRATORS]);
    const gracePeriodStart = new Date().toISOString().slice(0, 10);
    for (const key of MIGRATIONS) {
      await house.migrations.createMigration(OPERATOR, { key, title: key, severity: 'MEDIUM', gracePeriodStart });
      await house.migrations.announceMigration(OPERATOR, key);
    }
    await house.calendar.advance();
    await house.webhooks.createEndpoint(OPERATOR, { url: webhookUrl, types: [] });
    const tokenOf = async (role: 'PARTNER' | 'OPERATOR' | 'RUNTIME', more = {}) =>
      (await house.tokens.createToken(OPERATOR, { name: 'soak', role, subject: `soak ${role}`, ...more })).token;
    const partner = await tokenOf('PARTNER', { allAccounts: true, scopes: ['migrations:read', 'opt_ins:write'] });
    return new SoakWorld(house, { partner, runtime: await tokenOf('RUNTIME') });
  }

  /** Queues so many mails with a reminder each, due now, whatever the hour. */
  async queueMails(count: number): Promise<void> {
    this.mails += 1;
    await this.house.db.query(QUEUE, [count, `soak ${this.mails}`, (this.mails * count) % ADMINISTRATORS]);
    this.house.wake.ring();
  }

  /** How the worker stands. */
  async deliveries(): Promise<Deliveries> {
    const [row] = await this.house.db.query<Deliveries>(
      `select (select count(*) from mail where status in ('QUEUED', 'SENDING') and send_after <= now())
            + (select count(*) from webhook_delivery where status in ('QUEUED', 'SENDING') and send_after <= now()) as waiting,
              (select count(*) from mail where status = 'SENT') as mails,
              (select count(*) from webhook_delivery where status = 'DELIVERED') as webhooks,
              (select count(*) from mail where status = 'FAILED') + (select count(*) from webhook_delivery where status = 'FAILED') as failed`,
    );
    return row!;
  }

  /** Connections to the database, without those of this process. */
  async connections(): Promise<number> {
    const own = this.house.db.poolUse().total;
    const [row] = await this.house.db.query<{ count: number }>(
      `select count(*) from pg_stat_activity where datname = current_database() and backend_type = 'client backend'`,
    );
    return row!.count - own;
  }

  close(): Promise<void> {
    return this.house.close();
  }
}

/** Each administrator has ten accounts. */
const FILL = `
  with accounts as (
    insert into account (id, name, platform, time_zone, uses_built_in_email, attributes, created_at, updated_at)
    select id, id, 'CLOUD', 'UTC', true, '{}', '2020-01-01', '2020-01-01' from unnest($1::text[]) as a (id) returning number, id),
  people as (
    insert into administrator (id, email, name, time_zone, locale, created_at)
    select gen_random_uuid(), 'admin-' || i || '@customer.example', 'Admin ' || i, 'UTC', 'en', '2020-01-01' from generate_series(0, $2::int - 1) i
    returning id, email)
  insert into administration (administrator_id, account_number)
  select p.id, a.number from accounts a join people p on p.email = 'admin-' || (split_part(a.id, '-', 2)::int % $2::int) || '@customer.example'`;

const QUEUE = `
  with queued as (
    insert into mail (id, administrator_id, occasion, status, urgent, send_after, attempts, message_id, created_at)
    select gen_random_uuid(), p.id, $2, 'QUEUED', true, now(), 0, '<' || gen_random_uuid() || '@platform.example>', now()
      from (select id from administrator order by email offset $3 limit $1) p
    returning id, administrator_id)
  insert into reminder (administrator_id, migration_id, milestone, due_at, mail_id, created_at)
  select q.administrator_id, m.id, $2, now(), q.id, now() from queued q, (select id from migration limit 2) m`;
