/**
 * `npm start`: everything on one machine. A PostgreSQL of its own (unless DATABASE_URL names one), db migrations, a sample
 * on the first run, then the API and the worker as the separate processes they are in production.
 */
import 'reflect-metadata';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compose } from './compose.ts';
import { childEnvironment, type Config, readConfig } from './config.ts';
import { buildDashboard, DASHBOARD_NOT_BUILT } from './dashboard-build.ts';
import { type EmbeddedPostgres, findEmbeddedPostgres, startEmbeddedPostgres } from './db/embedded.ts';
import { GracelineError } from './errors.ts';
import { createLogger } from './logger.ts';
import { runUntilSignal } from './process.ts';
import { createSample, type SampleTokens } from './sample.ts';
import { localEncryptionKeys } from './secrets/encryption-keys.ts';

const HELP = `Usage: npm start [-- --help]

Starts Graceline on this machine: PostgreSQL (embedded, data in .data/), the API and the worker.
The first run makes a sample: four migrations, 36 accounts, 12 administrators. Later runs find what was there.
Ctrl-C stops everything.

Settings come from the environment; .env.example documents each. The most useful ones here:
  PORT=4000            where the API listens
  DATABASE_URL=...     use this PostgreSQL instead of the embedded one
  MONGODB_URL=...      keep the ticks of the worker's Agenda in this MongoDB instead of in PostgreSQL
  DATA_DIR=.data       where the embedded PostgreSQL, its encryption key and undelivered mail are kept; delete it to begin anew
  SMTP_URL=...         send mail through this server; without it each mail is a file in .data/mail
  LOG_LEVEL=info       show the log of both processes (npm start shows warnings only)
`;

/** From spawn to readiness; generous, because a first start on a slow disk is slow. */
const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 4_000;

if (parseArgs({ options: { help: { type: 'boolean', short: 'h' } }, strict: false }).values['help']) {
  process.stdout.write(HELP);
} else {
  await runUntilSignal(start);
}

async function start(): Promise<() => Promise<void>> {
  const config = readConfig();
  const local = config.ENCRYPTION_KEYS.length > 0 ? null : await localEncryptionKeys(config.DATA_DIR);
  const postgres = config.DATABASE_URL ? null : await startOwnPostgres(config.DATA_DIR);
  const children: ChildProcess[] = [];
  let stopping = false;
  const stop = async () => {
    stopping = true;
    await Promise.all(children.map(stopChild));
    await postgres?.stop();
  };
  try {
    const databaseUrl = config.DATABASE_URL ?? postgres!.url;
    if (!(await buildDashboard(() => say('Building the dashboard …')))) say(DASHBOARD_NOT_BUILT);
    const tokens = await prepareDatabase({
      ...config,
      DATABASE_URL: databaseUrl,
      ENCRYPTION_KEYS: [...(local?.keys ?? config.ENCRYPTION_KEYS)],
    });
    for (const entry of ['./main.ts', '../worker/main.ts']) children.push(spawnProcess(entry, databaseUrl, local?.text));
    const died = Promise.race(children.map(untilGone));
    await Promise.race([untilReady(config), died]);
    process.stdout.write(welcome(config, tokens));
    // A process that dies later takes the rest with it: half a Graceline would only look like one.
    died.catch(async (error: unknown) => {
      if (stopping) return;
      process.stderr.write(`${(error as Error).message}\n`);
      await stop();
      process.exit(1);
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

async function startOwnPostgres(dataDir: string): Promise<EmbeddedPostgres> {
  if (await findEmbeddedPostgres(dataDir)) {
    throw new GracelineError(
      'CONFLICT',
      `Graceline is running on ${dataDir} already. Stop it first, or give this one another DATA_DIR and PORT.`,
    );
  }
  say('Starting PostgreSQL …');
  return startEmbeddedPostgres(dataDir);
}

/** Db migrations, and the sample where the database is empty. @returns null where the tokens are not ours to know */
async function prepareDatabase(config: Config): Promise<SampleTokens | null> {
  const file = join(config.DATA_DIR, 'sample-tokens.json');
  const house = await compose(config, createLogger({ ...config, LOG_LEVEL: 'silent' }, 'start'));
  try {
    await house.db.migrate();
    const [used] = await house.db.query('select from token limit 1');
    if (used) return JSON.parse(await readFile(file, 'utf8').catch(() => 'null')) as SampleTokens | null;
    say('Making a sample …');
    const tokens = await createSample(house);
    await mkdir(config.DATA_DIR, { recursive: true });
    await writeFile(file, JSON.stringify(tokens), { mode: 0o600 });
    return tokens;
  } finally {
    await house.close();
  }
}

/** In a process group of its own, so that Ctrl-C reaches us alone and each is stopped in its turn. */
function spawnProcess(entry: string, databaseUrl: string, localKeys: string | undefined): ChildProcess {
  const env = childEnvironment(
    { DATABASE_URL: databaseUrl, ...(localKeys !== undefined && { ENCRYPTION_KEYS: localKeys }) },
    { LOG_LEVEL: 'warn' },
  );
  const args = [...process.execArgv, fileURLToPath(new URL(entry, import.meta.url))];
  return spawn(process.execPath, args, { env, detached: true, stdio: ['ignore', 'inherit', 'inherit'] });
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await exited;
  clearTimeout(kill);
}

async function untilGone(child: ChildProcess): Promise<never> {
  await once(child, 'exit');
  throw new GracelineError('CONFLICT', 'A process of Graceline ended; the lines above say why. Everything was stopped.');
}

async function untilReady({ HOST, PORT }: Config): Promise<void> {
  const giveUpAt = performance.now() + READY_WITHIN_MS;
  while (performance.now() < giveUpAt) {
    const answer = await fetch(`http://${HOST}:${PORT}/readyz`).catch(() => null);
    if (answer?.ok) return;
    await sleep(50);
  }
  throw new GracelineError(
    'CONFLICT',
    `Graceline was not ready within ${READY_WITHIN_MS / 1_000} seconds. Start it with LOG_LEVEL=info to see why.`,
  );
}

function welcome({ HOST, PORT, PUBLIC_URL, DATA_DIR, SMTP_URL }: Config, tokens: SampleTokens | null): string {
  const url = PUBLIC_URL ?? `http://${HOST}:${PORT}`;
  const query = '{ migrations { edges { node { key state mandatoryOptIn progress { affected optedIn pending percent } } } } }';
  const lines = [
    '',
    'Graceline is ready.',
    '',
    `  Dashboard      ${url}/`,
    `  GraphQL        ${url}/graphql`,
    `  Public page    ${url}/migrations`,
    `  Mail           ${SMTP_URL ? 'sent through SMTP_URL' : `${url}/mailbox, a file each in ${join(DATA_DIR, 'mail')}`}`,
    '',
    ...(tokens
      ? [
          `  Operator       ${tokens.operator}`,
          `  Administrator  ${tokens.administrator}`,
          '',
          'A first query to paste:',
          '',
          `  curl -s ${url}/graphql -H 'content-type: application/json' -H 'authorization: Bearer ${tokens.operator}' \\`,
          `    -d '${JSON.stringify({ query })}'`,
        ]
      : ['  Tokens         make one: npm run graceline -- token --help']),
    '',
    'Ctrl-C stops everything.',
    '',
  ];
  return `${lines.join('\n')}\n`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
