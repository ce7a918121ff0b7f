/**
 * The event log: one immutable row for everything that changed, written in the transaction of the change. It is the
 * audit log, the source of subscriptions, and the outbox of the worker.
 */
import type { Actor } from '../auth/actor.ts';
import type { Queryable } from '../db/database.ts';
import { GracelineError } from '../errors.ts';

/** Everything that can change. A name says what happened, in the past tense. */
export const EVENT_TYPES = [
  'MIGRATION_CREATED',
  'MIGRATION_EDITED',
  'MIGRATION_ANNOUNCED',
  'MIGRATION_ENFORCED',
  'MIGRATION_IMPORTED',
  'MIGRATION_CANCELLED',
  'GRACE_PERIOD_STARTED',
  'DEADLINE_PASSED',
  'RESCHEDULE_REQUESTED',
  'RESCHEDULE_APPLIED',
  'RESCHEDULE_REJECTED',
  'ACCOUNT_CREATED',
  'ACCOUNT_EDITED',
  'ACCOUNTS_IMPORTED',
  'ACCOUNT_AFFECTED',
  'ACCOUNT_UNAFFECTED',
  'ADMINISTRATOR_CREATED',
  'ADMINISTRATOR_EDITED',
  'ADMINISTRATION_GRANTED',
  'ADMINISTRATION_REVOKED',
  'OPTED_IN',
  'OPTED_OUT',
  'DEADLINE_EXTENDED',
  'ACCOUNT_EXEMPTED',
  'EXTENSION_ENDED',
  'EXEMPTION_ENDED',
  'NOTICE_ADDED',
  'NOTICE_DISMISSED',
  'CALENDAR_LINK_CREATED',
  'CALENDAR_LINK_REMOVED',
  'MAIL_FAILED',
  'MAIL_RETRIED',
  'TOKEN_CREATED',
  'TOKEN_ROTATED',
  'TOKEN_REVOKED',
  'EMAIL_SETTINGS_CHANGED',
  'EMAIL_TEMPLATE_CHANGED',
  'TEST_EMAIL_SENT',
  'USER_MAIL_FAILED',
  'APPLICATION_CREATED',
  'USER_CREATED',
  'PASSWORD_LINK_SENT',
  'PASSWORD_CHANGED',
  'WEBHOOK_CREATED',
  'WEBHOOK_EDITED',
  'WEBHOOK_DELETED',
  'WEBHOOK_SECRET_ROTATED',
  'WEBHOOK_DISABLED',
  'WEBHOOK_REPLAYED',
] as const;

/** See {@link EVENT_TYPES}. */
export type EventType = (typeof EVENT_TYPES)[number];

/** Events of single people's notices, which concern nobody else. */
const OF_NOTICES: readonly EventType[] = ['NOTICE_ADDED', 'NOTICE_DISMISSED'];
/** Events of what operators only consider: drafts, and new dates that are not approved. */
const OF_OPERATORS: readonly EventType[] = ['MIGRATION_CREATED', 'RESCHEDULE_REQUESTED', 'RESCHEDULE_REJECTED'];

/** Whether events of this type are kept from those who watch a migration. */
export function isPrivate(actor: Actor, type: EventType): boolean {
  return OF_NOTICES.includes(type) || (OF_OPERATORS.includes(type) && actor.role !== 'OPERATOR');
}

