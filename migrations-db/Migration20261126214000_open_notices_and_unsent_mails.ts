import { Migration } from '@mikro-orm/migrations';

/** What is open or was not sent, so that nobody who looks for it reads all that is over. */
export class Migration20261126214000_open_notices_and_unsent_mails extends Migration {
  override up(): void {
    for (const index of INDEXES) this.addSql(index);
  }
}

const INDEXES = [
  `create index "notice_waiting_index" on "notice" ("migration_id") where "closed_at" is null and "occasion" = 'OPEN'`,
  `create index "mail_unsent_index" on "mail" ("status", "id") where "status" <> 'SENT'`,
];
