import { Migration } from '@mikro-orm/migrations';

/** What calendars were told of each deadline, so that a later one is known for a change of it. */
export class Migration20261126150000_calendar_entries extends Migration {
  override up(): void {
    this.addSql(TABLE);
  }
}

const TABLE = `
  create table "calendar_entry" (
    "administrator_id" uuid not null,
    "migration_id" uuid not null,
    "starts_at" timestamptz(3) not null,
    "shown" boolean not null,
    "moves" int not null,
    "changed_at" timestamptz(3) not null,
    primary key ("administrator_id", "migration_id")
  );
  alter table "calendar_entry" add constraint "calendar_entry_administrator_id_foreign" foreign key ("administrator_id") references "administrator" ("id") on update cascade on delete cascade;
  alter table "calendar_entry" add constraint "calendar_entry_migration_id_foreign" foreign key ("migration_id") references "migration" ("id") on update cascade on delete cascade;
`;
