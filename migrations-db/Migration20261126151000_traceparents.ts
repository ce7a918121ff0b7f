import { Migration } from '@mikro-orm/migrations';

/** The span that an event was written in, and that a reminder follows from, so that a trace goes on in the worker. */
export class Migration20261126151000_traceparents extends Migration {
  override up(): void {
    this.addSql('alter table "event" add column "traceparent" text null');
    this.addSql('alter table "reminder" add column "traceparent" text null');
  }
}
