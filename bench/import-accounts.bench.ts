import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { accountFields } from '../src/accounts/accounts.rules.ts';
import { accountRows, COPY_ACCOUNTS, copyIn } from '../src/accounts/import/copy.ts';
import { Database } from '../src/db/database.ts';
import { type Benchmark, type BenchmarkContext, type Figure, judged, median } from './benchmark.ts';
import { nodeFlags } from './node-flags.ts';

const ACCOUNTS = Number(process.env.BENCH_ACCOUNTS ?? 1_000_000);
const ROUNDS = 3;
const MAX_RSS_MB = 300;
const MIN_SHARE_OF_COPY = 0.5;
const CREATED = Date.UTC(2020, 0, 1);

/** What the importing process says of itself. */
interface ChildReport {
  readonly created: number;
  readonly seconds: number;
  readonly maxRssMb: number;
}

/** The bulk import beside a raw COPY of the same rows into an identical table. */
export const importAccounts: Benchmark = {
  name: 'import-accounts',
  describe: `Bulk import of ${ACCOUNTS} accounts from NDJSON in a process of its own, against one raw COPY of the same rows.`,
  run: async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'graceline-bench-'));
    const db = await Database.connect(context.databaseUrl, 2);
    try {
      const file = join(folder, 'accounts.ndjson');
      await writeAccounts(file);
      return await measure(db, context, file);
    } finally {
      await db.close();
      await rm(folder, { recursive: true });
    }
  },
};

async function measure(db: Database, { databaseUrl, log }: BenchmarkContext, file: string): Promise<Figure[]> {
  await db.query('create table account_peer (like account including all)');
  const copies: number[] = [];
  const imports: number[] = [];
  let maxRssMb = 0;
  for (let round = 1; round <= ROUNDS; round += 1) {
    // Each in turn, from the same beginning, so that a disturbance of the machine meets both.
    await db.query('truncate account, account_peer, account_import, event cascade');
    await db.query('checkpoint');
    copies.push(await rawCopy(db));
    await db.query('truncate account_peer');
    await db.query('checkpoint');
    const child = await importInChild(databaseUrl, file);
    if (child.created !== ACCOUNTS) throw new Error(`The import created ${child.created} of ${ACCOUNTS} accounts.`);
    imports.push(child.seconds);
    maxRssMb = Math.max(maxRssMb, child.maxRssMb);
    log(
      `round ${round} of ${ROUNDS}: COPY ${copies.at(-1)!.toFixed(1)} s, import ${child.seconds.toFixed(1)} s, peak ${child.maxRssMb.toFixed(0)} MB`,
    );
  }
  await db.query('drop table account_peer');
  return figures(ACCOUNTS / median(imports), ACCOUNTS / median(copies), maxRssMb);
}

function figures(value: number, peerValue: number, maxRssMb: number): Figure[] {
  const ratio = value / peerValue;
  return [
    {
      name: 'speed of the import',
      value: Math.round(value),
      unit: 'accounts/s',
      peer: 'raw COPY',
      peerValue: Math.round(peerValue),
      ...judged(ratio, { atLeast: MIN_SHARE_OF_COPY }),
    },
    {
      name: 'peak memory of the import',
      value: Math.round(maxRssMb),
      unit: 'MB',
      peer: 'limit',
      peerValue: MAX_RSS_MB,
      ...judged(maxRssMb / MAX_RSS_MB, { atMost: 1 }),
    },
  ];
}

function rawAccount(i: number): Record<string, unknown> {
  return {
    // Neither in order nor random: ids arrive in the order of nobody's index, and every run has the same.
    id: `acct-${String((i * 7_919) % 1_000_003).padStart(7, '0')}${i >= 1_000_003 ? `-${i}` : ''}`,
    name: `Customer number ${i} Ltd`,
    platform: i % 10 === 0 ? 'APPLIANCE' : 'CLOUD',
    plan: ['free', 'team', 'enterprise'][i % 3],
    region: ['eu', 'us', 'au'][i % 3],
    timeZone: ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Tokyo'][i % 4],
    usesBuiltInEmail: i % 3 !== 0,
    attributes: { tier: i % 5 === 0 ? 'gold' : 'silver', seats: i % 500, beta: i % 2 === 0 },
    createdAt: new Date(CREATED + i * 60_000).toISOString(),
  };
}

async function writeAccounts(file: string): Promise<void> {
  const stream = createWriteStream(file);
  for (let i = 0; i < ACCOUNTS; i += 1_000) {
    const lines = Array.from({ length: Math.min(1_000, ACCOUNTS - i) }, (_, j) => `${JSON.stringify(rawAccount(i + j))}\n`);
    if (!stream.write(lines.join(''))) await once(stream, 'drain');
  }
  stream.end();
  await finished(stream);
}

/** One COPY of all rows, made ready before the clock starts. Returns seconds. */
async function rawCopy(db: Database): Promise<number> {
  const parts: Buffer[] = [];
  for (let i = 0; i < ACCOUNTS; i += 10_000) {
    const accounts = Array.from({ length: Math.min(10_000, ACCOUNTS - i) }, (_, j) => accountFields(rawAccount(i + j), () => true));
    parts.push(accountRows(accounts, new Date(CREATED)));
  }
  const rows = Buffer.concat(parts);
  const client = await db.borrow();
  try {
    const start = performance.now();
    await copyIn(client, COPY_ACCOUNTS.replace('copy account ', 'copy account_peer '), rows);
    return (performance.now() - start) / 1_000;
  } finally {
    client.release();
  }
}

async function importInChild(databaseUrl: string, file: string): Promise<ChildReport> {
  const script = fileURLToPath(new URL('./import-accounts.child.ts', import.meta.url));
  const child = spawn(process.execPath, [...nodeFlags('graceline'), '--import', 'tsx', script, databaseUrl, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`The importing process ended with ${String(code)}.`);
  return JSON.parse(output) as ChildReport;
}
