import { Migration } from '@mikro-orm/migrations';

/** Since when uses are counted, without which "never used" would say nothing. */
export class Migration20261126153000_usage_watch extends Migration {
  override up(): void {
    this.addSql(TABLE);
  }
}

const TABLE = `
  create table "usage_watch" (
    "migration_id" uuid not null,
    "first_day" date not null,
    primary key ("migration_id")
  );
  insert into "usage_watch" ("migration_id", "first_day") select "migration_id", min("day") from "usage" group by 1;
`;
