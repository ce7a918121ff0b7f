import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import { namesAny } from '../accounts/visibility.ts';
import type { Actor } from '../auth/actor.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { GracelineError } from '../errors.ts';
import type { Commits } from '../events/follower.ts';
import { endOfLog, type EventCursor, type EventType, isAfter, type LoggedEvent } from '../events/log.ts';
import { tagOf } from '../http/entity-tag.ts';
import { isAffected } from '../rollouts/effective-state.rules.ts';
import { findFlagAccounts, findFlags } from './flags.repository.ts';
import type { Flag, FlagAccount } from './flags.rules.ts';
import { requireReader } from './flags.service.ts';
import { OUTDATED_BY } from './outdated.ts';
import { findAccountIds, readSnapshot } from './snapshot.repository.ts';
import { encodeContent } from './snapshot.rules.ts';

/** What is less old than so many times what it took to make is new enough for whoever follows what came since. */
const WORTH = 10;
/** Where a reader says how new it must be: the one under way, if that began too early, and one after it. */
const MAX_TRIES = 3;
/** Above this, bits that are nearly random get no smaller. */
const ZSTD_LEVEL = 3;
/** What only says that an instant has passed, which the clock of a client knows. */
const OF_THE_CLOCK: readonly EventType[] = ['GRACE_PERIOD_STARTED', 'DEADLINE_PASSED'];
const compress = promisify(zstdCompress);

/** A snapshot as it is sent. */
export interface PackedSnapshot {
  /** What came behind this place in the log is not in it, or only partly. */
  readonly cursor: EventCursor;
  /** See `Snapshot.validFrom`. */
  readonly validFrom: number;
  /** Equal for two that say the same. */
  readonly etag: string;
  /** Zstandard. */
  readonly body: Buffer;
  /** How many bytes that is of. */
  readonly size: number;
}

/** What somebody decided for an account about a migration. */
export interface ChangedDecision {
  readonly migration: string;
  readonly optedIn: boolean;
  readonly optedOut: boolean;
  readonly extendedUntil: Date | null;
  readonly exemptUntil: Date | null;
}

/** An account as it is now, in full: whoever has an older picture of it replaces that. */
export interface ChangedAccount {
  readonly id: string;
  readonly createdAt: Date;
  /** Keys of live migrations that do not touch it. */
  readonly notAffectedBy: readonly string[];
  /** Those of live migrations. */
  readonly decisions: readonly ChangedDecision[];
}

/** What one event changes for whoever keeps a snapshot. */
export interface FlagsChange {
  readonly cursor: EventCursor;
  /** Null where more has changed than can be told: a snapshot made after this event has it. */
  readonly account: ChangedAccount | null;
}

/** What clients in other processes keep of the decisions: one snapshot, and then every change. */
export class SnapshotService {
  private readonly kept = new Map<boolean, Keeper>();

  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    commits: Commits,
  ) {
    for (const everyAccount of [false, true]) this.kept.set(everyAccount, new Keeper(() => this.make(everyAccount), clock, commits));
  }

  /**
   * Lets those pass who may know of every account.
   *
   * @throws GracelineError FORBIDDEN to all but runtimes and partners of all accounts with `flags:read`
   */
  requireReaderOfAll(actor: Actor): void {
    requireReader(actor);
    if (namesAny(actor)) return;
    throw new GracelineError(
      'FORBIDDEN',
      'A snapshot tells of every account. Use the token of a runtime, or of a partner of all accounts; ask for single flags by OFREP otherwise.',
    );
  }

  /**
   * All decisions at once. It may be some seconds old; what came since, {@link changes} tells whoever begins at its cursor.
   *
   * @param everyAccount whether accounts that differ in nothing are named too
   * @param after a place in the log it must not lie before; null for any
   * @throws GracelineError FORBIDDEN, INVALID_CURSOR, or CURSOR_EXPIRED where the log has not come to that place
   */
  async snapshot(actor: Actor, everyAccount: boolean, after: EventCursor | null): Promise<PackedSnapshot> {
    this.requireReaderOfAll(actor);
    if (after !== null) await this.requireReached(after);
    return this.kept.get(everyAccount)!.read(after);
  }

  /** Whether an event may change anything. Called for each, so it does no I/O. */
  matches({ type }: LoggedEvent): boolean {
    return changesFlags(type) && !OF_THE_CLOCK.includes(type);
  }

  /**
   * What some events change, read as it is now.
   *
   * @returns in the order of the events; null where nothing does
   */
  async changes(events: readonly LoggedEvent[]): Promise<(FlagsChange | null)[]> {
    const flags = await findFlags(this.db);
    const published = new Set(flags.map(({ migrationId }) => migrationId));
    const numbers = events.flatMap(({ type, accountNumber }) => (OUTDATED_BY[type] === 'ACCOUNT' ? (accountNumber ?? []) : []));
    const ids = await findAccountIds(this.db, [...new Set(numbers)]);
    const accounts = await findFlagAccounts(this.db, [...ids.values()]);
    return events.map(({ cursor, type, accountNumber, migrationId }) => {
      const account = accounts.get(ids.get(accountNumber ?? -1) ?? '');
      if (OUTDATED_BY[type] === 'ACCOUNT' && account) return { cursor, account: changedAccount(account, flags) };
      // What is only drafted is no flag yet.
      return migrationId === null || published.has(migrationId) ? { cursor, account: null } : null;
    });
  }

  /** No snapshot would be new enough for a place ahead of the log, as after restoring a dump, and each is dear to make. */
  private async requireReached(after: EventCursor): Promise<void> {
    if (!isAfter(after, await endOfLog(this.db))) return;
    throw new GracelineError('CURSOR_EXPIRED', 'The log has not come to the place that "after" names. Ask for a snapshot without "after".');
  }

  private async make(everyAccount: boolean): Promise<PackedSnapshot> {
    const { cursor, validFrom, ...content } = await this.db.transaction(async (tx) => {
      await tx.query('set transaction isolation level repeatable read, read only');
      return readSnapshot(tx, this.clock.now(), everyAccount);
    });
    const bytes = encodeContent(content);
    const body = await compress(bytes, { params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL } });
    return { cursor, validFrom, etag: tagOf(bytes), body, size: bytes.length };
  }
}

