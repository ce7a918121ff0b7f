import type { Sweep } from './kit.ts';
import { type RunnerOptions, SweepLoop } from './sweep-loop.ts';

/** Liveness and freshness fail after this many intervals without a run: fewer would fail on one slow run. */
const STALE_AFTER_INTERVALS = 4;

/** The sweeps of one process: runs each when told to, never one of them twice at the same time. */
export class SweepRunner<Deps> {
  private readonly loops = new Map<string, SweepLoop<Deps>>();
  private readonly stopping = new AbortController();

  constructor(
    readonly sweeps: readonly Sweep<Deps>[],
    deps: Deps,
    options: RunnerOptions,
  ) {
    for (const sweep of sweeps) this.loops.set(sweep.name, new SweepLoop(sweep, deps, this.stopping.signal, options));
  }

  /** Runs everything once: whatever fell due while nobody was there. */
  start(): void {
    for (const loop of this.loops.values()) loop.trigger();
  }

  /** Runs one sweep soon: at once, or as soon as its run under way is done. Unknown names are of another version. */
  trigger(name: string): void {
    this.loops.get(name)?.trigger();
  }

  /** Runs every sweep that reacts to events. */
  wake(): void {
    for (const loop of this.loops.values()) if (loop.sweep.wakes) loop.trigger();
  }

  /** Whether every sweep came to an end lately, well or not: a process that fails for want of a database is alive. */
  isAlive(): boolean {
    return this.stale((loop) => loop.sinceLastRunMs()).length === 0;
  }

  /** The sweeps that have not succeeded lately. */
  staleSweeps(): string[] {
    return this.stale((loop) => loop.sinceLastSuccessMs());
  }

  /**
   * Starts no more runs and tells those under way to end.
   *
   * @param withinMs how long to wait for them
   * @returns the names of those that did not end in time
   */
  async stop(withinMs: number): Promise<string[]> {
    this.stopping.abort();
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, withinMs)));
    const loops = [...this.loops.values()];
    await Promise.race([Promise.all(loops.map((loop) => loop.ended())), timeout]);
    clearTimeout(timer);
    return loops.filter((loop) => loop.isRunning).map((loop) => loop.sweep.name);
  }

  private stale(sinceMs: (loop: SweepLoop<Deps>) => number): string[] {
    return [...this.loops.values()].filter((loop) => sinceMs(loop) > STALE_AFTER_INTERVALS * loop.everyMs).map((loop) => loop.sweep.name);
  }
}
