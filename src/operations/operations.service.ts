import { requireOperator } from '../accounts/visibility.ts';
import type { Actor } from '../auth/actor.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { readSweepRuns, type SweepRun } from '../db/sweep-runs.ts';
import type { QueueName, QueueView, SweepView } from './operations.rules.ts';

/** Knows how its queue stands. */
export interface QueueSource {
  /** @param now decides what is due */
  queueView(now: Date): Promise<Omit<QueueView, 'name'>>;
}

/** A sweep that has not run so many intervals after it should have. One alone may be a slow run. */
const LATE_AFTER_INTERVALS = 3;

/** What operators watch: the workers, and what waits to be sent. */
export class OperationsService {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly sources: Readonly<Record<QueueName, QueueSource>>,
  ) {}

  /**
   * The sweeps that have ever run, by name.
   *
   * @throws GracelineError FORBIDDEN
   */
  async sweeps(actor: Actor): Promise<SweepView[]> {
    requireOperator(actor);
    const now = this.clock.now();
    return (await readSweepRuns(this.db)).map((run) => sweepView(run, now));
  }

  /**
   * Every queue.
   *
   * @throws GracelineError FORBIDDEN
   */
  async queues(actor: Actor): Promise<QueueView[]> {
    requireOperator(actor);
    const now = this.clock.now();
    const names = Object.keys(this.sources) as QueueName[];
    return Promise.all(names.map(async (name) => ({ name, ...(await this.sources[name].queueView(now)) })));
  }
}

function sweepView({ everyMs, ...run }: SweepRun, now: Date): SweepView {
  const { finishedAt, failedAt } = run;
  const failed = failedAt !== null && (finishedAt === null || failedAt > finishedAt);
  const endedAt = failed ? failedAt : finishedAt;
  // Written by a worker of before there was an interval in the row, nothing is known of the next run.
  const after = (intervals: number) => (endedAt && everyMs !== null ? new Date(endedAt.getTime() + intervals * everyMs) : null);
  const lateAt = after(LATE_AFTER_INTERVALS);
  return { ...run, outcome: failed ? 'FAILED' : 'SUCCEEDED', nextRunAt: after(1), isLate: lateAt !== null && now > lateAt };
}
