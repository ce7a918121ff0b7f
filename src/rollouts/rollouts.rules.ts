import type { ErrorCode } from '../errors.ts';
import type { EffectiveState } from './effective-state.rules.ts';

/** An account and a migration. */
export interface AccountMigrationKey {
  readonly accountId: string;
  readonly accountNumber: number;
  readonly migrationId: string;
}

/** Parts pairs as data loaders have them: the id of a migration and the number of an account, with a space between. */
export function partedPairs(pairs: readonly string[]): [migrationIds: string[], accountNumbers: number[]] {
  const parts = pairs.map((pair) => pair.split(' ') as [string, string]);
  return [parts.map(([migrationId]) => migrationId), parts.map(([, number]) => Number(number))];
}

/** An account and a migration with the state that holds between them. */
export interface AccountMigration extends AccountMigrationKey {
  readonly state: EffectiveState;
}

/** Why a decision is refused: a code, and a sentence that says what to do. */
export interface DecisionRefusal {
  readonly code: ErrorCode;
  readonly message: string;
}

/** What a refusal speaks of. */
export interface Subject {
  readonly title: string;
  readonly cancelled: boolean;
  /** As people read it: a date, a month or TBD. */
  readonly gracePeriodStart: string;
}

/**
 * Why an account cannot opt in.
 *
 * @param state its effective state, with `canOptIn` false
 */
export function optInRefusal({ title, cancelled, gracePeriodStart }: Subject, state: EffectiveState): DecisionRefusal {
  switch (state.reason) {
    case 'NOT_AFFECTED':
      return { code: 'NOT_AFFECTED', message: `"${title}" does not affect this account. There is nothing to do.` };
    case 'MANDATORY':
      return {
        code: 'DEADLINE_PASSED',
        message: `"${title}" is on for this account since its deadline passed. There is nothing left to opt in to.`,
      };
    case 'NOT_STARTED':
      if (cancelled) return { code: 'WRONG_STATE', message: `"${title}" was cancelled. There is nothing to opt in to.` };
      return {
        code: 'NOT_STARTED',
        message: `The grace period of "${title}" has not started; it starts: ${gracePeriodStart}. Opt in from then on.`,
      };
    case 'EXEMPT':
      return {
        code: 'NOT_STARTED',
        message: `This account is exempt, and the grace period of "${title}" has not started. Opt in once it has.`,
      };
    default:
      return { code: 'ALREADY_ENABLED', message: `"${title}" is on for this account already. There is nothing to do.` };
  }
}

/**
 * Why an account cannot opt in without saying that it knows what is still to be done.
 *
 * @param blockers what to do, a sentence each
 */
export function blockedRefusal({ title }: Subject, blockers: readonly { readonly text: string }[]): DecisionRefusal {
  const todo = blockers.map(({ text }) => text).join(' ');
  return {
    code: 'NOT_ACKNOWLEDGED',
    message: `"${title}" would break something this account still uses. ${todo} Or opt in with "acknowledge: true"; "migrationImpact" shows what changes.`,
  };
}

/**
 * Why an account cannot opt out.
 *
 * @param state its effective state, with `canOptOut` false
 */
export function optOutRefusal({ title }: Subject, state: EffectiveState, reversible: boolean): DecisionRefusal {
  if (state.reason === 'NEW_ACCOUNT') {
    return { code: 'NOT_OPTED_IN', message: `This account was created after "${title}" started and has it from birth. It cannot opt out.` };
  }
  if (state.reason === 'MANDATORY')
    return { code: 'DEADLINE_PASSED', message: `"${title}" is mandatory for this account. It cannot opt out.` };
  if (state.reason !== 'OPTED_IN')
    return { code: 'NOT_OPTED_IN', message: `This account has not opted in to "${title}". There is nothing to opt out of.` };
  if (!reversible) return { code: 'NOT_REVERSIBLE', message: `"${title}" cannot be undone: an account that opted in stays.` };
  return { code: 'DEADLINE_PASSED', message: `The deadline of "${title}" has passed. It cannot opt out any more.` };
}

/**
 * Why an operator cannot give an account a later deadline.
 *
 * @param until the deadline to give
 * @param now the present instant
 */
export function extensionRefusal(
  { title }: Subject,
  state: EffectiveState,
  mandatoryAt: Date | null,
  until: Date,
  now: Date,
): DecisionRefusal | null {
  if (mandatoryAt === null)
    return {
      code: 'DATE_NEEDED',
      message: `"${title}" has no deadline yet, so there is none to extend. Exempt the account instead, or give the migration its day first.`,
    };
  if (until <= now || until <= mandatoryAt)
    return {
      code: 'DATE_IN_PAST',
      message: `An extension must end after now and after the deadline of everybody (${mandatoryAt.toISOString()}). Give a later instant.`,
    };
  return undecidable(title, state);
}

/**
 * Why an operator cannot exempt an account.
 *
 * @param until when the exemption is to end
 * @param now the present instant
 */
export function exemptionRefusal({ title }: Subject, state: EffectiveState, until: Date, now: Date): DecisionRefusal | null {
  if (until <= now) return { code: 'DATE_IN_PAST', message: 'An exemption must end in the future. Give a later instant.' };
  return undecidable(title, state);
}

/** An operator's decision makes sense only where the account is affected and not on by its own or by birth. */
function undecidable(title: string, { reason }: EffectiveState): DecisionRefusal | null {
  if (reason === 'NOT_AFFECTED')
    return { code: 'NOT_AFFECTED', message: `"${title}" does not affect this account. There is nothing to decide.` };
  if (reason === 'OPTED_IN') return { code: 'ALREADY_ENABLED', message: `This account opted in to "${title}". It must opt out first.` };
  if (reason === 'NEW_ACCOUNT') return { code: 'ALREADY_ENABLED', message: `This account has "${title}" from birth and stays with it.` };
  return null;
}
