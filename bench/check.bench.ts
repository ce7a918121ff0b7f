import { loadavg } from 'node:os';
import { pino } from 'pino';
import type { Actor } from '../src/auth/actor.ts';
import { compose } from '../src/compose.ts';
import { readConfig } from '../src/config.ts';
import { Database } from '../src/db/database.ts';
import type { Benchmark, BenchmarkContext, Figure } from './benchmark.ts';
import type { Asked, Asking } from './check/asker.child.ts';
import { fillPlatform, measureInProcess } from './check/in-process.ts';
import { measureProviders } from './check/providers.ts';
import { measureSnapshots } from './check/snapshot-size.ts';
import { Child } from './fanout/child.ts';
import { medianOf, medianRatio, takeTurns } from './measure.ts';

const REQUESTS_A_ROUND = Number(process.env['BENCH_REQUESTS'] ?? 20_000);
const ROUNDS = 5;
const CONNECTIONS = 16;
const MIGRATIONS = 20;
const ACCOUNTS = 1_000;
/** Every so many accounts have opted in. */
const OPTED_IN_EVERY = 4;
const MOST_OF_BARE = 2.5;
const OPERATOR: Actor = { role: 'OPERATOR', subject: 'olga@platform.example', administratorId: null, tokenId: null, scopes: [] };
const KEYS = Array.from({ length: MIGRATIONS }, (_, i) => `migration-${i}`);
const FLAG = KEYS[0]!;
const ALL = '/ofrep/v1/evaluate/flags';

/** Whether a migration is on for an account: over HTTP against a bare server over a `Map`, in process against SDKs and a `Set`. */
export const check: Benchmark = {
  name: 'check',
  describe: 'Whether a migration is on for an account: by OFREP against node:http over a Map, in process against a Set and SDKs of others.',
  run: async ({ databaseUrl, log }: BenchmarkContext) => {
    const { token, operator, accounts } = await fill(databaseUrl);
    const environment = { DATABASE_URL: databaseUrl, PORT: '0', LOG_LEVEL: 'info', RATE_LIMIT_RUNTIME_POINTS: '1000000000' };
    const ours = await Child.start('./graceline.child.ts', [], environment);
    const bare = await Child.start('../check/map.child.ts', []);
    const asker = await Child.start('../check/asker.child.ts', []);
    try {
      await bare.ask('fill', accounts);
      const asking: Omit<Asking, 'url' | 'requests'> = {
        authorization: `Bearer ${token}`,
        subject: 'targetingKey',
        accounts,
        connections: CONNECTIONS,
      };
      const at = async (server: Child, path: string) => `http://127.0.0.1:${await server.ask<number>('port')}${path}`;
      const one = { ...asking, url: await at(ours, `${ALL}/${FLAG}`), requests: REQUESTS_A_ROUND };
      const all = { ...asking, url: await at(ours, ALL), requests: REQUESTS_A_ROUND / 4 };
      const plain = { ...asking, url: await at(bare, `${ALL}/${FLAG}`), requests: REQUESTS_A_ROUND };
      const rounds = await takeTurns(ROUNDS, {
        one: () => round(ours, asker, one),
        all: () => round(ours, asker, all),
        bare: () => round(bare, asker, plain),
      });
      log(`${MIGRATIONS} migrations, ${ACCOUNTS} accounts, ${CONNECTIONS} connections; load ${loadavg()[0]!.toFixed(1)}`);
      const server = { url: await at(ours, ''), token };
      const beside = [
        ...(await inProcess(databaseUrl, server, log)),
        ...(await measureProviders({ ...server, operator, accounts, migration: FLAG })),
      ];
      return [...figures(rounds), ...beside, ...(await measureSnapshots(log))];
    } finally {
      await Promise.all([ours.close(), bare.close(), asker.close()]);
    }
  },
};

