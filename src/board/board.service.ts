import type { Actor } from '../auth/actor.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { GracelineError } from '../errors.ts';
import type { GateKeys } from '../gates/gates.rules.ts';
import type { UsageRecorder } from '../gates/usage-recorder.ts';
import { daysBefore, firstOfDays, RECENT_DAYS, SAFE_AFTER_DAYS, SHOWN_DAYS } from '../gates/usage.rules.ts';
import { cursorKey, type Page, pageOf, type PageRequest, pageSize } from '../pagination.ts';
import { dayIn } from '../time-zone.ts';
import { type BoardRow, findBoardOwner, listBoardAccounts, readBoard, type Readiness } from './board.repository.ts';
import { type BoardAccount, type BoardDeadline, type BoardMigration, type BoardPlace, type BoardView, placeOf } from './board.rules.ts';

/** With more the board would be read for seconds; whoever has them works with lists. */
const MAX_ACCOUNTS = 20_000;

/** What is open on an administrator's accounts, seen from above. */
export class BoardService {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly gates: GateKeys,
    private readonly recorder: Pick<UsageRecorder, 'flush'>,
  ) {}

  /**
   * The board of the actor: every migration that is not over, with how all of their accounts stand to it.
   *
   * @throws GracelineError FORBIDDEN for whoever is no administrator, TOO_LARGE with more than 20,000 accounts
   */
  async board(actor: Actor): Promise<BoardView> {
    const administratorId = requireAdministrator(actor);
    const now = this.clock.now();
    await this.recorder.flush();
    const { timeZone, accounts } = (await findBoardOwner(this.db, administratorId)) ?? { timeZone: 'UTC', accounts: 0 };
    if (accounts > MAX_ACCOUNTS)
      throw new GracelineError(
        'TOO_LARGE',
        `You administer ${accounts} accounts, and a board shows at most ${MAX_ACCOUNTS}. Go through "accounts" with their "migrations" instead.`,
      );
    const rows = await readBoard(this.db, administratorId, now, this.readiness(now));
    return {
      accounts,
      timeZone,
      migrations: rows.map(boardMigration).toSorted(bySoonest),
      deadlines: rows.flatMap((row) => deadlinesOf(row, timeZone)).toSorted((one, other) => one.at.getTime() - other.at.getTime()),
    };
  }

  /**
   * A page of the actor's accounts with one migration: those first that can go ahead, by id. One that becomes ready meanwhile
   * moves to the front and is missing on later pages.
   *
   * @param openOnly only those that have something to do now
   * @throws GracelineError FORBIDDEN, INVALID_INPUT, INVALID_CURSOR
   */
  async accounts(actor: Actor, migrationId: string, openOnly: boolean, { first, after }: PageRequest): Promise<Page<BoardAccount>> {
    const administratorId = requireAdministrator(actor);
    const limit = pageSize(first);
    const now = this.clock.now();
    const usesSince = firstOfDays(now, SHOWN_DAYS);
    const rows = await listBoardAccounts(this.db, administratorId, migrationId, now, this.readiness(now), {
      openOnly,
      usesSince,
      after: placeAfter(after),
      limit: limit + 1,
    });
    return pageOf(
      rows,
      limit,
      (account) => {
        const { rank, accountId } = placeOf(account);
        return [rank, accountId];
      },
      (account) => account,
    );
  }

  private readiness(now: Date): Readiness {
    return { gates: this.gates, usedSince: dayBefore(now, RECENT_DAYS), safeUpTo: dayBefore(now, SAFE_AFTER_DAYS) };
  }
}

/** An ISO date in UTC. */
function dayBefore(now: Date, days: number): string {
  return daysBefore(now, days).toISOString().slice(0, 10);
}

function placeAfter(cursor: string | null): BoardPlace | null {
  const key = cursorKey(cursor, ['number', 'string']) as [number, string] | null;
  return key && { rank: key[0], accountId: key[1] };
}

function requireAdministrator(actor: Actor): string {
  if (actor.role === 'ADMINISTRATOR' && actor.administratorId !== null) return actor.administratorId;
  throw new GracelineError(
    'FORBIDDEN',
    'A board belongs to an administrator. Use the token of one; operators look at "migrationAccounts".',
  );
}

function boardMigration({ deadlines, ...row }: BoardRow): BoardMigration {
  return { ...row, nextDeadline: deadlines[0] ? new Date(deadlines[0].at) : null };
}

/** What is over for all of them, or has no day yet, comes last. */
function bySoonest(one: BoardMigration, other: BoardMigration): number {
  return (
    (one.nextDeadline?.getTime() ?? Infinity) - (other.nextDeadline?.getTime() ?? Infinity) ||
    (one.migrationId < other.migrationId ? 1 : -1)
  );
}

function deadlinesOf({ migrationId, deadlines }: BoardRow, timeZone: string): BoardDeadline[] {
  return deadlines.map(({ at, accounts }) => ({ migrationId, day: dayIn(new Date(at), timeZone), at: new Date(at), accounts }));
}
