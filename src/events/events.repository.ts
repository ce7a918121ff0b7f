/** Reads the log as audits ask for it. */
import { visibleAccounts } from '../accounts/visibility.ts';
import type { Actor, Role } from '../auth/actor.ts';
import type { Queryable } from '../db/database.ts';
import type { EventOrder } from './event-order.rules.ts';
import { EVENT_COLUMNS, type EventCursor, type EventRow, type EventType, parseCursor } from './log.ts';

/** Which events are meant; null does not narrow. */
export interface EventSelection {
  readonly migrationId: string | null;
  readonly accountNumber: number | null;
  readonly types: readonly EventType[] | null;
  /** Who did it, as the log names them. */
  readonly actor: string | null;
  /** The token it was done with, by an id of the right form. */
  readonly tokenId: string | null;
  /** From this instant on, until before that one. */
  readonly from: Date | null;
  readonly to: Date | null;
}

/** Which part of them is read. */
export interface EventStretch {
  readonly order: EventOrder;
  /** The cursor behind which it begins; null for the first. */
  readonly after: EventCursor | null;
  readonly limit: number;
}

/** What is shown of a token an event was done with. */
export interface EventKey {
  /** Its first characters, as in the list of tokens. */
  readonly prefix: string;
  readonly name: string;
  readonly role: Role;
  readonly administratorId: string | null;
}

/** An event with the names of what it is about, and the hash it carries. */
export interface NamedEventRow extends EventRow {
  migration: string | null;
  account: string | null;
  administrator: string | null;
  token_prefix: string | null;
  token_name: string | null;
  token_role: Role | null;
  token_administrator_id: string | null;
  hash: string | null;
}

/** The events of a selection that the actor sees: all for operators, for others what happened to accounts they see. */
export function findEvents(db: Queryable, actor: Actor, selection: EventSelection, stretch: EventStretch): Promise<EventRow[]> {
  const { sql, values } = statementOf(actor, selection, stretch);
  return db.query<EventRow>(`select ${EVENT_COLUMNS} ${sql}`, values);
}

/** The same with the names of what they are about. */
export function findNamedEvents(db: Queryable, actor: Actor, selection: EventSelection, stretch: EventStretch): Promise<NamedEventRow[]> {
  const { sql, values, order } = statementOf(actor, selection, stretch);
  return db.query<NamedEventRow>(
    `select ${EVENT_COLUMNS}, m.key as migration, a.id as account, p.email as administrator, t.prefix as token_prefix, t.name as token_name,
            t.role as token_role, t.administrator_id as token_administrator_id, encode(c.hash, 'hex') as hash
       from (select e.* ${sql}) e
       left join migration m on m.id = e.migration_id
       left join account a on a.number = e.account_number
       left join administrator p on p.id = e.administrator_id
       left join token t on t.id = e.token_id
       left join event_chain c on c.xid = e.xid and c.id = e.id
      order by ${order}`,
    values,
  );
}

/** The tokens of these ids, whoever asks. */
export async function findKeys(db: Queryable, ids: readonly string[]): Promise<Map<string, EventKey>> {
  const rows = await db.query<EventKey & { id: string }>(
    'select id, prefix, name, role, administrator_id as "administratorId" from token where id = any ($1::uuid[])',
    [ids],
  );
  return new Map(rows.map(({ id, ...key }) => [id, key]));
}

/** Only conditions that narrow, so that the planner sees what an index is good for. */
function statementOf(actor: Actor, selection: EventSelection, { order, after, limit }: EventStretch) {
  const values: unknown[] = [];
  const conditions: string[] = [];
  const param = (value: unknown) => `$${values.push(value)}`;
  const oldestFirst = order === 'OLDEST_FIRST';
  if (after !== null) {
    const { xid, id } = parseCursor(after);
    conditions.push(`(e.xid, e.id) ${oldestFirst ? '>' : '<'} (${param(xid)}::xid8, ${param(id)}::bigint)`);
  }
  // Who goes on later from where this ends must find nothing that has appeared behind it meanwhile.
  if (oldestFirst) conditions.push('e.xid < pg_snapshot_xmin(pg_current_snapshot())');
  const { migrationId, accountNumber, types, tokenId, from, to } = selection;
  if (migrationId !== null) conditions.push(`e.migration_id = ${param(migrationId)}::uuid`);
  if (accountNumber !== null) conditions.push(`e.account_number = ${param(accountNumber)}::bigint`);
  if (types !== null) conditions.push(`e.type = any (${param(types)}::text[])`);
  if (selection.actor !== null) conditions.push(`e.actor = ${param(selection.actor)}::text`);
  if (tokenId !== null) {
    const id = param(tokenId);
    // Whose token it is never changes, and by them there is an index.
    conditions.push(`e.token_id = ${id}::uuid and e.actor = (select subject from token where id = ${id}::uuid)`);
  }
  if (from !== null) conditions.push(`e.at >= ${param(from)}::timestamptz`);
  if (to !== null) conditions.push(`e.at < ${param(to)}::timestamptz`);
  if (actor.role !== 'OPERATOR') {
    const visible = visibleAccounts(actor, 'v_account', values.length + 1);
    values.push(...visible.values);
    conditions.push(`exists (select from account v_account where v_account.number = e.account_number and ${visible.sql})`);
  }
  const direction = oldestFirst ? 'asc' : 'desc';
  const ordered = `e.xid ${direction}, e.id ${direction}`;
  const where = conditions.length > 0 ? `where ${conditions.join(' and ')}` : '';
  return { sql: `from event e ${where} order by ${ordered} limit ${param(limit)}`, values, order: ordered };
}
