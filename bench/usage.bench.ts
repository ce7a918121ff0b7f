import { randomUUID } from 'node:crypto';
import { loadavg } from 'node:os';
import { pino } from 'pino';
import { SYSTEM } from '../src/auth/actor.ts';
import { compose } from '../src/compose.ts';
import { readConfig } from '../src/config.ts';
import { Database } from '../src/db/database.ts';
import { UsageReporter } from '../src/signals/signals.ts';
import { type Benchmark, type BenchmarkContext, type Figure, judged, MissingTool } from './benchmark.ts';
import { Child } from './fanout/child.ts';
import { costOf, medianOf, medianRatio, takeTurns } from './measure.ts';

const ACCOUNTS = 20_000;
const MIGRATIONS = 10;
const BATCH = 1_000;
const BATCHES_A_ROUND = Number(process.env['BENCH_BATCHES'] ?? 20);
const ROUNDS = 5;
const USES = 1_000_000;
const OPERATOR = { ...SYSTEM, role: 'OPERATOR', subject: 'olga@platform.example' } as const;
const REPORT = 'mutation ($reports: [UseReportInput!]!, $key: String) { reportUsage(reports: $reports, idempotencyKey: $key) { counted } }';
/** What `src/graphql/costs.ts` charges a report, at 10 µs a point. */
const CHARGED_US = 50;
/** A counter in memory for each request; more would be felt. */
const MAX_RECORD_US = 2;

/** What one batch is of. */
interface Report {
  readonly account: string;
  readonly migration: string;
  readonly client: string;
}

/** Reports of uses, against the barest way to count them, and against what they are charged. */
export const usage: Benchmark = {
  name: 'usage',
  describe: `Batches of ${BATCH} reports of uses under a key each, over HTTP, against one upsert of the same counts.`,
  run: async ({ databaseUrl, log }: BenchmarkContext) => {
    const token = await fill(databaseUrl);
    const db = await Database.connect(databaseUrl, 4);
    const environment = { DATABASE_URL: databaseUrl, PORT: '0', RATE_LIMIT_RUNTIME_POINTS: '1000000000', ...SEALED };
    const api = await Child.startGraceline(environment);
    try {
      await db.query(PEER_TABLE);
      const url = `http://127.0.0.1:${await api.ask<number>('port')}/graphql`;
      const rounds = await takeTurns(ROUNDS, {
        ours: () => round(db, api, () => send(url, token)),
        bare: () => round(db, api, () => upsert(db)),
      });
      log(`${ACCOUNTS} accounts, ${MIGRATIONS} migrations, ${BATCHES_A_ROUND} batches a round; load ${loadavg()[0]!.toFixed(1)}`);
      return [...figures(withNumbers(rounds)), recordFigure()];
    } finally {
      await api.close();
      await db.close();
    }
  },
};

const SEALED = { ENCRYPTION_KEYS: `bench:${Buffer.alloc(32, 1).toString('base64')}` };
const PEER_TABLE = `create table usage_peer (migration text, account text, day date, client text, count bigint, last_used_at timestamptz,
  primary key (migration, account, day, client))`;

/** CPU in µs a report. */
interface Round {
  readonly apiUs: number;
  readonly postgresUs: number;
}

type Rounds = Record<'ours' | 'bare', Round[]>;

async function round(db: Database, api: Child, work: () => Promise<void>): Promise<Round> {
  const before = await api.ask<number>('cpuUs');
  const { serverCpuUs } = await costOf(db, BATCH * BATCHES_A_ROUND, work);
  const after = await api.ask<number>('cpuUs');
  return { apiUs: (after - before) / (BATCH * BATCHES_A_ROUND), postgresUs: serverCpuUs ?? Number.NaN };
}

/** A pool lets go of what it does not need, and with a process of PostgreSQL goes what it did: such rounds tell nothing. */
function withNumbers({ ours, bare }: Rounds): Rounds {
  const told = ours.flatMap((one, i) => (one.postgresUs + bare[i]!.postgresUs >= 0 ? [i] : []));
  if (told.length === 0) throw new MissingTool('The CPU of PostgreSQL is read from /proc, where Linux has it.');
  return { ours: told.map((i) => ours[i]!), bare: told.map((i) => bare[i]!) };
}

