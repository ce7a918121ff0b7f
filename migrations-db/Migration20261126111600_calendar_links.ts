import { Migration } from '@mikro-orm/migrations';

/** Where calendars read the deadlines of administrators. */
export class Migration20261126111600_calendar_links extends Migration {
  override up(): void {
    this.addSql(TABLE);
  }
}

const TABLE = `
  create table "calendar_link" (
    "administrator_id" uuid not null,
    "hash" text not null,
    "created_at" timestamptz(3) not null,
    "last_read_at" timestamptz(3) null,
    primary key ("administrator_id")
  );
  alter table "calendar_link" add constraint "calendar_link_hash_unique" unique ("hash");
  alter table "calendar_link" add constraint "calendar_link_administrator_id_foreign" foreign key ("administrator_id") references "administrator" ("id") on update cascade on delete cascade;
`;
