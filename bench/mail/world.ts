import { pino } from 'pino';
import { Database } from '../../src/db/database.ts';
import { type DeliveryReport, MailDelivery } from '../../src/email/delivery.service.ts';
import { createTransport, MAIL_CONCURRENCY } from '../../src/email/transport.provider.ts';
import { Wake } from '../../src/events/wake.ts';
import { Calendar } from '../../src/migrations/calendar.ts';
import { MigrationsService } from '../../src/migrations/migrations.service.ts';
import { Reminders } from '../../src/notifications/reminders.service.ts';
import { OPERATOR } from '../deadline/world.ts';

/** Before the grace periods, when the customers came, when the periods began, and the morning the mails are for. */
const ANNOUNCED = new Date('2025-12-01T00:00:00Z');
const EARLIER = new Date('2025-01-01T00:00:00Z');
const STARTED = new Date('2026-01-01T00:00:00Z');
const MORNING = new Date('2026-05-04T08:00:00Z');
const MAIL_TIMEOUT_SECONDS = 30;
const LOAD_AT_ONCE = 20_000;
/** As DATABASE_POOL_SIZE where nobody set it. */
const POOL_SIZE = 10;
const FROM = 'migrations@platform.example';
const PLATFORM = 'Example Platform';
const log = pino({ level: 'silent' });

const MIGRATIONS = [
  { key: 'password-reset', title: 'Passwords are reset on a page of the platform', severity: 'HIGH', mandatoryOptIn: '2026-07-01' },
  { key: 'idp-tokens', title: 'Tokens of identity providers leave the user profile', severity: 'MEDIUM', mandatoryOptIn: '2026-09-15' },
] as const;

/** A platform with two changes in their grace periods, of whose administrators each has three accounts and a mail to get. */
export class MailWorld {
  private now = ANNOUNCED;
  private readonly clock = { now: () => this.now };
  private readonly wake: Wake;

  private constructor(readonly db: Database) {
    this.wake = new Wake(db, log);
  }

  /** Connects to a world that is filled already, in the morning its mails are for. */
  static async open(url: string): Promise<MailWorld> {
    const world = new MailWorld(await Database.connect(url, POOL_SIZE));
    world.now = MORNING;
    return world;
  }

  /** Fills an empty database. */
  static async create(url: string, administrators: number): Promise<MailWorld> {
    const world = new MailWorld(await Database.connect(url, POOL_SIZE));
    await world.load(administrators);
    await world.publish();
    return world;
  }

  /**
   * Queues a mail for each of the first administrators, to leave whatever the hour where they live, with a reminder of both
   * migrations.
   *
   * @param occasion never the same twice
   */
  async queue(administrators: number, occasion: string): Promise<void> {
    for (let from = 1; from <= administrators; from += LOAD_AT_ONCE) {
      await this.db.query(
        `with queued as (
           insert into mail (id, administrator_id, occasion, status, urgent, send_after, attempts, message_id, created_at)
           select gen_random_uuid(), p.id, $3, 'QUEUED', true, $4, 0, '<' || gen_random_uuid() || '@platform.example>', $4
             from generate_series($1::int, $2::int) i join administrator p on p.email = 'admin-' || i || '@customer.example'
           returning id, administrator_id)
         insert into reminder (administrator_id, migration_id, milestone, due_at, mail_id, created_at)
         select q.administrator_id, m.id, $3, $4, q.id, $4 from queued q, migration m`,
        [from, Math.min(from + LOAD_AT_ONCE - 1, administrators), occasion, MORNING],
      );
    }
    await this.settle();
  }

  /** The ids of all queued mails. */
  async queued(): Promise<string[]> {
    return (await this.db.query<{ id: string }>(`select id from mail where status = 'QUEUED' order by id`)).map(({ id }) => id);
  }

  /** Takes all that is queued out of the ledger, so that its size is the same for every contender. */
  async forget(): Promise<void> {
    await this.db.query(`update mail set status = 'SENT', finished_at = send_after where status = 'QUEUED'`);
    await this.settle();
  }

