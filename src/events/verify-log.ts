/** Proves that nobody changed the log since it was chained: reads it from the cut to the head and makes every hash anew. */
import type { Database, Queryable } from '../db/database.ts';
import { GracelineError } from '../errors.ts';
import { type ChainEnd, type ChainSpan, chainHash, EVENT_DIGEST, readSpan } from './chain.ts';
import { isAfter, parseCursor } from './log.ts';

/** Some 300 kB of places and hashes, whatever the events say. */
const BATCH = 5_000;

/** Where the chain does not hold, and how that shows. */
export interface ChainBreak {
  /** The first place that is not as it was chained. */
  readonly place: string;
  readonly how: 'CHANGED' | 'DELETED' | 'INSERTED' | 'SHORTENED' | 'NO_RECORD' | 'NOT_AS_NOTED';
}

/** What somebody noted of an earlier run: a place, and the hash that was there. */
export interface NotedHash {
  readonly place: string;
  readonly hash: Buffer;
}

/** What came of a check. */
export interface LogVerdict {
  /** How many events were found as they were chained, up to the first break. */
  readonly verified: number;
  /** How many came since the head of the chain. */
  readonly notChained: number;
  /** Which part of the log is chained; null where that is not on record. */
  readonly span: ChainSpan | null;
  readonly broken: ChainBreak | null;
  /** Whether what was noted is so old that it has been purged since; then nothing can be said of it. */
  readonly notedIsPurged: boolean;
}

/** How to check. */
export interface VerifyOptions {
  readonly noted?: NotedHash | undefined;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/**
 * Checks the log as it stands at the moment of the call, up to its first break, in batches at constant memory. Nobody waits
 * for it: neither writers, nor readers, nor what chains.
 */
export function verifyLog(db: Database, { noted, onProgress }: VerifyOptions = {}): Promise<LogVerdict> {
  return db.transaction(async (tx) => {
    await tx.query('set transaction isolation level repeatable read, read only');
    const span = await readSpan(tx);
    if (!span) return { verified: 0, notChained: 0, span, broken: { place: '0.0', how: 'NO_RECORD' }, notedIsPurged: false };
    const walk = new Walk(tx, span, noted, onProgress);
    const broken = await walk.firstBreak();
    const notedIsPurged = noted !== undefined && isAfter(span.cut.place, noted.place);
    return { verified: walk.verified, notChained: await countAfter(tx, span.head.place), span, broken, notedIsPurged };
  });
}

/**
 * What `--noted PLACE:HASH` says.
 *
 * @throws GracelineError INVALID_INPUT
 */
export function parseNoted(text: string): NotedHash {
  const [, place, hash] = /^(\d{1,19}\.\d{1,18}):([0-9a-f]{64})$/i.exec(text) ?? [];
  if (place && hash) return { place, hash: Buffer.from(hash, 'hex') };
  throw new GracelineError('INVALID_INPUT', `"${text.slice(0, 200)}" is nothing verify-log printed. Give it whole: PLACE:HASH.`);
}

/** What {@link parseNoted} reads. */
export function formatNoted({ place, hash }: ChainEnd): string {
  return `${place}:${hash.toString('hex')}`;
}

/** One check under way. */
class Walk {
  verified = 0;
  private place: string;
  private hash: Buffer;
  private notedSeen = false;

  constructor(
    private readonly tx: Queryable,
    private readonly span: ChainSpan,
    private readonly noted: NotedHash | undefined,
    private readonly onProgress: VerifyOptions['onProgress'],
  ) {
    this.place = span.cut.place;
    this.hash = span.cut.hash;
  }

