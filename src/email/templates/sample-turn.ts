import { setImmediate as others } from 'node:timers/promises';
import pLimit from 'p-limit';
import { GracelineError } from '../../errors.ts';

/** Samples of one account that may wait: what a request can ask for at most, twice. */
const MAX_WAITING = 40;
const RETRY_AFTER_SECONDS = 5;

/**
 * Lets samples be filled in one after another, whoever asks: each may take all the time a template may have, and side by side
 * they would hold everybody up for as long as all of them take together.
 */
export class SampleTurn {
  private readonly turn = pLimit(1);
  private readonly waiting = new Map<number, number>();

  /**
   * Does it when those before are done; whatever else waits for the process comes first.
   *
   * @throws GracelineError RATE_LIMITED where too much of the account waits already; what `work` throws
   */
  async take<T>(accountNumber: number, work: () => T): Promise<T> {
    const before = this.waiting.get(accountNumber) ?? 0;
    if (before >= MAX_WAITING)
      throw new GracelineError('RATE_LIMITED', `Too many previews are asked for at once. Try again in ${RETRY_AFTER_SECONDS} s.`, {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    this.waiting.set(accountNumber, before + 1);
    try {
      return await this.turn(async () => {
        await others();
        return work();
      });
    } finally {
      const left = this.waiting.get(accountNumber)! - 1;
      if (left > 0) this.waiting.set(accountNumber, left);
      else this.waiting.delete(accountNumber);
    }
  }
}
