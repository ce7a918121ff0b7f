import { Migration } from '@mikro-orm/migrations';

/** With which token something was done, what an audit asks the log by, and the chain that shows whether somebody changed it. */
export class Migration20261123105000_audit extends Migration {
  override up(): void {
    this.addSql(TABLES);
  }
}

const TABLES = `
  alter table "event" add column "token_id" uuid null;
  create index "event_type_xid_id_index" on "event" ("type", "xid", "id") where "type" <> 'OPTED_IN';
  create index "event_actor_xid_id_index" on "event" ("actor", "xid", "id");
  create index "event_at_index" on "event" using brin ("at");

  create table "event_chain" (
    "xid" xid8 not null,
    "id" bigint not null,
    "hash" bytea not null,
    primary key ("xid", "id")
  );

  create table "event_chain_span" (
    "id" int not null,
    "cut_xid" xid8 not null,
    "cut_id" bigint not null,
    "cut_hash" bytea not null,
    "cut_count" bigint not null,
    "head_xid" xid8 not null,
    "head_id" bigint not null,
    "head_hash" bytea not null,
    "head_count" bigint not null,
    primary key ("id")
  );
  alter table "event_chain_span" add constraint "event_chain_span_id_check" check ("id" = 1);
  insert into "event_chain_span" values (1, '0', 0, decode(repeat('00', 32), 'hex'), 0, '0', 0, decode(repeat('00', 32), 'hex'), 0);
`;
