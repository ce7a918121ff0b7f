/** What a benchmark is: it measures figures of ours beside a peer or limit, in the same run, and says whether each holds. */

/** One measured figure beside its peer. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it is measured against. */
  readonly peer: string;
  readonly peerValue: number;
  /** The value as a share of the peer's, in the sense the target is stated in. */
  readonly ratio: number;
  /** What must hold, for people: e.g. `ratio >= 0.5`. */
  readonly target: string;
  readonly holds: boolean;
}

/** What is asked of a ratio; of one that is only reported, nothing. */
export interface Target {
  readonly atLeast?: number | undefined;
  readonly atMost?: number | undefined;
}

/** The ratio of a figure with what is asked of it, in words, and whether that holds. Without a target it is only reported. */
export function judged(ratio: number, { atLeast, atMost }: Target = {}): Pick<Figure, 'ratio' | 'target' | 'holds'> {
  if (atLeast !== undefined) return { ratio, target: `ratio >= ${atLeast}`, holds: ratio >= atLeast };
  if (atMost !== undefined) return { ratio, target: `ratio <= ${atMost}`, holds: ratio <= atMost };
  return { ratio, target: 'none', holds: true };
}

/** What a benchmark is given to run with. */
export interface BenchmarkContext {
  /** Of an empty, migrated database on a server made for this benchmark. */
  readonly databaseUrl: string;
  /** Makes a further empty, migrated database on that server. @returns its connection string */
  readonly createDatabase: () => Promise<string>;
  /** Tells the person who waits what is going on. */
  readonly log: (line: string) => void;
}

/** A benchmark, run by name. */
export interface Benchmark {
  readonly name: string;
  /** One sentence for people. */
  readonly describe: string;
  run(context: BenchmarkContext): Promise<Figure[]>;
}

/** What a benchmark throws on a machine that lacks what it measures with: neither held nor missed. The message says what to install. */
export class MissingTool extends Error {}

/** The median of at least one number: robust against the one round that something else disturbed. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
