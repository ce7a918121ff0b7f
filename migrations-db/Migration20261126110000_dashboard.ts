import { Migration } from '@mikro-orm/migrations';

/** What the dashboard looks at: how sweeps ended, what was given up, and when accounts were created. */
export class Migration20261126110000_dashboard extends Migration {
  override up(): void {
    this.addSql(SCHEMA);
  }
}

const SCHEMA = `
  alter table "sweep"
    alter column "finished_at" drop not null,
    add column "duration_ms" int null,
    add column "failed_at" timestamptz(3) null,
    add column "last_error" text null,
    add column "every_ms" int null,
    add column "next_work_at" timestamptz(3) null;

  create index "mail_failed_index" on "mail" ("finished_at", "id") where "status" = 'FAILED';
  create index "webhook_delivery_failed_index" on "webhook_delivery" ("finished_at", "id") where "status" = 'FAILED';
  create index "user_mail_given_up_index" on "user_mail" ("finished_at", "id") where "status" = 'FAILED';
  -- A summary of each run of pages: an import of a million accounts must not pay for what a chart looks for.
  create index "account_created_at_index" on "account" using brin ("created_at");
`;
