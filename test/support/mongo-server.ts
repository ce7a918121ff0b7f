/** Servers that speak the protocol of MongoDB, for tests: started on the loopback interface alone, and killed when asked. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { START_PATIENCE_MS } from './patience.ts';

const POLL_MS = 50;
const MAX_WORDS = 2_000;

/** Of the user of a server that asks for one: FerretDB, as it is started here. */
export const PASSWORD = 's3cret-of-mongodb';

/** A program that is such a server. */
export interface MongoProgram {
  readonly kind: 'FerretDB' | 'mongod';
  /** Where the executable is. */
  readonly path: string;
}

/** A server of ours at work. */
export interface MongoServer {
  /** Without a database. */
  readonly url: string;
  /** Ends it as a power cut does, and resolves once it is gone. */
  kill(): Promise<void>;
}

/**
 * Starts a server and waits until it answers.
 *
 * @param dir where it keeps its data; what is there from before is found again
 * @throws Error with its last words where it does not come up
 */
export async function startMongoServer(program: MongoProgram, dir: string, port: number): Promise<MongoServer> {
  const child = spawn(program.path, argumentsOf(program.kind, dir, port), { stdio: ['ignore', 'pipe', 'pipe'] });
  let words = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (words = (words + chunk.toString()).slice(-MAX_WORDS)));
  const gone = Promise.race([once(child, 'exit'), once(child, 'error')]);
  const url = `mongodb://${program.kind === 'FerretDB' ? `graceline:${PASSWORD}@` : ''}127.0.0.1:${port}`;
  const giveUpAt = performance.now() + START_PATIENCE_MS;
  while ((await describeServer(url).catch(() => null)) === null) {
    if (performance.now() > giveUpAt || isGone(child)) throw new Error(`${program.path} did not start: ${words}`);
    await Promise.race([sleep(POLL_MS), gone.catch(() => undefined)]);
  }
  return {
    url,
    kill: async () => {
      child.kill('SIGKILL');
      if (!isGone(child)) await gone;
    },
  };
}

/** What answers there, for people, e.g. `FerretDB v1.24.2, which speaks as MongoDB 7.0.42`. Fails where nothing does. */
export async function describeServer(url: string): Promise<string> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 1_000 });
  try {
    const { version, ferretdbVersion } = await client.db('admin').command({ buildInfo: 1 });
    return ferretdbVersion === undefined ? `MongoDB ${version}` : `FerretDB ${ferretdbVersion}, which speaks as MongoDB ${version}`;
  } finally {
    await client.close();
  }
}

function argumentsOf(kind: MongoProgram['kind'], dir: string, port: number): string[] {
  if (kind === 'mongod') return ['--dbpath', dir, '--port', String(port), '--bind_ip', '127.0.0.1', '--nounixsocket'];
  const state = ['--state-dir', dir, '--telemetry', 'disable', '--debug-addr', '-', '--log-level', 'WARN'];
  const user = ['--test-enable-new-auth', '--setup-database', 'admin', '--setup-username', 'graceline', '--setup-password', PASSWORD];
  return [
    '--handler',
    'sqlite',
    '--sqlite-url',
    `file:${dir}/?_pragma=synchronous(off)`,
    '--listen-addr',
    `127.0.0.1:${port}`,
    ...state,
    ...user,
  ];
}

function isGone({ exitCode, signalCode, pid }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null || pid === undefined;
}
