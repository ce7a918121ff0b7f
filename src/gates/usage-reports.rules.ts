/** Uses of old behaviour as others report them: checked, and those that count together gathered. */
import { daysBefore, KEPT_DAYS, MAX_CLIENT_LENGTH, printable } from './usage.rules.ts';

/** How many reports one call may bring. */
export const MAX_REPORTS = 1_000;
/** How many uses one report may stand for. */
export const MAX_USES = 1_000_000_000;
/** So far the clock of another machine may be ahead. */
const MAX_AHEAD_MS = 5 * 60_000;

/** That an account used the old behaviour a migration ends. */
export interface UseReport {
  /** The platform's id. */
  readonly account: string;
  /** The key of the migration. */
  readonly migration: string;
  /** Who used it; empty where nobody can be named. */
  readonly client: string;
  /** How often. */
  readonly uses: number;
  /** When it last did; null for now. */
  readonly lastUsedAt: Date | null;
}

/** A report that may be written. */
export interface CheckedReport extends UseReport {
  readonly lastUsedAt: Date;
}

/** A report that was not counted, and why. */
export interface RefusedReport {
  readonly account: string;
  readonly migration: string;
  readonly code: 'INVALID_INPUT' | 'NOT_FOUND';
  /** For people: a sentence that says what to do. */
  readonly message: string;
}

/**
 * Sorts reports into those that may be counted, one for each account, migration, client and day (UTC), and those that make no
 * sense. One that is wrong keeps no other from being counted.
 */
export function sortReports(
  reports: readonly UseReport[],
  now: Date,
): { readonly checked: readonly CheckedReport[]; readonly refused: readonly RefusedReport[] } {
  const gathered = new Map<string, CheckedReport>();
  const refused: RefusedReport[] = [];
  for (const { account, migration, client, uses, lastUsedAt } of reports) {
    const at = lastUsedAt ?? now;
    const wrong = faultOf(uses, at, now);
    if (wrong !== null) {
      refused.push({ account, migration, code: 'INVALID_INPUT', message: wrong });
      continue;
    }
    const used = {
      account,
      migration,
      client: printable(client.slice(0, MAX_CLIENT_LENGTH)),
      uses,
      // A clock that is ahead must not put a use on a day that has not begun.
      lastUsedAt: at > now ? now : at,
    };
    const key = JSON.stringify([account, migration, used.client, used.lastUsedAt.toISOString().slice(0, 10)]);
    const before = gathered.get(key);
    gathered.set(key, before ? together(before, used) : used);
  }
  return { checked: [...gathered.values()], refused };
}

function together(one: CheckedReport, other: CheckedReport): CheckedReport {
  const lastUsedAt = one.lastUsedAt > other.lastUsedAt ? one.lastUsedAt : other.lastUsedAt;
  return { ...one, uses: one.uses + other.uses, lastUsedAt };
}

function faultOf(uses: number, at: Date, now: Date): string | null {
  if (!(uses >= 1 && uses <= MAX_USES)) return `"uses" takes 1 to ${MAX_USES}. Leave it out for one use.`;
  if (at.getTime() > now.getTime() + MAX_AHEAD_MS)
    return '"lastUsedAt" is to come. Give an instant that has passed, or set the clock right.';
  if (at < daysBefore(now, KEPT_DAYS - 1))
    return `"lastUsedAt" is too long ago: uses are kept for ${KEPT_DAYS} days. Leave such reports out.`;
  return null;
}