/** One kind of snapshot, made when somebody asks and something has changed. */
class Keeper {
  private kept: { readonly snapshot: PackedSnapshot; readonly begunAt: number; readonly tookMs: number } | null = null;
  private making: Promise<PackedSnapshot> | null = null;
  private changed = false;

  constructor(
    private readonly make: () => Promise<PackedSnapshot>,
    private readonly clock: Clock,
    private readonly commits: Commits,
  ) {
    commits.onCommits((told) => {
      this.changed ||= told === 'ANYTHING' || told.some(({ type }) => changesFlags(type));
    });
  }

  async read(after: EventCursor | null): Promise<PackedSnapshot> {
    const isEnough = (snapshot: PackedSnapshot) => after === null || !isAfter(after, snapshot.cursor);
    if (this.kept && isEnough(this.kept.snapshot) && this.isFresh(this.kept)) return this.kept.snapshot;
    let snapshot = await this.shared();
    for (let tries = 1; tries < MAX_TRIES && !isEnough(snapshot); tries++) snapshot = await this.shared();
    return snapshot;
  }

  private isFresh({ snapshot, begunAt, tookMs }: NonNullable<Keeper['kept']>): boolean {
    if (this.clock.now().getTime() < snapshot.validFrom) return false;
    return (!this.changed && this.commits.isCurrent()) || performance.now() - begunAt < WORTH * tookMs;
  }

  /** What is asked while one is made is answered with that. */
  private shared(): Promise<PackedSnapshot> {
    this.making ??= this.remake().finally(() => (this.making = null));
    return this.making;
  }

  private async remake(): Promise<PackedSnapshot> {
    const begunAt = performance.now();
    this.changed = false;
    try {
      const snapshot = await this.make();
      this.kept = { snapshot, begunAt, tookMs: performance.now() - begunAt };
      return snapshot;
    } catch (error) {
      this.changed = true;
      throw error;
    }
  }
}

function changesFlags(type: EventType): boolean {
  return OUTDATED_BY[type] !== 'NOTHING' && OUTDATED_BY[type] !== 'CALLERS';
}

function changedAccount(account: FlagAccount, flags: readonly Flag[]): ChangedAccount {
  const { id, createdAt, listedIn, decisions } = account;
  const live = flags.filter((flag) => flag.live);
  return {
    id,
    createdAt,
    notAffectedBy: live.flatMap(({ key, migrationId, affects }) =>
      isAffected(affects, { ...account, listed: listedIn.has(migrationId) }) ? [] : [key],
    ),
    decisions: live.flatMap(({ key, migrationId }) => {
      const decision = decisions.get(migrationId);
      if (!decision) return [];
      const { optedInAt, optedOutAt, extendedUntil, exemptUntil } = decision;
      return [{ migration: key, optedIn: optedInAt !== null, optedOut: optedOutAt !== null, extendedUntil, exemptUntil }];
    }),
  };
}
