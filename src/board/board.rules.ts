/** What an administrator's board is made of. */
import type { AccountMigration } from '../rollouts/rollouts.rules.ts';

/** How an administrator's accounts stand to one migration. */
export interface BoardMigration {
  readonly migrationId: string;
  /** Accounts it touches; each is in exactly one of open, notStarted, exempt and done. */
  readonly affected: number;
  /** Off, with something to do now. */
  readonly open: number;
  /** Of the open ones, those nothing blocks. */
  readonly ready: number;
  /** Of the ready ones, those that were quiet for so long that nothing breaks where it is enabled. */
  readonly safe: number;
  readonly notStarted: number;
  readonly exempt: number;
  readonly done: number;
  /** The next deadline of an account for which it is off; null where none is known. */
  readonly nextDeadline: Date | null;
}

/** That a migration becomes mandatory for some accounts at an instant. */
export interface BoardDeadline {
  readonly migrationId: string;
  /** In the administrator's time zone, an ISO date. */
  readonly day: string;
  readonly at: Date;
  readonly accounts: number;
}

/** An administrator's board. */
export interface BoardView {
  /** How many accounts they administer. */
  readonly accounts: number;
  readonly timeZone: string;
  /** The next deadline first. */
  readonly migrations: readonly BoardMigration[];
  /** In order of time. */
  readonly deadlines: readonly BoardDeadline[];
}

/** An account of the board. */
export interface BoardAccount {
  readonly accountMigration: AccountMigration;
  /** Whether it may opt in now and nothing blocks it. */
  readonly ready: boolean;
  /** Whether it is ready and was quiet for long enough, while uses were counted. */
  readonly safeToEnable: boolean;
  /** Null where nobody counts uses; see `quietDays`. */
  readonly quietDays: number | null;
  readonly usesLast30Days: number;
}

/** Where an account stands in the list of a migration, which begins with what can be done now. */
export interface BoardPlace {
  /** 0 where it is safe, 1 where it is ready, 2 else. */
  readonly rank: number;
  readonly accountId: string;
}

/** See {@link BoardPlace}. */
export function placeOf({ accountMigration: { accountId }, ready, safeToEnable }: BoardAccount): BoardPlace {
  return { rank: safeToEnable ? 0 : ready ? 1 : 2, accountId };
}
