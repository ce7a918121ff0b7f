import { Migration } from '@mikro-orm/migrations';

/** What the purge of mails looks for, so that it does not read all that were ever sent each hour. */
export class Migration20261126190000_mail_purge extends Migration {
  override up(): void {
    this.addSql(INDEX);
  }
}

const INDEX = `create index "mail_kept_index" on "mail" ("finished_at") where "recipient" is not null or "subject" is not null or "last_error" is not null`;
