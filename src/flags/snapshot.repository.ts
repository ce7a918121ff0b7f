/** Reads what a snapshot holds. Numbers of accounts come as bytes: millions of rows would take a process seconds to parse. */
import type { Queryable } from '../db/database.ts';
import { endOfLog } from '../events/log.ts';
import { findFlags } from './flags.repository.ts';
import type { Flag } from './flags.rules.ts';
import { type DecidedFlag, SETTLED_AFTER_MS, type Snapshot, type SnapshotFlag } from './snapshot.rules.ts';

/** How many accounts one statement names. */
const NAMES_AT_ONCE = 50_000;
const NONE = new Uint32Array();

/** Numbers of accounts, as PostgreSQL sends each: four bytes, the highest first. */
type Packed = Buffer | null;

/** What was decided about a flag, by the numbers of accounts in no order. */
interface Decided {
  readonly flag: SnapshotFlag;
  readonly optedIn: Uint32Array;
  readonly optedOut: Uint32Array;
  readonly otherwise: Uint32Array;
  readonly steered: readonly SteeredRow[];
}

interface SteeredRow {
  account_number: number;
  extended_until: Date | null;
  exempt_until: Date | null;
}

// Past its deadline nothing counts any more but what somebody still has of their own.
const COUNTS = `migration_id = $1 and ($2 or extended_until > $3 or exempt_until > $3)`;
const DECISIONS = `
  select string_agg(int4send(account_number::int4), '') filter (where opted_in_at is not null) as opted_in,
         string_agg(int4send(account_number::int4), '') filter (where opted_out_at is not null) as opted_out
    from decision where ${COUNTS}`;
const STEERED = `
  select account_number, extended_until, exempt_until
    from decision where ${COUNTS} and (extended_until is not null or exempt_until is not null) order by account_number`;
const AFFECTED = `
  select count(*) filter (where is_affected(m, a)) as affected, count(*) as accounts from migration m cross join account a where m.id = $1`;
const OTHERWISE = `
  select string_agg(int4send(a.number::int4), '') as numbers from migration m join account a on is_affected(m, a) <> $2 where m.id = $1`;
const CREATED_SINCE = `select string_agg(int4send(number::int4), '') as numbers from account where $1::timestamptz is null or created_at >= $1`;
const NAMES = `
  select string_agg(id, E'\\n' order by number) as ids,
         string_agg(int2send(width_bucket(created_at, $2::timestamptz[])::int2), '' order by number) as eras
    from account where number = any ($1::int8[])`;

/**
 * Reads everything at one instant of the database.
 *
 * @param tx sees one state of the database from its beginning to its end
 * @param now decides which migrations are settled
 * @param everyAccount whether accounts are noted that differ in nothing
 */
export async function readSnapshot(tx: Queryable, now: Date, everyAccount: boolean): Promise<Snapshot> {
  const cursor = await endOfLog(tx);
  const flags = await findFlags(tx);
  const settledBefore = new Date(now.getTime() - SETTLED_AFTER_MS);
  const isOpen = ({ live, mandatoryAt }: Flag) => live && (mandatoryAt === null || mandatoryAt > settledBefore);
  const decided: Decided[] = [];
  for (const flag of flags) decided.push(await decidedAbout(tx, flag, isOpen(flag), settledBefore));
  const noted = sorted([
    ...decided.flatMap(({ optedIn, optedOut, otherwise }) => [optedIn, optedOut, otherwise]),
    ...decided.map(({ steered }) => Uint32Array.from(steered, (row) => row.account_number)),
    await createdSince(tx, everyAccount ? null : startOf(flags.filter(isOpen))),
  ]);
  const starts = startsOf(flags);
  const placeOf = placesByNumber(noted);
  return {
    cursor,
    validFrom: settledBefore.getTime(),
    everyAccount,
    starts,
    ...(await namesOf(tx, noted, starts)),
    flags: decided.map((one) => placed(one, placeOf)),
  };
}

/** The ids of the accounts of these numbers, by number. */
export async function findAccountIds(db: Queryable, numbers: readonly number[]): Promise<Map<number, string>> {
  if (numbers.length === 0) return new Map();
  const text = 'select number, id from account where number = any ($1::int8[])';
  const rows = await db.queryPrepared<{ number: number; id: string }>('flag_account_ids', text, [numbers]);
  return new Map(rows.map(({ number, id }) => [number, id]));
}

