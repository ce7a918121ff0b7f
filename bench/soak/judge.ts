/** What is made of a soak: whether memory grows, answers slow down, or anything is left. */
import { type Figure, judged } from '../benchmark.ts';
import type { Open } from '../fanout/child.ts';

/** Of one process, once nothing in it is garbage. */
export interface Memory {
  readonly rssMb: number;
  readonly heapMb: number;
}

/** One part of the soak. */
export interface Window {
  /** When it ended. */
  readonly minute: number;
  readonly api: Memory;
  readonly worker: Memory;
  readonly readsMs: readonly number[];
  readonly optInsMs: readonly number[];
}

/** What is open at an instant without traffic. */
export interface Standing {
  readonly api: Open;
  readonly worker: Open;
  /** To PostgreSQL. */
  readonly connections: number;
}

/** A process that still grows in its last third, after caches have filled, will go on. */
const MOST_MEMORY = 1.1;
const MOST_P99 = 1.5;

/** The figures of a soak. @param windows in six parts of the same length */
export function judge(windows: readonly Window[], before: Standing, after: Standing, errors: number, requests: number): Figure[] {
  const [second, last] = [windows.slice(2, 4), windows.slice(4)];
  const against = (name: string, unit: string, pick: (part: readonly Window[]) => number, most: number): Figure => {
    const [value, peerValue] = [pick(last), pick(second)];
    return {
      name: `${name}, last third`,
      value,
      unit,
      peer: 'its second third',
      peerValue,
      ...judged(value / peerValue, { atMost: most }),
    };
  };
  const mean = (pick: (window: Window) => number) => (part: readonly Window[]) =>
    part.reduce((sum, window) => sum + pick(window), 0) / part.length;
  const slowest = (pick: (window: Window) => readonly number[]) => (part: readonly Window[]) => p99(part.flatMap(pick));
  const left = more(before, after);
  return [
    against(
      'heap of the API',
      'MB',
      mean(({ api }) => api.heapMb),
      MOST_MEMORY,
    ),
    against(
      'memory of the API',
      'MB',
      mean(({ api }) => api.rssMb),
      MOST_MEMORY,
    ),
    against(
      'heap of the worker',
      'MB',
      mean(({ worker }) => worker.heapMb),
      MOST_MEMORY,
    ),
    against(
      'memory of the worker',
      'MB',
      mean(({ worker }) => worker.rssMb),
      MOST_MEMORY,
    ),
    against(
      'p99 of a read',
      'ms',
      slowest(({ readsMs }) => readsMs),
      MOST_P99,
    ),
    against(
      'p99 of an opt-in',
      'ms',
      slowest(({ optInsMs }) => optInsMs),
      MOST_P99,
    ),
    none('handles, connections and listeners left', left.length, 'open before', total(before)),
    none('errors', errors, 'requests', requests),
  ];
}

/** What there is more of than before, in words, e.g. `API: TCPSocketWrap 4, before 3`. */
export function more(before: Standing, after: Standing): string[] {
  const grown = (whose: string, then: Open, now: Open) =>
    Object.entries(now)
      .filter(([kind, count]) => !PASSING.includes(kind) && count > (then[kind] ?? 0))
      .map(([kind, count]) => `${whose}: ${kind} ${count}, before ${then[kind] ?? 0}`);
  const connections = { connections: before.connections };
  return [
    ...grown('API', before.api, after.api),
    ...grown('worker', before.worker, after.worker),
    ...grown('PostgreSQL', connections, { connections: after.connections }),
  ];
}

/** Of each kind the lesser number of two looks. */
export function leastOf(one: Standing, other: Standing): Standing {
  const lesser = (a: Open, b: Open) =>
    Object.fromEntries(Object.entries(a).flatMap(([kind, count]) => (kind in b ? [[kind, Math.min(count, b[kind]!)]] : [])));
  return {
    api: lesser(one.api, other.api),
    worker: lesser(one.worker, other.worker),
    connections: Math.min(one.connections, other.connections),
  };
}

/** How fast a number grows by the least squares through it, in units an hour. */
export function slope(windows: readonly Window[], pick: (window: Window) => number): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [windows.map(({ minute }) => minute / 60), windows.map(pick)];
  const [middleX, middleY] = [mean(x), mean(y)];
  const along = x.reduce((sum, one, i) => sum + (one - middleX) * (y[i]! - middleY), 0);
  return along / x.reduce((sum, one) => sum + (one - middleX) ** 2, 0);
}

/** In ms. */
export function p99(latenciesMs: readonly number[]): number {
  const sorted = latenciesMs.toSorted((a, b) => a - b);
  return sorted[Math.floor(0.99 * (sorted.length - 1))] ?? Number.NaN;
}

/** Are there or not at any instant, with or without traffic: of the question itself, and of sweeps between two looks. */
const PASSING: readonly string[] = ['Immediate', 'Timeout', 'FSReqPromise', 'FSReqCallback', 'TTYWrap'];

function none(name: string, value: number, peer: string, peerValue: number): Figure {
  return { name, value, unit: '', peer, peerValue, ratio: value / peerValue, target: 'value = 0', holds: value === 0 };
}

function total({ api, worker, connections }: Standing): number {
  const sum = (open: Open) => Object.values(open).reduce((all, count) => all + count, 0);
  return sum(api) + sum(worker) + connections;
}