function batch(): Report[] {
  const any = (below: number) => Math.floor(Math.random() * below);
  return Array.from({ length: BATCH }, () => ({
    account: `account-${any(ACCOUNTS)}`,
    migration: `migration-${any(MIGRATIONS)}`,
    client: `client-${any(2)}`,
  }));
}

async function send(url: string, token: string): Promise<void> {
  for (let n = 0; n < BATCHES_A_ROUND; n++) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: REPORT, variables: { reports: batch(), key: randomUUID() } }),
    });
    const { data } = (await response.json()) as { data?: { reportUsage?: { counted: number } } };
    if (data?.reportUsage?.counted !== BATCH) throw new Error('A batch was not counted.');
  }
}

async function upsert(db: Database): Promise<void> {
  for (let n = 0; n < BATCHES_A_ROUND; n++) {
    const reports = batch();
    await db.queryPrepared(
      'bare usage',
      `insert into usage_peer select migration, account, '2026-01-01', client, count(*), now() from unnest($1::text[], $2::text[], $3::text[]) as r (migration, account, client)
        group by 1, 2, 4 on conflict (migration, account, day, client) do update set count = usage_peer.count + excluded.count, last_used_at = excluded.last_used_at`,
      [reports.map(({ migration }) => migration), reports.map(({ account }) => account), reports.map(({ client }) => client)],
    );
  }
}

async function fill(databaseUrl: string): Promise<string> {
  const house = await compose(readConfig({ DATABASE_URL: databaseUrl, LOG_LEVEL: 'silent' }), pino({ level: 'silent' }));
  try {
    for (let i = 0; i < MIGRATIONS; i++) {
      const key = `migration-${i}`;
      await house.migrations.createMigration(OPERATOR, { key, title: key, severity: 'MEDIUM', gracePeriodStart: 'TBD' });
      await house.migrations.announceMigration(OPERATOR, key);
    }
    await house.db.query(
      `insert into account (id, name, platform, time_zone, uses_built_in_email, attributes, created_at, updated_at)
       select 'account-' || i, 'account', 'CLOUD', 'UTC', false, '{}', now(), now() from generate_series(0, $1::int - 1) i`,
      [ACCOUNTS],
    );
    return (await house.tokens.createToken(OPERATOR, { name: 'bench', role: 'RUNTIME', subject: 'gateway' })).token;
  } finally {
    await house.close();
  }
}

function figures({ ours, bare }: Rounds): Figure[] {
  const whole = medianOf(ours, ({ apiUs, postgresUs }) => apiUs + postgresUs);
  const postgres = ({ postgresUs }: Round) => postgresUs;
  const shape = { unit: 'µs' };
  return [
    {
      ...shape,
      name: 'CPU of the API and PostgreSQL for a report',
      value: whole,
      peer: 'what it is charged',
      peerValue: CHARGED_US,
      ...judged(whole / CHARGED_US, { atMost: 1 }),
    },
    {
      ...shape,
      name: 'CPU of PostgreSQL for a report',
      value: medianOf(ours, postgres),
      peer: 'one upsert of the same counts',
      peerValue: medianOf(bare, postgres),
      ...judged(medianRatio(ours, bare, postgres)),
    },
  ];
}

/** What a request pays. Nothing is sent: what does not fit any more is dropped, and 1,000 keys fit. */
function recordFigure(): Figure {
  const reporter = new UsageReporter({ url: 'http://127.0.0.1:9', token: '', maxKeys: BATCH - 1, onError: () => undefined });
  const reports = batch().slice(1);
  const before = process.cpuUsage();
  for (let n = 0; n < USES; n++) {
    const { migration, account, client } = reports[n % reports.length]!;
    reporter.record(migration, account, client);
  }
  const { user, system } = process.cpuUsage(before);
  const value = (user + system) / USES;
  return {
    name: 'CPU of a request that records a use',
    value,
    unit: 'µs',
    peer: 'limit',
    peerValue: MAX_RECORD_US,
    ...judged(value / MAX_RECORD_US, { atMost: 1 }),
  };
}
