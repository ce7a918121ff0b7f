/** A whole service for tests: the house of production in this process, with its API on a real port and a clock that moves. */
import 'reflect-metadata';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { startApi } from '../../src/api.ts';
import { SYSTEM } from '../../src/auth/actor.ts';
import type { NewToken } from '../../src/auth/tokens.rules.ts';
import { compose } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import type { Database } from '../../src/db/database.ts';
import type { House } from '../../src/house.ts';
import { SWEEPS } from '../../worker/jobs/sweeps.ts';
import { cloneDatabase } from './database.ts';
import { atEndOfFile } from './end-of-file.ts';
import { ApiError, graphqlClient, type GraphqlClient } from './graphql-client.ts';

/** Two operators: what one asks for, the other may approve. */
export const OLGA = 'olga@platform.example';
export const OTTO = 'otto@platform.example';

/** What seals secrets in tests. */
const ENCRYPTION_KEYS = `test:${Buffer.alloc(32, 7).toString('base64')}`;

/** A service at work. */
export interface TestService {
  readonly house: House;
  readonly db: Database;
  readonly databaseUrl: string;
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** As {@link OLGA} and {@link OTTO}. */
  readonly operator: GraphqlClient;
  readonly secondOperator: GraphqlClient;
  /** Has no token. */
  readonly anonymous: GraphqlClient;
  /** Failures that callers were shown as INTERNAL, with their causes. */
  readonly defects: readonly string[];
  /** Moves the clock (ISO 8601). */
  setClock(instant: string): Promise<void>;
  /** A caller with a token of its own. */
  clientOf(token: Omit<NewToken, 'name'>): Promise<GraphqlClient>;
  /** Runs every sweep of the worker until two rounds in a row change nothing. */
  sweep(): Promise<void>;
}

/** Starts a service on a database of this file's own; it stops at the end of the file. */
export async function startService(now: string, settings: Readonly<Record<string, string>> = {}): Promise<TestService> {
  const dir = await mkdtemp(join(tmpdir(), 'graceline-service-'));
  const clockFile = join(dir, 'clock');
  // Whole or not at all: whoever looks while it is written would find no instant in it.
  const setClock = async (instant: string) => {
    await writeFile(`${clockFile}.next`, instant);
    await rename(`${clockFile}.next`, clockFile);
  };
  await setClock(now);
  const databaseUrl = await cloneDatabase();
  const config = readConfig({
    NODE_ENV: 'test',
    DATABASE_URL: databaseUrl,
    PORT: '0',
    DATA_DIR: dir,
    CLOCK_FILE: clockFile,
    ENCRYPTION_KEYS,
    ...settings,
  });
  const defects: string[] = [];
  const write = (line: Buffer, _encoding: string, done: () => void) => {
    const { err, path, msg } = JSON.parse(line.toString()) as { err?: { message: string }; path?: string; msg: string };
    defects.push(`${path ?? ''} ${msg}: ${err?.message ?? ''}`);
    done();
  };
  const log = pino({ level: 'error' }, new Writable({ write }));
  const house = await compose(config, log);
  const api = await startApi(house, log);
  atEndOfFile(async () => {
    await api.stop();
    await house.close();
    await rm(dir, { recursive: true, force: true });
  });
  const url = `http://127.0.0.1:${api.port}`;
  const clientOf = async (token: Omit<NewToken, 'name'>) =>
    graphqlClient(url, (await house.tokens.createToken(SYSTEM, { name: 'test', ...token })).token);
  return {
    house,
    db: house.db,
    databaseUrl,
    url,
    operator: await clientOf({ role: 'OPERATOR', subject: OLGA }),
    secondOperator: await clientOf({ role: 'OPERATOR', subject: OTTO }),
    anonymous: graphqlClient(url),
    defects,
    setClock,
    clientOf,
    sweep: () => sweepUntilQuiet(house),
  };
}

async function sweepUntilQuiet(house: House): Promise<void> {
  const { signal } = new AbortController();
  for (let before = '', quiet = 0; quiet < 2;) {
    for (const sweep of SWEEPS) await sweep.run(house, signal);
    const after = JSON.stringify(await census(house.db));
    quiet = after === before ? quiet + 1 : 0;
    before = after;
  }
}

/** Every table with the number of its rows and a hash of all they hold: equal only where nothing was lost or written. */
export async function census(db: Database): Promise<Record<string, string>> {
  const tables = await db.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' and tablename not in ('sweep', 'event_cursor', 'event_chain', 'event_chain_span', 'rollout_count') and tablename not like 'agenda%' order by 1`,
  );
  const counts = tables.map(
    ({ name }) =>
      `select '${name}' as name, count(*) || ' rows ' || coalesce(md5(string_agg(r, '|' order by r)), '') as rows from (select ${rowOf(name)} as r from "${name}" t) x`,
  );
  return Object.fromEntries(
    (await db.query<{ name: string; rows: string }>(counts.join(' union all '))).map(({ name, rows }) => [name, rows]),
  );
}

/** When a token was last used is written whoever asks, whatever the answer. */
function rowOf(table: string): string {
  return table === 'token' ? `(to_jsonb(t) - 'last_used_at')::text` : 't::text';
}

/** Expects a refusal with this code, and gives it for a look at its message. */
export async function refusalOf(request: Promise<unknown>, code: string): Promise<ApiError> {
  const outcome = await request.then(
    (result) => `no refusal but ${JSON.stringify(result)}`,
    (error: unknown) => error,
  );
  if (outcome instanceof ApiError && outcome.code === code) return outcome;
  throw new Error(`Expected ${code}, got ${String(outcome)}`);
}
