import { loadavg } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { type Benchmark, type BenchmarkContext, type Figure, judged } from './benchmark.ts';
import { Child } from './fanout/child.ts';
import type { CrowdOrder, CrowdReport } from './fanout/crowd.child.ts';
import { type Commits, FanoutWorld } from './fanout/world.ts';
import { medianOf, medianRatio, takeTurns } from './measure.ts';

/** Subscribers of each server. */
const CROWDS = (process.env['BENCH_SUBSCRIBERS'] ?? '1000,5000').split(',').map(Number);
/** Messages of a round to all subscribers together, about. */
const MESSAGES_A_ROUND = Number(process.env['BENCH_MESSAGES'] ?? 40_000);
const ROUNDS = 5;
/** Events of one transaction, for which sockets are written to once. */
const BURST = 8;
/** People who watch: each with a token, and several windows. */
const WINDOWS_EACH = 2;
const QUERY = `subscription ($after: String) {
  accountMigrationChanged(after: $after) { cursor type accountMigration { account { id } migration { key } state { enabled reason since } } }
}`;
/** Between two events, for every contender. */
const APART_MS = 25;
/** How often it is asked whether all are there. */
const TRIES = 10;
/** Cursors of a young log have fewer digits. */
const SAME_SIZE = 1.05;
const MOST_OF_PLAIN = 1.3;
const LEAST_OF_PEER = 3;
const LEAST_OF_PEER_IN_BURSTS = 8;

/** One event to everybody who watches, against plain `ws` and graphql-ws as it comes. */
export const fanout: Benchmark = {
  name: 'fanout',
  describe: 'Events of the log to thousands of equal subscribers, against plain ws and against graphql-ws as it comes.',
  run: async (context) => {
    const all: Figure[] = [];
    for (const subscribers of CROWDS) all.push(...(await withSubscribers(context, subscribers)));
    return all;
  },
};

/** A server, those who watch it, and how something happens there. */
interface Contender {
  readonly name: string;
  readonly server: Child;
  readonly crowd: Child;
  /** Of the server before anybody came. */
  readonly baseMb: number;
  /** Makes events happen at once. @returns when each was committed, where the contender knows */
  readonly publish: (events: number) => Promise<Commits | null>;
}

/** One round of a contender. */
interface Round {
  /** CPU of the server, in µs a message. */
  readonly cpuUs: number;
  /** Of a message, id and all. */
  readonly bytes: number;
  /** From commit to the subscriber, in ms, of every message. */
  readonly latenciesMs: number[];
}

async function withSubscribers({ createDatabase, log }: BenchmarkContext, subscribers: number): Promise<Figure[]> {
  const databaseUrl = await createDatabase();
  const world = await FanoutWorld.create(databaseUrl);
  const started: Contender[] = [];
  const begin = async (make: Promise<Contender>) => {
    const contender = await make;
    started.push(contender);
    return contender;
  };
  try {
    const ours = await begin(graceline(world, databaseUrl, subscribers));
    const peer = await begin(memory('graphql-ws', subscribers));
    const plain = await begin(memory('plain', subscribers));
    for (const contender of started) await everybodyIsThere(contender, subscribers);
    const [oursKb, peerKb, plainKb] = await Promise.all([ours, peer, plain].map((contender) => memoryKb(contender, subscribers)));
    const singly = await takeTurns(ROUNDS, {
      ours: () => round(ours, subscribers, 1),
      peer: () => round(peer, subscribers, 1),
      plain: () => round(plain, subscribers, 1),
    });
    const bursts = await takeTurns(ROUNDS, {
      ours: () => round(ours, subscribers, BURST),
      peer: () => round(peer, subscribers, BURST),
      plain: () => round(plain, subscribers, BURST),
    });
    requireEqualSizes({ ours: singly.ours[0]!.bytes, peer: singly.peer[0]!.bytes, plain: singly.plain[0]!.bytes });
    log(`${subscribers.toLocaleString('en')} subscribers of each; load ${loadavg()[0]!.toFixed(1)}`);
    return figures(subscribers, singly, bursts, { oursKb: oursKb!, peerKb: peerKb!, plainKb: plainKb! });
  } finally {
    for (const { server, crowd } of started) await Promise.all([crowd.close(), server.close()]);
    await world.close();
  }
}

