import { Migration } from '@mikro-orm/migrations';

/** Who is signed in to the dashboard. */
export class Migration20261126105500_sessions extends Migration {
  override up(): void {
    this.addSql(TABLE);
  }
}

const TABLE = `
  create table "session" (
    "hash" text not null,
    "token_hash" text null,
    "role" text null,
    "subject" text null,
    "created_at" timestamptz(3) not null,
    "expires_at" timestamptz(3) not null,
    "used_at" timestamptz(3) not null,
    primary key ("hash")
  );
  alter table "session" add constraint "session_role_check" check ("role" in ('OPERATOR', 'ADMINISTRATOR'));
  alter table "session" add constraint "session_holder_check" check (("token_hash" is null) = ("role" is not null) and ("role" is null) = ("subject" is null));
`;
