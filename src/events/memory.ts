import { LRUCache } from 'lru-cache';
import type { Commits } from './follower.ts';

/** How much is remembered. */
export interface MemoryBounds<Value> {
  /** Of all that is kept together. */
  readonly maxSize: number;
  /** Of one; 1 by default, which makes the bound a number of them. */
  readonly sizeOf?: (value: Value) => number;
  /** How long one is kept whatever happens; left out for as long as nothing changes. */
  readonly lastsMs?: number;
}

/**
 * What a process remembers of the database, by key. A memory is as old as the last commit that was told of: whoever reads may
 * get what held before a commit they have not been told of yet, and nothing older. Where {@link Commits} denies
 * even that, the database is asked.
 */
export class Memory<Value extends object> {
  private readonly kept: LRUCache<string, Value>;
  private readonly underWay = new Map<string, Promise<Value | null>>();

  /** @param bounds of what is kept; what nobody asked for lately goes first */
  constructor(
    private readonly commits: Pick<Commits, 'isCurrent'>,
    { maxSize, sizeOf = () => 1, lastsMs = 0 }: MemoryBounds<Value>,
  ) {
    this.kept = new LRUCache({ maxSize, sizeCalculation: sizeOf, ttl: lastsMs });
  }

  /**
   * What is remembered of a key, or what `look` finds. What it does not find is not remembered, or strangers could fill the memory.
   *
   * @returns at once where it is remembered; a promise otherwise, which rejects with what `look` does
   */
  read(key: string, look: () => Promise<Value | null>): Value | Promise<Value | null> {
    if (!this.commits.isCurrent()) return look();
    return this.kept.get(key) ?? this.underWay.get(key) ?? this.ask(key, look);
  }

  /** Drops what is remembered of a key. What is being looked up at this moment is answered with, but not kept. */
  forget(key: string): void {
    this.kept.delete(key);
    this.underWay.delete(key);
  }

  /** The same for every key. */
  forgetAll(): void {
    this.kept.clear();
    this.underWay.clear();
  }

  private ask(key: string, look: () => Promise<Value | null>): Promise<Value | null> {
    const asking = look().then(
      (found) => {
        if (this.settle(key, asking) && found !== null) this.kept.set(key, found);
        return found;
      },
      (error: unknown) => {
        this.settle(key, asking);
        throw error;
      },
    );
    this.underWay.set(key, asking);
    return asking;
  }

  /** @returns whether nothing was forgotten while it was asked: only then it holds for those who come later */
  private settle(key: string, asking: Promise<Value | null>): boolean {
    return this.underWay.get(key) === asking && this.underWay.delete(key);
  }
}
