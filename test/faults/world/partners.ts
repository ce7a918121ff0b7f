/**
 * Partners that opt accounts in and out while servers die: each call has an idempotency key and is sent again until it is answered,
 * by any server that is there. What was answered is remembered, to be compared with what the service has.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { atEndOfFile } from '../../support/end-of-file.ts';
import { BrokenPromise } from '../fault.ts';

/** What was asked for one account. */
export interface Asked {
  readonly kind: 'OPTED_IN' | 'OPTED_OUT';
  /** `lost`: given up before an answer came, so that it may have happened or not. */
  readonly outcome: 'done' | 'refused' | 'lost';
}

/** What partners are made of. */
export interface PartnersOptions {
  readonly urls: readonly string[];
  readonly token: string;
  readonly migration: string;
  /** Ids of accounts that opt in; nobody else does for them. */
  readonly accounts: readonly string[];
  readonly random: () => number;
}

/** How many calls are under way at once. */
const LANES = 6;
const ATTEMPT_TIMEOUT_MS = 5_000;
const RETRY_AFTER_MS = 100;
/** Of calls, as a share: that are for many accounts, that are given up at the first failure, that are followed by an opt-out. */
const MANY = 0.04;
const IMPATIENT = 0.3;
const UNDONE = 0.25;
const AT_ONCE = 20;
/** Said where nothing has happened yet, or where nobody can know: the call is sent again. */
const SENT_AGAIN = new Set(['DATABASE_UNREACHABLE', 'CONFLICT', 'RATE_LIMITED', 'IDEMPOTENCY_IN_PROGRESS']);
/** Why an opt-in is refused in these stories. */
const REFUSED = new Set(['DEADLINE_PASSED']);

const OPT_IN = `mutation ($account: ID!, $migration: ID!, $key: String) {
  optIn(account: $account, migration: $migration, idempotencyKey: $key) { state { reason } } }`;
const OPT_OUT = `mutation ($account: ID!, $migration: ID!, $key: String) {
  optOut(account: $account, migration: $migration, idempotencyKey: $key) { state { reason } } }`;
const OPT_IN_MANY = `mutation ($accounts: [ID!]!, $migration: ID!, $key: String) {
  optInAccounts(accounts: $accounts, migration: $migration, idempotencyKey: $key) { account error { code } } }`;

interface Reply {
  readonly data?: {
    readonly optInAccounts?: readonly { readonly account: string; readonly error: { readonly code: string } | null }[];
  } | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** How a call ended. */
interface Ended {
  readonly reply: Reply | null;
  readonly code: string | null;
  /** Whether it was sent more than once. */
  readonly again: boolean;
}

/** See the top of this file. */
export class Partners {
  /** By account, in order. */
  readonly asked = new Map<string, Asked[]>();
  /** Calls that were sent more than once, and all. */
  readonly calls = { all: 0, again: 0, lost: 0 };
  /** What was answered instead, how often: by code, `nothing` where no answer came. */
  readonly codes = new Map<string, number>();
  private readonly lanes: Promise<void>[];
  private readonly ended = new AbortController();
  private abandoned = false;
  private next = 0;
  private pauseMs = 0;
  private broken: Error | undefined;

  constructor(private readonly options: PartnersOptions) {
    atEndOfFile(() => this.abandon());
    this.lanes = Array.from({ length: LANES }, () => this.lane().catch((error: unknown) => void (this.broken ??= error as Error)));
  }

  /** @throws BrokenPromise where something was answered that must not be */
  check(): void {
    if (this.broken) throw this.broken;
  }

  /** How long each waits on average between two calls, in ms; Infinity for no more calls until it is set again. */
  pace(pauseMs: number): void {
    this.pauseMs = pauseMs;
  }

  /** Begins no more calls, and waits for the answers of those under way. */
  async finish(): Promise<void> {
    this.ended.abort();
    await Promise.all(this.lanes);
    this.check();
  }

  private abandon(): void {
    this.abandoned = true;
    this.ended.abort();
  }