async function inProcess(databaseUrl: string, server: { url: string; token: string }, log: (line: string) => void): Promise<Figure[]> {
  const db = await Database.connect(databaseUrl, 2);
  const asker = await Child.start('../check/in-process.child.ts', []);
  try {
    await fillPlatform(db);
    return await measureInProcess(db, server, KEYS, asker, log);
  } finally {
    await Promise.all([asker.close(), db.close()]);
  }
}

/** One round of a server. */
interface Round {
  /** CPU of the server, in µs a request. */
  readonly cpuUs: number;
  /** Requests a second. */
  readonly rate: number;
  readonly latenciesMs: readonly number[];
}

async function round(server: Child, asker: Child, asking: Asking): Promise<Round> {
  const before = await server.ask<number>('cpuUs');
  const { elapsedMs, latenciesMs } = await asker.ask<Asked>('ask', asking);
  const after = await server.ask<number>('cpuUs');
  return { cpuUs: (after - before) / asking.requests, rate: (asking.requests / elapsedMs) * 1_000, latenciesMs };
}

async function fill(databaseUrl: string): Promise<{ token: string; operator: string; accounts: string[] }> {
  const house = await compose(readConfig({ DATABASE_URL: databaseUrl, LOG_LEVEL: 'silent' }), pino({ level: 'silent' }));
  try {
    const gracePeriodStart = new Date().toISOString().slice(0, 10);
    for (const key of KEYS) {
      await house.migrations.createMigration(OPERATOR, { key, title: key, severity: 'MEDIUM', gracePeriodStart });
      await house.migrations.announceMigration(OPERATOR, key);
    }
    const accounts = Array.from({ length: ACCOUNTS }, (_, i) => `account-${i}`);
    for (const [i, id] of accounts.entries()) {
      await house.accounts.createAccount(OPERATOR, { id, name: id, platform: 'CLOUD', createdAt: new Date(0) });
      if (i % OPTED_IN_EVERY === 0) await Promise.all(KEYS.map((key) => house.rollouts.optIn(OPERATOR, id, key)));
    }
    const { token } = await house.tokens.createToken(OPERATOR, { name: 'bench', role: 'RUNTIME', subject: 'checkout' });
    const { token: operator } = await house.tokens.createToken(OPERATOR, {
      name: 'bench',
      role: 'OPERATOR',
      subject: 'olga@platform.example',
    });
    return { token, operator, accounts };
  } finally {
    await house.close();
  }
}

function figures({ one, all, bare }: Record<'one' | 'all' | 'bare', Round[]>): Figure[] {
  const cpu = ({ cpuUs }: Round) => cpuUs;
  const rate = (taken: Round) => taken.rate;
  const peer = 'bare node:http over a Map';
  const ratio = medianRatio(one, bare, cpu);
  const free = { target: 'none', holds: true };
  const [bareCpu, bareRate] = [medianOf(bare, cpu), medianOf(bare, rate)];
  return [
    {
      name: 'CPU of a flag',
      value: medianOf(one, cpu),
      unit: 'µs',
      peer,
      peerValue: bareCpu,
      ratio,
      target: `ratio <= ${MOST_OF_BARE}`,
      holds: ratio <= MOST_OF_BARE,
    },
    {
      name: `CPU of ${MIGRATIONS} flags at once`,
      value: medianOf(all, cpu),
      unit: 'µs',
      peer,
      peerValue: bareCpu,
      ratio: medianRatio(all, bare, cpu),
      ...free,
    },
    {
      name: 'flags a second',
      value: medianOf(one, rate),
      unit: '/s',
      peer,
      peerValue: bareRate,
      ratio: medianRatio(one, bare, rate),
      ...free,
    },
    { name: 'p99 of a flag', value: p99(one), unit: 'ms', peer, peerValue: p99(bare), ratio: p99(one) / p99(bare), ...free },
  ];
}

function p99(rounds: readonly Round[]): number {
  const sorted = rounds.flatMap(({ latenciesMs }) => latenciesMs).toSorted((a, b) => a - b);
  return sorted[Math.floor(0.99 * (sorted.length - 1))]!;
}
