import type { Logger } from 'pino';
import type { Queryable } from '../db/database.ts';
import { endOfLog, type EventType, parseCursor } from './log.ts';
import type { Wake } from './wake.ts';

/** What is committed is told of so soon where the wake of it was lost. */
const LOOK_EVERY_MS = 1_000;
/** Of a look that takes longer than this, or fails, {@link CommitWatch.isCurrent} says so. */
const CURRENT_FOR_MS = 2_000;
/** More than this in one look and everything is told to be new: to forget all is cheaper than to read on. */
const MAX_COMMITS = 2_000;

/** That something was committed. */
export interface Commit {
  readonly type: EventType;
  /** The platform's id of the account it concerns; null where it concerns none, or many. */
  readonly accountId: string | null;
}

interface CommitRow {
  horizon: string;
  type: EventType | null;
  account_id: string | null;
}

/**
 * A look behind the horizon as well: memories must drop what a commit has changed although an older transaction is still
 * open, and to be told twice does them no harm. What is behind it is read again until nothing older can appear.
 */
const COMMITS = `
  with snapshot as (select pg_snapshot_xmin(pg_current_snapshot()) as horizon)
  select s.horizon::text, e.type, a.id as account_id
    from snapshot s
    left join lateral (select * from event where (xid, id) > ($1::xid8, 0::bigint) order by xid, id limit $2) e on true
    left join account a on a.number = e.account_number`;

/**
 * Tells what this process remembers of the database that something of it has changed, as soon as that is committed: within
 * milliseconds of the wake, within a second where that was lost. Unlike the follower it keeps no order, tells some commits
 * twice, and waits for no transaction that is open.
 */
export class CommitWatch {
  private readonly listeners = new Set<(commits: readonly Commit[] | 'ANYTHING') => void>();
  private horizon: string | undefined;
  private poll: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private again = false;
  private closed = false;
  /** When the last look began that was done and told; of the process, in ms. */
  private currentAt = -Infinity;
  private stopListening: () => void = () => undefined;

  constructor(
    private readonly db: Queryable,
    private readonly wake: Pick<Wake, 'onWake'>,
    private readonly log: Logger,
  ) {}

  /** Begins with what is committed from now on. */
  async start(): Promise<void> {
    this.horizon = parseCursor(await endOfLog(this.db)).xid;
    this.stopListening = this.wake.onWake(() => this.look());
    this.poll = setInterval(() => this.look(), LOOK_EVERY_MS);
    this.look();
  }

  /**
   * Whether all that was committed up to two seconds ago has been told. Where not, e.g. because the database is slow, what
   * is remembered may be older than anybody promised.
   */
  isCurrent(): boolean {
    return performance.now() - this.currentAt <= CURRENT_FOR_MS;
  }

  /**
   * Calls `listener` with what was committed; with `ANYTHING` where that was too much to be told one by one.
   *
   * @param listener must not throw
   */
  onCommits(listener: (commits: readonly Commit[] | 'ANYTHING') => void): void {
    this.listeners.add(listener);
  }

  /** Stops; resolves once the look under way is done. */
  async close(): Promise<void> {
    this.closed = true;
    this.stopListening();
    clearInterval(this.poll);
    await this.looking;
  }

  private look(): void {
    if (this.closed) return;
    if (this.looking) {
      // A wake during a look may tell of a commit the look's snapshot did not have.
      this.again = true;
      return;
    }
    this.again = false;
    this.looking = this.tell()
      .catch((error: unknown) => this.log.warn({ err: error }, 'could not look for commits; answering from the database until it works'))
      .finally(() => {
        this.looking = undefined;
        if (this.again) this.look();
      });
  }

  private async tell(): Promise<void> {
    const began = performance.now();
    const rows = await this.db.queryPrepared<CommitRow>('commits_since', COMMITS, [this.horizon, MAX_COMMITS]);
    const commits = rows.flatMap(({ type, account_id: accountId }) => (type === null ? [] : [{ type, accountId }]));
    const told = commits.length < MAX_COMMITS ? commits : 'ANYTHING';
    if (told === 'ANYTHING' || told.length > 0) for (const listener of this.listeners) listener(told);
    this.horizon = rows[0]!.horizon;
    this.currentAt = began;
  }
}