async function graceline(world: FanoutWorld, databaseUrl: string, subscribers: number): Promise<Contender> {
  const environment = { DATABASE_URL: databaseUrl, PORT: '0', LOG_LEVEL: 'error', ...bounds(subscribers) };
  const server = await Child.startGraceline(environment);
  const tokens = await world.tokens(Math.ceil(subscribers / WINDOWS_EACH));
  const baseMb = await server.ask<number>('rssMb');
  const crowd = await crowdAt(server, { sockets: subscribers, tokens, query: QUERY });
  return { name: 'graceline', server, crowd, baseMb, publish: (events) => world.publish(events) };
}

async function memory(name: 'graphql-ws' | 'plain', subscribers: number): Promise<Contender> {
  const server = await Child.start(`./${name}.child.ts`, []);
  const baseMb = await server.ask<number>('rssMb');
  const crowd = await crowdAt(server, { sockets: subscribers, tokens: name === 'plain' ? [] : ['any'], query: QUERY });
  let made = 0;
  const publish = async (events: number) => {
    const changes = Array.from({ length: events }, () => change((made += 1)));
    await server.ask('publish', name === 'plain' ? changes.map(asText) : changes);
    return null;
  };
  return { name, server, crowd, baseMb, publish };
}

async function crowdAt(server: Child, order: Omit<CrowdOrder, 'url'>): Promise<Child> {
  const port = await server.ask<number>('port');
  const crowd = await Child.start('./crowd.child.ts', []);
  await crowd.ask('connect', { ...order, url: `ws://127.0.0.1:${port}/graphql` } satisfies CrowdOrder);
  return crowd;
}

/** By how much the server has grown with each subscriber, once nothing in it is garbage. */
async function memoryKb({ server, baseMb }: Contender, subscribers: number): Promise<number> {
  return ((await server.ask<number>('rssMb')) - baseMb) * (1_024 / subscribers);
}

/** A subscription is acknowledged before it runs: they are all there once everybody is told of the same event. */
async function everybodyIsThere({ name, crowd, publish }: Contender, subscribers: number): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    await publish(1);
    if ((await crowd.ask<CrowdReport>('expect', subscribers)).count === subscribers) return;
  }
  throw new Error(`Not all of ${subscribers} subscribers of ${name} are there.`);
}

async function round({ name, server, crowd, publish }: Contender, subscribers: number, burst: number): Promise<Round> {
  const times = Math.max(2, Math.round(MESSAGES_A_ROUND / (subscribers * burst)));
  const messages = times * burst * subscribers;
  const latenciesMs: number[] = [];
  let bytes = 0;
  const before = await server.ask<number>('cpuUs');
  for (let i = 0; i < times; i++) {
    // Whoever sends again at once finds everything in the caches of the processor, which no log of a platform lets happen.
    await setTimeout(APART_MS);
    const commits = await publish(burst);
    const report = await crowd.ask<CrowdReport>('expect', subscribers * burst);
    bytes += report.bytes;
    const came = Object.entries(report.arrivals);
    if (came.length !== burst || came.some(([, copies]) => copies.length !== subscribers))
      throw new Error(`Of ${burst} events of ${name}, ${report.count} messages came to ${subscribers} subscribers.`);
    for (const [cursor, copies] of commits ? came : []) for (const at of copies) latenciesMs.push(at - commits!.get(cursor)!);
  }
  const after = await server.ask<number>('cpuUs');
  return { cpuUs: (after - before) / messages, bytes: bytes / messages, latenciesMs };
}

