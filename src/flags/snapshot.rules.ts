/**
 * How decisions travel to the clients in other processes: what a snapshot holds, and how that is bytes. It is written here and
 * read here, so that both sides are one file.
 *
 * Accounts that differ from the rest are *noted*: by id, in the order of their creation, and from there on by their place in
 * that order. All others are alike: they were there before every grace period, decided nothing, and are affected as most are.
 */

/** A set of places, in ascending order. */
export type Places = Uint32Array;

/** An extension or exemption that an account has of its own. */
export interface Steered {
  readonly place: number;
  /** In ms of the epoch; null where there is none. */
  readonly extendedUntil: number | null;
  readonly exemptUntil: number | null;
}

/** A migration people were told of. Instants are in ms of the epoch, null while their day is unknown. */
export interface SnapshotFlag {
  readonly key: string;
  readonly live: boolean;
  readonly graceStartsAt: number | null;
  readonly mandatoryAt: number | null;
  readonly reversible: boolean;
  /** As people read it. */
  readonly gracePeriodStart: string;
  readonly guideUrl: string | null;
  /** Whether it touches accounts that are not noted. */
  readonly affectsByDefault: boolean;
}

/** A migration with what was decided about it. */
export interface DecidedFlag extends SnapshotFlag {
  readonly optedIn: Places;
  /** Opted out at some time, whether or not it is in again. */
  readonly optedOut: Places;
  /** Those it touches although it does not by default, or the other way round. */
  readonly otherwise: Places;
  readonly steered: readonly Steered[];
}

/** Everything a client needs to know. */
export interface Snapshot {
  /** The event of the log up to which it is complete. */
  readonly cursor: string;
  /** From this instant on it holds; see {@link SETTLED_AFTER_MS}. In ms of the epoch. */
  readonly validFrom: number;
  /** Whether every account is noted, so that an id which is missing does not exist. */
  readonly everyAccount: boolean;
  /** Starts of grace periods, ascending, each once; in ms of the epoch. */
  readonly starts: readonly number[];
  readonly ids: readonly string[];
  /** Of each noted account, how many of the {@link starts} lie at its creation or before. */
  readonly eras: Uint16Array;
  /** Newest first. */
  readonly flags: readonly DecidedFlag[];
}

/** Bytes that do not depend on the cursor, and so are equal where the same holds. */
export type SnapshotContent = Omit<Snapshot, 'cursor' | 'validFrom'>;

/**
 * So long after its deadline a migration is on for all who have nothing of their own, and their decisions no longer travel. A
 * clock that is further behind that of the server cannot use the snapshot.
 */
export const SETTLED_AFTER_MS = 24 * 60 * 60 * 1_000;

/** The first bytes: another format has others. */
const MAGIC = 'GLS1';
/** A set is written as the gaps between its places where it holds less than one in so many: shorter than a bit for each. */
const GAPS_BELOW = 100;
const SETS = ['optedIn', 'optedOut', 'otherwise'] as const;
type SetName = (typeof SETS)[number];

/** A set within the header: bits for all places, or gaps between those in it; null where it is empty. */
type SetPart = readonly ['BITS' | 'GAPS', number] | null;

interface HeaderFlag extends SnapshotFlag {
  readonly sets: Readonly<Record<SetName, SetPart>>;
  readonly steered: readonly (readonly [number, number | null, number | null])[];
}

interface Header {
  readonly everyAccount: boolean;
  readonly starts: readonly number[];
  readonly noted: number;
  readonly idBytes: number;
  readonly flags: readonly HeaderFlag[];
}

