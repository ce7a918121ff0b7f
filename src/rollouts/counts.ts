/**
 * How far a rollout is, in numbers that stay exact while millions of decisions are written.
 *
 * Nobody writes a counter with a decision. A worker folds what the log and the account table gained into one row per
 * migration, together with the snapshot it saw; a reader takes that row and adds the little that snapshot had not seen.
 */
import type { Database, Queryable, Transaction } from '../db/database.ts';

/** The counts of a rollout at an instant. Each affected account is in exactly one of the last six. */
export interface Progress {
  /** Accounts the migration touches. */
  readonly affected: number;
  /** On because they opted in. */
  readonly optedIn: number;
  /** On since their creation. */
  readonly born: number;
  /** On because the deadline passed. */
  readonly mandatory: number;
  /** Off, with a later deadline of their own. */
  readonly extended: number;
  /** Off, and left alone for a time. */
  readonly exempt: number;
  /** Off, and still to act. */
  readonly pending: number;
  /** Of those still off: had opted in and opted out again. */
  readonly optedOut: number;
}

/** Held shared by whoever changes which accounts exist as what, and alone by whoever changes whom a migration touches. */
const MEMBERSHIP_LOCK = `hashtext('graceline membership')`;

/**
 * Called before accounts are changed. Such a change judges by the migrations it sees whether an account comes to be
 * affected; a migration published meanwhile would be counted with neither the old account nor its event.
 */
export async function holdMembership(tx: Queryable): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock_shared(${MEMBERSHIP_LOCK})`);
}

/** A migration whose counts are to start, or start anew because who is affected or when it starts has changed. */
export async function startRolloutCount(tx: Transaction, migrationId: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(${MEMBERSHIP_LOCK})`);
  await tx.query(
    `insert into rollout_count (migration_id, existing, born, opted_in, opted_out) values ($1, 0, 0, 0, 0)
     on conflict (migration_id) do update set as_of = null`,
    [migrationId],
  );
}

/** What came after the snapshot of `rollout_count c`, for its `migration m`. */
const TAIL = `
  select coalesce(a.existing, 0) + coalesce(e.existing, 0) as existing,
         coalesce(a.born, 0) + coalesce(e.born, 0) as born,
         coalesce(e.opted_in, 0) as opted_in,
         coalesce(e.opted_out, 0) as opted_out
    from (select count(*) filter (where t.created_at < coalesce(m.grace_starts_at, 'infinity')) as existing,
                 count(*) filter (where t.created_at >= m.grace_starts_at) as born
            from account t
           where t.xid >= pg_snapshot_xmin(c.as_of) and not pg_visible_in_snapshot(t.xid, c.as_of) and is_affected(m, t)) a,
         (select sum(s.sign) filter (where s.moves and not (t.data->>'born')::boolean) as existing,
                 sum(s.sign) filter (where s.moves and (t.data->>'born')::boolean) as born,
                 sum(case when t.type = 'OPTED_IN' then 1 when t.type = 'OPTED_OUT' then -1
                          when s.moves and (t.data->>'optedIn')::boolean then s.sign else 0 end) as opted_in,
                 sum(case when t.type = 'OPTED_OUT' then 1 when t.type = 'OPTED_IN' and (t.data->>'again')::boolean then -1
                          when s.moves and (t.data->>'optedOut')::boolean then s.sign else 0 end) as opted_out
            from event t
            cross join lateral (select t.type in ('ACCOUNT_AFFECTED', 'ACCOUNT_UNAFFECTED')
                                       -- An account the snapshot had not seen is counted above, as it is now.
                                       and exists (select from account o where o.number = t.account_number and pg_visible_in_snapshot(o.xid, c.as_of)) as moves,
                                       case t.type when 'ACCOUNT_AFFECTED' then 1 else -1 end as sign) s
           where t.migration_id = m.id and t.xid >= pg_snapshot_xmin(c.as_of) and not pg_visible_in_snapshot(t.xid, c.as_of)) e`;

/** Every affected account of `migration m`, counted. Costs as much as there are accounts. */
const RECOUNT = `
  select count(*) filter (where not b.born) as existing,
         count(*) filter (where b.born) as born,
         count(*) filter (where d.opted_in_at is not null) as opted_in,
         count(*) filter (where d.opted_in_at is null and d.opted_out_at is not null) as opted_out
    from account a
    left join decision d on d.migration_id = m.id and d.account_number = a.number
    -- Opting in outranks birth: an account whose date of creation was corrected afterwards counts once.
    cross join lateral (select a.created_at >= coalesce(m.grace_starts_at, 'infinity') and d.opted_in_at is null as born) b
   where is_affected(m, a)`;

/**
 * Reads the counts of a rollout at an instant. They are exact: everything committed before the call is in them.
 *
 * @param now decides which extensions and exemptions still hold, and whether the deadline has passed
 */
