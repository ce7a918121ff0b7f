/** What is true of the whole platform at an instant, whichever process is asked: what PostgreSQL knows. */
import type { SweepRun } from '../db/sweep-runs.ts';
import type { Progress } from '../rollouts/counts.ts';

/** How a line of work stands. */
export interface LineFigures {
  /** In lower case, e.g. `reminder_mail`. */
  readonly name: string;
  readonly queued: number;
  /** Of the queued ones. */
  readonly due: number;
  readonly sending: number;
  /** Given up. */
  readonly failed: number;
  /** Of those neither done nor given up; null where none is due. */
  readonly oldestDueAt: Date | null;
}

/** How far a migration is that is open somewhere. */
export interface RolloutFigures extends Progress {
  /** Its key. */
  readonly migration: string;
  /** Null while nobody knows the day. */
  readonly deadline: Date | null;
}

/** See the top of this file. */
export interface Figures {
  /** The present instant they were read at, on the injected clock. */
  readonly at: Date;
  readonly rollouts: readonly RolloutFigures[];
  readonly sweeps: readonly SweepRun[];
  readonly lines: readonly LineFigures[];
}
