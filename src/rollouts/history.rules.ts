/** How far a rollout was at earlier instants: worked out backwards from how far it is, by what has happened since. */
import { type AccountFacts, type DecisionFacts, effectiveState, type MigrationFacts } from './effective-state.rules.ts';

/** The most points a history has: more than a chart can show. */
export const MAX_POINTS = 200;

/** How far a rollout was at an instant. Each affected account is in exactly one of the other counts. */
export interface HistoryPoint {
  readonly at: Date;
  readonly affected: number;
  readonly optedIn: number;
  /** On since their creation. */
  readonly born: number;
  readonly mandatory: number;
  readonly extended: number;
  readonly exempt: number;
  readonly pending: number;
}

/** What changed between two points. */
export interface HistoryStep {
  /** It came after so many of the points, the first ones. */
  readonly after: number;
  /** Accounts that were there before the grace period started. */
  readonly existing: number;
  readonly born: number;
  readonly optedIn: number;
}

/** What happened to an account that was given a later deadline or an exemption. */
export interface SteeringEvent {
  readonly at: Date;
  readonly type: 'OPTED_IN' | 'OPTED_OUT' | 'DEADLINE_EXTENDED' | 'ACCOUNT_EXEMPTED' | 'ACCOUNT_AFFECTED' | 'ACCOUNT_UNAFFECTED';
  /** The end that was given; null for the other types. */
  readonly until: Date | null;
}

/** An account that was given a later deadline or an exemption. */
export interface SteeredAccount {
  readonly createdAt: Date;
  /** Whether the migration touches it now. */
  readonly affected: boolean;
  /** As it stands. */
  readonly decision: DecisionFacts;
  /** In order of time; perhaps without the oldest, which are no longer kept. */
  readonly events: readonly SteeringEvent[];
}

/** The dates the points are judged by. */
export type HistoryDates = Pick<MigrationFacts, 'graceStartsAt' | 'mandatoryAt'>;

/**
 * The instants to look at, in order: evenly spaced from the start to now, or to the deadline where that has passed; the
 * last is now.
 *
 * @param announcedAt when people were told; a grace period that started earlier, as an imported one may, counts from there
 * @param points how many at most, from 2 on
 */
export function historyInstants({ graceStartsAt, mandatoryAt }: HistoryDates, announcedAt: Date, now: Date, points: number): Date[] {
  const start = Math.min(announcedAt.getTime(), graceStartsAt?.getTime() ?? Infinity);
  const passed = mandatoryAt !== null && mandatoryAt < now;
  const end = passed ? mandatoryAt.getTime() : now.getTime();
  const spaced = passed ? points - 1 : points;
  const length = Math.max(0, end - start);
  const instants = Array.from({ length: spaced }, (_, i) => start + Math.round((length * i) / Math.max(1, spaced - 1)));
  const past = new Set(instants.filter((instant) => instant < now.getTime()));
  return [...past, now.getTime()].map((instant) => new Date(instant));
}

/** How many of the steered accounts were held off at each of some instants, and as what. */
export function steeredCounts(
  accounts: readonly SteeredAccount[],
  dates: HistoryDates,
  instants: readonly Date[],
): { readonly extended: number; readonly exempt: number }[] {
  const counts = instants.map(() => ({ extended: 0, exempt: 0 }));
  for (const account of accounts) {
    for (const [i, reason] of reasonsAt(account, dates, instants).entries()) {
      if (reason === 'EXTENDED') counts[i]!.extended += 1;
      else if (reason === 'EXEMPT') counts[i]!.exempt += 1;
    }
  }
  return counts;
}

/**
 * The points, worked out backwards.
 *
 * @param present the last point
 * @param instants of the others, in order
 * @param steered of the same instants
 */
