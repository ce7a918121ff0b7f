/** Brings the rows of notices to what the effective states say now. Everything here may be done twice. */
import { SYSTEM } from '../auth/actor.ts';
import type { Transaction } from '../db/database.ts';
import { type LoggedEvent, writeEvents } from '../events/log.ts';
import { newId } from '../ids.ts';
import { OPEN_OCCASION } from './notices.rules.ts';
import { onMilestone } from './reminders.rules.ts';
import { hasAccount, LIVE, mayBeOpen, OPEN } from './standing.repository.ts';

/** An administrator and a migration whose notices may have to change. */
export interface NoticePair {
  readonly administratorId: string;
  readonly migrationId: string;
}

/** What else a whole migration is to be told of. */
export interface MigrationNews {
  /** The reschedule that was applied; null where none was. */
  readonly rescheduleId: string | null;
  /** Whether its deadline passed. */
  readonly on: boolean;
}

/** Nothing beyond what is open. */
export const NO_NEWS: MigrationNews = { rescheduleId: null, on: false };

/** The next administrators, by id. */
export async function readAdministrators(tx: Transaction, after: string, limit: number): Promise<string[]> {
  const rows = await tx.query<{ id: string }>('select id from administrator where id > $1 order by id limit $2', [after, limit]);
  return rows.map(({ id }) => id);
}

/**
 * Migrations about which anybody may have or need a notice that stands while something is open. The occasion is written out, so that
 * the index of the open ones serves: notices that something is on are never closed, and only grow in number.
 */
export async function readOpenMigrations(tx: Transaction, now: Date): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `select m.id from migration m where ${mayBeOpen('$1')} or exists (select from notice n where n.migration_id = m.id and n.closed_at is null and n.occasion = '${OPEN_OCCASION}')`,
    [now],
  );
  return rows.map(({ id }) => id);
}

/** The pairs that events of accounts and administrators are about; without a migration, all that may be open for them. */
export function readPairs(tx: Transaction, events: readonly LoggedEvent[], now: Date): Promise<NoticePair[]> {
  return tx.query<NoticePair>(
    `with touched as (
       select coalesce(e.administrator_id, x.administrator_id) as administrator_id, e.migration_id
         from unnest($1::uuid[], $2::bigint[], $3::uuid[]) as e (administrator_id, account_number, migration_id)
         left join administration x on e.administrator_id is null and x.account_number = e.account_number)
     select distinct t.administrator_id as "administratorId", m.id as "migrationId" from touched t
       join migration m on m.id = t.migration_id
         or (t.migration_id is null and (${mayBeOpen('$4')}
           or exists (select from notice n where n.administrator_id = t.administrator_id and n.migration_id = m.id and n.closed_at is null)))
      where exists (select from administrator p where p.id = t.administrator_id)
      order by 1, 2`,
    [
      events.map(({ administratorId, type }) => (type.startsWith('ADMINISTRATION_') ? administratorId : null)),
      events.map(({ accountNumber }) => accountNumber),
      events.map(({ migrationId }) => migrationId),
      now,
    ],
  );
}

/**
 * Adds, reopens and closes the notices of these pairs by what is open now, and writes an event for each that is new.
 *
 * @returns how many were added or reopened, and closed
 */
export async function reconcile(
  tx: Transaction,
  pairs: readonly NoticePair[],
  now: Date,
  news: MigrationNews = NO_NEWS,
): Promise<{ added: number; closed: number }> {
  if (pairs.length === 0) return { added: 0, closed: 0 };
  const judged = await tx.query<NoticePair & { open: boolean; on: boolean; since: Date | null; moved: boolean }>(
    `select pair.administrator_id as "administratorId", m.id as "migrationId", ${hasAccount('pair.administrator_id', '$3', OPEN)} as open,
            $4 and ${LIVE} and m.mandatory_at > coalesce(m.quiet_until, '-infinity')
              and ${hasAccount('pair.administrator_id', '$3', `s.reason = 'MANDATORY' and s.since = m.mandatory_at`)} as on, m.mandatory_at as since,
            exists (select from reschedule c where c.id = $5 and coalesce(c.decided_at, c.requested_at) > m.announced_at) as moved
       from unnest($1::uuid[], $2::uuid[]) as pair (administrator_id, migration_id) join migration m on m.id = pair.migration_id`,
    [...columns(pairs), now, news.on, news.rescheduleId],
  );
  const open = judged.filter((pair) => pair.open);
  // Dates that changed before anybody was told of them are no news.
  const moved = open.filter((pair) => pair.moved);
  const closed = await close(
    tx,
    judged.filter((pair) => !pair.open),
    now,
  );
  if (news.rescheduleId !== null) await supersede(tx, moved, news.rescheduleId, now);
  const wanted = [
    ...open.map((pair) => ({ ...pair, occasion: OPEN_OCCASION })),
    ...moved.map((pair) => ({ ...pair, occasion: `RESCHEDULED:${news.rescheduleId}` })),
    ...judged.filter(({ on }) => on).map((pair) => ({ ...pair, occasion: onMilestone(pair.since!) })),
  ];
  return { added: await add(tx, wanted, now), closed };
}

