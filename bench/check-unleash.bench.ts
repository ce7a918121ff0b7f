import { loadavg } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { type Benchmark, type BenchmarkContext, type Figure, judged, type Target } from './benchmark.ts';
import type { Asking } from './check/asker.child.ts';
import { ACCOUNTS, ALL, bodiesFor, fill, KEYS, OPTED_IN, p99, round, type Round } from './check/http.ts';
import { installUnleash, UnleashAdmin } from './check/unleash.ts';
import { Child } from './fanout/child.ts';
import { medianOf, medianRatio, takeTurns } from './measure.ts';

const REQUESTS_A_ROUND = Number(process.env['BENCH_REQUESTS'] ?? 10_000);
const ROUNDS = 5;
const CONNECTIONS = 16;
const LEAST_OF_PEER = 15;
const PEER = 'unleash-server, frontend API';
/** It answers from a memory that it fills at the first question of a token. */
const READY_TRIES = 100;

/** The same question by HTTP to a flag server people use, on the same PostgreSQL. */
export const checkUnleash: Benchmark = {
  name: 'check-unleash',
  describe: 'Whether migrations are on for an account, by OFREP, against the frontend API of unleash-server on the same PostgreSQL.',
  run: async ({ databaseUrl, createDatabase, log }: BenchmarkContext) => {
    const folder = await installUnleash(log);
    const { token } = await fill(databaseUrl);
    const environment = { DATABASE_URL: databaseUrl, PORT: '0', RATE_LIMIT_RUNTIME_POINTS: '1000000000' };
    const started: Child[] = [];
    const begin = async (starting: Promise<Child>) => {
      const child = await starting;
      started.push(child);
      return child;
    };
    try {
      const ours = await begin(Child.startGraceline(environment));
      const peer = await begin(
        Child.start('../check/unleash.child.ts', [folder], { DATABASE_URL: await createDatabase(), LOG_LEVEL: 'error' }),
      );
      const bare = await begin(Child.start('../check/map.child.ts', []));
      const asker = await begin(Child.start('../check/asker.child.ts', []));
      await bare.ask('fill', ACCOUNTS);
      const urlOf = async (server: Child) => `http://127.0.0.1:${await server.ask<number>('port')}`;
      const asking = { connections: CONNECTIONS, requests: REQUESTS_A_ROUND };
      const flags = `${await urlOf(ours)}${ALL}`;
      const toUs: Omit<Asking, 'url'> = { ...asking, authorization: `Bearer ${token}`, bodies: bodiesFor('targetingKey') };
      const toPeer = await fillPeer(await urlOf(peer), asking);
      const rounds = await takeTurns(ROUNDS, {
        one: () => round(ours, asker, { ...toUs, url: `${flags}/${KEYS[0]!}` }),
        all: () => round(ours, asker, { ...toUs, url: flags }),
        bare: async () => round(bare, asker, { ...toUs, url: `${await urlOf(bare)}${ALL}/${KEYS[0]!}` }),
        peer: () => round(peer, asker, toPeer),
      });
      log(`${KEYS.length} migrations, ${ACCOUNTS.length} accounts, ${CONNECTIONS} connections; load ${loadavg()[0]!.toFixed(1)}`);
      return figures(rounds);
    } finally {
      await Promise.all(started.map((child) => child.close()));
    }
  },
};

/** Makes the same features there, and waits until it answers as ours does. */
async function fillPeer(url: string, asking: Pick<Asking, 'connections' | 'requests'>): Promise<Asking> {
  const admin = new UnleashAdmin(url);
  for (const key of KEYS) await admin.createFeature(key, OPTED_IN);
  const authorization = await admin.createToken();
  const frontend = `${url}/api/frontend`;
  const enabledFor = async (userId: string) => {
    const headers = { authorization, 'content-type': 'application/json' };
    const response = await fetch(frontend, { method: 'POST', headers, body: JSON.stringify({ context: { userId } }) });
    return ((await response.json()) as { toggles?: unknown[] }).toggles?.length;
  };
  for (let tries = 0; tries < READY_TRIES; tries++) {
    const found = [await enabledFor(OPTED_IN[0]!), await enabledFor(ACCOUNTS.find((id) => !OPTED_IN.includes(id))!)];
    if (found[0] === KEYS.length && found[1] === 0) return { ...asking, url: frontend, authorization, bodies: bodiesFor('userId') };
    await setTimeout(100);
  }
  throw new Error('unleash-server never answered as it was told to.');
}

function figures({ one, all, bare, peer }: Record<'one' | 'all' | 'bare' | 'peer', Round[]>): Figure[] {
  const cpu = ({ cpuUs }: Round) => cpuUs;
  const rate = (taken: Round) => taken.rate;
  const cheaper = (name: string, ours: Round[], target: Target = {}): Figure => {
    const figure = { name, value: medianOf(ours, cpu), unit: 'µs', peer: PEER, peerValue: medianOf(peer, cpu) };
    return { ...figure, ...judged(medianRatio(peer, ours, cpu), target) };
  };
  const beside = (name: string, unit: string, value: number, peerValue: number): Figure => {
    return { name, value, unit, peer: PEER, peerValue, ...judged(value / peerValue) };
  };
  return [
    cheaper('times cheaper, CPU of a flag', one, { atLeast: LEAST_OF_PEER }),
    cheaper(`times cheaper, CPU of ${KEYS.length} flags at once`, all, { atLeast: LEAST_OF_PEER }),
    // The most that Node could reach.
    cheaper('times cheaper, bare node:http over a Map', bare),
    beside('flags a second', '/s', medianOf(one, rate), medianOf(peer, rate)),
    beside(`${KEYS.length} flags at once, a second`, '/s', medianOf(all, rate), medianOf(peer, rate)),
    beside('p99 of a flag', 'ms', p99(one), p99(peer)),
    beside(`p99 of ${KEYS.length} flags at once`, 'ms', p99(all), p99(peer)),
  ];
}
