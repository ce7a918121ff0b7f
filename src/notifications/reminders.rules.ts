/**
 * When an administrator is to be reminded of a migration: the milestones of its schedule, and which of them count.
 *
 * Milestones are named by what they belong to (a deadline's day, a reschedule), so that after a change of dates the new
 * ones happen and the old ones never do. The clock face is the caller's: here a milestone only says from which instant,
 * or on which local day, its morning is to be looked for.
 */
import type { Reason } from '../rollouts/effective-state.rules.ts';

/** Days before a deadline on which reminders go out: the cadence tightens. */
export const CADENCE_DAYS = [60, 30, 14, 7, 3, 1] as const;

/** Days between reminders while the deadline has no day. */
export const OPEN_ENDED_DAYS = 30;

/** Why a migration is off for an account that has still to act: what is reminded of. */
export const OPEN_REASONS: readonly Reason[] = ['PENDING', 'OPTED_OUT', 'EXTENDED'];

const DAY_MS = 86_400_000;
/** A local day begins up to a day away from any instant in it, and clocks shift by an hour or two. */
const ZONE_MARGIN_MS = 27 * 3_600_000;

/** What the schedule of reminders needs to know of a live migration. */
export interface ReminderSchedule {
  readonly announcedAt: Date;
  readonly graceStartsAt: Date | null;
  readonly mandatoryAt: Date | null;
  /** Nothing due at or before this instant is ever sent: the past of an imported migration. */
  readonly quietUntil: Date | null;
  /** The changes of dates that were applied since it was announced. */
  readonly reschedules: readonly { readonly id: string; readonly at: Date }[];
}

/** The kinds of milestones. Of the cadence only the latest that is due counts. */
export const MILESTONE_KINDS = ['START', 'CADENCE', 'RESCHEDULED', 'ON'] as const;

/** See {@link MILESTONE_KINDS}. */
export type MilestoneKind = (typeof MILESTONE_KINDS)[number];

/** One occasion to remind. */
export interface Milestone {
  /** Unique for its migration, e.g. `START` or `7_DAYS:2016-05-11`. */
  readonly key: string;
  readonly kind: MilestoneKind;
  /** What it counts from. */
  readonly anchor: Date;
  /** Its morning is that of the local day so many days after (negative: before) the anchor's; null for the first morning not before the anchor. */
  readonly days: number | null;
  /** It counts only where its morning comes after this instant; null for always. */
  readonly after: Date | null;
}

/** A milestone whose morning has come in one time zone. */
export interface DueMilestone extends Milestone {
  readonly dueAt: Date;
}

/** The milestones of a migration that may be due at an instant or come next; those of the cadence latest first. */
export function milestonesOf(schedule: ReminderSchedule, now: Date): Milestone[] {
  const { graceStartsAt, mandatoryAt, announcedAt, quietUntil, reschedules } = schedule;
  const loud = (milestone: Milestone) => !quietUntil || milestone.anchor > quietUntil;
  const on = mandatoryAt ? [instantMilestone(onMilestone(mandatoryAt), 'ON', mandatoryAt)].filter(loud) : [];
  if (!graceStartsAt || (mandatoryAt && now >= mandatoryAt)) return on;
  const start = latest([graceStartsAt, announcedAt]);
  // What fell due before accounts were told of these dates has been said by the telling.
  const after = latest([start, ...reschedules.map(({ at }) => at), ...(quietUntil ? [quietUntil] : [])]);
  return [
    ...[
      instantMilestone('START', 'START', start),
      ...reschedules.map(({ id, at }) => instantMilestone(`RESCHEDULED:${id}`, 'RESCHEDULED', at)),
    ].filter(loud),
    ...(mandatoryAt ? cadenceTo(mandatoryAt, after) : openEnded(graceStartsAt, after, now)),
    ...on,
  ];
}

/**
 * The cadence toward a deadline, latest first.
 *
 * @param after the instant up to which nothing counts
 */
export function cadenceTo(deadline: Date, after: Date): Milestone[] {
  const day = deadline.toISOString().slice(0, 10);
  return CADENCE_DAYS.map((days): Milestone => ({
    key: `${days}_${days === 1 ? 'DAY' : 'DAYS'}:${day}`,
    kind: 'CADENCE',
    anchor: deadline,
    days: -days,
    after,
  })).toReversed();
}

/** The name of the last mail: that it is on since an instant. */
export function onMilestone(since: Date): string {
  return `ON:${since.toISOString()}`;
}

/** The earliest instant at which the milestone's morning can come anywhere on earth. */
export function earliestMorning({ anchor, days }: Milestone): Date {
  return days === null ? anchor : new Date(anchor.getTime() + days * DAY_MS - ZONE_MARGIN_MS);
}

/** An instant by which the morning of a milestone with days has come everywhere on earth. */
function latestMorning({ anchor, days }: Milestone): Date {
  return new Date(anchor.getTime() + (days ?? 0) * DAY_MS + ZONE_MARGIN_MS);
}

/**
 * The milestones to act on in one time zone: all that are due and not done, but of the cadence only the latest that is
 * due, because after an outage one reminder says it all.
 *
 * @param milestones as {@link milestonesOf} orders them
 * @param morning the milestone's due instant in the time zone; asked for only where it matters
 * @param done whether the time zone is finished with it
 * @returns those due, and the next instant at which another may be
 */
export function dueMilestones(
  milestones: readonly Milestone[],
  now: Date,
  morning: (milestone: Milestone) => Date,
  done: (milestone: Milestone) => boolean,
): { due: DueMilestone[]; nextDueAt: Date | null } {
  const due: DueMilestone[] = [];
  let nextDueAt: Date | null = null;
  let cadenceSettled = false;
  for (const milestone of milestones) {
    const cadence = milestone.kind === 'CADENCE';
    if (cadence && cadenceSettled) continue;
    if (done(milestone)) {
      cadenceSettled ||= cadence;
      continue;
    }
    // Known without the clocks of the zone, which cost a hundred times as much and would be asked in every sweep.
    if (milestone.after && latestMorning(milestone) <= earlier(milestone.after, now)!) {
      cadenceSettled ||= cadence;
      continue;
    }
    const dueAt = earliestMorning(milestone) > now ? null : morning(milestone);
    if (dueAt && dueAt <= now) {
      cadenceSettled ||= cadence;
      if (!milestone.after || dueAt > milestone.after) due.push({ ...milestone, dueAt });
    } else {
      nextDueAt = earlier(nextDueAt, dueAt ?? earliestMorning(milestone));
    }
  }
  return { due, nextDueAt };
}

/** The earlier of two instants; null is later than any. */
export function earlier(one: Date | null, other: Date | null): Date | null {
  if (!one || !other) return one ?? other;
  return one < other ? one : other;
}

/** Every 30 days since the start: those around now, latest first. */
function openEnded(graceStartsAt: Date, after: Date, now: Date): Milestone[] {
  const current = Math.floor((now.getTime() - graceStartsAt.getTime()) / (OPEN_ENDED_DAYS * DAY_MS));
  return [current + 2, current + 1, current, current - 1]
    .filter((n) => n >= 1)
    .map((n) => ({ key: `EVERY_${OPEN_ENDED_DAYS}_DAYS:${n}`, kind: 'CADENCE', anchor: graceStartsAt, days: n * OPEN_ENDED_DAYS, after }));
}

function instantMilestone(key: string, kind: MilestoneKind, anchor: Date): Milestone {
  return { key, kind, anchor, days: null, after: null };
}

function latest(instants: readonly Date[]): Date {
  return instants.reduce((one, other) => (other > one ? other : one));
}
