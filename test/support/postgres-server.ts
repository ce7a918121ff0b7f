/** A PostgreSQL that can be killed, stopped in any of its modes and started again on its port and data, as a machine does to one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startEmbeddedPostgres, unprivileged } from '../../src/db/embedded.ts';
import { createOrm } from '../../src/db/orm.ts';
import { atEndOfFile } from './end-of-file.ts';
import { START_PATIENCE_MS } from './patience.ts';

/** How the server ends: without a word, without waiting for anybody (it recovers at its next start), or in good order. */
const SIGNALS = { kill: 'SIGKILL', immediate: 'SIGQUIT', fast: 'SIGINT' } as const;
/** See {@link SIGNALS}. */
export type Ending = keyof typeof SIGNALS;

const POLL_MS = 50;
/** A killed process loses nothing that the kernel has taken, so nothing here waits for a disk. */
const FLAGS = ['fsync=off', 'full_page_writes=off', 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200'];
const MAX_WORDS = 2_000;

/** See the top of this file. */
export class PostgresServer {
  private child: ChildProcess | null = null;
  private words = '';

  private constructor(
    /** Of its one database, which is migrated. */
    readonly url: string,
    private readonly command: readonly string[],
  ) {}

  /**
   * Makes a server with a migrated database and starts it. It ends, and its data goes, with the file or campaign.
   *
   * @param folder where its data is to be; by default a temp folder of its own
   * @param settings of PostgreSQL beside those of a test, e.g. `checkpoint_timeout=30s`
   */
  static async start(settings: readonly string[] = [], folder?: string): Promise<PostgresServer> {
    const home = folder ?? (await mkdtemp(join(tmpdir(), 'graceline-faults-')));
    await mkdir(home, { recursive: true });
    atEndOfFile(() => rm(home, { recursive: true, force: true }));
    const flags = [...FLAGS, ...settings].flatMap((setting) => ['-c', setting]);
    const embedded = await startEmbeddedPostgres(home, flags);
    let binaries: string;
    try {
      binaries = await migrated(embedded.url);
    } finally {
      await embedded.stop();
    }
    const port = new URL(embedded.url).port;
    const server = new PostgresServer(embedded.url, [join(binaries, 'postgres'), '-D', join(home, 'postgres'), '-p', port, ...flags]);
    atEndOfFile(() => server.stop('immediate'));
    await server.restart();
    return server;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Whether it was started and has not ended since, by itself or not. */
  get isRunning(): boolean {
    return this.child !== null && !hasEnded(this.child);
  }

  /** Ends it. Resolves once its first process is gone; after a kill others of it may still be going. */
  async stop(how: Ending): Promise<void> {
    const { child } = this;
    this.child = null;
    if (!child || hasEnded(child)) return;
    const gone = once(child, 'exit');
    child.kill(SIGNALS[how]);
    await gone;
  }

  /** Starts it again; resolves once it takes statements, recovered where it had to. */
  async restart(): Promise<void> {
    const giveUpAt = performance.now() + START_PATIENCE_MS;
    while (!(await this.answers())) {
      // What is left of a killed one holds its memory for a moment, and another does not start beside it.
      if (!this.isRunning) this.child = this.spawn();
      await sleep(POLL_MS);
      if (performance.now() > giveUpAt) throw new Error(`PostgreSQL does not start again:\n${this.words}`);
    }
  }

  private spawn(): ChildProcess {
    // Where whoever started it is killed, it is to end as well.
    const [command, ...args] = unprivileged([...(process.platform === 'linux' ? DIES_WITH_ITS_PARENT : []), ...this.command]);
    // In a group of its own: Ctrl-C in a terminal is for whoever started it, who stops it in order.
    const child = spawn(command!, args, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.words = (this.words + text).slice(-MAX_WORDS)));
    return child;
  }

  private async answers(): Promise<boolean> {
    if (this.child === null) return false;
    const client = new pg.Client({ connectionString: this.url, connectionTimeoutMillis: START_PATIENCE_MS });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('select 1');
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

const DIES_WITH_ITS_PARENT = ['setpriv', '--pdeathsig=QUIT', '--'];

/** Brings a new database to our schema. @returns where the programs of its server are */
async function migrated(url: string): Promise<string> {
  const orm = createOrm(url, 2);
  try {
    await orm.migrator.up();
    const [row] = await orm.em.getConnection().execute<{ setting: string }[]>(`select setting from pg_config where name = 'BINDIR'`);
    return row!.setting;
  } finally {
    await orm.close(true);
  }
}
