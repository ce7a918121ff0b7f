/** Everybody who uses the API, at a steady rate whatever the answers take: readers, services that ask, accounts that decide, sockets, a receiver of webhooks. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answering } from '../fanout/child.ts';
import { ACCOUNT_PAGE, MIGRATIONS as LIST } from '../read/world.ts';
import { Requests } from './requests.ts';
import { Sockets } from './sockets.ts';
import { ACCOUNTS, MIGRATIONS, type Tokens } from './world.ts';

/** What is to be asked, and where. */
export interface TrafficOrder {
  readonly url: string;
  readonly tokens: Tokens;
  /** 1 for what a third of a core serves. */
  readonly rate: number;
}

/** What came of it since it was last asked. */
export interface TrafficReport {
  /** Of each answer, in ms. */
  readonly readsMs: number[];
  readonly optInsMs: number[];
  readonly requests: number;
  readonly messages: number;
  readonly errors: number;
  /** What the first of the errors said. */
  readonly firstError: string | null;
}

/** How often a second. */
const RATES = { accountPage: 40, list: 20, flags: 40, optIn: 12, optOut: 6, usage: 1, socket: 2 };
const REPORTS_A_BATCH = 50;
const OPT_IN = `mutation ($account: ID!, $migration: ID!, $key: String) {
  optIn(account: $account, migration: $migration, acknowledge: true, idempotencyKey: $key) { state { enabled } }
}`;
const OPT_OUT = `mutation ($account: ID!, $migration: ID!) { optOut(account: $account, migration: $migration) { state { enabled } } }`;
const USAGE = 'mutation ($reports: [UseReportInput!]!, $key: String) { reportUsage(reports: $reports, idempotencyKey: $key) { counted } }';

let requests: Requests | undefined;
let sockets: Sockets | undefined;
const timers: NodeJS.Timeout[] = [];
/** Pairs of an account and a migration that opted in, the oldest first. */
const optedIn: { account: string; migration: string }[] = [];
let next = 0;

const receiver = createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(204).end();
  });
});
receiver.listen(0, '127.0.0.1', () => {
  answering(null, {
    port: () => (receiver.address() as AddressInfo).port,
    start: async ({ url, tokens, rate }: TrafficOrder) => {
      const asked = (requests = new Requests(url));
      sockets = new Sockets(url, tokens.partner);
      await sockets.open();
      const all: Record<keyof typeof RATES, () => unknown> = {
        accountPage: () => asked.read(tokens.partner, ACCOUNT_PAGE, { id: any(ACCOUNTS) }),
        list: () => asked.read(tokens.partner, LIST, { first: 20 }),
        flags: () => asked.flags(tokens.runtime, any(ACCOUNTS)),
        optIn: () => optIn(asked, tokens.partner),
        optOut: () => optOut(asked, tokens.partner),
        usage: () => asked.change(tokens.runtime, USAGE, { reports: Array.from({ length: REPORTS_A_BATCH }, anyUse), key: randomUUID() }),
        socket: () => sockets!.comeAndGo(),
      };
      for (const [name, each] of Object.entries(all)) every(1_000 / (RATES[name as keyof typeof RATES] * rate), each);
    },
    /** Of requests that are answered by now. */
    take: (): TrafficReport => {
      const messages = sockets!.take();
      const { errors, ...asked } = requests!.take();
      const found = [...errors, ...messages.errors];
      const report = { ...asked, messages: messages.count, errors: found.length, firstError: found[0] ?? null };
      return report;
    },
    /** Resolves once the last answer has come and the last socket is closed. */
    stop: async () => {
      for (const timer of timers) clearInterval(timer);
      await requests!.close();
      await sockets!.close();
    },
  });
});

/** Not faster than the timer ticks; what it missed while the process was busy is made up for. */
function every(ms: number, work: () => unknown): void {
  const started = performance.now();
  let done = 0;
  timers.push(
    setInterval(() => {
      for (; done < (performance.now() - started) / ms; done++) work();
    }, ms),
  );
}

function optIn(asked: Requests, token: string): void {
  const pair = {
    account: ACCOUNTS[next % ACCOUNTS.length]!,
    migration: MIGRATIONS[Math.floor(next / ACCOUNTS.length) % MIGRATIONS.length]!,
  };
  next += 1;
  // Half of the callers name their call, as a client that tries again does.
  const key = next % 2 === 0 ? randomUUID() : null;
  void asked.optIn(token, OPT_IN, { ...pair, key }).then(() => optedIn.push(pair));
}

function optOut(asked: Requests, token: string): void {
  const pair = optedIn.shift();
  if (pair) void asked.change(token, OPT_OUT, pair);
}

function anyUse() {
  return { account: any(ACCOUNTS), migration: any(MIGRATIONS), client: `client-${Math.floor(Math.random() * 3)}` };
}

function any<T>(list: readonly T[]): T {
  return list[Math.floor(Math.random() * list.length)]!;
}
