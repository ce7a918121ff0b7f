/** Expands milestones into reminders: one row for each administrator who is to be told. */
import type { Queryable, Transaction } from '../db/database.ts';
import type { EventCursor, LoggedEvent } from '../events/log.ts';
import { firstMorning } from './mornings.ts';
import { type MilestoneTask, planMoves, runName, type ZoneMove } from './reminder-plan.repository.ts';
import { onMilestone } from './reminders.rules.ts';
import { hasAccount, LIVE, OPEN } from './standing.repository.ts';

/** Small enough that a transaction stays short, large enough that the round trip does not count. */
const BATCH = 2_000;

/** Before the first administrator. */
export const FIRST_ADMINISTRATOR = '00000000-0000-0000-0000-000000000000';

/** What one batch did; `last` is null once the time zone is finished. */
export interface Expansion {
  readonly added: number;
  readonly last: string | null;
}

/** The accounts that make a milestone matter. Extended ones have a cadence of their own. */
const CONDITIONS = {
  START: OPEN,
  RESCHEDULED: OPEN,
  CADENCE: `s.reason in ('PENDING', 'OPTED_OUT')`,
  ON: `s.reason = 'MANDATORY' and s.since = m.mandatory_at`,
} as const;

/**
 * Expands a task for the next administrators of its time zone, and records it as done after the last of them, unless the
 * migration has other dates by then.
 *
 * @param after the id of the last administrator seen
 * @returns null where another worker is at it
 */
export async function expandBatch(tx: Transaction, task: MilestoneTask, after: string, now: Date): Promise<Expansion | null> {
  const run = runName(task.milestone, task.ownDeadline);
  // Twice is harmless, because a reminder has one key; the lock only keeps workers from doing each other's work.
  const [lock] = await tx.query<{ held: boolean }>('select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as held', [
    `${task.migrationId} ${run} ${task.timeZone}`,
  ]);
  if (!lock!.held) return null;
  const expansion = await expandTask(tx, task, after, now, null);
  if (expansion.last === null) {
    // Where new dates made it void, nobody was reminded: the next plan has what is due by them, which may be this again.
    await tx.query(
      `insert into milestone_run (migration_id, milestone, time_zone, finished_at)
       select m.id, $2, $3, $4 from migration m where m.id = $1 and m.mandatory_at is not distinct from $5 on conflict do nothing`,
      [task.migrationId, run, task.timeZone, now, task.mandatoryAt],
    );
  }
  return expansion;
}

/** @param only the one administrator to look at; null for all of the time zone */
function expandTask(tx: Transaction, task: MilestoneTask, after: string, now: Date, only: string | null): Promise<Expansion> {
  return task.ownDeadline ? expandOwnDeadline(tx, task, now, only) : expandPage(tx, task, after, now, only);
}

async function expandPage(
  tx: Transaction,
  { migrationId, timeZone, milestone, mandatoryAt }: MilestoneTask,
  after: string,
  now: Date,
  only: string | null,
): Promise<Expansion> {
  const [row] = await tx.query<{ added: number; seen: number; last: string | null }>(
    `with page as (select id, created_at from administrator where time_zone = $1 and id > $2 and ($9::uuid is null or id = $9) order by id limit $3),
     added as (
       insert into reminder (administrator_id, migration_id, milestone, due_at, created_at)
       select p.id, m.id, $5, $6, $7 from page p join migration m on m.id = $4
        where ${LIVE} and m.mandatory_at is not distinct from $8 and p.created_at <= $6
          and ${hasAccount('p.id', '$7', CONDITIONS[milestone.kind])}
       on conflict do nothing returning 1)
     select (select count(*) from added) as added, (select count(*) from page) as seen, (select id from page order by id desc limit 1) as last`,
    [timeZone, after, BATCH, migrationId, milestone.key, milestone.dueAt, now, mandatoryAt, only],
  );
  return { added: row!.added, last: row!.seen < BATCH ? null : row!.last };
}

/** What was due before an account was given its deadline is not sent to it afterwards. */
async function expandOwnDeadline(
  tx: Transaction,
  { migrationId, timeZone, milestone, ownDeadline }: MilestoneTask,
  now: Date,
  only: string | null,
): Promise<Expansion> {
  const rows = await tx.query(
    `insert into reminder (administrator_id, migration_id, milestone, due_at, created_at)
     select distinct p.id, m.id, $3, $4::timestamptz, $5::timestamptz
       from migration m
       join decision d on d.migration_id = m.id and d.extended_until = $6
       join account a on a.number = d.account_number
       cross join lateral effective_state(m, a, d, $5) s
       join administration x on x.account_number = a.number
       join administrator p on p.id = x.administrator_id and p.time_zone = $2 and p.created_at <= $4 and ($7::uuid is null or p.id = $7)
      where m.id = $1 and s.reason = 'EXTENDED'
        and not exists (select from event e where e.account_number = a.number and e.migration_id = m.id and e.type = 'DEADLINE_EXTENDED' and e.at >= $4)
     on conflict do nothing returning 1`,
    [migrationId, timeZone, milestone.key, milestone.dueAt, now, ownDeadline, only],
  );
  return { added: rows.length, last: null };
}

/**
 * Reminds administrators who moved to another time zone of what was expanded there before they came.
 *
 * @param hour the local hour of reminders
 * @returns how many reminders were added
 */