export async function readProgress(db: Queryable, migrationId: string, now: Date): Promise<Progress> {
  const look = 'select as_of is not null as folded from rollout_count where migration_id = $1';
  const [count] = await db.queryPrepared<{ folded: boolean }>('progress folded', look, [migrationId]);
  const folded = count?.folded ?? false;
  const counts = folded
    ? `select c.existing + t.existing as existing, c.born + t.born as born, c.opted_in + t.opted_in as opted_in, c.opted_out + t.opted_out as opted_out
         from rollout_count c cross join lateral (${TAIL}) t where c.migration_id = m.id`
    : RECOUNT;
  const [row] = await db.queryPrepared<CountsRow>(
    folded ? 'progress' : 'progress recounted',
    `select n.existing::int8, n.born::int8, n.opted_in::int8, n.opted_out::int8, s.*,
            m.state in ('ANNOUNCED', 'GRACE_PERIOD', 'MANDATORY') as live,
            coalesce($2 >= m.mandatory_at, false) as due
       from migration m
       cross join lateral (${counts}) n
       cross join lateral (
         -- Past the deadline of everybody, an account for which it has not started has a later one of its own.
         select count(*) filter (where f.reason = 'EXTENDED' or (f.reason = 'NOT_STARTED' and $2 >= m.mandatory_at)) as extended,
                count(*) filter (where f.reason = 'EXEMPT') as exempt,
                count(*) filter (where not f.enabled and f.reason <> 'NOT_AFFECTED' and d.opted_out_at is not null) as late_opted_out
           from decision d join account a on a.number = d.account_number
           cross join lateral effective_state(m, a, d, $2) f
          where d.migration_id = m.id and (d.extended_until is not null or d.exempt_until is not null)) s
      where m.id = $1`,
    [migrationId, now],
  );
  return progressOf(row!);
}

interface CountsRow {
  existing: number;
  born: number;
  opted_in: number;
  opted_out: number;
  extended: number;
  exempt: number;
  /** Of those with an extension or exemption that leaves them off. */
  late_opted_out: number;
  live: boolean;
  due: boolean;
}

function progressOf(row: CountsRow): Progress {
  const open = row.existing - row.opted_in - row.extended - row.exempt;
  return {
    affected: row.existing + row.born,
    optedIn: row.live ? row.opted_in : 0,
    born: row.live ? row.born : 0,
    mandatory: row.live && row.due ? open : 0,
    extended: row.extended,
    exempt: row.exempt,
    pending: row.live ? (row.due ? 0 : open) : 0,
    optedOut: row.live ? (row.due ? row.late_opted_out : row.opted_out) : 0,
  };
}

/** Counts are made anew so often: whatever two transactions that crossed each other left out is put right within a day. */
const RECOUNT_EVERY_MS = 24 * 3_600_000;
/** A fold that would add nothing still moves the snapshot once so many transactions have passed, or readers would search them. */
const STALE_TRANSACTIONS = 1_000;

/**
 * Folds what the counts of live migrations have not seen into them; called by a sweep. Two workers at once fold
 * different migrations.
 *
 * @param now decides which counts are a day old and made anew
 * @returns how many migrations were folded or counted anew
 */
export async function foldRolloutCounts(db: Database, now: Date, signal?: AbortSignal): Promise<{ folded: number }> {
  const counts = await db.query<{ migrationId: string; recount: boolean; version: string }>(
    `select c.migration_id as "migrationId", c.as_of is null or c.counted_at <= $1 as recount, c.xmin::text as version
       from rollout_count c join migration m on m.id = c.migration_id
      where m.state in ('ANNOUNCED', 'GRACE_PERIOD', 'MANDATORY') order by c.migration_id`,
    [new Date(now.getTime() - RECOUNT_EVERY_MS)],
  );
  let folded = 0;
  for (const { migrationId, recount, version } of counts) {
    if (signal?.aborted) break;
    if (await (recount ? recountOne(db, migrationId, version, now) : foldOne(db, migrationId))) folded += 1;
  }
  return { folded };
}

/**
 * Counts outside of any transaction that writes, because one that writes for minutes would hold up every reader of the
 * log. What was counted is kept only where the row is still as it was: a migration edited meanwhile is counted again.
 */
async function recountOne(db: Database, migrationId: string, version: string, now: Date): Promise<boolean> {
  const [counted] = await db.query<{ existing: number; born: number; opted_in: number; opted_out: number; as_of: string }>(
    `select n.*, pg_current_snapshot()::text as as_of from migration m cross join lateral (${RECOUNT}) n where m.id = $1`,
    [migrationId],
  );
  const { existing, born, opted_in, opted_out, as_of } = counted!;
  const kept = await db.query(
    `update rollout_count set existing = $3, born = $4, opted_in = $5, opted_out = $6, as_of = $7::pg_snapshot, counted_at = $8
      where migration_id = $1 and xmin::text = $2 returning 1`,
    [migrationId, version, existing, born, opted_in, opted_out, as_of, now],
  );
  return kept.length > 0;
}

async function foldOne(db: Database, migrationId: string): Promise<boolean> {
  return db.transaction(async (tx) => {
    // Locked by a statement of its own: the fold must take its snapshot after the one before it has committed.
    const locked = await tx.query('select from rollout_count where migration_id = $1 and as_of is not null for update skip locked', [
      migrationId,
    ]);
    if (locked.length === 0) return false;
    const folded = await tx.query(
      `update rollout_count u set existing = u.existing + n.existing, born = u.born + n.born, opted_in = u.opted_in + n.opted_in,
              opted_out = u.opted_out + n.opted_out, as_of = pg_current_snapshot()
         from migration m join rollout_count c on c.migration_id = m.id cross join lateral (${TAIL}) n
        where m.id = $1 and u.migration_id = m.id
          and ((n.existing, n.born, n.opted_in, n.opted_out) <> (0, 0, 0, 0)
               or pg_snapshot_xmin(pg_current_snapshot())::text::bigint - pg_snapshot_xmin(c.as_of)::text::bigint > ${STALE_TRANSACTIONS})
       returning 1`,
      [migrationId],
    );
    return folded.length > 0;
  });
}