  /** Makes sure that the ledger says of so many mails that they were sent, at the first attempt and to whom. */
  async expectSent(count: number, occasion: string): Promise<void> {
    const [row] = await this.db.query<{ count: number }>(
      `select count(*) from mail
        where occasion = $1 and status = 'SENT' and attempts = 1 and recipient like 'admin-%' and subject like 'Action needed by%'`,
      [occasion],
    );
    if (row!.count !== count) throw new Error(`The ledger says of ${row!.count} mails that they were sent, of ${count}.`);
  }

  /** Delivers all that is queued, as the worker does. */
  async deliver(smtpUrl: string): Promise<DeliveryReport> {
    const transport = createTransport({ SMTP_URL: smtpUrl, DATA_DIR: '/nowhere', MAIL_TIMEOUT_SECONDS });
    const settings = { from: FROM, platformName: PLATFORM, timeoutMs: MAIL_TIMEOUT_SECONDS * 1_000, concurrency: MAIL_CONCURRENCY };
    const delivery = new MailDelivery(this.db, this.wake, this.clock, transport, this.reminders, settings, log);
    try {
      return await delivery.deliverDue(new AbortController().signal);
    } finally {
      await transport.close();
    }
  }

  /** Makes the words of reminders. */
  readonly reminders = new Reminders(this.db, this.clock, {
    reminderHour: 8,
    platformName: PLATFORM,
    publicUrl: 'https://graceline.platform.example',
    mailFrom: FROM,
  });

  async close(): Promise<void> {
    await this.wake.close();
    await this.db.close();
  }

  /** Leaves the tables as autovacuum would. */
  private async settle(): Promise<void> {
    await this.db.query('vacuum analyze');
    await this.db.query('checkpoint');
  }

  private async load(administrators: number): Promise<void> {
    for (let from = 1; from <= administrators; from += LOAD_AT_ONCE) {
      const range = [from, Math.min(from + LOAD_AT_ONCE - 1, administrators), EARLIER];
      await this.db.query(
        `insert into administrator (id, email, name, time_zone, locale, created_at)
         select gen_random_uuid(), 'admin-' || i || '@customer.example',
                (array['Ada Lovelace', 'Grace Hopper', 'José Núñez', '山田 花子', 'Zoë Müller'])[i % 5 + 1] || ' ' || i,
                (array['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Tokyo'])[i % 4 + 1], (array['en-GB', 'de-DE', 'en-US'])[i % 3 + 1], $3
           from generate_series($1::int, $2::int) i`,
        range,
      );
      await this.db.query(
        `with made as (
           insert into account (id, name, platform, plan, region, time_zone, uses_built_in_email, attributes, created_at, updated_at)
           select 'acct-' || i || '-' || n, 'Customer ' || i || (array[' Ltd', ' GmbH', ' & Söhne'])[n], 'CLOUD', 'team', 'eu', 'UTC', n <> 3, '{}', $3, $3
             from generate_series($1::int, $2::int) i, generate_series(1, 3) n
           returning number, id)
         insert into administration (administrator_id, account_number)
         select p.id, made.number from made join administrator p on p.email = 'admin-' || split_part(made.id, '-', 2) || '@customer.example'`,
        range,
      );
    }
  }

  private async publish(): Promise<void> {
    const migrations = new MigrationsService(this.db, this.wake, this.clock, 'UTC');
    for (const facts of MIGRATIONS) {
      const guideUrl = `https://docs.platform.example/migrations/${facts.key}`;
      await migrations.createMigration(OPERATOR, { ...facts, guideUrl, gracePeriodStart: '2026-01-01' });
      await migrations.announceMigration(OPERATOR, facts.key);
    }
    this.now = STARTED;
    await new Calendar(this.db, this.wake, this.clock).advance();
    this.now = MORNING;
  }
}
