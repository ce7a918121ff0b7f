/**
 * The chain of the log: each event's hash is made of what the event says and of the hash of the one before it, so that nobody
 * can change the past unnoticed. It is made after the commit, in batches and by one process at a time; whoever writes events
 * knows nothing of it.
 */
import { hash } from 'node:crypto';
import type { Database, Queryable } from '../db/database.ts';

/** Of what an event says 32 bytes are read, however long it is: a batch is 200 kB, and its statement takes some 20 ms. */
const BATCH = 2_000;

/** A place up to which the log is chained. */
export interface ChainEnd {
  /** `<transaction>.<number>`, as in a cursor of the log. */
  readonly place: string;
  readonly hash: Buffer;
  /** How many events were chained from the beginning on, purged ones included. */
  readonly count: number;
}

/** Which part of the log is chained: what lies after the cut, up to and with the head. */
export interface ChainSpan {
  readonly cut: ChainEnd;
  readonly head: ChainEnd;
}

/**
 * The SHA-256 of what `event e` says: of the PostgreSQL text of a JSON object with every column but those that are null, so
 * that a column added later leaves the hashes of older events as they are. Instants are milliseconds since 1970.
 */
export const EVENT_DIGEST = `sha256(convert_to(json_strip_nulls(json_build_object(
  'xid', e.xid::text, 'id', e.id, 'at', (extract(epoch from e.at) * 1000)::bigint, 'type', e.type, 'actorRole', e.actor_role,
  'actor', e.actor, 'tokenId', e.token_id, 'migrationId', e.migration_id, 'accountNumber', e.account_number,
  'administratorId', e.administrator_id, 'data', e.data::text))::text, 'UTF8'))`;

/** The hash an event carries. @param digest what {@link EVENT_DIGEST} gives of it */
export function chainHash(before: Buffer, digest: Buffer): Buffer {
  return hash('sha256', Buffer.concat([before, digest]), 'buffer');
}

/** Held by whoever moves an end of the chain; given back as its transaction ends. */
const LOCK = `hashtext('graceline event chain')`;

/** Makes this transaction the only one that moves an end of the chain. Waits for a batch of another at most. */
export async function waitForChain(tx: Queryable): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(${LOCK})`);
}

/** The cursor of the last event that is chained, as rows of a query; none while nothing is. */
export const CHAIN_HEAD = `select head_xid || '.' || head_id as cursor from event_chain_span where head_count > 0`;

/**
 * The part of a statement that moves the cut of the chain behind the events it deletes: relations for its `with`.
 *
 * @param gone a relation of the statement with their `xid` and `id`; everything before the last of them must be gone too
 */
export function moveCut(gone: string): string {
  return `
    unchained as (
      delete from event_chain c using (select xid, id from ${gone} order by xid desc, id desc limit 1) l
       where (c.xid, c.id) <= (l.xid, l.id) returning c.xid, c.id, c.hash),
    span as (
      update event_chain_span s
         set cut_xid = u.xid, cut_id = u.id, cut_hash = u.hash, cut_count = s.cut_count + (select count(*) from unchained)
        from (select * from unchained order by xid desc, id desc limit 1) u)`;
}

/**
 * Begins the chain anew, with the hash it ended with, for a log that is being renumbered: a place is part of a hash.
 *
 * @param tx has the log for itself
 */
export async function restartChain(tx: Queryable): Promise<void> {
  await tx.query('delete from event_chain');
  await tx.query(
    `update event_chain_span set cut_xid = '0', cut_id = 0, cut_hash = head_hash, cut_count = head_count, head_xid = '0', head_id = 0`,
  );
}

/** Which part of the log is chained; null where somebody took the row away. */
export async function readSpan(db: Queryable): Promise<ChainSpan | null> {
  const [row] = await db.query<SpanRow>(
    `select cut_xid || '.' || cut_id as cut, cut_hash, cut_count, head_xid || '.' || head_id as head, head_hash, head_count
       from event_chain_span`,
  );
  if (!row) return null;
  return {
    cut: { place: row.cut, hash: row.cut_hash, count: row.cut_count },
    head: { place: row.head, hash: row.head_hash, count: row.head_count },
  };
}

interface SpanRow {
  cut: string;
  cut_hash: Buffer;
  cut_count: number;
  head: string;
  head_hash: Buffer;
  head_count: number;
}

/** Chains what was committed. */
export class EventChain {
  constructor(private readonly db: Database) {}

  /**
   * Chains every event that has its final place, in the order of the log, batch by batch. Several processes may call it at
   * once: one works, the others return.
   *
   * @param signal stops it after the batch under way
   * @returns how many events it chained
   */
  async run(signal?: AbortSignal): Promise<number> {
    let chained = 0;
    for (;;) {
      const batch = await this.chainBatch();
      chained += batch;
      if (batch < BATCH || signal?.aborted) return chained;
    }
  }

  private chainBatch(): Promise<number> {
    return this.db.transaction(async (tx) => {
      // Whoever has it chains what is there to chain, and the next tick comes.
      if (!(await holdsChain(tx))) return 0;
      const span = await readSpan(tx);
      if (!span) throw new Error('The row of event_chain_span is gone. Run `npm run graceline -- verify-log`, and find out who took it.');
      const events = await readDigests(tx, span.head.place);
      if (events.length === 0) return 0;
      let last = span.head.hash;
      const hashes = events.map(({ digest }) => (last = chainHash(last, digest)));
      await write(tx, events, hashes);
      return events.length;
    });
  }
}

async function holdsChain(tx: Queryable): Promise<boolean> {
  const [row] = await tx.query<{ held: boolean }>(`select pg_try_advisory_xact_lock(${LOCK}) as held`);
  return row!.held;
}

interface DigestRow {
  xid: string;
  id: number;
  digest: Buffer;
}

/** As every reader of the log, it stops at the oldest transaction still open: nothing can appear before what it has read. */
function readDigests(tx: Queryable, after: string): Promise<DigestRow[]> {
  const [xid, id] = after.split('.');
  return tx.query<DigestRow>(
    `select e.xid::text, e.id, ${EVENT_DIGEST} as digest from event e
      where (e.xid, e.id) > ($1::xid8, $2::bigint) and e.xid < pg_snapshot_xmin(pg_current_snapshot())
      order by e.xid, e.id limit $3`,
    [xid, id, BATCH],
  );
}

/** One statement, and the only one of its transaction that writes: readers of the log wait for no more than that. */
async function write(tx: Queryable, events: readonly DigestRow[], hashes: readonly Buffer[]): Promise<void> {
  const last = events.at(-1)!;
  await tx.query(
    `with chained as (insert into event_chain (xid, id, hash) select * from unnest($1::xid8[], $2::bigint[], $3::bytea[]))
     update event_chain_span set head_xid = $4::xid8, head_id = $5, head_hash = $6, head_count = head_count + $7`,
    [events.map(({ xid }) => xid), events.map(({ id }) => id), hashes, last.xid, last.id, hashes.at(-1), events.length],
  );
}
