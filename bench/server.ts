import { mkdtemp, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/db/embedded.ts';
import { createOrm } from '../src/db/orm.ts';

/** What decides how much a durable commit costs; printed, because figures without it mean nothing. */
const TELLING = ['server_version', 'fsync', 'synchronous_commit', 'full_page_writes', 'wal_sync_method', 'shared_buffers', 'max_wal_size'];

/** A PostgreSQL of the benchmark's own, with the settings PostgreSQL comes with: as durable as in production. */
export class BenchServer {
  private made = 0;
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly folder: string,
    private readonly postgres: EmbeddedPostgres,
  ) {}

  /** Starts it in a new temp folder, with a migrated template; leaves nothing behind where that fails. */
  static async start(): Promise<BenchServer> {
    const folder = await mkdtemp(join(tmpdir(), 'graceline-bench-'));
    let postgres: EmbeddedPostgres | undefined;
    try {
      postgres = await startEmbeddedPostgres(folder);
      const orm = createOrm(postgres.url, 2);
      try {
        await orm.migrator.up();
      } finally {
        await orm.close(true);
      }
      return new BenchServer(folder, postgres);
    } catch (error) {
      await postgres?.stop();
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Makes an empty, migrated database. @returns its connection string */
  async createDatabase(): Promise<string> {
    this.made += 1;
    const name = `bench_${this.made}`;
    await this.administer((client) => client.query(`create database ${name} template ${new URL(this.postgres.url).pathname.slice(1)}`));
    return this.urlOf(name);
  }

  /** Drops every database made so far: millions of rows make room for the next benchmark. */
  async dropDatabases(): Promise<void> {
    await this.administer(async (client) => {
      const { rows } = await client.query<{ name: string }>(`select datname as name from pg_database where datname like 'bench\\_%'`);
      for (const { name } of rows) await client.query(`drop database ${name} with (force)`);
    });
  }

  /** Its version and durability, for people. */
  settings(): Promise<string> {
    return this.administer(async (client) => {
      const { rows } = await client.query<{ name: string; value: string }>(
        `select name, current_setting(name) as value from unnest($1::text[]) with ordinality as n (name, place) order by place`,
        [TELLING],
      );
      return rows.map(({ name, value }) => `${name} ${value}`).join(', ');
    });
  }

  /** Clears up where the process is told to end. @param say tells the person who waits */
  stopOnSignal(say: (line: string) => void): void {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        say('\nStopping PostgreSQL and removing its folder.');
        // What runs on it breaks as it goes; that must not cut the clearing up short.
        process.on('uncaughtException', () => undefined);
        const leave = () => process.exit(128 + constants.signals[signal]);
        void this.close().then(leave, leave);
      });
    }
  }

  /** Stops it and removes its folder; may be called again. */
  close(): Promise<void> {
    this.closing ??= this.remove();
    return this.closing;
  }

  private async remove(): Promise<void> {
    try {
      await this.postgres.stop();
    } finally {
      await rm(this.folder, { recursive: true, force: true });
    }
  }

  private urlOf(database: string): string {
    return Object.assign(new URL(this.postgres.url), { pathname: `/${database}` }).href;
  }

  private async administer<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: this.urlOf('postgres') });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }
}
