/**
 * Whether a migration is on for an account, answered within the process that asks: `graceline/client`.
 *
 * The decisions come from the API, the answer from the same rule as there and the clock of this machine. So an answer costs
 * less than a microsecond and no request, and a deadline passes to the millisecond, connected or not.
 */
import { EventEmitter } from 'node:events';
import type { EffectiveState, Reason } from '../rollouts/effective-state.rules.ts';
import type { AccountChange, Book } from './book.ts';
import type { BookFlag } from './book-flag.ts';
import { Connection } from './connection.ts';
import { type ClientOptions, fullOptions, type FullOptions, NoAnswerError } from './options.ts';

export { NoAnswerError, type ClientOptions } from './options.ts';
export type { Reason } from '../rollouts/effective-state.rules.ts';

/** How often the clock is looked at, and whether the server is still there. */
const LOOK_EVERY_MS = 250;
/** So many answers are given between two looks at the clock, which costs as much as an answer, while no date is near. */
const ANSWERS_A_LOOK = 255;
/** So near to a date the clock is looked at for each answer. Far above {@link LOOK_EVERY_MS}: a process may hang for a while. */
const NEAR_MS = 60_000;
/** Where the clock is still behind after a snapshot was made for it, that is told, and another asked for, so often. */
const BEHIND_EVERY_MS = 60_000;
/** The longest a timer of Node takes. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** LOADING until the first snapshot has come. STALE while cut off for longer than the options say. CLOSED at last. */
export type ClientStatus = 'LOADING' | 'READY' | 'STALE' | 'CLOSED';

/** What a client tells, with its arguments. */
export interface ClientEvents {
  /** It answers; after it was stale, again with what is current. */
  ready: [];
  /** It is cut off from the server. */
  stale: [];
  /** Answers have changed, by what somebody did or by a date that passed: keys of the migrations. */
  changed: [migrations: readonly string[]];
  /** Something did not work. It is tried again by itself; this is for the log. */
  problem: [error: Error];
}

/** An answer with its reason. */
export interface ClientEvaluation {
  readonly enabled: boolean;
  /**
   * Why, in our words; null where the options gave the answer. A day after its deadline a migration is `MANDATORY` for all, whatever
   * they had decided.
   */
  readonly reason: Reason | null;
  /** Why there was nothing to evaluate; null where there was. */
  readonly noAnswer: Pick<NoAnswerError, 'code' | 'message'> | null;
  /** When it becomes or became mandatory for the account; null while unknown. */
  readonly deadline: Date | null;
  /** As people read it; null where there is no such migration. */
  readonly gracePeriodStart: string | null;
  readonly guideUrl: string | null;
}

/** See the top of this file. Make one for a process, and {@link GracelineClient.close} it at the end. */
export class GracelineClient extends EventEmitter<ClientEvents> {
  private readonly options: FullOptions;
  private readonly connection: Connection;
  private readonly looking: NodeJS.Timeout;
  private readonly firstBook = Promise.withResolvers<void>();
  private book: Book | null = null;
  /** What is answered from: nothing while there is no book that may be. */
  private flags: ReadonlyMap<string, BookFlag> = new Map();
  private places: ReadonlyMap<string, number> = new Map();
  /** Answers until the next look at the clock. */
  private left = ANSWERS_A_LOOK;
  private validFrom = -Infinity;
  private behind = false;
  private behindAt = -Infinity;
  private present: ClientStatus = 'LOADING';

