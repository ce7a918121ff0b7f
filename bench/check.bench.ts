import { loadavg } from 'node:os';
import { Database } from '../src/db/database.ts';
import { type Benchmark, type BenchmarkContext, type Figure, judged } from './benchmark.ts';
import type { Asking } from './check/asker.child.ts';
import { ACCOUNTS, ALL, bodiesFor, fill, KEYS, p99, round, type Round } from './check/http.ts';
import { fillPlatform, measureInProcess } from './check/in-process.ts';
import { measureProviders } from './check/providers.ts';
import { Child } from './fanout/child.ts';
import { medianOf, medianRatio, takeTurns } from './measure.ts';

const REQUESTS_A_ROUND = Number(process.env['BENCH_REQUESTS'] ?? 20_000);
const ROUNDS = 5;
const CONNECTIONS = 16;
const MOST_OF_BARE = 2.5;
const FLAG = KEYS[0]!;

/** Whether a migration is on for an account: over HTTP against a bare server over a `Map`, in process against SDKs and a `Set`. */
export const check: Benchmark = {
  name: 'check',
  describe: 'Whether a migration is on for an account: by OFREP against node:http over a Map, in process against a Set and SDKs of others.',
  run: async ({ databaseUrl, log }: BenchmarkContext) => {
    const { token, operator } = await fill(databaseUrl);
    const environment = { DATABASE_URL: databaseUrl, PORT: '0', RATE_LIMIT_RUNTIME_POINTS: '1000000000' };
    const ours = await Child.startGraceline(environment);
    const bare = await Child.start('../check/map.child.ts', []);
    const asker = await Child.start('../check/asker.child.ts', []);
    try {
      await bare.ask('fill', ACCOUNTS);
      const asking: Omit<Asking, 'url' | 'requests'> = {
        authorization: `Bearer ${token}`,
        bodies: bodiesFor('targetingKey'),
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
      log(`${KEYS.length} migrations, ${ACCOUNTS.length} accounts, ${CONNECTIONS} connections; load ${loadavg()[0]!.toFixed(1)}`);
      const server = { url: await at(ours, ''), token };
      const beside = [
        ...(await inProcess(databaseUrl, server, log)),
        ...(await measureProviders({ ...server, operator, accounts: ACCOUNTS, migration: FLAG })),
      ];
      return [...figures(rounds), ...beside, ...(await snapshots())];
    } finally {
      await Promise.all([ours.close(), bare.close(), asker.close()]);
    }
  },
};

async function snapshots(): Promise<Figure[]> {
  const reader = await Child.start('../check/snapshots.child.ts', []);
  try {
    return await reader.ask<Figure[]>('measure');
  } finally {
    await reader.close();
  }
}

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

function figures({ one, all, bare }: Record<'one' | 'all' | 'bare', Round[]>): Figure[] {
  const cpu = ({ cpuUs }: Round) => cpuUs;
  const rate = (taken: Round) => taken.rate;
  const peer = 'bare node:http over a Map';
  const ratio = medianRatio(one, bare, cpu);
  const [bareCpu, bareRate] = [medianOf(bare, cpu), medianOf(bare, rate)];
  return [
    {
      name: 'CPU of a flag',
      value: medianOf(one, cpu),
      unit: 'µs',
      peer,
      peerValue: bareCpu,
      ...judged(ratio, { atMost: MOST_OF_BARE }),
    },
    {
      name: `CPU of ${KEYS.length} flags at once`,
      value: medianOf(all, cpu),
      unit: 'µs',
      peer,
      peerValue: bareCpu,
      ...judged(medianRatio(all, bare, cpu)),
    },
    {
      name: 'flags a second',
      value: medianOf(one, rate),
      unit: '/s',
      peer,
      peerValue: bareRate,
      ...judged(medianRatio(one, bare, rate)),
    },
    { name: 'p99 of a flag', value: p99(one), unit: 'ms', peer, peerValue: p99(bare), ...judged(p99(one) / p99(bare)) },
  ];
}
