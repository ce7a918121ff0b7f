import { Migration } from '@mikro-orm/migrations';

/** Endpoints of webhooks and what is delivered to them. */
export class Migration20261123104000_webhooks extends Migration {
  override up(): void {
    this.addSql(TABLES);
  }
}

const TABLES = `
  create table "webhook_endpoint" (
    "id" uuid not null,
    "owner" text not null,
    "administrator_id" uuid null,
    "token_id" uuid null,
    "created_by" text not null,
    "url" text not null,
    "types" text[] not null,
    "secret" text not null,
    "previous_secret" text null,
    "previous_until" timestamptz(3) null,
    "since" xid8 not null,
    "failing_since" timestamptz(3) null,
    "disabled_at" timestamptz(3) null,
    "disabled_reason" text null,
    "deleted_at" timestamptz(3) null,
    "created_at" timestamptz(3) not null,
    primary key ("id")
  );
  create index "webhook_endpoint_administrator_id_index" on "webhook_endpoint" ("administrator_id");
  create index "webhook_endpoint_token_id_index" on "webhook_endpoint" ("token_id");
  alter table "webhook_endpoint" add constraint "webhook_endpoint_owner_check" check ("owner" in ('OPERATOR', 'ADMINISTRATOR', 'PARTNER'));
  alter table "webhook_endpoint" add constraint "webhook_endpoint_disabled_reason_check" check ("disabled_reason" in ('BY_HAND', 'GONE', 'FAILING'));

  create table "webhook_delivery" (
    "id" uuid not null,
    "endpoint_id" uuid not null,
    "event_id" bigint null,
    "account_number" bigint null,
    "type" text not null,
    "body" text not null,
    "status" text not null,
    "attempts" int not null,
    "send_after" timestamptz(3) not null,
    "claimed_until" timestamptz(3) null,
    "attempted_at" timestamptz(3) null,
    "duration_ms" int null,
    "status_code" int null,
    "answer" text null,
    "created_at" timestamptz(3) not null,
    "finished_at" timestamptz(3) null,
    primary key ("id")
  );
  create index "webhook_delivery_due_index" on "webhook_delivery" ("endpoint_id", "send_after", "id") where "status" = 'QUEUED';
  create index "webhook_delivery_sending_index" on "webhook_delivery" ("endpoint_id") where "status" = 'SENDING';
  create index "webhook_delivery_endpoint_id_id_index" on "webhook_delivery" ("endpoint_id", "id");
  create index "webhook_delivery_finished_index" on "webhook_delivery" ("finished_at") where "finished_at" is not null;
  alter table "webhook_delivery" add constraint "webhook_delivery_event_unique" unique ("endpoint_id", "event_id");
  alter table "webhook_delivery" add constraint "webhook_delivery_status_check" check ("status" in ('QUEUED', 'SENDING', 'DELIVERED', 'FAILED', 'SKIPPED'));

  alter table "webhook_endpoint" add constraint "webhook_endpoint_administrator_id_foreign" foreign key ("administrator_id") references "administrator" ("id") on delete set null;
  alter table "webhook_endpoint" add constraint "webhook_endpoint_token_id_foreign" foreign key ("token_id") references "token" ("id") on delete set null;
  alter table "webhook_delivery" add constraint "webhook_delivery_endpoint_id_foreign" foreign key ("endpoint_id") references "webhook_endpoint" ("id");
  alter table "webhook_delivery" add constraint "webhook_delivery_account_number_foreign" foreign key ("account_number") references "account" ("number") on delete set null;

  -- There is no endpoint yet, so nothing before this is anybody's.
  insert into event_cursor (reader, cursor) values ('webhooks', pg_snapshot_xmin(pg_current_snapshot())::text || '.0');
`;
