import type { Database, Queryable } from '../../db/database.ts';
import type { Severity } from '../../migrations/lifecycle.rules.ts';
import { accountsOf, LIVE, OPEN } from '../standing.repository.ts';
import type { CancelledDeadline, Deadline, DeadlineAccount } from './calendar-feed.ts';

/** More are counted, not named: nobody reads on in a calendar. */
const MAX_ACCOUNTS_NAMED = 50;
/** Far more than there are at once; the soonest count. */
const MAX_DEADLINES = 500;

/** A link as its administrator sees it. */
export interface CalendarLinkView {
  readonly createdAt: Date;
  /** To the minute; null where no calendar has read it yet. */
  readonly lastReadAt: Date | null;
}

/** Whose calendar an address is. */
export interface CalendarOwner {
  readonly administratorId: string;
  readonly timeZone: string;
  readonly locale: string;
}

/** Makes the link of an administrator; the one there was ends. */
export async function writeLink(tx: Queryable, administratorId: string, hash: string, now: Date): Promise<void> {
  await tx.query(
    `insert into calendar_link (administrator_id, hash, created_at) values ($1, $2, $3)
     on conflict (administrator_id) do update set hash = excluded.hash, created_at = excluded.created_at, last_read_at = null`,
    [administratorId, hash, now],
  );
}

/** Removes the link of an administrator. @returns whether there was one */
export async function deleteLink(tx: Queryable, administratorId: string): Promise<boolean> {
  return (await tx.query('delete from calendar_link where administrator_id = $1 returning 1', [administratorId])).length > 0;
}

/** The link of an administrator; null for none. */
export async function findLink(db: Queryable, administratorId: string): Promise<CalendarLinkView | null> {
  const [link] = await db.query<CalendarLinkView>(
    'select created_at as "createdAt", last_read_at as "lastReadAt" from calendar_link where administrator_id = $1',
    [administratorId],
  );
  return link ?? null;
}

/** Whose the address with a secret of this hash is; null for nobody's. */
export async function findOwner(db: Queryable, hash: string): Promise<CalendarOwner | null> {
  const [owner] = await db.query<CalendarOwner>(
    `select p.id as "administratorId", p.time_zone as "timeZone", p.locale
       from calendar_link c join administrator p on p.id = c.administrator_id where c.hash = $1`,
    [hash],
  );
  return owner ?? null;
}

/** Notes that a calendar read it, once a minute at most. */
export async function writeRead(db: Queryable, hash: string, at: Date): Promise<void> {
  await db.query(
    `update calendar_link set last_read_at = $2::timestamptz where hash = $1 and (last_read_at is null or last_read_at <= $2::timestamptz - interval '1 minute')`,
    [hash, at],
  );
}

/** How often an entry of a calendar has moved. */
export interface EntryMoves {
  readonly moves: number;
  /** When it last did; of one that has not, when it was first told. */
  readonly changedAt: Date;
}

/**
 * Notes what a calendar is told now, and how often each entry has moved since it was first told.
 *
 * @param tx has the link for itself, so that two who work out the same calendar count a move once
 */
export async function writeEntries(
  tx: Queryable,
  administratorId: string,
  entries: readonly { readonly id: string; readonly startsAt: Date }[],
  now: Date,
): Promise<Map<string, EntryMoves>> {
  await tx.query('select from calendar_link where administrator_id = $1 for update', [administratorId]);
  const rows = await tx.query<EntryMoves & { id: string }>(
    `with told as (select * from unnest($2::uuid[], $3::timestamptz[]) as t (migration_id, starts_at)),
     gone as (
       update calendar_entry e set shown = false from migration m
        where e.administrator_id = $1 and e.shown and m.id = e.migration_id and m.state <> 'CANCELLED' and e.migration_id <> all ($2))
     insert into calendar_entry as e (administrator_id, migration_id, starts_at, shown, moves, changed_at)
     select $1, migration_id, starts_at, true, 0, $4 from told
     on conflict (administrator_id, migration_id) do update
        set starts_at = excluded.starts_at, shown = true,
            moves = e.moves + (e.starts_at <> excluded.starts_at or not e.shown)::int,
            changed_at = case when e.starts_at <> excluded.starts_at or not e.shown then excluded.changed_at else e.changed_at end
     returning e.migration_id as id, e.moves, e.changed_at as "changedAt"`,
    [administratorId, entries.map(({ id }) => id), entries.map(({ startsAt }) => startsAt), now],
  );
  return new Map(rows.map(({ id, ...moves }) => [id, moves]));
}

/** What a calendar was told of before the migration was cancelled, for as long as its day is to come; the soonest first. */
export function readCancelled(db: Queryable, administratorId: string, now: Date): Promise<CancelledDeadline[]> {
  return db.query<CancelledDeadline>(
    `select m.id, m.key, m.title, m.updated_at as "updatedAt", m.version, e.starts_at as "startsAt", e.moves, e.changed_at as "changedAt"
       from calendar_entry e join migration m on m.id = e.migration_id
      where e.administrator_id = $1 and e.shown and m.state = 'CANCELLED' and e.starts_at > $2 order by e.starts_at, m.id limit $3`,
    [administratorId, now, MAX_DEADLINES],
  );
}

type Row = Omit<Deadline, 'accounts'> & { id: string; severity: Severity; accountId: string; name: string; own: Date; reason: string };

/**
 * The deadlines to come of an administrator: of each migration, the accounts that have still to act, or will once its grace
 * period starts. The soonest first; a deadline nobody knows the day of is left out.
 */
export async function readDeadlines(db: Database, administratorId: string, now: Date): Promise<Deadline[]> {
  const rows = await db.query<Row>(
    `with line as (
       select m.id, m.key, m.title, m.severity, m.guide_url as "guideUrl", m.updated_at as "updatedAt", m.version, l.*
         from migration m cross join lateral (
           select (one.account).id as "accountId", (one.account).name, s.deadline as own, s.reason,
                  count(*) over () as total, row_number() over (order by s.deadline, (one.account).name, (one.account).id) as place
             from ${accountsOf('$1::uuid', '$2::timestamptz')} and (${OPEN} or s.reason = 'NOT_STARTED') and s.deadline > $2::timestamptz) l
        where ${LIVE} and m.mandatory_at is not null and l.place <= $3
          and (m.mandatory_at > $2 or exists (select from decision late where late.migration_id = m.id and late.extended_until > $2)))
     select * from line where id in (select id from line where place = 1 order by own, id limit $4)
      order by min(own) over (partition by id), id, place`,
    [administratorId, now, MAX_ACCOUNTS_NAMED, MAX_DEADLINES],
  );
  return [...Map.groupBy(rows, ({ id }) => id).values()].map((ofMigration) => {
    const { key, title, severity, guideUrl, updatedAt, version, total, id } = ofMigration[0]!;
    return { id, key, title, severity, guideUrl, updatedAt, version, total, accounts: ofMigration.map(accountOf) };
  });
}

function accountOf({ accountId, name, own, reason }: Row): DeadlineAccount {
  return { id: accountId, name, deadline: own, started: reason !== 'NOT_STARTED' };
}
