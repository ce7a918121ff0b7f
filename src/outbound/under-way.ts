/** Attempts that are begun at once. Most end within milliseconds; more would only make all of them wait for the processor. */
const LANES = 32;
/** An attempt that takes longer waits for its receiver, which costs us nothing: its lane is free for the next. */
const SLOW_AFTER_MS = 250;
/** Of one process, slow ones included: each holds what it sends and a connection. */
const MAX_UNDER_WAY = 512;

/**
 * The attempts of one process that are under way, each for a receiver. A lane is taken for a quarter of a second at most, so that
 * many silent receivers keep nobody else waiting for long, until 512 attempts at them are under way.
 */
export class UnderWay<Receiver> {
  private readonly attempts = new Set<Promise<void>>();
  private readonly perReceiver = new Map<Receiver, number>();
  private taken = 0;
  private wakeUp: (() => void) | undefined;
  private kicked = false;

  /** @param maxPerReceiver how many attempts at one receiver may be under way */
  constructor(private readonly maxPerReceiver: number) {}

  /** How many attempts have not ended. */
  get size(): number {
    return this.attempts.size;
  }

  /** How many attempts can be begun now. */
  get freeLanes(): number {
    return Math.min(LANES - this.taken, MAX_UNDER_WAY - this.attempts.size);
  }

  /** Receivers for which no more can be begun here. */
  get busy(): Receiver[] {
    return [...this.perReceiver].filter(([, count]) => count >= this.maxPerReceiver).map(([receiver]) => receiver);
  }

  /** @param attempt never rejects */
  begin(receiver: Receiver, attempt: () => Promise<void>): void {
    this.perReceiver.set(receiver, (this.perReceiver.get(receiver) ?? 0) + 1);
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
      const left = this.perReceiver.get(receiver)! - 1;
      if (left > 0) this.perReceiver.set(receiver, left);
      else this.perReceiver.delete(receiver);
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
