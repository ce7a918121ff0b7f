import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { type Benchmark, type BenchmarkContext, type Figure, judged, type Target } from './benchmark.ts';
import { measureOptIns, type OptInCosts, preparePeer } from './deadline/opt-ins.ts';
import { lookUp, type Passing, passDeadline } from './deadline/passing.ts';
import { checkProgress, groupDecisions, readMaintained } from './deadline/progress.ts';
import { World } from './deadline/world.ts';
import { type Cost, medianOf, medianRatio, takeTurns } from './measure.ts';

const SMALL = Number(process.env.BENCH_SMALL ?? 1_000_000);
const LARGE_WITH_ROOM = 10_000_000;
const LARGE_WITHOUT = 5_000_000;
/** Ten million accounts, their decisions and the log of both being written. */
const ROOM_BYTES = 12e9;
const ROUNDS = 5;
const CLIENTS = 8;
/** What a sweep every few seconds leaves unfolded, and what many minutes without a worker do. */
const SHORT_TAIL = 100;
const LONG_TAIL = 50_000;
const SHORT_TAIL_READS = 200;
const LONG_TAIL_READS = 5;
const MAX_GROWTH = 1.5;
const MIN_GAIN = 100;
const MIN_SHARE_OF_BARE = 0.7;

/** The main promise: the state, the progress and the deadline of a migration cost the same however many accounts there are. */
export const deadline: Benchmark = {
  name: 'deadline',
  describe: 'A deadline, look-ups, progress and opt-ins of a migration, with few and many accounts.',
  run: async (context) => {
    const large = process.env.BENCH_LARGE ? Number(process.env.BENCH_LARGE) : await largeSize();
    const worlds = {
      small: await World.create(context.databaseUrl, SMALL, CLIENTS, context.log),
      large: await World.create(await context.createDatabase(), large, CLIENTS, context.log),
    };
    try {
      return await measure(worlds, context);
    } finally {
      await Promise.all(Object.values(worlds).map((world) => world.close()));
    }
  },
};

interface Worlds {
  readonly small: World;
  readonly large: World;
}

async function measure({ small, large }: Worlds, { log }: BenchmarkContext): Promise<Figure[]> {
  const both = { small: accountsOf(small), large: accountsOf(large) };
  await Promise.all([small.addTail(SHORT_TAIL), large.addTail(SHORT_TAIL)]);
  const passing = await takeTurns(ROUNDS, { small: () => passDeadline(small), large: () => passDeadline(large) });
  log('deadlines have passed');
  const lookUps = await takeTurns(ROUNDS, { small: () => lookUp(small), large: () => lookUp(large) });
  log('states were looked up');
  const progress = await takeTurns(ROUNDS, {
    maintained: () => readMaintained(large, SHORT_TAIL_READS),
    grouped: () => groupDecisions(large),
  });
  log('progress was read');
  await large.addTail(LONG_TAIL);
  const behind = await takeTurns(ROUNDS, {
    maintained: () => readMaintained(large, LONG_TAIL_READS),
    grouped: () => groupDecisions(large),
  });
  await checkProgress(large);
  await large.settle();
  log('progress was read with a long tail');
  await preparePeer(large);
  const eight = await measureOptIns(large, CLIENTS);
  log(`${CLIENTS} clients have opted in`);
  const one = await measureOptIns(large, 1);
  await checkProgress(large);
  return [
    ...passingFigures(passing, both, large.accounts),
    growth(`look-up of a state, ${both.large}`, lookUps, `look-up, ${both.small}`, ({ elapsedUs }) => elapsedUs, 'µs'),
    gain(`progress read, ${SHORT_TAIL} events unfolded, ${both.large}`, progress, { atLeast: MIN_GAIN }),
    gain(`progress read, ${LONG_TAIL} events unfolded, ${both.large}`, behind, {}),
    ...optInFigures(eight, `${CLIENTS} clients`, { atLeast: MIN_SHARE_OF_BARE }),
    ...optInFigures(one, '1 client', {}),
  ];
}

function passingFigures(
  passing: Record<'small' | 'large', Passing[]>,
  both: Record<'small' | 'large', string>,
  accounts: number,
): Figure[] {
  const rows = passing.large.concat(passing.small).reduce((sum, { rowsWritten }) => sum + rowsWritten, 0);
  return [
    {
      name: 'rows of accounts and decisions written by the deadline',
      value: rows,
      unit: 'rows',
      peer: `of ${both.large}`,
      peerValue: accounts,
      ratio: rows / accounts,
      target: 'ratio = 0',
      holds: rows === 0,
    },
    growth(`the deadline recorded, ${both.large}`, passing, `the same, ${both.small}`, ({ elapsedMs }) => elapsedMs, 'ms'),
    growth(`log written by the deadline, ${both.large}`, passing, `the same, ${both.small}`, ({ walBytes }) => walBytes, 'bytes'),
  ];
}

/** How a cost grows from few to many accounts. */
function growth<Result>(
  name: string,
  { small, large }: Record<'small' | 'large', Result[]>,
  peer: string,
  pick: (result: Result) => number,
  unit: string,
): Figure {
  const figure = { name, value: medianOf(large, pick), unit, peer, peerValue: medianOf(small, pick) };
  return { ...figure, ...judged(medianRatio(large, small, pick), { atMost: MAX_GROWTH }) };
}

/** How many times faster the maintained numbers are than counting. */
function gain(name: string, { maintained, grouped }: Record<'maintained' | 'grouped', Cost[]>, target: Target): Figure {
  const elapsed = ({ elapsedUs }: Cost) => elapsedUs;
  return {
    name,
    value: medianOf(maintained, elapsed),
    unit: 'µs',
    peer: 'GROUP BY over the decisions',
    peerValue: medianOf(grouped, elapsed),
    ...judged(medianRatio(grouped, maintained, elapsed), target),
  };
}

function optInFigures({ bare, statement, service }: OptInCosts, clients: string, target: Target): Figure[] {
  const rate = (name: string, costs: Cost[]): Figure => {
    const ratio = medianRatio(bare, costs, ({ elapsedUs }) => elapsedUs);
    const perSecond = (of: Cost[]) => medianOf(of, ({ elapsedUs }) => 1e6 / elapsedUs);
    const figure = { name: `${name}, ${clients}`, value: perSecond(costs), unit: 'per second', peer: 'bare insert of the decision' };
    return { ...figure, peerValue: perSecond(bare), ...judged(ratio, target) };
  };
  return [
    rate('opt-in with its event, by the statement', statement),
    rate('opt-in with its event, by the service', service),
    cpu(`CPU of an opt-in by the service, ${clients}`, service, bare),
  ];
}

/** Of this process and the server together. */
function cpu(name: string, ours: Cost[], bare: Cost[]): Figure {
  const both = ({ ownCpuUs, serverCpuUs }: Cost) => ownCpuUs + (serverCpuUs ?? Number.NaN);
  const figure = { name, value: medianOf(ours, both), unit: 'µs', peer: 'bare insert of the decision', peerValue: medianOf(bare, both) };
  return { ...figure, ...judged(medianRatio(ours, bare, both)) };
}

function accountsOf({ accounts }: World): string {
  return `${accounts.toLocaleString('en')} accounts`;
}

async function largeSize(): Promise<number> {
  const { bavail, bsize } = await statfs(tmpdir());
  return bavail * bsize >= ROOM_BYTES ? LARGE_WITH_ROOM : LARGE_WITHOUT;
}