/** Adds the notices of accounts whose extension or exemption ended with the migration on. */
export async function addEnds(tx: Transaction, events: readonly LoggedEvent[], now: Date): Promise<number> {
  if (events.length === 0) return 0;
  const rows = await tx.query<NoticePair & { since: Date }>(
    `select distinct x.administrator_id as "administratorId", m.id as "migrationId", s.since
       from unnest($1::bigint[], $2::uuid[]) as e (account_number, migration_id)
       join migration m on m.id = e.migration_id
       join account a on a.number = e.account_number
       join decision d on d.migration_id = m.id and d.account_number = a.number
       cross join lateral effective_state(m, a, d, $3) s
       join administration x on x.account_number = a.number
      where s.reason in ('MANDATORY', 'NEW_ACCOUNT') and s.since = greatest(d.extended_until, d.exempt_until)
        and s.since > coalesce(m.quiet_until, '-infinity')`,
    [events.map(({ accountNumber }) => accountNumber), events.map(({ migrationId }) => migrationId), now],
  );
  return add(
    tx,
    rows.map((row) => ({ ...row, occasion: onMilestone(row.since) })),
    now,
  );
}

/** A closed notice that is wanted again is a new one, with a new id; one that stands, dismissed or not, stays as it is. */
async function add(tx: Transaction, wanted: readonly (NoticePair & { occasion: string })[], now: Date): Promise<number> {
  if (wanted.length === 0) return 0;
  const rows = await tx.query<NoticePair & { id: string; occasion: string }>(
    `insert into notice (id, administrator_id, migration_id, occasion, created_at)
     select w.id, w.administrator_id, w.migration_id, w.occasion, $5::timestamptz
       from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[]) as w (id, administrator_id, migration_id, occasion)
     on conflict (administrator_id, migration_id, occasion) do update set id = excluded.id, created_at = excluded.created_at, closed_at = null, dismissed_at = null
       where notice.closed_at is not null and notice.occasion = $6
     returning id, administrator_id as "administratorId", migration_id as "migrationId", occasion`,
    [wanted.map(() => newId()), ...columns(wanted), wanted.map(({ occasion }) => occasion), now, OPEN_OCCASION],
  );
  await writeEvents(
    tx,
    SYSTEM,
    now,
    rows.map(({ id, administratorId, migrationId, occasion }) => ({
      type: 'NOTICE_ADDED',
      administratorId,
      migrationId,
      data: { noticeId: id, occasion },
    })),
  );
  return rows.length;
}

async function close(tx: Transaction, pairs: readonly NoticePair[], now: Date): Promise<number> {
  const rows = await tx.query(
    `update notice n set closed_at = $3 from unnest($1::uuid[], $2::uuid[]) as pair (administrator_id, migration_id)
      where n.administrator_id = pair.administrator_id and n.migration_id = pair.migration_id and n.closed_at is null
        and (n.occasion = $4 or n.occasion like 'RESCHEDULED:%') returning 1`,
    [...columns(pairs), now, OPEN_OCCASION],
  );
  return rows.length;
}

/** What was said of earlier new dates is no longer true. */
async function supersede(tx: Transaction, pairs: readonly NoticePair[], rescheduleId: string, now: Date): Promise<void> {
  await tx.query(
    `update notice n set closed_at = $3 from unnest($1::uuid[], $2::uuid[]) as pair (administrator_id, migration_id)
      where n.administrator_id = pair.administrator_id and n.migration_id = pair.migration_id and n.closed_at is null
        and n.occasion like 'RESCHEDULED:%' and n.occasion <> 'RESCHEDULED:' || $4`,
    [...columns(pairs), now, rescheduleId],
  );
}

function columns(pairs: readonly NoticePair[]): [string[], string[]] {
  return [pairs.map(({ administratorId }) => administratorId), pairs.map(({ migrationId }) => migrationId)];
}
