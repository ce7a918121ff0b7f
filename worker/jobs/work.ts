import type { SweepResult } from '../kit.ts';

/** What the sweeps call, as they see it: the services of the house that do the work. */
export interface Work {
  /** Rung where a sweep made work for the next one, which would else wait for its own tick. */
  readonly wake: { ring(): void };
  readonly calendar: { advance(signal: AbortSignal): Promise<SweepResult> };
  readonly counts: { fold(signal: AbortSignal): Promise<unknown> };
  readonly reminders: {
    expandMilestones(signal: AbortSignal): Promise<SweepResult & { readonly added: number }>;
    composeMails(signal: AbortSignal): Promise<SweepResult & { readonly composed: number }>;
  };
  readonly noticeSweep: { updateNotices(signal: AbortSignal): Promise<SweepResult | void> };
  readonly delivery: { deliverDue(signal: AbortSignal): Promise<SweepResult | void> };
  readonly idempotency: { purge(signal: AbortSignal): Promise<unknown> };
  readonly usage: { purge(signal: AbortSignal): Promise<unknown> };
  readonly mailPurge: { run(signal: AbortSignal): Promise<unknown> };
  readonly userMailSender: { deliverDue(signal: AbortSignal): Promise<SweepResult | void> };
  readonly userMailPurge: { run(signal: AbortSignal): Promise<unknown> };
  readonly chain: { run(signal: AbortSignal): Promise<unknown> };
  readonly webhookQueue: { queueFromLog(signal: AbortSignal): Promise<SweepResult & { readonly queued: number }> };
  readonly webhookSender: { deliverDue(signal: AbortSignal): Promise<SweepResult | void> };
  readonly webhookPurge: { run(signal: AbortSignal): Promise<unknown> };
  readonly sessions: { purge(signal: AbortSignal): Promise<unknown> };
  readonly purge: { run(signal: AbortSignal): Promise<unknown> };
}
