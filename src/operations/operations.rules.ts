/** What operators see of the machinery. */

/** The queues there are. */
export const QUEUES = ['REMINDER_MAIL', 'USER_MAIL', 'WEBHOOK'] as const;

/** See {@link QUEUES}. */
export type QueueName = (typeof QUEUES)[number];

/** How a run of a sweep ends. */
export const SWEEP_OUTCOMES = ['SUCCEEDED', 'FAILED'] as const;

/** A sweep as whichever worker last ran it. */
export interface SweepView {
  readonly name: string;
  readonly outcome: (typeof SWEEP_OUTCOMES)[number];
  /** When it last succeeded. */
  readonly finishedAt: Date | null;
  readonly durationMs: number | null;
  readonly failedAt: Date | null;
  readonly lastError: string | null;
  /** When it runs again at the latest. */
  readonly nextRunAt: Date | null;
  /** When the next piece of its work falls due, where one is known. */
  readonly nextWorkAt: Date | null;
  readonly isLate: boolean;
}

/** What was given up. */
export interface QueueFailure {
  readonly id: string;
  readonly failedAt: Date | null;
  readonly attempts: number;
  /** For people: an address, an account, a host. */
  readonly to: string | null;
  readonly error: string | null;
}

/** How a queue stands. */
export interface QueueView {
  readonly name: QueueName;
  readonly queued: number;
  /** Of the queued ones. */
  readonly due: number;
  readonly sending: number;
  /** Of those queued or under way; null where none is due. */
  readonly oldestDueAt: Date | null;
  readonly failed: number;
  /** The latest of them. */
  readonly failures: readonly QueueFailure[];
}

/** How many failures a queue shows. */
export const SHOWN_FAILURES = 20;
/** How many are tried again at once, so that a transaction stays short. */
export const MAX_RETRIED = 1_000;
