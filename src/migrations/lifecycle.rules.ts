/**
 * The lifecycle of a migration: DRAFT → ANNOUNCED → GRACE_PERIOD → MANDATORY, CANCELLED from any state before MANDATORY,
 * and DRAFT → MANDATORY at once in an emergency.
 */
import type { ErrorCode } from '../errors.ts';
import { earliestDay, isExact, isInFourDigits, latestDay, type PartialDate } from './dates.rules.ts';

/** The states of a migration, in the order it passes through them. */
export const LIFECYCLE_STATES = ['DRAFT', 'ANNOUNCED', 'GRACE_PERIOD', 'MANDATORY', 'CANCELLED'] as const;

/** See {@link LIFECYCLE_STATES}. */
export type LifecycleState = (typeof LIFECYCLE_STATES)[number];

/**
 * What can be done to a migration, or happen to it: the clock starts the grace period and passes the deadline. RETARGET changes
 * which accounts it touches.
 */
export const COMMANDS = ['ANNOUNCE', 'ENFORCE', 'START_GRACE_PERIOD', 'PASS_DEADLINE', 'RESCHEDULE', 'EDIT', 'RETARGET', 'CANCEL'] as const;

/** See {@link COMMANDS}. */
export type Command = (typeof COMMANDS)[number];

/** How severe a breaking change is: it sets the default grace period. */
export const SEVERITIES = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;

/** See {@link SEVERITIES}. */
export type Severity = (typeof SEVERITIES)[number];

/** Days between the start of the grace period and the deadline where an operator names none. CRITICAL is immediate. */
export const DEFAULT_GRACE_DAYS: Readonly<Record<Severity, number>> = { LOW: 90, MEDIUM: 90, HIGH: 30, CRITICAL: 0 };

const DAY_MS = 86_400_000;

/** Why a command is refused: a code and a sentence for people. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
}

const refused = (message: string): Refusal => ({ code: 'WRONG_STATE', message });
const ALREADY_ANNOUNCED = refused('It is announced already. Reschedule it to change its dates.');
const IS_MANDATORY = refused('It is mandatory already and stays so. Publish a new migration for a further change.');
const TOUCHES = refused(
  'It is mandatory: accounts it does not touch yet would have it on at once, untold. Publish a new migration for them.',
);
const IS_CANCELLED = refused('It was cancelled. Create a new migration instead.');
const IS_DRAFT = refused('It is a draft. Announce it first.');
const PROMISED = refused('It was announced with a grace period. Reschedule its deadline instead of enforcing it at once.');

/** Every state with every command: the next state, or why not. A missing pair does not compile. */
export const LIFECYCLE: Readonly<Record<LifecycleState, Readonly<Record<Command, LifecycleState | Refusal>>>> = {
  DRAFT: {
    ANNOUNCE: 'ANNOUNCED',
    ENFORCE: 'MANDATORY',
    START_GRACE_PERIOD: IS_DRAFT,
    PASS_DEADLINE: IS_DRAFT,
    RESCHEDULE: 'DRAFT',
    EDIT: 'DRAFT',
    RETARGET: 'DRAFT',
    CANCEL: 'CANCELLED',
  },
  ANNOUNCED: {
    ANNOUNCE: ALREADY_ANNOUNCED,
    ENFORCE: PROMISED,
    START_GRACE_PERIOD: 'GRACE_PERIOD',
    PASS_DEADLINE: 'MANDATORY',
    RESCHEDULE: 'ANNOUNCED',
    EDIT: 'ANNOUNCED',
    RETARGET: 'ANNOUNCED',
    CANCEL: 'CANCELLED',
  },
  GRACE_PERIOD: {
    ANNOUNCE: ALREADY_ANNOUNCED,
    ENFORCE: PROMISED,
    START_GRACE_PERIOD: ALREADY_ANNOUNCED,
    PASS_DEADLINE: 'MANDATORY',
    RESCHEDULE: 'GRACE_PERIOD',
    EDIT: 'GRACE_PERIOD',
    RETARGET: 'GRACE_PERIOD',
    CANCEL: 'CANCELLED',
  },
  MANDATORY: {
    ANNOUNCE: IS_MANDATORY,
    ENFORCE: IS_MANDATORY,
    START_GRACE_PERIOD: IS_MANDATORY,
    PASS_DEADLINE: IS_MANDATORY,
    RESCHEDULE: IS_MANDATORY,
    EDIT: 'MANDATORY',
    RETARGET: TOUCHES,
    CANCEL: IS_MANDATORY,
  },
  CANCELLED: {
    ANNOUNCE: IS_CANCELLED,
    ENFORCE: IS_CANCELLED,
    START_GRACE_PERIOD: IS_CANCELLED,
    PASS_DEADLINE: IS_CANCELLED,
    RESCHEDULE: IS_CANCELLED,
    EDIT: IS_CANCELLED,
    RETARGET: IS_CANCELLED,
    CANCEL: refused('It is cancelled already.'),
  },
};