export function historyPoints(
  present: HistoryPoint,
  instants: readonly Date[],
  steps: readonly HistoryStep[],
  steered: readonly { readonly extended: number; readonly exempt: number }[],
  { mandatoryAt }: HistoryDates,
): HistoryPoint[] {
  const since = instants.map(() => ({ existing: 0, born: 0, optedIn: 0 }));
  let [existing, born, optedIn] = [0, 0, 0];
  const bySteps = Map.groupBy(steps, ({ after }) => after);
  for (let i = instants.length; i >= 1; i -= 1) {
    for (const step of bySteps.get(i) ?? []) {
      existing += step.existing;
      born += step.born;
      optedIn += step.optedIn;
    }
    since[i - 1] = { existing, born, optedIn };
  }
  return [...instants.map((at, i) => pointAt(at, present, since[i]!, steered[i]!, mandatoryAt)), present];
}

/** Nothing is below zero: where the log no longer has all of it, or a date of creation was corrected, less is known than happened. */
function pointAt(
  at: Date,
  present: HistoryPoint,
  since: Omit<HistoryStep, 'after'>,
  { extended, exempt }: { readonly extended: number; readonly exempt: number },
  mandatoryAt: Date | null,
): HistoryPoint {
  const existing = Math.max(0, present.affected - present.born - since.existing);
  const born = Math.max(0, present.born - since.born);
  const optedIn = Math.min(existing, Math.max(0, present.optedIn - since.optedIn));
  const open = Math.max(0, existing - optedIn - extended - exempt);
  const due = mandatoryAt !== null && at >= mandatoryAt;
  return {
    at,
    affected: existing + born,
    optedIn,
    born,
    mandatory: due ? open : 0,
    extended,
    exempt,
    pending: due ? 0 : open,
  };
}

const TOUCHES_ALL = { platforms: [], builtInEmailOnly: false, attributes: {}, listedOnly: false };

/** The reason of the rule at each instant; null where the account was not there or not touched. */
function reasonsAt(account: SteeredAccount, dates: HistoryDates, instants: readonly Date[]): (string | null)[] {
  const facts: AccountFacts = {
    createdAt: account.createdAt,
    platform: 'CLOUD',
    usesBuiltInEmail: false,
    attributes: {},
    listed: false,
  };
  const migration: MigrationFacts = { ...dates, live: true, reversible: true, affects: TOUCHES_ALL };
  let { affected, decision } = beginningOf(account);
  let next = 0;
  return instants.map((at) => {
    for (let event = account.events[next]; event && event.at <= at; event = account.events[(next += 1)]) {
      affected = affectedAfter(affected, event);
      decision = decisionAfter(decision, event);
    }
    return affected && account.createdAt <= at ? effectiveState(migration, facts, decision, at).reason : null;
  });
}

/** How things stood before the events: of what they do not tell, as now. */
function beginningOf({ affected, decision, events }: SteeredAccount): { affected: boolean; decision: DecisionFacts } {
  const tells = (...types: SteeringEvent['type'][]) => events.some(({ type }) => types.includes(type));
  const moved = events.find(({ type }) => type === 'ACCOUNT_AFFECTED' || type === 'ACCOUNT_UNAFFECTED');
  const optingTold = tells('OPTED_IN', 'OPTED_OUT');
  return {
    affected: moved ? moved.type === 'ACCOUNT_UNAFFECTED' : affected,
    decision: {
      optedInAt: optingTold ? null : decision.optedInAt,
      optedOutAt: optingTold ? null : decision.optedOutAt,
      extendedUntil: tells('DEADLINE_EXTENDED') ? null : decision.extendedUntil,
      exemptUntil: tells('ACCOUNT_EXEMPTED') ? null : decision.exemptUntil,
    },
  };
}

function affectedAfter(affected: boolean, { type }: SteeringEvent): boolean {
  if (type === 'ACCOUNT_AFFECTED') return true;
  return type === 'ACCOUNT_UNAFFECTED' ? false : affected;
}

function decisionAfter(decision: DecisionFacts, { type, at, until }: SteeringEvent): DecisionFacts {
  switch (type) {
    case 'OPTED_IN':
      return { ...decision, optedInAt: at, optedOutAt: null };
    case 'OPTED_OUT':
      return { ...decision, optedInAt: null, optedOutAt: at };
    case 'DEADLINE_EXTENDED':
      return { ...decision, extendedUntil: until };
    case 'ACCOUNT_EXEMPTED':
      return { ...decision, exemptUntil: until };
    default:
      return decision;
  }
}
