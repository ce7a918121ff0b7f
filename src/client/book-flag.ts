import {
  type AccountFacts,
  type DecisionFacts,
  type EffectiveState,
  effectiveState,
  type MigrationFacts,
} from '../rollouts/effective-state.rules.ts';
import type { Bits, DecodedContent, SnapshotFlag } from '../flags/snapshot.rules.ts';

/** What is remembered of a kind of accounts. */
const UNKNOWN = -1;
const ON = 1;
/** What can be decided about an account beside dates of its own, as bits. */
const OPTED_IN = 1;
const OPTED_OUT = 2;
const OTHERWISE = 4;
const CODES = 8;
/** That a client knows no instant of: it only matters that there was one. */
const SOME_TIME = new Date(0);
const BEFORE_ALL = new Date(-8_640_000_000_000_000);
const NO_BITS: Bits = new Uint8Array();

/** Dates that one account has of its own. */
interface OwnDates {
  readonly extendedUntil: Date | null;
  readonly exemptUntil: Date | null;
}

/** What is noted of an account about a migration. */
export interface Noted {
  readonly optedIn: boolean;
  readonly optedOut: boolean;
  /** Whether the migration touches it. */
  readonly affected: boolean;
  readonly extendedUntil: Date | null;
  readonly exemptUntil: Date | null;
}

/**
 * One migration in a {@link Book}. Accounts of one kind, with the same decision and created between the same starts of grace
 * periods, share an answer: the rule is asked once for each kind, until one of the migration's dates passes.
 */
export class BookFlag {
  readonly shown: SnapshotFlag;
  /** For accounts that are not noted. */
  plain = false;
  private readonly facts: MigrationFacts;
  private readonly eras: readonly Date[];
  private readonly own = new Map<number, OwnDates>();
  private readonly answers: Int8Array;
  private optedIn: Bits;
  private optedOut: Bits;
  private otherwise: Bits;
  private now = new Date(0);

  /** @param starts of grace periods, ascending */
  constructor(flag: DecodedContent['flags'][number], starts: readonly number[]) {
    const { optedIn, optedOut, otherwise, steered, ...shown } = flag;
    this.shown = shown;
    this.optedIn = optedIn ?? NO_BITS;
    this.optedOut = optedOut ?? NO_BITS;
    this.otherwise = otherwise ?? NO_BITS;
    this.eras = [BEFORE_ALL, ...starts.map((start) => new Date(start))];
    this.answers = new Int8Array(this.eras.length * CODES);
    for (const { place, extendedUntil, exemptUntil } of steered)
      this.own.set(place, { extendedUntil: instant(extendedUntil), exemptUntil: instant(exemptUntil) });
    this.facts = {
      live: shown.live,
      graceStartsAt: instant(shown.graceStartsAt),
      mandatoryAt: instant(shown.mandatoryAt),
      reversible: shown.reversible,
      // Whom it touches was asked where accounts are known in full, and came as a list.
      affects: { platforms: [], builtInEmailOnly: false, attributes: {}, listedOnly: true },
    };
  }

  /** Instants at which an answer may change, those of single accounts apart; in ms of the epoch. */
  get dates(): readonly number[] {
    const { graceStartsAt, mandatoryAt } = this.shown;
    return [graceStartsAt, mandatoryAt].filter((date) => date !== null);
  }

  /**
   * Forgets what held before a date passed, or before a clock was set.
   *
   * @returns whether accounts that are not noted are answered otherwise now
   */
  turn(now: number): boolean {
    this.now = new Date(now);
    this.answers.fill(UNKNOWN);
    const before = this.plain;
    this.plain = this.state(0, 0, this.now).enabled;
    return this.plain !== before;
  }

  /**
   * Whether it is on for a noted account.
   *
   * @param readClock called where the account has dates of its own
   */
  isOn(place: number, era: number, readClock: () => number): boolean {
    if (this.own.size > 0 && this.own.has(place)) return this.stateOf(place, era, new Date(readClock())).enabled;
    const kind = era * CODES + this.codeOf(place);
    const known = this.answers[kind]!;
    return known === UNKNOWN ? this.ask(kind, era) : known === ON;
  }

  /** The whole answer of the rule; `since` is not known here and tells nothing. */
  stateOf(place: number, era: number, now: Date): EffectiveState {
    return this.state(era, this.codeOf(place), now, this.own.get(place));
  }

  /** The same for an account that is not noted. */
  plainState(now: Date): EffectiveState {
    return this.state(0, 0, now);
  }

  /**
   * Notes an account otherwise.
   *
   * @param capacity for how many places there is room
   * @returns whether that changes anything
   */
  note(place: number, { optedIn, optedOut, affected, extendedUntil, exemptUntil }: Noted, capacity: number): boolean {
    const before = this.codeOf(place);
    const dates = this.own.get(place);
    this.optedIn = withBit(this.optedIn, place, optedIn, capacity);
    this.optedOut = withBit(this.optedOut, place, optedOut, capacity);
    this.otherwise = withBit(this.otherwise, place, affected !== this.shown.affectsByDefault, capacity);
    if (extendedUntil || exemptUntil) this.own.set(place, { extendedUntil, exemptUntil });
    else this.own.delete(place);
    const sameDates = same(dates?.extendedUntil, extendedUntil) && same(dates?.exemptUntil, exemptUntil);
    return this.codeOf(place) !== before || !sameDates;
  }

  private codeOf(place: number): number {
    let code = 0;
    // Most sets are empty, or end before a place that was noted later: what lies behind the end of one is not in it.
    if (place >> 3 < this.optedIn.length && (this.optedIn[place >> 3]! >> (place & 7)) & 1) code = OPTED_IN;
    if (place >> 3 < this.optedOut.length && (this.optedOut[place >> 3]! >> (place & 7)) & 1) code |= OPTED_OUT;
    if (place >> 3 < this.otherwise.length && (this.otherwise[place >> 3]! >> (place & 7)) & 1) code |= OTHERWISE;
    return code;
  }

  private ask(kind: number, era: number): boolean {
    const { enabled } = this.state(era, kind % CODES, this.now);
    this.answers[kind] = enabled ? ON : 0;
    return enabled;
  }

  private state(era: number, code: number, now: Date, own?: OwnDates): EffectiveState {
    const account: AccountFacts = {
      createdAt: this.eras[era]!,
      platform: 'CLOUD',
      usesBuiltInEmail: true,
      attributes: {},
      listed: ((code & OTHERWISE) !== 0) !== this.shown.affectsByDefault,
    };
    const decision: DecisionFacts = {
      optedInAt: code & OPTED_IN ? SOME_TIME : null,
      optedOutAt: code & OPTED_OUT ? SOME_TIME : null,
      extendedUntil: own?.extendedUntil ?? null,
      exemptUntil: own?.exemptUntil ?? null,
    };
    return effectiveState(this.facts, account, decision, now);
  }
}

function instant(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}

function same(one: Date | null | undefined, other: Date | null): boolean {
  return (one?.getTime() ?? null) === (other?.getTime() ?? null);
}

/** A set with or without a place, in the same bytes where there is room. */
function withBit(bits: Bits, place: number, on: boolean, capacity: number): Bits {
  const byte = place >> 3;
  if (byte >= bits.length) {
    if (!on) return bits;
    const grown = new Uint8Array((capacity + 7) >> 3);
    grown.set(bits);
    return withBit(grown, place, on, capacity);
  }
  if (on) bits[byte]! |= 1 << (place & 7);
  else bits[byte]! &= ~(1 << (place & 7));
  return bits;
}
