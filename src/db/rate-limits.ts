import { createHash } from 'node:crypto';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { GracelineError } from '../errors.ts';
import type { Database } from './database.ts';

/** How often something may be done. */
export interface RateLimit {
  /** How many times… */
  readonly points: number;
  /** …within a window of this many seconds, which begins with the first. */
  readonly seconds: number;
}

const MS_PER_SECOND = 1_000;
const SECONDS_PER_MINUTE = 60;

/** Counts who does what how often, in the table `rate_limit`, so that all processes count together. Runs on real time. */
export class RateLimits {
  private readonly limiters = new Map<string, RateLimiterPostgres>();

  constructor(private readonly db: Database) {}

  /**
   * Counts one attempt.
   *
   * @param name what is done, e.g. `test-email`; it always has the same limit
   * @param key who or what is counted, e.g. an account; of any length, and only its hash is kept
   * @throws GracelineError RATE_LIMITED where the limit is used up, with `details.retryAfterSeconds`
   */
  async take(name: string, key: string, limit: RateLimit): Promise<void> {
    try {
      await this.limiter(name, limit).consume(createHash('sha256').update(key).digest('base64url'));
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      throw rateLimited(Math.max(1, Math.ceil(refusal.msBeforeNext / MS_PER_SECOND)));
    }
  }

  private limiter(name: string, { points, seconds }: RateLimit): RateLimiterPostgres {
    const known = this.limiters.get(name);
    if (known) return known;
    const limiter = new RateLimiterPostgres({
      storeClient: clientOf(this.db),
      storeType: 'pool',
      tableName: 'rate_limit',
      tableCreated: true,
      keyPrefix: name,
      points,
      duration: seconds,
      // Whoever goes on trying costs no statement until their window ends.
      inMemoryBlockOnConsumed: points,
      // One of them is enough to clear the table.
      clearExpiredByTimeout: this.limiters.size === 0,
    });
    this.limiters.set(name, limiter);
    return limiter;
  }
}

/** What the limiter needs of a pool. */
function clientOf(db: Database) {
  return {
    query: async ({ name, text, values }: { name: string; text: string; values: readonly unknown[] }) => {
      const rows = await db.queryPrepared(name, text, values);
      return { rows, rowCount: rows.length };
    },
  };
}

function rateLimited(retryAfterSeconds: number): GracelineError {
  const wait =
    retryAfterSeconds <= SECONDS_PER_MINUTE ? `${retryAfterSeconds} s` : `${Math.ceil(retryAfterSeconds / SECONDS_PER_MINUTE)} minutes`;
  return new GracelineError('RATE_LIMITED', `This was done too often. Try again in ${wait}.`, { retryAfterSeconds });
}
