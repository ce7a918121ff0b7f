import type { Logger } from 'pino';
import type { Clock } from '../src/clock.ts';
import type { Config } from '../src/config.ts';
import type { Database } from '../src/db/database.ts';
import { recordFailure, recordSuccess } from '../src/db/sweep-runs.ts';
import type { Sweep } from './kit.ts';

/** Between two runs of a sweep: wakes come up to 100 times a second, and a run per wake would only repeat itself. */
const GAP_MS = 200;
/**
 * After this many intervals without a run the process runs the sweep itself. Ticks may go to other workers or be lost
 * (Agenda's row deleted, or locked by a killed worker); the work must not depend on that.
 */
const OVERDUE_AFTER_INTERVALS = 2;
/** A sweep that fails for longer does not heal by itself: then it is an error, which means that a person must act. */
const ERROR_AFTER_MS = 10 * 60_000;
/** A success is not written down more often; a busy log would otherwise rewrite it several times a second. */
const RECORD_EVERY_MS = 1_000;
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** What running sweeps needs besides what they work with. */
export interface RunnerOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly config: Config;
  /** Told of each run that ended, and how long it took. */
  readonly onRun?: ((sweep: string, outcome: 'succeeded' | 'failed', seconds: number) => void) | undefined;
}

/** One sweep in one process: at most one run at a time, and triggers during a run become one more run. */
export class SweepLoop<Deps> {
  readonly everyMs: number;
  private running: Promise<void> | undefined;
  private again = false;
  private timer: NodeJS.Timeout | undefined;
  /** Monotonic milliseconds; at first those of the start, so that a process has its time to run the first. */
  private lastRun = performance.now();
  private lastSuccess = this.lastRun;
  private failingSince: number | undefined;
  private recordedAt: Date | undefined;
  private earliest = -Infinity;

  constructor(
    readonly sweep: Sweep<Deps>,
    private readonly deps: Deps,
    private readonly signal: AbortSignal,
    private readonly options: RunnerOptions,
  ) {
    this.everyMs = sweep.every(options.config);
    signal.addEventListener('abort', () => clearTimeout(this.timer), { once: true });
  }

  get isRunning(): boolean {
    return this.running !== undefined;
  }

  /** Runs it as soon as it may. */
  trigger(): void {
    if (this.running) this.again = true;
    else this.runIn(this.earliest - performance.now());
  }

  /** Resolves once the run under way is done. */
  async ended(): Promise<void> {
    await this.running;
  }

  /** Milliseconds since a run came to an end, well or not. */
  sinceLastRunMs(): number {
    return performance.now() - this.lastRun;
  }

  /** Milliseconds since a run succeeded. */
  sinceLastSuccessMs(): number {
    return performance.now() - this.lastSuccess;
  }

  private runIn(delayMs: number): void {
    clearTimeout(this.timer);
    if (this.signal.aborted) return;
    if (delayMs > 0) this.timer = setTimeout(() => this.start(), Math.min(delayMs, MAX_TIMEOUT_MS));
    else this.start();
  }

  private start(): void {
    this.again = false;
    // Not called at once: a run that triggers its own sweep before its first await must find it running.
    this.running = Promise.resolve()
      .then(() => this.run())
      .then((untilNextMs) => {
        this.running = undefined;
        this.lastRun = performance.now();
        this.earliest = this.lastRun + GAP_MS;
        this.runIn(this.again ? GAP_MS : untilNextMs);
      });
  }

  /** Never rejects. Returns in how many milliseconds to run again where nothing triggers it sooner. */
  private async run(): Promise<number> {
    const overdueMs = OVERDUE_AFTER_INTERVALS * this.everyMs;
    const begun = performance.now();
    try {
      const result = await this.sweep.run(this.deps, this.signal);
      const ms = performance.now() - begun;
      await this.record(Math.round(ms), result?.nextDueAt ?? null);
      this.succeeded(ms);
      if (!result?.nextDueAt) return overdueMs;
      return Math.max(GAP_MS, Math.min(overdueMs, result.nextDueAt.getTime() - this.options.clock.now().getTime()));
    } catch (error) {
      this.failed(error, performance.now() - begun);
      await this.recordFailure(error);
      return overdueMs;
    }
  }

  private async record(durationMs: number, nextWorkAt: Date | null): Promise<void> {
    const now = this.options.clock.now();
    const sinceMs = this.recordedAt ? now.getTime() - this.recordedAt.getTime() : Infinity;
    if (sinceMs >= 0 && sinceMs < RECORD_EVERY_MS) return;
    const { name } = this.sweep;
    await recordSuccess(this.options.db, { name, finishedAt: now, durationMs, everyMs: this.everyMs, nextWorkAt });
    this.recordedAt = now;
  }

  /** Without the database, which is what most often fails, it stays unsaid there; the log has it. */
  private async recordFailure(error: unknown): Promise<void> {
    // The next success counts at once, or it would look as if it still failed.
    this.recordedAt = undefined;
    const { db, clock, log } = this.options;
    const message = error instanceof Error ? error.message : String(error);
    try {
      await recordFailure(db, this.sweep.name, this.everyMs, clock.now(), message);
    } catch (cause) {
      log.debug({ sweep: this.sweep.name, err: cause }, 'the failure of a sweep could not be recorded');
    }
  }

  private succeeded(ms: number): void {
    this.options.onRun?.(this.sweep.name, 'succeeded', ms / 1_000);
    if (this.failingSince !== undefined) this.options.log.info({ sweep: this.sweep.name }, 'sweep succeeds again');
    this.failingSince = undefined;
    this.lastSuccess = performance.now();
  }

  private failed(error: unknown, ms: number): void {
    this.options.onRun?.(this.sweep.name, 'failed', ms / 1_000);
    this.failingSince ??= performance.now();
    const level = performance.now() - this.failingSince > ERROR_AFTER_MS ? 'error' : 'warn';
    this.options.log[level]({ sweep: this.sweep.name, err: error }, 'sweep failed; it is tried again at its next tick');
  }
}