/** What a service says of a change; who and when are added as it is written. */
export interface NewEvent {
  readonly type: EventType;
  readonly migrationId?: string | undefined;
  readonly accountNumber?: number | undefined;
  readonly administratorId?: string | undefined;
  /** Before and after, the reason given, counts: whatever a reader of the audit wants to see. Never a secret. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** An event as it stands in the log. */
export interface LoggedEvent {
  /** Its place in the log, to go on reading after it. */
  readonly cursor: EventCursor;
  readonly at: Date;
  readonly type: EventType;
  /** The role and name of who did it. */
  readonly actorRole: string;
  readonly actor: string;
  /** The token it was done with; null for the clock, the command line, and whoever came with none of ours. */
  readonly tokenId: string | null;
  readonly migrationId: string | null;
  readonly accountNumber: number | null;
  readonly administratorId: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A place in the log: `<transaction>.<number>`; the order of the log is by both, in this order. */
export type EventCursor = string;

/** Before the first event. */
export const LOG_START: EventCursor = '0.0';

/**
 * Writes events into the transaction of the change they tell of.
 *
 * @param at the present instant of the change
 */
export async function writeEvents(tx: Queryable, actor: Actor, at: Date, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map(({ type, migrationId, accountNumber, administratorId, data = {} }) => ({
    type,
    migration_id: migrationId,
    account_number: accountNumber,
    administrator_id: administratorId,
    data,
  }));
  await tx.query(
    `insert into event (at, type, actor_role, actor, token_id, migration_id, account_number, administrator_id, data, traceparent)
     select $1, type, $2, $3, $4::uuid, migration_id, account_number, administrator_id, data, $6
       from jsonb_to_recordset($5::jsonb) as e(type text, migration_id uuid, account_number bigint, administrator_id uuid, data jsonb)`,
    [at, actor.role, actor.subject, actor.tokenId, JSON.stringify(rows), tx.traceparent?.() ?? null],
  );
}

/**
 * Reads the log onwards from a cursor, in order, never skipping an event that commits later: transaction ids are given
 * out before commit, so reading stops at the oldest transaction still open. What follows it is read next time.
 *
 * @param after the cursor of the last event seen; {@link LOG_START} for all
 * @param limit how many at most
 * @throws GracelineError INVALID_CURSOR
 */
export async function readEvents(db: Queryable, after: EventCursor, limit: number): Promise<LoggedEvent[]> {
  const { xid, id } = parseCursor(after);
  const rows = await db.query<EventRow>(
    `select ${EVENT_COLUMNS} from event e
      where (e.xid, e.id) > ($1::xid8, $2::bigint) and e.xid < pg_snapshot_xmin(pg_current_snapshot())
      order by e.xid, e.id limit $3`,
    [xid, id, limit],
  );
  return rows.map(loggedEvent);
}

/** Which events a reader needs at least; what is left out does not narrow. */
export interface Narrowing {
  readonly types?: readonly EventType[] | undefined;
  readonly migrationId?: string | undefined;
  readonly administratorId?: string | undefined;
  /** Those of this account and those of none. */
  readonly accountNumber?: number | undefined;
}

/**
 * Reads a stretch of the log, in order.
 *
 * @param after the cursor behind which it begins
 * @param upTo where it ends, that place included; one that {@link readEvents} has passed, so that nothing more can appear before it
 * @param limit how many at most
 */
export async function readStretch(
  db: Queryable,
  after: EventCursor,
  upTo: EventCursor,
  limit: number,
  { types, migrationId, administratorId, accountNumber }: Narrowing,
): Promise<LoggedEvent[]> {
  const [begin, end] = [parseCursor(after), parseCursor(upTo)];
  const rows = await db.query<EventRow>(
    `select ${EVENT_COLUMNS} from event e
      where (e.xid, e.id) > ($1::xid8, $2::bigint) and (e.xid, e.id) <= ($3::xid8, $4::bigint)
        and ($6::text[] is null or e.type = any ($6))
        and ($7::uuid is null or e.migration_id = $7)
        and ($8::uuid is null or e.administrator_id = $8)
        and ($9::bigint is null or e.account_number is null or e.account_number = $9)
      order by e.xid, e.id limit $5`,
    [begin.xid, begin.id, end.xid, end.id, limit, types ?? null, migrationId ?? null, administratorId ?? null, accountNumber ?? null],
  );
  return rows.map(loggedEvent);
}

/**
 * In which spans events were written, of those that were traced.
 *
 * @returns by cursor, as the header `traceparent` has it
 */
export async function readTraceparents(db: Queryable, events: readonly LoggedEvent[]): Promise<Map<EventCursor, string>> {
  const places = events.map(({ cursor }) => parseCursor(cursor));
  const rows = await db.query<{ cursor: string; traceparent: string }>(
    `select e.xid || '.' || e.id as cursor, e.traceparent from event e join unnest($1::xid8[], $2::bigint[]) as p (xid, id) using (xid, id)
      where e.traceparent is not null`,
    [places.map(({ xid }) => xid), places.map(({ id }) => id)],
  );
  return new Map(rows.map(({ cursor, traceparent }) => [cursor, traceparent]));
}

/** When the first event behind a cursor was written, even one that cannot be read yet; null where none is. */
export async function nextEventAt(db: Queryable, after: EventCursor): Promise<Date | null> {
  const { xid, id } = parseCursor(after);
  const [row] = await db.query<{ at: Date }>(
    'select at from event e where (e.xid, e.id) > ($1::xid8, $2::bigint) order by e.xid, e.id limit 1',
    [xid, id],
  );
  return row?.at ?? null;
}

/** Whether one place in the log lies behind another; by number and not by text. */
export function isAfter(one: EventCursor, other: EventCursor): boolean {
  const [a, b] = [parseCursor(one), parseCursor(other)];
  return a.xid === b.xid ? BigInt(a.id) > BigInt(b.id) : BigInt(a.xid) > BigInt(b.xid);
}

/** The cursor after which a reader sees only what is committed from now on, and what is still under way. */
export async function endOfLog(db: Queryable): Promise<EventCursor> {
  const [row] = await db.query<{ xid: string }>('select pg_snapshot_xmin(pg_current_snapshot())::text as xid');
  return `${row!.xid}.0`;
}

/**
 * Takes a cursor apart for a query of one's own.
 *
 * @throws GracelineError INVALID_CURSOR
 */
export function parseCursor(cursor: EventCursor): { xid: string; id: string } {
  const match = /^(\d{1,19})\.(\d{1,18})$/.exec(cursor);
  if (!match)
    throw new GracelineError(
      'INVALID_CURSOR',
      `"${cursor}" is no cursor of the event log. Use one an event came with, or leave it out to begin at the start.`,
    );
  return { xid: match[1]!, id: match[2]! };
}

/** The columns {@link loggedEvent} needs, from `event e`. */
export const EVENT_COLUMNS =
  'e.xid::text, e.id, e.at, e.type, e.actor_role, e.actor, e.token_id, e.migration_id, e.account_number, e.administrator_id, e.data';

/** A row of {@link EVENT_COLUMNS}. */
export interface EventRow {
  xid: string;
  id: number;
  at: Date;
  type: EventType;
  actor_role: string;
  actor: string;
  token_id: string | null;
  migration_id: string | null;
  account_number: number | null;
  administrator_id: string | null;
  data: Record<string, unknown>;
}

/** The event a row of {@link EVENT_COLUMNS} holds. */
export function loggedEvent(row: EventRow): LoggedEvent {
  return {
    cursor: `${row.xid}.${row.id}`,
    at: row.at,
    type: row.type,
    actorRole: row.actor_role,
    actor: row.actor,
    tokenId: row.token_id,
    migrationId: row.migration_id,
    accountNumber: row.account_number,
    administratorId: row.administrator_id,
    data: row.data,
  };
}
