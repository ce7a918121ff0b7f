/** Which milestones are due in which time zones and not yet expanded into reminders. */
import type { Queryable } from '../db/database.ts';
import { morningOf } from './mornings.ts';
import {
  cadenceTo,
  dueMilestones,
  type DueMilestone,
  earlier,
  type Milestone,
  milestonesOf,
  type ReminderSchedule,
} from './reminders.rules.ts';
import { LIVE } from './standing.repository.ts';

/** After this long past a deadline every morning of earth has come, and its last mails are on their way. */
const CLOSE_AFTER_DAYS = 3;
/** Marks, under all time zones, a migration about which no milestone is left. */
const END = 'END';
const ALL_ZONES = '*';
/**
 * Whether a run that ended so shortly before a move had the administrator in it, nobody can tell: its instant is that of the
 * beginning, by the clock of another process. Then it counts as if it had not, because nobody is reminded twice.
 */
const UNSURE_MS = 3_600_000;

/** One milestone to expand for the administrators of one time zone. */
export interface MilestoneTask {
  readonly migrationId: string;
  readonly timeZone: string;
  readonly milestone: DueMilestone;
  /** The accounts' own, later deadline where it is the cadence toward that. */
  readonly ownDeadline: Date | null;
  /** The deadline the migration had when this was planned: a change of dates in between makes it void. */
  readonly mandatoryAt: Date | null;
}

/** An administrator who went to live in another time zone. */
export interface ZoneMove {
  readonly administratorId: string;
  readonly from: string;
  readonly to: string;
  readonly at: Date;
}

/** What is to be expanded, and when the next milestone may fall due. */
export interface MilestonePlan {
  readonly tasks: readonly MilestoneTask[];
  readonly nextDueAt: Date | null;
}

/** The name under which a task is recorded as done. The cadence to an own deadline is told apart from the migration's. */
export function runName(milestone: Milestone, ownDeadline: Date | null): string {
  return ownDeadline ? `OWN_${milestone.key}:${ownDeadline.toISOString()}` : milestone.key;
}

/**
 * Reads what is due.
 *
 * @param hour the local hour of reminders
 */
export async function planMilestones(db: Queryable, now: Date, hour: number): Promise<MilestonePlan> {
  const tracks = [...(await readSchedules(db, now)), ...(await readOwnDeadlines(db, now))];
  const done = await readRuns(db, tracks, null);
  const plans = tracks.flatMap((track) => track.timeZones.map((timeZone) => planTrack(track, timeZone, timeZone, done, now, hour)));
  return {
    tasks: plans.flatMap(({ tasks }) => tasks),
    nextDueAt: plans.reduce<Date | null>((next, plan) => earlier(next, plan.nextDueAt), null),
  };
}

/**
 * Reads what is due where administrators have moved to and was not where they came from: it may have been expanded there
 * without them.
 *
 * @param moves not empty
 * @param hour the local hour of reminders
 * @returns the tasks of each
 */
export async function planMoves(
  db: Queryable,
  moves: readonly ZoneMove[],
  now: Date,
  hour: number,
): Promise<Map<ZoneMove, readonly MilestoneTask[]>> {
  const tracks = [...(await readSchedules(db, now)), ...(await readOwnDeadlines(db, now))];
  const first = Math.min(...moves.map(({ at }) => at.getTime()));
  const done = await readRuns(db, tracks, new Date(first - UNSURE_MS));
  return new Map(moves.map((move) => [move, tracks.flatMap((track) => planTrack(track, move.to, move.from, done, now, hour).tasks)]));
}

function planTrack(
  { migrationId, milestones, ownDeadline, mandatoryAt }: Track,
  timeZone: string,
  doneIn: string,
  done: ReadonlySet<string>,
  now: Date,
  hour: number,
): MilestonePlan {
  const isDone = (milestone: Milestone) => done.has(`${migrationId} ${runName(milestone, ownDeadline)} ${doneIn}`);
  const { due, nextDueAt } = dueMilestones(milestones, now, (milestone) => morningOf(milestone, timeZone, hour), isDone);
  return { tasks: due.map((milestone) => ({ migrationId, timeZone, milestone, ownDeadline, mandatoryAt })), nextDueAt };
}

/**
 * Takes migrations out of every later plan once their last milestone is done.
 *
 * @param planned the migrations of which the plan of `now` still had a task
 */
