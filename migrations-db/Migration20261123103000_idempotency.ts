import { Migration } from '@mikro-orm/migrations';

/** Calls that name a key, so that the same call again is answered and not done again. */
export class Migration20261123103000_idempotency extends Migration {
  override up(): void {
    this.addSql(SCHEMA);
  }
}

const SCHEMA = `
  create table "idempotency_key" (
    "id" uuid not null,
    "actor_kind" text not null,
    "actor_id" text not null,
    "key" text not null,
    "claim" uuid not null,
    "state" text not null,
    "sealed" text not null,
    "created_at" timestamptz(3) not null,
    "lease_until" timestamptz(3) not null,
    primary key ("id"),
    constraint "idempotency_key_state_check" check ("state" in ('CLAIMED', 'APPLIED', 'ANSWERED'))
  );
  alter table "idempotency_key" add constraint "idempotency_key_actor_unique" unique ("actor_kind", "actor_id", "key");
  create index "idempotency_key_created_at_index" on "idempotency_key" ("created_at");
`;
