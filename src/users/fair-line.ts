/** Costly work in lines: one line an account, and the accounts take turns. */

/** One piece of work that waits for its turn. */
interface Waiting {
  readonly begin: () => void;
  readonly refuse: () => void;
}

/**
 * Runs so much at once and lets so much wait. Whoever brings much work waits for their own: when no more may wait, the longest
 * line gives up its last, so that no account can fill the place of the others.
 */
export class FairLine {
  /** By account; whose turn is next comes first. No line is empty. */
  private readonly lines = new Map<number, Waiting[]>();
  private running = 0;
  private waiting = 0;

  /** @param refusal makes the error of work that may not wait */
  constructor(
    private readonly atOnce: number,
    private readonly maxWaiting: number,
    private readonly refusal: () => Error,
  ) {}

  /**
   * Does work of an account in its turn.
   *
   * @throws what the work throws; the refusal where too much waits, at once or when others come later
   */
  run<T>(accountNumber: number, work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const begin = () => {
        this.running += 1;
        void work()
          .then(resolve, reject)
          .finally(() => {
            this.running -= 1;
            this.beginNext();
          });
      };
      this.join(accountNumber, { begin, refuse: () => reject(this.refusal()) });
      this.beginNext();
    });
  }

  private join(accountNumber: number, work: Waiting): void {
    const line = this.lines.get(accountNumber) ?? [];
    if (this.running >= this.atOnce && this.waiting >= this.maxWaiting && !this.makeRoom(line.length + 1)) return work.refuse();
    line.push(work);
    this.lines.set(accountNumber, line);
    this.waiting += 1;
  }

  /** Sends the last of the longest line away, where that is longer than this. */
  private makeRoom(length: number): boolean {
    const longest = [...this.lines.values()].reduce((one, other) => (other.length > one.length ? other : one), []);
    if (longest.length <= length) return false;
    longest.pop()!.refuse();
    this.waiting -= 1;
    return true;
  }

  private beginNext(): void {
    const [next] = this.lines;
    if (!next || this.running >= this.atOnce) return;
    const [accountNumber, line] = next;
    const work = line.shift()!;
    this.lines.delete(accountNumber);
    if (line.length > 0) this.lines.set(accountNumber, line);
    this.waiting -= 1;
    work.begin();
  }
}