function requireEqualSizes(bytes: Readonly<Record<string, number>>): void {
  const sizes = Object.values(bytes);
  if (Math.max(...sizes) > SAME_SIZE * Math.min(...sizes)) throw new Error(`Messages are not of one size: ${JSON.stringify(bytes)}.`);
}

function figures(
  subscribers: number,
  singly: Record<'ours' | 'peer' | 'plain', Round[]>,
  bursts: Record<'ours' | 'peer' | 'plain', Round[]>,
  { oursKb, peerKb, plainKb }: Record<'oursKb' | 'peerKb' | 'plainKb', number>,
): Figure[] {
  const cpu = ({ cpuUs }: Round) => cpuUs;
  const of = `${subscribers.toLocaleString('en')} subscribers`;
  const [plain, peer] = ['plain ws, one string', 'graphql-ws as it comes'];
  const value = medianOf(singly.ours, cpu);
  const inBursts = medianOf(bursts.ours, cpu);
  const latencies = singly.ours.flatMap(({ latenciesMs }) => latenciesMs).toSorted((a, b) => a - b);
  const [p50, p99] = [0.5, 0.99].map((share) => latencies[Math.floor(share * (latencies.length - 1))]!) as [number, number];
  return [
    {
      name: `CPU of a message, ${of}`,
      value,
      unit: 'µs',
      peer: plain,
      peerValue: medianOf(singly.plain, cpu),
      ...judged(medianRatio(singly.ours, singly.plain, cpu), { atMost: MOST_OF_PLAIN }),
    },
    {
      name: `times cheaper a message, ${of}`,
      value,
      unit: 'µs',
      peer,
      peerValue: medianOf(singly.peer, cpu),
      ...judged(medianRatio(singly.peer, singly.ours, cpu), { atLeast: LEAST_OF_PEER }),
    },
    {
      name: `times cheaper, ${BURST} events at once, ${of}`,
      value: inBursts,
      unit: 'µs',
      peer,
      peerValue: medianOf(bursts.peer, cpu),
      ...judged(medianRatio(bursts.peer, bursts.ours, cpu), { atLeast: LEAST_OF_PEER_IN_BURSTS }),
    },
    {
      name: `CPU of a message, ${BURST} events at once, ${of}`,
      value: inBursts,
      unit: 'µs',
      peer: plain,
      peerValue: medianOf(bursts.plain, cpu),
      ...judged(medianRatio(bursts.ours, bursts.plain, cpu)),
    },
    { name: `memory of a subscriber, ${of}`, value: oursKb, unit: 'KB', peer, peerValue: peerKb, ...judged(oursKb / peerKb) },
    { name: `memory of a subscriber, ${of}`, value: oursKb, unit: 'KB', peer: plain, peerValue: plainKb, ...judged(oursKb / plainKb) },
    { name: `commit to subscriber, p99, ${of}`, value: p99, unit: 'ms', peer: 'its median', peerValue: p50, ...judged(p99 / p50) },
  ];
}

/** All come from one address and nearly at once. */
function bounds(subscribers: number): Record<string, string> {
  const many = String(2 * subscribers);
  return { MAX_SOCKETS: many, MAX_WAITING_SOCKETS: many, MAX_WAITING_SOCKETS_PER_ADDRESS: many };
}

/** What happens at the contenders that have no log, as ours words it. */
function change(number: number) {
  const state = { enabled: true, reason: 'OPTED_IN', since: '2026-05-01T08:00:00.000Z' };
  return { cursor: `1000.${number}`, type: 'OPTED_IN', accountMigration: { account: { id: 'acme' }, migration: { key: 'tls' }, state } };
}

/** The whole message, as long as one of ours. */
function asText(made: ReturnType<typeof change>): string {
  const id = '01234567-89ab-cdef-0123-456789abcdef';
  return JSON.stringify({ id, type: 'next', payload: { data: { accountMigrationChanged: made } } });
}
