import { Migration } from '@mikro-orm/migrations';

/** Tokens for all accounts, their last use, and the secret that goes on for a while when a token is rotated. */
export class Migration20261123102000_tokens extends Migration {
  override up(): void {
    this.addSql(COLUMNS);
    this.addSql(SCOPES);
  }
}

const COLUMNS = `
  alter table "token"
    add column "all_accounts" boolean not null default false,
    add column "last_used_at" timestamptz(3) null,
    add column "previous_hash" text null,
    add column "previous_prefix" text null,
    add column "previous_expires_at" timestamptz(3) null;
  alter table "token" add constraint "token_previous_hash_unique" unique ("previous_hash");
  alter table "token" add constraint "token_all_accounts_check" check (not "all_accounts" or "role" = 'PARTNER');
`;

/** What every partner could do before there was a scope for it. */
const SCOPES = `
  update "token" set "scopes" = "scopes" || array(
    select s from unnest(array['migrations:read', 'opt_ins:write', 'events:read']) as s where s <> all ("scopes"))
   where "role" = 'PARTNER';
`;
