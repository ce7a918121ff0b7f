import { Migration } from '@mikro-orm/migrations';

/** Email settings, templates and mails of accounts, their users, and the use of what the gates end. */
export class Migration20261123000000_gates extends Migration {
  override up(): void {
    this.addSql(TABLES);
  }
}

const TABLES = `
  alter table "token" add column "scopes" text[] not null default '{}';

  create table "email_settings" (
    "account_number" bigint not null,
    "provider" text not null,
    "enabled" boolean not null,
    "default_from" text null,
    "options" jsonb not null,
    "secrets" jsonb not null,
    "hints" jsonb not null,
    "updated_at" timestamptz(3) not null,
    "version" int not null default 1,
    primary key ("account_number")
  );
  alter table "email_settings" add constraint "email_settings_provider_check" check ("provider" in ('BUILT_IN', 'SES', 'MANDRILL', 'SENDGRID', 'SMTP'));

  create table "email_template" (
    "account_number" bigint not null,
    "name" text not null,
    "from" text null,
    "subject" text not null,
    "body" text not null,
    "result_url" text null,
    "link_lifetime_seconds" int not null,
    "enabled" boolean not null,
    "updated_at" timestamptz(3) not null,
    "version" int not null default 1,
    primary key ("account_number", "name")
  );
  alter table "email_template" add constraint "email_template_name_check" check ("name" in ('VERIFICATION', 'WELCOME', 'PASSWORD_CHANGE', 'BLOCKED_ACCOUNT', 'BREACH_ALERT', 'ENROLMENT'));

  create table "user_mail" (
    "id" uuid not null,
    "account_number" bigint not null,
    "template" text not null,
    "recipient" text null,
    "status" text not null,
    "variables" text null,
    "send_after" timestamptz(3) not null,
    "expires_at" timestamptz(3) not null,
    "attempts" int not null,
    "claimed_until" timestamptz(3) null,
    "message_id" text not null,
    "provider" text null,
    "subject" text null,
    "answer" text null,
    "created_at" timestamptz(3) not null,
    "finished_at" timestamptz(3) null,
    primary key ("id")
  );
  create index "user_mail_due_index" on "user_mail" ("account_number", "send_after", "id") where "status" = 'QUEUED';
  create index "user_mail_expiry_index" on "user_mail" ("expires_at") where "status" = 'QUEUED';
  create index "user_mail_sending_index" on "user_mail" ("account_number") where "status" = 'SENDING';
  create index "user_mail_failed_index" on "user_mail" ("account_number", "finished_at") where "status" = 'FAILED';
  create index "user_mail_account_number_id_index" on "user_mail" ("account_number", "id");
  create index "user_mail_finished_index" on "user_mail" ("finished_at") where "finished_at" is not null;
  create index "user_mail_remembered_index" on "user_mail" ("finished_at") where "finished_at" is not null and "recipient" is not null;
  alter table "user_mail" add constraint "user_mail_status_check" check ("status" in ('QUEUED', 'SENDING', 'SENT', 'FAILED', 'SKIPPED'));

  create table "user_mail_hold" (
    "account_number" bigint not null,
    "held_until" timestamptz(3) not null,
    "failures" int not null,
    "settings_version" int not null,
    "answer" text not null,
    primary key ("account_number")
  );

  create table "application" (
    "id" text not null,
    "account_number" bigint not null,
    "name" text not null,
    "secret" text not null,
    "created_at" timestamptz(3) not null,
    primary key ("id")
  );
  create index "application_account_number_index" on "application" ("account_number");

  create table "platform_user" (
    "id" text not null,
    "account_number" bigint not null,
    "connection" text not null,
    "email" text not null,
    "name" text not null,
    "password_hash" text null,
    "created_at" timestamptz(3) not null,
    "updated_at" timestamptz(3) not null,
    primary key ("id", "account_number")
  );
  alter table "platform_user" add constraint "platform_user_email_unique" unique ("account_number", "connection", "email");

  create table "identity" (
    "user_id" text not null,
    "account_number" bigint not null,
    "position" int not null,
    "provider" text not null,
    "connection" text not null,
    "provider_user_id" text not null,
    "is_social" boolean not null,
    "access_token" text null,
    primary key ("user_id", "account_number", "position")
  );

  create table "password_link" (
    "hash" text not null,
    "user_id" text not null,
    "account_number" bigint not null,
    "password_hash" text null,
    "result_url" text null,
    "created_at" timestamptz(3) not null,
    "expires_at" timestamptz(3) not null,
    primary key ("hash")
  );
  alter table "password_link" add constraint "password_link_user_unique" unique ("user_id", "account_number");

  create table "usage" (
    "migration_id" uuid not null,
    "account_number" bigint not null,
    "day" date not null,
    "client" text not null,
    "count" bigint not null,
    "last_used_at" timestamptz(3) not null,
    primary key ("migration_id", "account_number", "day", "client")
  );
  create index "usage_day_index" on "usage" ("day");

  create table "account_usage" (
    "migration_id" uuid not null,
    "account_number" bigint not null,
    "last_day" date not null,
    primary key ("migration_id", "account_number")
  );
  create index "account_usage_last_day_index" on "account_usage" ("migration_id", "last_day", "account_number");

  -- In the shape rate-limiter-flexible expects, which owns it.
  create table "rate_limit" (
    key varchar(255) primary key,
    points integer not null default 0,
    expire bigint
  );

  alter table "email_settings" add constraint "email_settings_account_number_foreign" foreign key ("account_number") references "account" ("number") on update cascade on delete cascade;
  alter table "email_template" add constraint "email_template_account_number_foreign" foreign key ("account_number") references "account" ("number");
  alter table "user_mail" add constraint "user_mail_account_number_foreign" foreign key ("account_number") references "account" ("number");
  alter table "user_mail_hold" add constraint "user_mail_hold_account_number_foreign" foreign key ("account_number") references "account" ("number") on update cascade on delete cascade;
  alter table "application" add constraint "application_account_number_foreign" foreign key ("account_number") references "account" ("number");
  alter table "platform_user" add constraint "platform_user_account_number_foreign" foreign key ("account_number") references "account" ("number");
  alter table "identity" add constraint "identity_user_id_account_number_foreign" foreign key ("user_id", "account_number") references "platform_user" ("id", "account_number") on update cascade;
  alter table "password_link" add constraint "password_link_user_id_account_number_foreign" foreign key ("user_id", "account_number") references "platform_user" ("id", "account_number") on update cascade;
`;
