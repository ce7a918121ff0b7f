import { Migration } from '@mikro-orm/migrations';

/** How far back the event log is kept, so that whoever resumes from before is told. */
export class Migration20261123101000_event_horizon extends Migration {
  override up(): void {
    this.addSql(`
      create table "event_horizon" (
        "name" text not null,
        "xid" xid8 not null,
        "id" bigint not null,
        primary key ("name")
      );
    `);
  }
}
