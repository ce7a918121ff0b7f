/**
 * What a sweep is. A sweep does all of one kind of work that is due by now and may run at any time, any number of
 * times, in several processes at once: it takes its rows with `FOR UPDATE SKIP LOCKED` or writes what is there already.
 */
import { z } from 'zod';
import type { Config } from '../src/config.ts';

/** What a run says when it is done. */
export interface SweepResult {
  /** When the next thing of this kind falls due, on the injected clock; null or nothing where none is known. */
  readonly nextDueAt?: Date | null | undefined;
}

/** One recurring piece of work of the worker. */
export interface Sweep<Deps> {
  /** Unique and lasting: it names the tick in Agenda's table and the row in `sweep`. */
  readonly name: string;
  /** How often it runs where nothing wakes it, in milliseconds. */
  readonly every: (config: Config) => number;
  /** Whether it reacts to events: then every wake of the log runs it at once. */
  readonly wakes: boolean;
  /** What its tick carries, checked when queued and again when run: the row may have been written by another version. */
  readonly payload: z.ZodType;
  /**
   * Does what is due. Throwing means that it is tried again at the next tick.
   *
   * @param signal aborted when the worker stops: finish the batch at hand and return
   */
  run(deps: Deps, signal: AbortSignal): Promise<SweepResult | void>;
}

/** What {@link defineSweep} takes; see {@link Sweep}. */
export interface SweepDefinition<Deps> extends Pick<Sweep<Deps>, 'name' | 'run'> {
  /** Milliseconds by the settings; {@link eachInterval} unless told. */
  readonly every?: Sweep<Deps>['every'];
  /** True unless told. */
  readonly wakes?: boolean;
}

/** The configured interval of sweeps, in milliseconds. */
export const eachInterval = (config: Config): number => config.SWEEP_INTERVAL_SECONDS * 1_000;

/** A sweep's tick carries nothing: whatever there is to do is in our own tables. */
const NOTHING = z.strictObject({});

/** Defines a sweep, with the defaults of one that moves what events set in motion. */
export function defineSweep<Deps>(definition: SweepDefinition<Deps>): Sweep<Deps> {
  const { name, every = eachInterval, wakes = true, run } = definition;
  return { name, every, wakes, payload: NOTHING, run };
}
