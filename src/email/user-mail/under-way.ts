import { MAX_UNDER_WAY_PER_ACCOUNT } from './user-mail.rules.ts';

/** Attempts that are begun at once. Most end within milliseconds; more would only make all of them wait for the processor. */
const LANES = 32;
/** An attempt that takes longer waits for its provider, which costs us nothing: its lane is free for the next. */
const SLOW_AFTER_MS = 250;
/** Of one process, slow ones included: each holds a composed mail and a connection. */
const MAX_UNDER_WAY = 512;

/**
 * The attempts of one process that are under way. A lane is taken for a quarter of a second at most, so that silent servers of many
 * accounts keep nobody else waiting for long, until 512 of their mails are under way.
 */
export class UnderWay {
  private readonly attempts = new Set<Promise<void>>();
  private readonly perAccount = new Map<number, number>();
  private taken = 0;
  private wakeUp: (() => void) | undefined;
  private kicked = false;

  /** How many attempts have not ended. */
  get size(): number {
    return this.attempts.size;
  }

  /** How many attempts can be begun now. */
  get freeLanes(): number {
    return Math.min(LANES - this.taken, MAX_UNDER_WAY - this.attempts.size);
  }

  /** Accounts of which no more can be begun here. */
  get busyAccounts(): number[] {
    return [...this.perAccount].filter(([, count]) => count >= MAX_UNDER_WAY_PER_ACCOUNT).map(([accountNumber]) => accountNumber);
  }

  /** @param attempt never rejects */
  begin(accountNumber: number, attempt: () => Promise<void>): void {
    this.perAccount.set(accountNumber, (this.perAccount.get(accountNumber) ?? 0) + 1);
    this.taken += 1;
    let onLane = true;
    const leaveLane = () => {
      if (onLane) this.taken -= 1;
      onLane = false;
      this.kick();
    };
    const slow = setTimeout(leaveLane, SLOW_AFTER_MS);
    const running = attempt().finally(() => {
      clearTimeout(slow);
      this.attempts.delete(running);
      const left = this.perAccount.get(accountNumber)! - 1;
      if (left > 0) this.perAccount.set(accountNumber, left);
      else this.perAccount.delete(accountNumber);
      leaveLane();
    });
    this.attempts.add(running);
  }

  /** Lets whoever waits for a change go on. */
  kick(): void {
    this.kicked = true;
    this.wakeUp?.();
  }

  /** Resolves when an attempt has ended, a lane is free again or {@link kick} was called since the last time, or after so long. */
  async changed(timeoutMs: number): Promise<void> {
    if (!this.kicked) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.wakeUp = resolve;
        timer = setTimeout(resolve, timeoutMs);
      });
      clearTimeout(timer);
    }
    this.wakeUp = undefined;
    this.kicked = false;
  }

  /** Resolves once none is under way. */
  async allEnded(): Promise<void> {
    while (this.attempts.size > 0) await Promise.allSettled(this.attempts);
  }
}