  private async lane(): Promise<void> {
    const { accounts, random } = this.options;
    while (!this.ended.signal.aborted && this.next < accounts.length) {
      await sleep(Number.isFinite(this.pauseMs) ? this.pauseMs * 2 * random() : RETRY_AFTER_MS);
      if (!Number.isFinite(this.pauseMs)) continue;
      if (random() < MANY) await this.optInMany();
      else await this.optInAndPerhapsOut();
    }
  }

  private async optInAndPerhapsOut(): Promise<void> {
    const account = this.options.accounts[this.next];
    if (account === undefined) return;
    this.next += 1;
    const optedIn = await this.decide(account, 'OPTED_IN');
    if (optedIn === 'done' && this.options.random() < UNDONE) await this.decide(account, 'OPTED_OUT');
  }

  private async decide(account: string, kind: Asked['kind']): Promise<Asked['outcome']> {
    const { code, reply, again } = await this.call(kind === 'OPTED_IN' ? OPT_IN : OPT_OUT, { account });
    // Whoever opts out anew after the deadline is refused, also where the first call was cut off after it took effect.
    const unsure = reply === null || (kind === 'OPTED_OUT' && code !== null && again);
    const outcome = unsure ? 'lost' : code === null ? 'done' : 'refused';
    this.note(account, { kind, outcome });
    return outcome;
  }

  private async optInMany(): Promise<void> {
    const accounts = this.options.accounts.slice(this.next, this.next + AT_ONCE);
    this.next += accounts.length;
    if (accounts.length === 0) return;
    const { reply, code } = await this.call(OPT_IN_MANY, { accounts });
    if (code !== null) throw new BrokenPromise(`Many opt-ins were refused as a whole: ${code}`);
    const answered = new Map(reply?.data?.optInAccounts?.map(({ account, error }) => [account, error]));
    for (const account of accounts) {
      const error = answered.get(account);
      if (error && !REFUSED.has(error.code)) throw new BrokenPromise(`The opt-in of ${account} was refused: ${error.code}`);
      this.note(account, { kind: 'OPTED_IN', outcome: error === undefined ? 'lost' : error === null ? 'done' : 'refused' });
    }
  }

  /** Sends a call until it is answered, or given up. */
  private async call(query: string, variables: object): Promise<Ended> {
    const { urls, token, migration, random } = this.options;
    const body = JSON.stringify({ query, variables: { ...variables, migration, key: randomUUID() } });
    const impatient = random() < IMPATIENT;
    this.calls.all += 1;
    for (let attempt = 1; ; attempt += 1) {
      const reply = await send(urls[Math.floor(random() * urls.length)]!, token, body);
      const code = reply?.errors?.[0]?.extensions?.code ?? null;
      const again = attempt > 1;
      const said = code ?? (reply ? null : 'nothing');
      if (said !== null) this.codes.set(said, (this.codes.get(said) ?? 0) + 1);
      if (reply && !reply.errors) return { reply, code: null, again };
      if (code !== null && REFUSED.has(code)) return { reply, code, again };
      if (code !== null && !SENT_AGAIN.has(code)) throw new BrokenPromise(`A call was answered ${code}: ${reply?.errors?.[0]?.message}`);
      if (attempt === 1) this.calls.again += 1;
      if (impatient || this.abandoned) {
        this.calls.lost += 1;
        return { reply: null, code: null, again };
      }
      await sleep(RETRY_AFTER_MS * (1 + random()));
    }
  }

  private note(account: string, asked: Asked): void {
    const known = this.asked.get(account);
    if (known) known.push(asked);
    else this.asked.set(account, [asked]);
  }
}

/** What a server answers; null where none does, or it is no answer of GraphQL. */
async function send(url: string, token: string, body: string): Promise<Reply | null> {
  try {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body,
      signal: AbortSignal.timeout(ATTEMPT_TIMEOUT_MS),
    });
    return (await response.json()) as Reply;
  } catch {
    return null;
  }
}