/** Writes what a snapshot holds. Compressing it is the caller's. */
export function encodeContent({ everyAccount, starts, ids, eras, flags }: SnapshotContent): Uint8Array {
  const utf8 = new TextEncoder();
  const names = utf8.encode(ids.join('\n'));
  const parts: Uint8Array[] = [names, new Uint8Array(eras.buffer, eras.byteOffset, eras.byteLength)];
  const part = (places: Places): SetPart => {
    if (places.length === 0) return null;
    const form = places.length * GAPS_BELOW < ids.length ? 'GAPS' : 'BITS';
    const bytes = form === 'GAPS' ? gapsOf(places) : bitsOf(places, ids.length);
    parts.push(bytes);
    return [form, bytes.length];
  };
  const header: Header = {
    everyAccount,
    starts,
    noted: ids.length,
    idBytes: names.length,
    flags: flags.map(({ optedIn, optedOut, otherwise, steered, ...flag }) => ({
      ...flag,
      sets: { optedIn: part(optedIn), optedOut: part(optedOut), otherwise: part(otherwise) },
      steered: steered.map(({ place, extendedUntil, exemptUntil }) => [place, extendedUntil, exemptUntil] as const),
    })),
  };
  const head = utf8.encode(JSON.stringify(header));
  return joined([utf8.encode(MAGIC), new Uint8Array(Uint32Array.of(head.length).buffer), head, ...parts]);
}

/** A set of places as a client keeps it: bit `p & 7` of byte `p >> 3`; null where it is empty. */
export type Bits = Uint8Array;

/** What was written, with sets as bits. */
export interface DecodedContent extends Omit<SnapshotContent, 'flags' | 'ids'> {
  /** Line by line. */
  readonly ids: string;
  readonly noted: number;
  readonly flags: readonly (SnapshotFlag & Readonly<Record<SetName, Bits | null>> & { readonly steered: readonly Steered[] })[];
}

/**
 * Reads what {@link encodeContent} wrote.
 *
 * @param capacity for how many more places the sets are to have room
 * @throws Error where the bytes are no snapshot of this format, with what to do
 */
export function decodeContent(bytes: Uint8Array, capacity: number): DecodedContent {
  const text = new TextDecoder();
  if (text.decode(bytes.subarray(0, 4)) !== MAGIC)
    throw new Error('This is no snapshot that this version of the client can read. Use the client of the version that the server has.');
  const headLength = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
  let at = 8;
  const take = (length: number) => bytes.subarray(at, (at += length));
  const { noted, idBytes, flags, ...header } = JSON.parse(text.decode(take(headLength))) as Header;
  const ids = text.decode(take(idBytes));
  const eras = new Uint16Array(noted + capacity);
  new Uint8Array(eras.buffer).set(take(2 * noted));
  const room = (noted + capacity + 7) >> 3;
  const set = (part: SetPart): Bits | null => {
    if (part === null) return null;
    const [form, length] = part;
    const bits = new Uint8Array(room);
    if (form === 'BITS') bits.set(take(length));
    else readGaps(take(length), bits);
    return bits;
  };
  return {
    ...header,
    noted,
    ids,
    eras,
    flags: flags.map(({ sets, steered, ...flag }) => ({
      ...flag,
      // In the order they were written.
      optedIn: set(sets.optedIn),
      optedOut: set(sets.optedOut),
      otherwise: set(sets.otherwise),
      steered: steered.map(([place, extendedUntil, exemptUntil]) => ({ place, extendedUntil, exemptUntil })),
    })),
  };
}

function bitsOf(places: Places, size: number): Uint8Array {
  const bits = new Uint8Array((size + 7) >> 3);
  for (const place of places) bits[place >> 3]! |= 1 << (place & 7);
  return bits;
}

/** Each gap in bytes of seven bits, the lowest first, the highest bit of a byte saying that more follow. */
function gapsOf(places: Places): Uint8Array {
  const bytes = new Uint8Array(5 * places.length);
  let length = 0;
  let next = 0;
  for (const place of places) {
    let gap = place - next;
    for (; gap > 0x7f; gap >>>= 7) bytes[length++] = (gap & 0x7f) | 0x80;
    bytes[length++] = gap;
    next = place + 1;
  }
  return bytes.subarray(0, length);
}

function readGaps(bytes: Uint8Array, bits: Bits): void {
  let next = 0;
  for (let at = 0; at < bytes.length; at++) {
    let byte = bytes[at]!;
    let gap = byte & 0x7f;
    for (let shift = 7; byte > 0x7f; shift += 7) {
      byte = bytes[++at]!;
      gap |= (byte & 0x7f) << shift;
    }
    next += gap;
    bits[next >> 3]! |= 1 << (next & 7);
    next++;
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
