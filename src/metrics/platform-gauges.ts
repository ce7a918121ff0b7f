import { Gauge, type Registry } from 'prom-client';
import type { Figures } from './figures.ts';

const MS_PER_SECOND = 1_000;

/** Shows the figures of the platform as gauges; while they cannot be read there are none of them, rather than old ones. */
export class PlatformGauges {
  private readonly accounts: Gauge<'migration' | 'state'>;
  private readonly deadline: Gauge<'migration'>;
  private readonly success: Gauge<'sweep'>;
  private readonly failure: Gauge<'sweep'>;
  private readonly duration: Gauge<'sweep'>;
  private readonly interval: Gauge<'sweep'>;
  private readonly items: Gauge<'queue' | 'state'>;
  private readonly oldest: Gauge<'queue'>;
  private readonly up: Gauge;

  constructor(registry: Registry) {
    const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
      new Gauge<Label>({ name: `graceline_${name}`, help, labelNames, registers: [registry] });
    this.up = gauge('database_up', 'Whether the figures of the platform could be read from PostgreSQL in time: 1 or 0.');
    this.accounts = gauge(
      'rollout_accounts',
      'Accounts that an open migration affects, each in one state: opted_in, new, mandatory, extended, exempt or pending.',
      'migration',
      'state',
    );
    this.deadline = gauge('rollout_deadline_timestamp_seconds', 'When an open migration becomes mandatory; none while TBD.', 'migration');
    this.success = gauge('sweep_last_success_timestamp_seconds', 'When a worker last ended a sweep well.', 'sweep');
    this.failure = gauge('sweep_last_failure_timestamp_seconds', 'When a worker last failed at a sweep.', 'sweep');
    this.duration = gauge('sweep_last_duration_seconds', 'How long the last run of a sweep took that ended well.', 'sweep');
    this.interval = gauge('sweep_interval_seconds', 'How often a sweep runs where nothing wakes it.', 'sweep');
    this.items = gauge('queue_items', 'What a queue holds: queued, of these due by now, sending, and failed for good.', 'queue', 'state');
    this.oldest = gauge(
      'queue_oldest_due_age_seconds',
      'How long the oldest piece of work of a queue has been due; 0 while none is.',
      'queue',
    );
  }

  /** @param figures null where they could not be read */
  show(figures: Figures | null): void {
    this.up.set(figures ? 1 : 0);
    // What is gone, e.g. a migration that is done, must not be shown for ever.
    for (const gauge of [this.accounts, this.deadline, this.success, this.failure, this.duration, this.interval, this.items, this.oldest])
      gauge.reset();
    if (!figures) return;
    this.showRollouts(figures);
    this.showSweeps(figures);
    this.showQueues(figures);
  }

  private showRollouts({ rollouts }: Figures): void {
    for (const { migration, deadline, optedIn, born, mandatory, extended, exempt, pending } of rollouts) {
      const states = { opted_in: optedIn, new: born, mandatory, extended, exempt, pending };
      for (const [state, count] of Object.entries(states)) this.accounts.set({ migration, state }, count);
      if (deadline) this.deadline.set({ migration }, deadline.getTime() / MS_PER_SECOND);
    }
  }

  private showSweeps({ sweeps }: Figures): void {
    for (const { name: sweep, finishedAt, failedAt, durationMs, everyMs } of sweeps) {
      if (finishedAt) this.success.set({ sweep }, finishedAt.getTime() / MS_PER_SECOND);
      if (failedAt) this.failure.set({ sweep }, failedAt.getTime() / MS_PER_SECOND);
      if (durationMs !== null) this.duration.set({ sweep }, durationMs / MS_PER_SECOND);
      if (everyMs !== null) this.interval.set({ sweep }, everyMs / MS_PER_SECOND);
    }
  }

  private showQueues({ lines, at }: Figures): void {
    for (const { name: queue, queued, due, sending, failed, oldestDueAt } of lines) {
      for (const [state, count] of Object.entries({ queued, due, sending, failed })) this.items.set({ queue, state }, count);
      this.oldest.set({ queue }, oldestDueAt ? Math.max(0, at.getTime() - oldestDueAt.getTime()) / MS_PER_SECOND : 0);
    }
  }
}