  /**
   * Begins to load. Nothing is thrown later for a server that cannot be reached: it is tried until there is one.
   *
   * @throws TypeError for an option that cannot be, with what it takes
   */
  constructor(options: ClientOptions) {
    super();
    this.options = fullOptions(options);
    this.firstBook.promise.catch(() => undefined);
    this.connection = new Connection(this.options, {
      replace: (book) => this.replace(book),
      validFrom: (instant) => (this.validFrom = instant),
      enter: (account) => this.enter(account),
      problem: (error) => this.emit('problem', error),
    });
    this.looking = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  /** See {@link ClientStatus}. */
  get status(): ClientStatus {
    return this.present;
  }

  /**
   * Resolves once it answers by what the server has decided. Until then the process goes on, even with nothing else to do.
   *
   * @param timeoutMs how long to wait; for ever unless given
   * @throws Error where that takes longer, or it is closed before
   */
  async ready(timeoutMs?: number): Promise<void> {
    const { promise } = this.firstBook;
    if (timeoutMs === undefined) {
      // What tries to reach the server keeps no process, and one that waits for nothing else would end.
      const keeping = setInterval(() => undefined, LONGEST_TIMER_MS);
      return promise.finally(() => clearInterval(keeping));
    }
    const late = Promise.withResolvers<never>();
    const error = new Error(`There was no snapshot within ${timeoutMs} ms. Listen to "problem" for why; it is tried on.`);
    const timer = setTimeout(() => late.reject(error), timeoutMs);
    return Promise.race([promise, late.promise]).finally(() => clearTimeout(timer));
  }

  /**
   * Whether a migration is on for an account now.
   *
   * @param migration its key
   * @param account the platform's id of it
   * @throws NoAnswerError where the options say so
   */
  isEnabled(migration: string, account: string): boolean {
    if (--this.left < 0) this.look();
    const flag = this.flags.get(migration);
    if (flag === undefined) return answerOf(this.withoutFlag(migration));
    const place = this.places.get(account);
    if (place === undefined) return this.book!.everyAccount ? answerOf(this.withoutAccount(account)) : flag.plain;
    return flag.isOn(place, this.book!.eraAt(place), this.options.now);
  }

  /** The same with its reason, for a microsecond more. Throws nothing: `noAnswer` says why there is none. */
  evaluate(migration: string, account: string): ClientEvaluation {
    const flag = this.flags.get(migration);
    if (flag === undefined) return unanswered(this.withoutFlag(migration));
    const place = this.places.get(account);
    const now = new Date(this.options.now());
    if (place !== undefined) return evaluationOf(flag, flag.stateOf(place, this.book!.eraAt(place), now));
    return this.book!.everyAccount ? unanswered(this.withoutAccount(account)) : evaluationOf(flag, flag.plainState(now));
  }

  /** Ends it; from now on it answers as before its first snapshot. */
  async close(): Promise<void> {
    clearInterval(this.looking);
    this.present = 'CLOSED';
    this.serve(null);
    this.firstBook.reject(new Error('The client was closed before there was a snapshot.'));
    await this.connection.close();
  }

  private replace(book: Book): void {
    // One may have been under way as it was closed.
    if (this.present === 'CLOSED') return;
    this.book = book;
    book.turn(this.options.now());
    this.look();
    this.firstBook.resolve();
    this.emit('changed', [...book.flags.keys()]);
  }

  private enter(account: AccountChange): void {
    const migrations = this.book?.enter(account) ?? [];
    if (migrations.length > 0) this.emit('changed', migrations);
  }

  /** Looks at the clock, and at how things stand with the server. */
  private look(): void {
    const { book } = this;
    if (!book || this.present === 'CLOSED') return;
    const now = this.options.now();
    const passed = book.holds(now) ? [] : book.turn(now);
    this.left = book.distance(now) < NEAR_MS ? 0 : ANSWERS_A_LOOK;
    if (now < this.validFrom) this.fallBehind();
    else this.behind = false;
    this.become(this.connection.cutOffForMs > this.options.staleAfterMs ? 'STALE' : 'READY');
    if (passed.length > 0) this.emit('changed', passed);
  }

  private become(status: 'READY' | 'STALE'): void {
    const { book, options } = this;
    this.serve(status === 'STALE' && options.stale !== 'KEEP' ? null : book);
    if (status === this.present) return;
    this.present = status;
    this.emit(status === 'READY' ? 'ready' : 'stale');
  }

  private serve(book: Book | null): void {
    this.flags = book?.flags ?? new Map();
    this.places = book?.places ?? new Map();
  }

  private fallBehind(): void {
    if (this.behind && performance.now() - this.behindAt < BEHIND_EVERY_MS) return;
    if (this.behind) this.emit('problem', new Error('The clock of this machine is more than a day behind the server. Set it right.'));
    this.behind = true;
    this.behindAt = performance.now();
    this.connection.renew();
  }

  private withoutFlag(migration: string): NoAnswer {
    const { notReady, stale, unknownMigration } = this.options;
    if (this.present === 'LOADING' || this.present === 'CLOSED')
      return { answer: notReady, code: 'NOT_READY', message: 'There is no snapshot of the decisions yet. Await ready() before you ask.' };
    if (this.present === 'STALE' && stale !== 'KEEP') {
      const message = 'The client is cut off from the server. Listen to "problem" for why; it is tried on.';
      return { answer: stale, code: 'STALE', message };
    }
    const message = `There is no migration "${migration}" that was announced. Check its key.`;
    return { answer: unknownMigration, code: 'UNKNOWN_MIGRATION', message };
  }

  private withoutAccount(account: string): NoAnswer {
    const { unknownAccount } = this.options;
    // Where most accounts are the answer, not every one is asked for, and nobody comes here.
    return {
      answer: unknownAccount as boolean | 'THROW',
      code: 'UNKNOWN_ACCOUNT',
      message: `There is no account "${account}". Check its id.`,
    };
  }
}

/** What the options say where there is nothing to evaluate. */
interface NoAnswer {
  readonly answer: boolean | 'THROW';
  readonly code: NoAnswerError['code'];
  readonly message: string;
}

function answerOf({ answer, code, message }: NoAnswer): boolean {
  if (answer === 'THROW') throw new NoAnswerError(code, message);
  return answer;
}

function unanswered({ answer, code, message }: NoAnswer): ClientEvaluation {
  return {
    enabled: answer === true,
    reason: null,
    noAnswer: { code, message },
    deadline: null,
    gracePeriodStart: null,
    guideUrl: null,
  };
}

function evaluationOf({ shown }: BookFlag, { enabled, reason, deadline }: EffectiveState): ClientEvaluation {
  return { enabled, reason, noAnswer: null, deadline, gracePeriodStart: shown.gracePeriodStart, guideUrl: shown.guideUrl };
}