export async function remindMoved(tx: Transaction, events: readonly LoggedEvent[], now: Date, hour: number): Promise<number> {
  const moves = events.flatMap((event) => moveOf(event) ?? []);
  if (moves.length === 0) return 0;
  let added = 0;
  for (const [{ administratorId }, tasks] of await planMoves(tx, moves, now, hour)) {
    for (const task of tasks) {
      added += (await expandTask(tx, task, FIRST_ADMINISTRATOR, now, administratorId)).added;
    }
  }
  return added;
}

function moveOf({ type, administratorId, at, data }: LoggedEvent): ZoneMove | null {
  if (type !== 'ADMINISTRATOR_EDITED' || administratorId === null) return null;
  const { before, after } = data as { before?: { timeZone?: string }; after?: { timeZone?: string } };
  return before?.timeZone && after?.timeZone ? { administratorId, from: before.timeZone, to: after.timeZone, at } : null;
}

/** An administrator for whom a migration has become on everywhere, or on a steered account. */
interface Completion {
  administratorId: string;
  timeZone: string;
  migrationId: string;
  since: Date;
  /** The span of what completed it, where that was traced. */
  traceparent: string | null;
}

/**
 * Adds the last mails that follow from events of single accounts: whose last open account opted in, and whose extension
 * or exemption ended with the migration on.
 *
 * @param traces the spans that events were written in, by cursor
 * @param now the instant to judge by, not before any of the events
 * @param hour the local hour of reminders
 * @returns how many were added, and the spans that they follow from
 */
export async function remindOfEvents(
  tx: Transaction,
  events: readonly LoggedEvent[],
  traces: ReadonlyMap<EventCursor, string>,
  now: Date,
  hour: number,
): Promise<{ added: number; causes: ReadonlySet<string> }> {
  const about = (...types: LoggedEvent['type'][]) =>
    events.filter(({ type, migrationId, accountNumber }) => types.includes(type) && migrationId && accountNumber !== null);
  const completions = [
    ...(await readCompletions(tx, about('OPTED_IN'), traces, now)),
    ...(await readEnds(tx, about('EXTENSION_ENDED', 'EXEMPTION_ENDED'), now)),
  ];
  if (completions.length === 0) return { added: 0, causes: new Set() };
  const rows = await tx.query<{ traceparent: string | null }>(
    `insert into reminder (administrator_id, migration_id, milestone, due_at, traceparent, created_at)
     select *, $6::timestamptz from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::text[])
     on conflict do nothing returning traceparent`,
    [
      completions.map(({ administratorId }) => administratorId),
      completions.map(({ migrationId }) => migrationId),
      completions.map(({ since }) => onMilestone(since)),
      completions.map(({ since, timeZone }) => firstMorning(since, timeZone, hour)),
      completions.map(({ traceparent }) => traceparent),
      now,
    ],
  );
  const causes = new Set(rows.flatMap(({ traceparent }) => (traceparent === null ? [] : [traceparent])));
  return { added: rows.length, causes };
}

async function readCompletions(
  tx: Queryable,
  events: readonly LoggedEvent[],
  traces: ReadonlyMap<EventCursor, string>,
  now: Date,
): Promise<Completion[]> {
  if (events.length === 0) return [];
  return tx.query<Completion>(
    `with pair as (
       -- Of several opt-ins the last is what completed it.
       select x.administrator_id, e.migration_id, (array_agg(e.traceparent order by e.place desc))[1] as traceparent
         from unnest($1::bigint[], $2::uuid[], $4::text[]) with ordinality as e (account_number, migration_id, traceparent, place)
         join administration x on x.account_number = e.account_number
         join decision d on d.account_number = e.account_number and d.migration_id = e.migration_id and d.opted_in_at is not null
        group by 1, 2)
     select p.id as "administratorId", p.time_zone as "timeZone", m.id as "migrationId", o.since, pair.traceparent
       from pair
       join administrator p on p.id = pair.administrator_id
       join migration m on m.id = pair.migration_id and ${LIVE}
       cross join lateral (
         select max(d.opted_in_at) as since from administration x join decision d on d.account_number = x.account_number and d.migration_id = m.id
          where x.administrator_id = p.id) o
      where (m.quiet_until is null or o.since > m.quiet_until)
        and not ${hasAccount('p.id', '$3', OPEN)}`,
    [...accountsAndMigrations(events), now, events.map(({ cursor }) => traces.get(cursor) ?? null)],
  );
}

async function readEnds(tx: Queryable, events: readonly LoggedEvent[], now: Date): Promise<Completion[]> {
  if (events.length === 0) return [];
  return tx.query<Completion>(
    `select distinct p.id as "administratorId", p.time_zone as "timeZone", m.id as "migrationId", s.since, null as traceparent
       from unnest($1::bigint[], $2::uuid[]) as e (account_number, migration_id)
       join migration m on m.id = e.migration_id
       join account a on a.number = e.account_number
       join decision d on d.migration_id = m.id and d.account_number = a.number
       cross join lateral effective_state(m, a, d, $3) s
       join administration x on x.account_number = a.number
       join administrator p on p.id = x.administrator_id
      where s.reason in ('MANDATORY', 'NEW_ACCOUNT') and s.since = greatest(d.extended_until, d.exempt_until)
        and (m.quiet_until is null or s.since > m.quiet_until)`,
    [...accountsAndMigrations(events), now],
  );
}

function accountsAndMigrations(events: readonly LoggedEvent[]): [(number | null)[], (string | null)[]] {
  return [events.map(({ accountNumber }) => accountNumber), events.map(({ migrationId }) => migrationId)];
}