  async firstBreak(): Promise<ChainBreak | null> {
    const { cut, head } = this.span;
    const stray = await firstUpTo(this.tx, cut.place);
    if (stray) return { place: stray, how: 'INSERTED' };
    const total = head.count - cut.count;
    const atCut = this.checkNoted();
    if (atCut) return atCut;
    for (let more = true; more;) {
      const [events, links] = [await this.readEvents(), await this.readLinks()];
      const broken = this.check(events, links);
      if (broken) return broken;
      more = events.length === BATCH;
      this.onProgress?.({ done: this.verified, total });
    }
    return this.checkEnd();
  }

  private check(events: readonly EventRow[], links: readonly LinkRow[]): ChainBreak | null {
    for (let i = 0; i < Math.max(events.length, links.length); i++) {
      const [event, link] = [events[i], links[i]];
      if (!event || (link && isAfter(event.place, link.place))) return { place: link!.place, how: 'DELETED' };
      if (!link || event.place !== link.place) return { place: event.place, how: 'INSERTED' };
      this.hash = chainHash(this.hash, event.digest);
      this.place = event.place;
      if (!this.hash.equals(link.hash)) return { place: this.place, how: 'CHANGED' };
      const broken = this.checkNoted();
      if (broken) return broken;
      this.verified += 1;
    }
    return null;
  }

  private checkNoted(): ChainBreak | null {
    if (this.place !== this.noted?.place) return null;
    this.notedSeen = true;
    return this.hash.equals(this.noted.hash) ? null : { place: this.place, how: 'NOT_AS_NOTED' };
  }

  /** Whether it ends where it is on record that it ends. */
  private async checkEnd(): Promise<ChainBreak | null> {
    const { cut, head } = this.span;
    const ends = this.place === head.place || (this.verified === 0 && head.count === cut.count);
    if (!ends || !this.hash.equals(head.hash) || this.verified !== head.count - cut.count) return { place: this.place, how: 'SHORTENED' };
    const [xid, id] = placeValues(head.place);
    const beyond = await this.tx.query('select from event_chain where (xid, id) > ($1::xid8, $2::bigint) limit 1', [xid, id]);
    if (beyond.length > 0) return { place: head.place, how: 'SHORTENED' };
    const { noted } = this;
    return noted && !this.notedSeen && !isAfter(cut.place, noted.place) ? { place: noted.place, how: 'NOT_AS_NOTED' } : null;
  }

  private readEvents(): Promise<EventRow[]> {
    return this.tx.query(
      `select e.xid || '.' || e.id as place, ${EVENT_DIGEST} as digest from event e
        where (e.xid, e.id) > ($1::xid8, $2::bigint) and (e.xid, e.id) <= ($3::xid8, $4::bigint) order by e.xid, e.id limit ${BATCH}`,
      [...placeValues(this.place), ...placeValues(this.span.head.place)],
    );
  }

  private readLinks(): Promise<LinkRow[]> {
    return this.tx.query(
      `select c.xid || '.' || c.id as place, c.hash from event_chain c
        where (c.xid, c.id) > ($1::xid8, $2::bigint) and (c.xid, c.id) <= ($3::xid8, $4::bigint) order by c.xid, c.id limit ${BATCH}`,
      [...placeValues(this.place), ...placeValues(this.span.head.place)],
    );
  }
}

interface EventRow {
  place: string;
  digest: Buffer;
}

interface LinkRow {
  place: string;
  hash: Buffer;
}

function placeValues(place: string): [string, string] {
  const { xid, id } = parseCursor(place);
  return [xid, id];
}

/** The first event that stands where everything has been purged; null where, as it should be, there is none. */
async function firstUpTo(tx: Queryable, place: string): Promise<string | null> {
  const [row] = await tx.query<{ place: string }>(
    `select xid || '.' || id as place from event where (xid, id) <= ($1::xid8, $2::bigint) order by event.xid, event.id limit 1`,
    placeValues(place),
  );
  return row?.place ?? null;
}

async function countAfter(tx: Queryable, place: string): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    'select count(*) as count from event where (xid, id) > ($1::xid8, $2::bigint)',
    placeValues(place),
  );
  return row!.count;
}