export async function closeFinished(db: Queryable, now: Date, planned: ReadonlySet<string>): Promise<void> {
  await db.query(
    `insert into milestone_run (migration_id, milestone, time_zone, finished_at)
     select m.id, $2, $3, $1 from migration m
      where ${LIVE} and m.mandatory_at < $1::timestamptz - make_interval(days => $4) and m.id <> all ($5)
        and not exists (select from milestone_run r where r.migration_id = m.id and r.milestone = $2 and r.time_zone = $3)
     on conflict do nothing`,
    [now, END, ALL_ZONES, CLOSE_AFTER_DAYS, [...planned]],
  );
}

/** Every time zone an administrator lives in; hops along the index instead of reading every row. */
export async function readTimeZones(db: Queryable): Promise<string[]> {
  const rows = await db.query<{ zone: string }>(
    `with recursive zones as (
       (select time_zone as zone from administrator order by time_zone limit 1)
       union all
       select (select a.time_zone from administrator a where a.time_zone > zones.zone order by a.time_zone limit 1) from zones where zones.zone is not null
     ) select zone from zones where zone is not null`,
  );
  return rows.map(({ zone }) => zone);
}

/** Milestones that share a schedule, and the time zones they matter in. */
interface Track {
  migrationId: string;
  milestones: Milestone[];
  timeZones: readonly string[];
  ownDeadline: Date | null;
  mandatoryAt: Date | null;
}

async function readSchedules(db: Queryable, now: Date): Promise<Track[]> {
  const rows = await db.query<Omit<ReminderSchedule, 'reschedules'> & { id: string; reschedules: { id: string; at: string }[] }>(
    `select m.id, coalesce(m.announced_at, m.created_at) as "announcedAt", m.grace_starts_at as "graceStartsAt", m.mandatory_at as "mandatoryAt",
            m.quiet_until as "quietUntil",
            (select coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'at', coalesce(r.decided_at, r.requested_at))), '[]') from reschedule r
              where r.migration_id = m.id and r.status = 'APPLIED' and coalesce(r.decided_at, r.requested_at) > m.announced_at) as reschedules
       from migration m
      where ${LIVE} and not exists (select from milestone_run r where r.migration_id = m.id and r.milestone = $1 and r.time_zone = $2)`,
    [END, ALL_ZONES],
  );
  const timeZones = await readTimeZones(db);
  return rows.map((row) => {
    const reschedules = row.reschedules.map(({ id, at }) => ({ id, at: new Date(at) }));
    return {
      migrationId: row.id,
      milestones: milestonesOf({ ...row, reschedules }, now),
      timeZones,
      ownDeadline: null,
      mandatoryAt: row.mandatoryAt,
    };
  });
}

/** The later deadlines single accounts were given; few, and all in the future. */
async function readOwnDeadlines(db: Queryable, now: Date): Promise<Track[]> {
  const rows = await db.query<{ id: string; deadline: Date; mandatoryAt: Date; after: Date; timeZones: string[] }>(
    `select m.id, d.extended_until as deadline, m.mandatory_at as "mandatoryAt", greatest(m.announced_at, m.grace_starts_at, m.quiet_until) as after,
            array_agg(distinct p.time_zone) as "timeZones"
       from migration m
       join decision d on d.migration_id = m.id and d.extended_until > greatest(m.mandatory_at, $1::timestamptz) and d.opted_in_at is null
       join administration x on x.account_number = d.account_number
       join administrator p on p.id = x.administrator_id
      where ${LIVE} and m.grace_starts_at <= $1 and m.mandatory_at is not null
      group by m.id, d.extended_until`,
    [now],
  );
  return rows.map(({ id, deadline, mandatoryAt, after, timeZones }) => ({
    migrationId: id,
    milestones: cadenceTo(deadline, after),
    timeZones,
    ownDeadline: deadline,
    mandatoryAt,
  }));
}

async function readRuns(db: Queryable, tracks: readonly Track[], until: Date | null): Promise<Set<string>> {
  const names = tracks.flatMap(({ milestones, ownDeadline }) => milestones.map((milestone) => runName(milestone, ownDeadline)));
  const rows = await db.query<{ run: string }>(
    `select migration_id || ' ' || milestone || ' ' || time_zone as run from milestone_run where migration_id = any ($1) and milestone = any ($2)
        and ($3::timestamptz is null or finished_at <= $3)`,
    [[...new Set(tracks.map(({ migrationId }) => migrationId))], [...new Set(names)], until],
  );
  return new Set(rows.map(({ run }) => run));
}
