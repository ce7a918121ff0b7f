import { setTimeout as sleep } from 'node:timers/promises';
import type { Actor } from '../auth/actor.ts';
import type { Clock } from '../clock.ts';
import type { Database, Transaction } from '../db/database.ts';
import { purgeInBatches } from '../db/purge-in-batches.ts';
import { newId } from '../ids.ts';
import { placeOfIdempotencyKey } from '../secrets/places.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import {
  deleteKeys,
  endLease,
  findKey,
  forgetKey,
  insertKey,
  keepAnswer,
  type KeptKey,
  type KeyOwner,
  markApplied,
  takeOver,
  type Turn,
} from './idempotency.repository.ts';
import {
  type Answer,
  checkedKey,
  healsByItself,
  keyInProgress,
  keyReused,
  KEPT_MS,
  LEASE_MS,
  nextStep,
  outcomeUnknown,
  WAIT_MS,
} from './idempotency.rules.ts';

/** Between two looks at a call that another process has under way; doubled each time. */
const FIRST_LOOK_MS = 20;
const LONGEST_LOOK_MS = 500;
/** Small enough that one statement holds its locks for milliseconds, and that a stop waits for no more than one. */
const PURGE_BATCH = 5_000;

/** A call that names a key. */
export interface KeyedCall {
  readonly actor: Actor;
  readonly key: string;
  /** Equal for equal calls, and only for these. */
  readonly request: string;
  /** Whether it does things that no transaction holds: then it is never begun twice. */
  readonly beyondTransactions: boolean;
}

/** What is sealed of a call. */
interface Kept {
  readonly request: string;
  /** Left out until it is there. */
  readonly answer?: Answer;
}

/** Lets each keyed call take effect once, however often and in however many processes it is made. */
export class IdempotencyService {
  /** Calls that this process has under way: those that wait for them look at no table. */
  private readonly underWay = new Map<string, Promise<void>>();

  /** @param waitMs how long a call waits for an earlier one with its key */
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly secrets: SecretBox,
    private readonly waitMs = WAIT_MS,
  ) {}

  /**
   * Answers a call: by doing it, or as it was answered before. A call whose process died is done by the next one with its
   * key, once its lease has ended and where nothing of it was committed: each of its transactions notes the key as it
   * commits, and none commits once another process has taken over.
   *
   * @param run does it. Its expected failures are answers; what it throws is a defect, is not kept, and may be tried again
   *   where nothing was committed
   * @throws GracelineError INVALID_INPUT, IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_IN_PROGRESS, IDEMPOTENCY_OUTCOME_UNKNOWN;
   *   INVALID_SETTINGS where nothing can be sealed
   */
  async once(call: KeyedCall, run: () => Promise<Answer>): Promise<Answer> {
    const { role, subject, tokenId } = call.actor;
    const key = checkedKey(call.key);
    const owner = tokenId === null ? { kind: role, id: subject, key } : { kind: 'TOKEN', id: tokenId, key };
    const name = JSON.stringify([owner.kind, owner.id, key]);
    const giveUpAt = performance.now() + this.waitMs;
    for (let lookMs = FIRST_LOOK_MS; ; lookMs = Math.min(2 * lookMs, LONGEST_LOOK_MS)) {
      const earlier = this.underWay.get(name);
      const found = earlier ? null : await this.turnOrAnswer(owner, call);
      if (found) return 'data' in found ? found : this.take(name, found, call, run);
      const leftMs = giveUpAt - performance.now();
      if (leftMs <= 0) throw keyInProgress();
      await (earlier ? within(leftMs, earlier) : sleep(Math.min(lookMs, leftMs)));
    }
  }

  /**
   * Forgets keys that are older than they are kept. Safe in several processes at once.
   *
   * @param signal stops it after the batch under way
   * @returns how many
   */
  purge(signal?: AbortSignal): Promise<number> {
    // A call that began just before its key expires is still under way: its lease is over as well before it goes.
    const before = new Date(this.clock.now().getTime() - KEPT_MS - LEASE_MS);
    return purgeInBatches(PURGE_BATCH, (limit) => deleteKeys(this.db, before, limit), signal);
  }

  /** A turn where the call is to be done, its answer where it was, null where it is under way. */
  private async turnOrAnswer(owner: KeyOwner, call: KeyedCall): Promise<Turn | Answer | null> {
    const now = this.clock.now();
    const fresh = this.freshKey(call, now);
    if (await insertKey(this.db, owner, fresh)) return fresh;
    const found = await findKey(this.db, owner);
    if (!found) return null;
    const step = nextStep(found, now);
    if (step === 'FORGET') {
      await forgetKey(this.db, found);
      return null;
    }
    const { request, answer } = JSON.parse(this.secrets.open(found.sealed, placeOfIdempotencyKey(found.id))) as Kept;
    if (request !== call.request) throw keyReused();
    if (step === 'REPLAY') return answer!;
    if (step === 'TELL_UNKNOWN') throw outcomeUnknown();
    const { claim, leaseUntil } = fresh;
    return step === 'TAKE_OVER' && (await takeOver(this.db, found, claim, leaseUntil)) ? { id: found.id, claim } : null;
  }

  private freshKey({ request, beyondTransactions }: KeyedCall, now: Date): KeptKey {
    const id = newId();
    return {
      id,
      claim: newId(),
      state: beyondTransactions ? 'APPLIED' : 'CLAIMED',
      sealed: this.sealed(id, { request }),
      createdAt: now,
      leaseUntil: new Date(now.getTime() + LEASE_MS),
    };
  }

  /** Does the call, and keeps its answer. */
  private async take(name: string, turn: Turn, { request }: KeyedCall, run: () => Promise<Answer>): Promise<Answer> {
    const done = Promise.withResolvers<void>();
    this.underWay.set(name, done.promise);
    let ended = false;
    let committing = false;
    try {
      const answer = await this.db.following(async (tx: Transaction) => {
        // Something that the call left behind and that goes on by itself is no part of it.
        if (ended) return;
        committing = true;
        if (!(await markApplied(tx, turn))) throw keyInProgress();
      }, run);
      if (healsByItself(answer) && !committing) await forgetKey(this.db, turn);
      else await keepAnswer(this.db, turn, this.sealed(turn.id, { request, answer }));
      return answer;
    } catch (error) {
      // Where the database cannot be reached, the lease ends by itself; what went wrong before is what counts.
      await endLease(this.db, turn, this.clock.now()).catch(() => undefined);
      throw error;
    } finally {
      ended = true;
      this.underWay.delete(name);
      done.resolve();
    }
  }

  private sealed(id: string, kept: Kept): string {
    return this.secrets.seal(JSON.stringify(kept), placeOfIdempotencyKey(id));
  }
}

async function within(ms: number, wanted: Promise<void>): Promise<void> {
  const stop = new AbortController();
  await Promise.race([wanted, sleep(ms, undefined, { signal: stop.signal }).catch(() => undefined)]);
  stop.abort();
}