async function decidedAbout(tx: Queryable, flag: Flag, open: boolean, settledBefore: Date): Promise<Decided> {
  const { migrationId: id, key, live, graceStartsAt, mandatoryAt, reversible, gracePeriodStart, guideUrl } = flag;
  const shown = {
    key,
    live,
    graceStartsAt: graceStartsAt?.getTime() ?? null,
    mandatoryAt: mandatoryAt?.getTime() ?? null,
    reversible,
    gracePeriodStart,
    guideUrl,
  };
  if (!live) return { flag: { ...shown, affectsByDefault: true }, optedIn: NONE, optedOut: NONE, otherwise: NONE, steered: [] };
  const affectsByDefault = await affectsMost(tx, flag);
  const counting = [id, open, settledBefore];
  const [decisions] = await tx.query<{ opted_in: Packed; opted_out: Packed }>(DECISIONS, counting);
  const [otherwise] = isForAll(flag) ? [] : await tx.query<{ numbers: Packed }>(OTHERWISE, [id, affectsByDefault]);
  return {
    flag: { ...shown, affectsByDefault },
    optedIn: numbersIn(decisions!.opted_in),
    optedOut: numbersIn(decisions!.opted_out),
    otherwise: numbersIn(otherwise?.numbers ?? null),
    steered: await tx.query<SteeredRow>(STEERED, counting),
  };
}

async function affectsMost(tx: Queryable, flag: Flag): Promise<boolean> {
  if (isForAll(flag)) return true;
  const [row] = await tx.query<{ affected: number; accounts: number }>(AFFECTED, [flag.migrationId]);
  return 2 * row!.affected > row!.accounts;
}

function isForAll({ affects: { platforms, builtInEmailOnly, attributes, listedOnly } }: Flag): boolean {
  return platforms.length === 0 && !builtInEmailOnly && !listedOnly && Object.keys(attributes).length === 0;
}

/** Where accounts may first have been enrolled from birth; never where nothing has a start. */
function startOf(flags: readonly Flag[]): Date | 'NEVER' {
  const [first] = startsOf(flags);
  return first === undefined ? 'NEVER' : new Date(first);
}

function startsOf(flags: readonly Flag[]): number[] {
  const starts = flags.flatMap(({ live, graceStartsAt }) => (live && graceStartsAt ? [graceStartsAt.getTime()] : []));
  return [...new Set(starts)].toSorted((a, b) => a - b);
}

/** @param since null for every account */
async function createdSince(tx: Queryable, since: Date | 'NEVER' | null): Promise<Uint32Array> {
  if (since === 'NEVER') return NONE;
  const [row] = await tx.query<{ numbers: Packed }>(CREATED_SINCE, [since]);
  return numbersIn(row!.numbers);
}

async function namesOf(
  tx: Queryable,
  noted: Uint32Array,
  starts: readonly number[],
): Promise<{ readonly ids: string[]; readonly eras: Uint16Array }> {
  const ids: string[] = [];
  const eras = new Uint16Array(noted.length);
  const thresholds = starts.map((start) => new Date(start));
  for (let from = 0; from < noted.length; from += NAMES_AT_ONCE) {
    const numbers = [...noted.subarray(from, from + NAMES_AT_ONCE)];
    const [row] = await tx.query<{ ids: string; eras: Buffer }>(NAMES, [numbers, thresholds]);
    const lines = row!.ids.split('\n');
    if (lines.length !== numbers.length) throw new Error(`Of ${numbers.length} accounts that are noted ${lines.length} have names.`);
    for (const [i, id] of lines.entries()) {
      ids.push(id);
      eras[from + i] = row!.eras.readUInt16BE(2 * i);
    }
  }
  return { ids, eras };
}

function placed({ flag, optedIn, optedOut, otherwise, steered }: Decided, placeOf: Uint32Array): DecidedFlag {
  const places = (numbers: Uint32Array) => numbers.map((number) => placeOf[number]!).toSorted();
  return {
    ...flag,
    optedIn: places(optedIn),
    optedOut: places(optedOut),
    otherwise: places(otherwise),
    steered: steered.map(({ account_number: number, extended_until: extendedUntil, exempt_until: exemptUntil }) => ({
      place: placeOf[number]!,
      extendedUntil: extendedUntil?.getTime() ?? null,
      exemptUntil: exemptUntil?.getTime() ?? null,
    })),
  };
}

/** All numbers that are in any, ascending, each once. */
function sorted(sets: readonly Uint32Array[]): Uint32Array {
  const all = new Uint32Array(sets.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const set of sets) {
    all.set(set, at);
    at += set.length;
  }
  all.sort();
  return all.filter((number, i) => i === 0 || number !== all[i - 1]);
}

function placesByNumber(noted: Uint32Array): Uint32Array {
  const places = new Uint32Array((noted.at(-1) ?? -1) + 1);
  for (const [place, number] of noted.entries()) places[number] = place;
  return places;
}

function numbersIn(packed: Packed): Uint32Array {
  if (packed === null) return NONE;
  const numbers = new Uint32Array(packed.length / 4);
  for (let i = 0; i < numbers.length; i++) numbers[i] = packed.readUInt32BE(4 * i);
  return numbers;
}