/** Whether a look-up in {@link LIFECYCLE} was refused. */
export function isRefusal(outcome: LifecycleState | Refusal): outcome is Refusal {
  return typeof outcome !== 'string';
}

/** The two dates of a migration with the instants at which they fire; an instant is null while its day is unknown. */
export interface Schedule {
  readonly gracePeriodStart: PartialDate;
  readonly graceStartsAt: Date | null;
  readonly mandatoryOptIn: PartialDate;
  readonly mandatoryAt: Date | null;
}

/**
 * The state a migration is in at an instant. The recorded state trails until a worker has written down that a date
 * passed; this one never does, and is what every reader is shown.
 */
export function stateAt(recorded: LifecycleState, schedule: Schedule, now: Date): LifecycleState {
  if (recorded !== 'ANNOUNCED' && recorded !== 'GRACE_PERIOD') return recorded;
  if (schedule.mandatoryAt && now >= schedule.mandatoryAt) return 'MANDATORY';
  if (schedule.graceStartsAt && now >= schedule.graceStartsAt) return 'GRACE_PERIOD';
  return 'ANNOUNCED';
}

/**
 * The deadline a severity gives to a grace period where the operator names none.
 *
 * @param start the start of the grace period
 * @returns the deadline as a day (or, for a start that is an instant, an instant); TBD while the start has no day, or where it
 *   would be beyond the year 9999
 */
export function defaultDeadline(severity: Severity, start: PartialDate): PartialDate {
  if (!isExact(start)) return 'TBD';
  const [day, time = ''] = start.split(/(?=T)/) as [string, string?];
  const deadline = new Date(`${day}T00:00:00Z`);
  deadline.setUTCDate(deadline.getUTCDate() + DEFAULT_GRACE_DAYS[severity]);
  return isInFourDigits(deadline) ? deadline.toISOString().slice(0, 10) + time : 'TBD';
}

/**
 * Whether the dates make sense together: the deadline comes after the start. Only a CRITICAL migration may become
 * mandatory at its very start.
 *
 * @returns null where they do
 */
export function scheduleRefusal(severity: Severity, schedule: Schedule): Refusal | null {
  const { gracePeriodStart, mandatoryOptIn, graceStartsAt, mandatoryAt } = schedule;
  const wrong: Refusal = {
    code: 'DEADLINE_BEFORE_START',
    message: `The mandatory opt-in (${mandatoryOptIn}) must come after the grace period starts (${gracePeriodStart}). Give a later deadline or an earlier start.`,
  };
  if (graceStartsAt && mandatoryAt) {
    const order = mandatoryAt.getTime() - graceStartsAt.getTime();
    return order > 0 || (order === 0 && severity === 'CRITICAL') ? null : wrong;
  }
  // With a month among the two, only what is wrong on every possible day is refused.
  const [start, deadline] = [earliestDay(gracePeriodStart), latestDay(mandatoryOptIn)];
  if (!start || !deadline) return null;
  return deadline > start || (deadline === start && severity === 'CRITICAL') ? null : wrong;
}

/**
 * Whether new dates take away grace that accounts were promised: an earlier deadline, or fewer days between start and
 * deadline. A date that was TBD promised nothing; a month promised its first day.
 */
export function shortensGrace(old: Schedule, next: Schedule): boolean {
  const [promised, offered] = [earliestDay(old.mandatoryOptIn), earliestDay(next.mandatoryOptIn)];
  if (!promised || !offered) return false;
  const isEarlier = old.mandatoryAt && next.mandatoryAt ? next.mandatoryAt < old.mandatoryAt : offered < promised;
  return isEarlier || graceDays(next) < graceDays(old);
}

/** Whole days of grace, so that summer time shortens none; none where the start has no day, because no account could use it. */
function graceDays({ gracePeriodStart, graceStartsAt, mandatoryOptIn, mandatoryAt }: Schedule): number {
  if (!graceStartsAt) return 0;
  // The instant at which a month begins depends on the time zone: where the deadline is one, days are compared with days.
  const length = mandatoryAt
    ? mandatoryAt.getTime() - graceStartsAt.getTime()
    : Date.parse(earliestDay(mandatoryOptIn)!) - Date.parse(earliestDay(gracePeriodStart)!);
  return Math.max(0, Math.round(length / DAY_MS));
}
