/** How large a snapshot is, and how long it takes to read, against JSON and against what information allows. */
import { gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { Book } from '../../src/client/book.ts';
import { decodeContent, encodeContent, type Places, type SnapshotContent } from '../../src/flags/snapshot.rules.ts';
import { type Figure, judged, median } from '../benchmark.ts';

const ACCOUNTS = Number(process.env['BENCH_CHECK_ACCOUNTS'] ?? 1_000_000);
const ROUNDS = 9;
const MOST_OF_ENTROPY = 1.2;
const TIMES_FASTER = 50;
/** Shares of accounts that have opted in, migration by migration. */
const MIXES: Readonly<Record<string, readonly number[]>> = {
  '1 %': Array<number>(20).fill(0.01),
  mixed: [0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.001, 0.01, 0.05, 0.2, 0.6, 0.9],
  '30 %': Array<number>(20).fill(0.3),
};

/** Measures it, of as many accounts as there are, each of which is noted. */
export async function measureSnapshots(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, shares] of Object.entries(MIXES)) {
    const sets = shares.map((share) => placesOf(share));
    figures.push(...(await decisionsOf(name, sets)));
  }
  figures.push(...(await namesOf()));
  return figures;
}

/** Decisions alone, by places among those that decided anything: the peer has them by numbers too. Names are apart. */
async function decisionsOf(name: string, sets: readonly Places[]): Promise<Figure[]> {
  const noted = numbersIn(sets);
  const placeOf = new Uint32Array(ACCOUNTS);
  for (const [place, number] of noted.entries()) placeOf[number] = place;
  const placed = sets.map((numbers) => numbers.map((number) => placeOf[number]!));
  const content = encodeContent(contentOf(Array<string>(noted.length).fill(''), placed));
  const packed = zstdCompressSync(content);
  const json = gzipSync(JSON.stringify(Object.fromEntries(sets.map((places, i) => [`migration-${i}`, [...places]]))));
  const bound = sets.reduce((sum, { length }) => sum + entropyBytes(length / ACCOUNTS), 0);
  const ours = await millisecondsOf(() => decodeContent(zstdDecompressSync(packed, { chunkSize: content.length + 64 }), 0));
  const theirs = await millisecondsOf(() =>
    Object.values(JSON.parse(gunzipSync(json).toString()) as Record<string, number[]>).map((numbers) => new Set(numbers)),
  );
  const size = { value: packed.length / 1e6, unit: 'MB' };
  // Few numbers are little JSON, and a platform that has decided little has few.
  const isLarge = name !== '1 %';
  return [
    {
      name: `decisions, ${name}`,
      ...size,
      peer: 'the entropy',
      peerValue: bound / 1e6,
      ...judged(packed.length / bound, isLarge ? { atMost: MOST_OF_ENTROPY } : {}),
    },
    {
      name: `decisions, ${name}`,
      ...size,
      peer: 'gzipped JSON of numbers',
      peerValue: json.length / 1e6,
      ...judged(packed.length / json.length),
    },
    {
      name: `times faster to read, decisions, ${name}`,
      value: ours,
      unit: 'ms of CPU',
      peer: 'gzipped JSON into Sets',
      peerValue: theirs,
      ...judged(theirs / ours, isLarge ? { atLeast: TIMES_FASTER } : {}),
    },
  ];
}

/** The ids of all accounts, as where every one is noted. */
async function namesOf(): Promise<Figure[]> {
  const ids = Array.from({ length: ACCOUNTS }, (_, i) => `account-${i}`);
  const content = encodeContent(contentOf(ids, []));
  const packed = zstdCompressSync(content);
  const json = gzipSync(JSON.stringify(ids));
  const ours = await millisecondsOf(() => Book.read(zstdDecompressSync(packed, { chunkSize: content.length + 64 })));
  const theirs = await millisecondsOf(() => new Map((JSON.parse(gunzipSync(json).toString()) as string[]).map((id, i) => [id, i])));
  return [
    {
      name: 'ids of all accounts',
      value: packed.length / 1e6,
      unit: 'MB',
      peer: 'gzipped JSON',
      peerValue: json.length / 1e6,
      ...judged(packed.length / json.length),
    },
    {
      name: 'times faster to read, ids of all accounts',
      value: ours,
      unit: 'ms of CPU',
      peer: 'gzipped JSON into a Map',
      peerValue: theirs,
      ...judged(theirs / ours),
    },
  ];
}

function contentOf(ids: readonly string[], sets: readonly Places[]): SnapshotContent {
  const none: Places = new Uint32Array();
  return {
    everyAccount: false,
    starts: [0],
    ids,
    eras: new Uint16Array(ids.length),
    flags: sets.map((optedIn, i) => ({
      key: `migration-${i}`,
      live: true,
      graceStartsAt: 0,
      mandatoryAt: null,
      reversible: true,
      gracePeriodStart: 'TBD',
      guideUrl: null,
      affectsByDefault: true,
      optedIn,
      optedOut: none,
      otherwise: none,
      steered: [],
    })),
  };
}

function placesOf(share: number): Places {
  const places = new Uint32Array(ACCOUNTS);
  let length = 0;
  for (let place = 0; place < ACCOUNTS; place++) if (Math.random() < share) places[length++] = place;
  return places.slice(0, length);
}

/** All that are in any set, ascending. */
function numbersIn(sets: readonly Places[]): Places {
  const members = new Uint8Array(ACCOUNTS);
  for (const set of sets) for (const number of set) members[number] = 1;
  return Uint32Array.from(members.keys().filter((number) => members[number] === 1));
}

/** The fewest bytes that can tell for each account whether it is among so many, if nothing else is known. */
function entropyBytes(share: number): number {
  const bits = -share * Math.log2(share) - (1 - share) * Math.log2(1 - share);
  return (bits * ACCOUNTS) / 8;
}

/** CPU, which is what whoever waits for it goes without; of rounds after one that warms up. */
async function millisecondsOf(work: () => unknown): Promise<number> {
  await work();
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const begun = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(begun);
    rounds.push((user + system) / 1_000);
  }
  return median(rounds);
}
