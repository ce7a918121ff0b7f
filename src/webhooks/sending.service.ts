import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import type { Wake } from '../events/wake.ts';
import { UnderWay } from '../outbound/under-way.ts';
import type { WebhookAttempts } from './attempts.service.ts';
import {
  claimDeliveries,
  type ClaimedDelivery,
  FIRST_ENDPOINT,
  nextDeliveryDueAt,
  skipDeliveries,
  takeOverDeliveries,
} from './claims.repository.ts';
import { ATTEMPT_TIMEOUT_MS, MAX_UNDER_WAY_PER_ENDPOINT } from './webhook.rules.ts';

/** One run of the sweep; what is under way then goes on beside the next. The worker counts as alive by runs that end. */
const RUN_MS = 3_000;
/** Between two looks for deliveries that nobody rang for. */
const POLL_MS = 1_000;
/** A claim outlives its attempt, and what is read and written around it, by this. */
const CLAIM_MARGIN_MS = 15_000;
/** Deliveries that are skipped in one statement. */
const BATCH = 500;
/** What attempts under way get to end by themselves when the process stops. */
const STOP_MS = 500;

/**
 * Sends webhooks. Any number of processes may do so at once. A receiver may get one twice, where a process dies before it wrote
 * down the answer, and knows it by its id.
 */
export class WebhookSender {
  private readonly underWay = new UnderWay<string>(MAX_UNDER_WAY_PER_ENDPOINT);
  /** The endpoint whose turn was last. */
  private turn = FIRST_ENDPOINT;
  private tendedAt = -Infinity;
  private fault: Error | undefined;

  constructor(
    private readonly db: Database,
    private readonly wake: Pick<Wake, 'onWake'>,
    private readonly clock: Clock,
    private readonly attempts: Pick<WebhookAttempts, 'make'>,
  ) {}

  /**
   * Sends what is due, and what falls due meanwhile, until nothing is or three seconds have passed. Slow attempts may be
   * under way after it; they hold up no other endpoint, and the next run goes on beside them. Called by the worker's sweep.
   *
   * @param signal once aborted nothing more is begun; resolves when what is under way has ended
   * @throws whatever the database threw; claims it left behind end by themselves
   */
  async deliverDue(signal: AbortSignal): Promise<{ nextDueAt: Date | null }> {
    this.tendedAt = -Infinity;
    const endsAt = performance.now() + RUN_MS;
    const stopListening = this.wake.onWake(() => this.underWay.kick());
    const stopOnAbort = () => this.underWay.kick();
    signal.addEventListener('abort', stopOnAbort, { once: true });
    try {
      while (!signal.aborted && performance.now() < endsAt) {
        await this.tend();
        const begun = await this.beginDue();
        this.throwFault();
        if (begun > 0) continue;
        if (this.underWay.size === 0) break;
        await this.underWay.changed(POLL_MS);
      }
      if (signal.aborted) await this.underWay.allEnded();
      return { nextDueAt: this.underWay.size > 0 ? this.clock.now() : await nextDeliveryDueAt(this.db) };
    } finally {
      signal.removeEventListener('abort', stopOnAbort);
      stopListening();
    }
  }

  /** Waits a moment for what is under way; the rest is taken over by another process. Nothing may be begun any more. */
  async close(): Promise<void> {
    await Promise.race([this.underWay.allEnded(), sleep(STOP_MS, undefined, { ref: false })]);
  }

  private throwFault(): void {
    const { fault } = this;
    this.fault = undefined;
    if (fault) throw fault;
  }

  /** At the beginning of a run and once a second. */
  private async tend(): Promise<void> {
    if (performance.now() - this.tendedAt < POLL_MS) return;
    const now = this.clock.now();
    await takeOverDeliveries(this.db, now);
    for (let skipped = BATCH; skipped === BATCH;) skipped = await skipDeliveries(this.db, now, BATCH);
    this.tendedAt = performance.now();
  }

  /** Claims what there are lanes for and begins it. Returns how many. */
  private async beginDue(): Promise<number> {
    const { freeLanes, busy } = this.underWay;
    if (freeLanes <= 0) return 0;
    const now = this.clock.now();
    const until = new Date(now.getTime() + ATTEMPT_TIMEOUT_MS + CLAIM_MARGIN_MS);
    const endpoints = Math.ceil(freeLanes / MAX_UNDER_WAY_PER_ENDPOINT);
    const { deliveries, turn } = await claimDeliveries(this.db, { now, until, endpoints, after: this.turn, busy });
    this.turn = turn;
    for (const claim of deliveries) this.underWay.begin(claim.endpointId, () => this.deliver(claim));
    return deliveries.length;
  }

  /** Never rejects: the run under way or the next one throws what went wrong. */
  private async deliver(claim: ClaimedDelivery): Promise<void> {
    try {
      await this.attempts.make(claim);
    } catch (error) {
      this.fault ??= error instanceof Error ? error : new Error('Not an error was thrown.', { cause: error });
    }
  }
}
