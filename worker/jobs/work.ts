import type { SweepResult } from '../kit.ts';

/** What the sweeps call, as they see it: the services of the house that do the work. */
export interface Work {
  readonly calendar: { advance(signal: AbortSignal): Promise<SweepResult> };
  readonly counts: { fold(signal: AbortSignal): Promise<unknown> };
  readonly reminders: {
    expandMilestones(signal: AbortSignal): Promise<SweepResult | void>;
    composeMails(signal: AbortSignal): Promise<SweepResult | void>;
  };
  readonly noticeSweep: { updateNotices(signal: AbortSignal): Promise<SweepResult | void> };
  readonly delivery: { deliverDue(signal: AbortSignal): Promise<SweepResult | void> };
  readonly purge: { run(signal: AbortSignal): Promise<unknown> };
}
