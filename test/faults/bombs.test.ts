/**
 * What is made to exhaust the API, against a process of it that tells what it uses. The 20 ms are of its main thread, for which
 * everybody else waits; that of all threads, with the garbage of all before, is held by its mean.
 */
import 'reflect-metadata';
import { beforeAll, describe, expect, test } from 'vitest';
import { SYSTEM } from '../../src/auth/actor.ts';
import { LastUseRecorder } from '../../src/auth/last-use-recorder.ts';
import { TokensService } from '../../src/auth/tokens.service.ts';
import { systemClock } from '../../src/clock.ts';
import { Database } from '../../src/db/database.ts';
import { Wake } from '../../src/events/wake.ts';
import { type Bomb, BODIES, FRAMES, OPERATIONS, post, silentSocket, slowHeaders, subscribe, SUBSCRIPTIONS } from '../support/bombs.ts';
import { atEndOfFile } from '../support/end-of-file.ts';
import { silent } from '../support/house.ts';
import { MeasuredApi, type Usage } from '../support/measured-api.ts';
import { LONG_TEST_LIMIT_MS } from '../support/patience.ts';

const MAX_CPU_MS = 20;
/** What else the machine does makes a measure worse and never better, so the best of a few rounds counts. */
const ROUNDS = 12;
const MEBIBYTE = 1_024 * 1_024;
/** What some thousand bombs may leave in use, and what they may take from the machine meanwhile. */
const MAX_LEFT = 32 * MEBIBYTE;
const MAX_GROWTH = 400 * MEBIBYTE;

/** Each bomb with how it must end. */
const BOMBS: readonly (readonly [name: string, bomb: Bomb, outcome: string])[] = [
  ...Object.entries(OPERATIONS).map(([name, [query, code]]) => [`HTTP: ${name}`, post(JSON.stringify({ query })), `400 ${code}`] as const),
  ...Object.entries(SUBSCRIPTIONS).map(([name, [query, code]]) => [`socket: ${name}`, subscribe(query), code] as const),
  ...Object.entries(BODIES).map(([name, [bomb, outcome]]) => [`body: ${name}`, bomb, outcome] as const),
  ...Object.entries(FRAMES).map(([name, [bomb, outcome]]) => [`frames: ${name}`, bomb, outcome] as const),
];

let api: MeasuredApi;
let attacker: string;
let bystander: string;
let atFirst: Usage;

beforeAll(async () => {
  api = await MeasuredApi.start();
  const db = await Database.connect(api.databaseUrl, 2);
  atEndOfFile(() => db.close());
  const tokens = new TokensService(db, new Wake(db, silent), systemClock, new LastUseRecorder(db, silent));
  const newToken = async (subject: string) => (await tokens.createToken(SYSTEM, { name: subject, role: 'OPERATOR', subject })).token;
  [attacker, bystander] = [await newToken('mallory@platform.example'), await newToken('olga@platform.example')];
  for (const [, bomb] of BOMBS) for (let i = 0; i < 5; i++) await bomb(api.url, attacker);
  atFirst = await api.usage('rest');
});

describe('a bomb is refused, for less than 20 ms of CPU', () => {
  test.each(BOMBS)(
    '%s',
    async (name, bomb, outcome) => {
      const runs = /^frames|50 MB/.test(name) ? 30 : 100;
      const rounds: { readonly p99: number; readonly mean: number }[] = [];
      do {
        const costs: { readonly main: number; readonly all: number }[] = [];
        for (let i = 0; i < runs; i++) costs.push(await api.cpuOf(() => explode(bomb, outcome)));
        const p99 = percentile(
          costs.map(({ main }) => main),
          0.99,
        );
        rounds.push({ p99, mean: costs.reduce((sum, { all }) => sum + all, 0) / runs });
      } while (rounds.at(-1)!.p99 >= MAX_CPU_MS && rounds.length < ROUNDS);
      expect(Math.min(...rounds.map(({ p99 }) => p99))).toBeLessThan(MAX_CPU_MS);
      expect(Math.min(...rounds.map(({ mean }) => mean))).toBeLessThan(MAX_CPU_MS);
    },
    LONG_TEST_LIMIT_MS,
  );
});

test(
  'whoever stands beside is served meanwhile, and nothing stays in memory',
  async () => {
    const outcomes = new Map<string, number>();
    const count = (outcome: string) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    const { latencies, failures } = await api.withBystander(bystander, async () => {
      await Promise.all([
        ...Array.from({ length: 100 }, async () => count(`slow ${await slowHeaders(api.url)}`)),
        ...Array.from({ length: 1_000 }, async () => count(`silent ${await silentSocket(api.url)}`)),
        ...[0, 1].map(async (half) => {
          for (const [, bomb, outcome] of BOMBS.filter((_, i) => i % 2 === half)) await explode(bomb, outcome);
        }),
      ]);
    });
    // Those that may wait are closed when they do not introduce themselves; the others are refused at the door.
    expect(Object.fromEntries(outcomes)).toEqual({ 'slow 408': 100, 'silent 4408': 250, 'silent 429 retry 3': 750 });
    expect(failures).toBe(0);
    const after = await api.usage('rest');
    expect(percentile(latencies, 0.99)).toBeLessThan(250);
    expect(after.live - atFirst.live).toBeLessThan(MAX_LEFT);
    expect(after.maxRss - atFirst.rss).toBeLessThan(MAX_GROWTH);
  },
  LONG_TEST_LIMIT_MS,
);

/** A close frame is lost where a flood is cut that does not stop to read it. */
async function explode(bomb: Bomb, outcome: string): Promise<void> {
  const found = await bomb(api.url, attacker);
  if (found !== '1006' || !/^(1008|1009|4429)$/.test(outcome)) expect(found).toBe(outcome);
}

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((one, other) => one - other)[Math.ceil(values.length * share) - 1]!;
}
