import { MAX_REPORTS, MAX_USES } from '../gates/usage-reports.rules.ts';
import { MAX_CLIENT_LENGTH, printable } from '../gates/usage.rules.ts';
import { type BatchOutcome, type Report, sendBatch } from './send-batch.ts';
import { tell } from './tell.ts';

/** What is gathered is sent so soon. */
const FLUSH_AFTER_MS = 5_000;
/** What waits while the service cannot be reached: a few megabytes. Further keys are dropped and counted. */
const MAX_KEYS = 10_000;
/** Between two attempts; doubled each time. */
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 60_000;
/** The service remembers keys for 24 hours: a batch that is older might be counted twice. */
const GIVE_UP_AFTER_MS = 23 * 3_600_000;
/** How long an answer is waited for. */
const TIMEOUT_MS = 15_000;
const CLOSE_WITHIN_MS = 5_000;
const DAY_MS = 86_400_000;

/** Where uses are reported to, and how. */
export interface UsageReporterOptions {
  /** The GraphQL API, e.g. `https://changes.example.com/graphql`. */
  readonly url: string;
  /** The token of a runtime, or of a partner with the scope `usage:write`; as a function where it changes. */
  readonly token: string | (() => string | Promise<string>);
  /** What is gathered is sent after so long, in milliseconds; 5 seconds unless said otherwise. */
  readonly flushAfterMs?: number;
  /** How many accounts, migrations, clients and days may wait, taken together; 10,000 unless said otherwise. */
  readonly maxKeys?: number;
  /** Told when reporting begins to fail, of batches that were refused, and of uses that are lost. Left out, it is a warning of the process. */
  readonly onError?: (error: unknown) => void;
}

/** A batch that goes out under one key until it is answered. */
interface Batch {
  readonly key: string;
  readonly reports: readonly Report[];
  readonly since: number;
}

/**
 * Gathers uses of old behaviour and reports them in batches. To record one costs a look into a Map; a service that is away costs
 * memory up to a bound and no request anything. One for each process.
 */
export class UsageReporter {
  private readonly gathered = new Map<string, Report>();
  private batch: Batch | null = null;
  private sending: Promise<void> | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private dropped = 0;
  private closed = false;
  private readonly ending = new AbortController();

  constructor(private readonly options: UsageReporterOptions) {}

  /**
   * One use; returns at once, and never throws.
   *
   * @param client who used it; empty where nobody can be named
   */
  record(migration: string, account: string, client = ''): void {
    const at = Date.now();
    const name = client.slice(0, MAX_CLIENT_LENGTH);
    // No key and no id holds a NUL, and what comes last may hold anything.
    const key = `${Math.floor(at / DAY_MS)}\0${migration}\0${account}\0${name}`;
    const known = this.gathered.get(key);
    if (known) {
      if (known.uses < MAX_USES) known.uses += 1;
      known.lastUsedAt = new Date(at);
      return;
    }
    if (this.closed || this.gathered.size >= (this.options.maxKeys ?? MAX_KEYS)) {
      this.dropped += 1;
      return;
    }
    this.gathered.set(key, { migration, account, client: name, uses: 1, lastUsedAt: new Date(at) });
    // Not sooner than its turn where the service is away.
    if (this.gathered.size === MAX_REPORTS && this.failures === 0) void this.flush();
    else if (this.failures === 0) this.wait(this.options.flushAfterMs ?? FLUSH_AFTER_MS);
  }

  /** Sends what was recorded until now; resolves once it is answered, or is to be tried again later. */
  async flush(): Promise<void> {
    while (this.sending) await this.sending;
    this.sending = this.sendAll().finally(() => (this.sending = undefined));
    await this.sending;
  }

  /**
   * Sends what is left, trying again for some seconds. Call it once, when no more requests are served; what cannot be sent by
   * then is lost, and `onError` says how much.
   *
   * @param withinMs how long at most
   */
  async close(withinMs = CLOSE_WITHIN_MS): Promise<void> {
    this.closed = true;
    const { signal } = this.ending;
    const over = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    const end = setTimeout(() => this.ending.abort(), withinMs);
    while (this.waiting > 0 && !signal.aborted) {
      await Promise.race([this.flush(), over]);
      if (this.waiting > 0) await Promise.race([pause(Math.min(this.retryDelay(), FIRST_RETRY_MS)), over]);
    }
    clearTimeout(end);
    clearTimeout(this.timer);
    if (this.waiting + this.dropped > 0)
      this.tell(`Reports of old behaviour were not sent: ${this.waiting} are lost, and ${this.dropped} uses before.`);
  }

  /** Reports that are not answered yet. */
  private get waiting(): number {
    return this.gathered.size + (this.batch?.reports.length ?? 0);
  }

  private async sendAll(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    // What is recorded meanwhile waits for its turn, or there would be a batch for each answer's time.
    let batches = Math.ceil(this.gathered.size / MAX_REPORTS);
    while ((this.batch ??= batches-- > 0 ? this.nextBatch() : null)) {
      const outcome = await this.send(this.batch);
      if (outcome.kind === 'AGAIN') return this.fail(outcome, this.batch);
      this.failures = 0;
      this.batch = null;
      if (outcome.problem) this.tell(outcome.problem, outcome.cause);
    }
    // What came while the service was away has nothing that wakes it yet.
    if (this.gathered.size > 0) this.wait(this.options.flushAfterMs ?? FLUSH_AFTER_MS);
  }

  private nextBatch(): Batch {
    const keys = [...this.gathered.keys()].slice(0, MAX_REPORTS);
    const reports = keys.map((key) => this.gathered.get(key)!);
    for (const key of keys) this.gathered.delete(key);
    // One text that no database holds would have all of them refused.
    for (const report of reports) Object.assign(report, { account: printable(report.account), client: printable(report.client) });
    return { key: crypto.randomUUID(), reports, since: performance.now() };
  }

  private async send({ key, reports }: Batch): Promise<BatchOutcome> {
    const { url, token } = this.options;
    const signal = AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), this.ending.signal]);
    return sendBatch(url, token, key, reports, signal);
  }

  /** Says so once, and comes again with the same batch under the same key. */
  private fail({ problem, cause, afterMs }: Extract<BatchOutcome, { kind: 'AGAIN' }>, batch: Batch): void {
    this.failures += 1;
    if (performance.now() - batch.since > GIVE_UP_AFTER_MS) {
      this.batch = null;
      this.dropped += batch.reports.reduce((sum, { uses }) => sum + uses, 0);
    }
    if (this.failures === 1) this.tell(`${problem} It is tried again.`, cause);
    clearTimeout(this.timer);
    this.timer = undefined;
    this.wait(afterMs ?? this.retryDelay());
  }

  /** Spread, so that a hundred processes do not come back at once. */
  private retryDelay(): number {
    const longest = Math.min(FIRST_RETRY_MS * 2 ** (this.failures - 1), LONGEST_RETRY_MS);
    return longest * (0.5 + Math.random() / 2);
  }

  private wait(ms: number): void {
    if (this.closed || this.timer !== undefined) return;
    this.timer = setTimeout(() => void this.flush(), ms);
    // A process that has nothing else to do may end.
    this.timer.unref();
  }

  private tell(message: string, cause?: unknown): void {
    tell(this.options.onError, new Error(message, { cause }));
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref());
}
