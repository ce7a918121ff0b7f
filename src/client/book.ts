import { setImmediate } from 'node:timers/promises';
import { decodeContent } from '../flags/snapshot.rules.ts';
import { BookFlag } from './book-flag.ts';

/** How many ids are entered before whatever else waits in the process has its turn. */
const ENTERED_AT_ONCE = 10_000;
/** Room for new accounts before anything must grow. */
const ROOM = 1_024;

/** An account in full, as a subscription tells of it. */
export interface AccountChange {
  readonly id: string;
  readonly createdAt: string;
  readonly notAffectedBy: readonly string[];
  readonly decisions: readonly {
    readonly migration: string;
    readonly optedIn: boolean;
    readonly optedOut: boolean;
    readonly extendedUntil: string | null;
    readonly exemptUntil: string | null;
  }[];
}

/** All that one snapshot said, and what came since. Knows no clock and no network. */
export class Book {
  /** By key, newest first. */
  readonly flags = new Map<string, BookFlag>();
  /** Of accounts that are noted, by id. */
  readonly places = new Map<string, number>();
  /** Whether an id without a place does not exist. */
  readonly everyAccount: boolean;
  private eras: Uint16Array;
  private readonly starts: readonly number[];
  /** What was answered at the last turn holds in this half-open range; in ms of the epoch. */
  private from = Infinity;
  private until = -Infinity;

  private constructor({ everyAccount, starts, eras, flags }: ReturnType<typeof decodeContent>) {
    this.everyAccount = everyAccount;
    this.starts = starts;
    this.eras = eras;
    for (const flag of flags) this.flags.set(flag.key, new BookFlag(flag, starts));
  }

  /**
   * Reads a snapshot, in pieces that stop nobody else for long.
   *
   * @param bytes as `encodeContent` wrote them
   * @throws Error where that cannot be
   */
  static async read(bytes: Uint8Array): Promise<Book> {
    const content = decodeContent(bytes, ROOM);
    const book = new Book(content);
    if (content.noted === 0) return book;
    let at = 0;
    for (let place = 0; place < content.noted; place++) {
      const end = content.ids.indexOf('\n', at);
      book.places.set(content.ids.slice(at, end < 0 ? undefined : end), place);
      at = end + 1;
      if (place % ENTERED_AT_ONCE === ENTERED_AT_ONCE - 1) await setImmediate();
    }
    return book;
  }

  /** Whether what was answered at another instant holds at this one. */
  holds(now: number): boolean {
    return now >= this.from && now < this.until;
  }

  /** How far the next date lies from an instant within what {@link holds}, or the last one; in ms. */
  distance(now: number): number {
    return Math.min(this.until - now, now - this.from);
  }

  /**
   * Answers as of an instant from now on.
   *
   * @returns keys of migrations that most accounts are answered otherwise about than before
   */
  turn(now: number): string[] {
    const dates = [...this.flags.values()].flatMap((flag) => flag.dates);
    this.from = Math.max(-Infinity, ...dates.filter((date) => date <= now));
    this.until = Math.min(Infinity, ...dates.filter((date) => date > now));
    return [...this.flags].flatMap(([key, flag]) => (flag.turn(now) ? [key] : []));
  }

  /** How many of the starts of grace periods an account at a place was there before or at. */
  eraAt(place: number): number {
    return this.eras[place]!;
  }

  /**
   * Enters what is told of an account, in place of all that was known of it.
   *
   * @returns keys of the migrations for which that changes something
   */
  enter({ id, createdAt, notAffectedBy, decisions }: AccountChange): string[] {
    const created = Date.parse(createdAt);
    const era = this.starts.filter((start) => start <= created).length;
    const notes = [...this.flags].map(([key, flag]) => {
      const decision = decisions.find(({ migration }) => migration === key);
      return {
        key,
        flag,
        noted: {
          optedIn: decision?.optedIn ?? false,
          optedOut: decision?.optedOut ?? false,
          affected: flag.shown.live ? !notAffectedBy.includes(key) : flag.shown.affectsByDefault,
          extendedUntil: instant(decision?.extendedUntil),
          exemptUntil: instant(decision?.exemptUntil),
        },
      };
    });
    const isPlain = era === 0 && decisions.length === 0 && notes.every(({ flag, noted }) => noted.affected === flag.shown.affectsByDefault);
    const known = this.places.get(id);
    if (known === undefined && isPlain && !this.everyAccount) return [];
    const place = known ?? this.add(id);
    const moved = this.eras[place] !== era || known === undefined;
    this.eras[place] = era;
    return notes.flatMap(({ key, flag, noted }) => (flag.note(place, noted, this.eras.length) || moved ? [key] : []));
  }

  private add(id: string): number {
    const place = this.places.size;
    if (place >= this.eras.length) {
      const grown = new Uint16Array(2 * place + ROOM);
      grown.set(this.eras);
      this.eras = grown;
    }
    this.places.set(id, place);
    return place;
  }
}

function instant(text: string | null | undefined): Date | null {
  return text == null ? null : new Date(text);
}
