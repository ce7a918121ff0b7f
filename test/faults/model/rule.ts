/** Whether a migration is on for an account, and how far a rollout is: section 3 of the design, written once more. */
import type { Account, Decision, Migration, Model, State } from './model.ts';
import { firesAt, type Ms } from './time.ts';

export interface Effective {
  readonly enabled: boolean;
  readonly reason: string;
  readonly since: Ms | null;
  readonly deadline: Ms | null;
  readonly canOptIn: boolean;
  readonly canOptOut: boolean;
}

/** The instants at which a migration starts and is mandatory. */
export function instantsOf({ dates }: Pick<Migration, 'dates'>): { start: Ms | null; deadline: Ms | null } {
  return { start: firesAt(dates.start), deadline: firesAt(dates.deadline) };
}

/** Announced and not cancelled. */
export function isLive({ state }: Migration): boolean {
  return state !== 'DRAFT' && state !== 'CANCELLED';
}

/** The state by the calendar, which is never behind the recorded one. */
export function stateOf(migration: Migration, now: Ms): State {
  const { state } = migration;
  if (state !== 'ANNOUNCED' && state !== 'GRACE_PERIOD') return state;
  const { start, deadline } = instantsOf(migration);
  if (deadline !== null && deadline <= now) return 'MANDATORY';
  return start !== null && start <= now ? 'GRACE_PERIOD' : 'ANNOUNCED';
}

export function isAffected({ affects }: Migration, { id, platform }: Account): boolean {
  return (affects.platforms.length === 0 || affects.platforms.includes(platform)) && (affects.listed?.includes(id) ?? true);
}

export function effective(migration: Migration, account: Account, decision: Decision, now: Ms): Effective {
  const { start, deadline: everybodys } = instantsOf(migration);
  const own = decision.extended?.until ?? null;
  const isLater = everybodys !== null && own !== null && own > everybodys;
  const deadline = isLater ? own : everybodys;
  const started = start !== null && start <= now;
  const passed = deadline !== null && deadline <= now;
  const off = (reason: string, canOptIn = false): Effective => ({
    enabled: false,
    reason,
    since: null,
    deadline: ['NOT_AFFECTED', 'NOT_LIVE'].includes(reason) ? null : deadline,
    canOptIn,
    canOptOut: false,
  });
  const on = (reason: string, since: Ms, canOptOut = false): Effective => ({
    enabled: true,
    reason,
    since,
    deadline,
    canOptIn: false,
    canOptOut,
  });

  if (!isLive(migration)) return { ...off('NOT_LIVE'), reason: 'NOT_STARTED' };
  if (!isAffected(migration, account)) return off('NOT_AFFECTED');
  if (decision.optedIn !== null) return on('OPTED_IN', decision.optedIn, migration.reversible && started && !passed);
  if (started && account.createdAt >= start) return on('NEW_ACCOUNT', account.createdAt);
  const exempt = decision.exempt?.until ?? null;
  if (exempt !== null && now < exempt) return off('EXEMPT', started || passed);
  if (passed) return on('MANDATORY', Math.max(deadline, exempt ?? deadline));
  if (!started) return off('NOT_STARTED');
  if (isLater) return off('EXTENDED', true);
  return off(decision.optedOut === null ? 'PENDING' : 'OPTED_OUT', true);
}

/** The state of each of the accounts. */
export function statesOf(model: Model, migration: Migration, accounts: Iterable<string>): { account: string; state: Effective }[] {
  return [...accounts].map((account) => ({
    account,
    state: effective(migration, model.account(account), model.decision(migration.key, account), model.now),
  }));
}

/** Leaves the account something to do. */
export function isOpen({ reason }: Effective): boolean {
  return reason === 'PENDING' || reason === 'OPTED_OUT' || reason === 'EXTENDED';
}

/** Counts as text, in the order of their names. */
export function countsText(counts: object): string {
  return JSON.stringify(Object.fromEntries(Object.entries(counts).toSorted(([one], [other]) => (one < other ? -1 : 1))));
}

/** The counts of a rollout, as {@link countsText} has them. */
export function progressOf(model: Model, migration: Migration): string {
  const states = statesOf(
    model,
    migration,
    model.accounts.map(({ id }) => id),
  );
  const isTouched = (account: string) => isAffected(migration, model.account(account));
  const having = (...reasons: string[]) => states.filter(({ account, state }) => isTouched(account) && reasons.includes(state.reason));
  const live = isLive(migration);
  const { deadline } = instantsOf(migration);
  // Off after everybody's deadline, with a later one of its own, although the grace period never had a day to start on.
  const late = live && deadline !== null && deadline <= model.now;
  return countsText({
    affected: states.filter(({ account }) => isTouched(account)).length,
    born: having('NEW_ACCOUNT').length,
    exempt: having('EXEMPT').length,
    extended: having('EXTENDED', ...(late ? ['NOT_STARTED'] : [])).length,
    mandatory: having('MANDATORY').length,
    optedIn: having('OPTED_IN').length,
    optedOut: having('PENDING', 'OPTED_OUT', 'EXTENDED', 'EXEMPT', 'NOT_STARTED').filter(
      ({ account }) => model.decision(migration.key, account).optedOut !== null,
    ).length,
    pending: live ? having('PENDING', 'OPTED_OUT', ...(late ? [] : ['NOT_STARTED'])).length : 0,
  });
}
