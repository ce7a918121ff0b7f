/**
 * The bulk import: millions of accounts from NDJSON or CSV at constant memory. Each line is a whole account; of two lines
 * with the same id the last counts. While the database works on one batch the next is read and checked. Each batch is one
 * transaction with its event and the place reached, so a killed import goes on where it stopped.
 */
import { basename } from 'node:path';
import type pg from 'pg';
import type { Actor } from '../../auth/actor.ts';
import type { Clock } from '../../clock.ts';
import type { Database, Queryable } from '../../db/database.ts';
import { GracelineError } from '../../errors.ts';
import { writeEvents } from '../../events/log.ts';
import type { Wake } from '../../events/wake.ts';
import { updateAccounts } from '../accounts.repository.ts';
import { membershipEvents } from '../membership.ts';
import { requireOperator } from '../visibility.ts';
import { accountRows, COPY_ACCOUNTS, copyIn } from './copy.ts';
import { RejectsFile } from './rejects.ts';
import { type Batch, batches, openSource, type Source } from './source.ts';

/** Events of one statement, to bound what is held in memory. */
const EVENTS_AT_ONCE = 5_000;
/** Unique violation, deadlock: somebody wrote the same accounts at the same time. Tried again they are found as existing. */
const CONCURRENT_WRITE = new Set(['23505', '40P01']);
/** Each attempt needs another writer to come between; three in a row are no coincidence. */
const MAX_ATTEMPTS = 3;

/** How far an import has come; the numbers count lines, over all runs of the same import. */
export interface ImportProgress {
  /** Bytes of the file that are done, and that it has. */
  readonly bytes: number;
  readonly totalBytes: number;
  /** The next line of the file. */
  readonly line: number;
  readonly created: number;
  readonly updated: number;
  /** Lines that changed nothing: the account was so already, or a line shortly after has the same id. */
  readonly unchanged: number;
  readonly rejected: number;
}

/** What came of an import. */
export interface ImportReport extends ImportProgress {
  /** False where it was stopped; the same call goes on from there. */
  readonly finished: boolean;
  /** The line an earlier run had reached; null where this one began at the beginning. */
  readonly resumedAtLine: number | null;
  /** The file that names the skipped lines; null where there are none. */
  readonly rejectsFile: string | null;
}

/** What to import, and how to follow it. */
export interface ImportOptions {
  /** Path of the NDJSON or CSV. */
  readonly file: string;
  /** Where skipped lines go; default `<file>.rejects.ndjson`. */
  readonly rejectsFile?: string | undefined;
  /** Called after each batch. */
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
  /** Stops after the batch under way. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Imports a file of accounts. A bad line is reported and skipped.
 *
 * @throws GracelineError FORBIDDEN to all but operators; INVALID_FILE; CONFLICT where the same file is being imported
 *   elsewhere
 */
export async function importAccounts(db: Database, wake: Wake, clock: Clock, actor: Actor, options: ImportOptions): Promise<ImportReport> {
  requireOperator(actor);
  const source = await openSource(options.file);
  const client = await db.borrow().catch(async (error: unknown) => {
    await source.file.close();
    throw error;
  });
  let lost: Error | undefined;
  const lose = (error: Error) => (lost = error);
  // A connection that breaks between two statements would end the process; the next statement reports it.
  client.on('error', lose);
  try {
    return await new Import(client, wake, clock, actor, source, options).run();
  } finally {
    client.off('error', lose);
    client.release(lost);
    await source.file.close();
  }
}

interface ProgressRow {
  readonly offset: number;
  readonly line: number;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly rejected: number;
}

class Import {
  private readonly tx: Queryable;
  private readonly rejects: RejectsFile;

  constructor(
    private readonly client: pg.PoolClient,
    private readonly wake: Wake,
    private readonly clock: Clock,
    private readonly actor: Actor,
    private readonly source: Source,
    private readonly options: ImportOptions,
  ) {
    const query = async <Row>(text: string, values: readonly unknown[] = []) =>
      (await client.query(text, values as unknown[])).rows as Row[];
    this.tx = { query, queryPrepared: (_name, text, values) => query(text, values) };
    this.rejects = new RejectsFile(options.rejectsFile ?? `${options.file}.rejects.ndjson`);
  }

  async run(): Promise<ImportReport> {
    const { source, options } = this;
    const { resumed, ...begun } = await this.begin();
    await this.rejects.begin(resumed, begun.line);
    let done: ProgressRow = begun;
    let committing: Promise<void> = Promise.resolve();
    for await (const batch of batches(source, { ...source.start, offset: begun.offset, line: begun.line })) {
      await committing;
      if (options.signal?.aborted) return this.report(done, resumed ? begun.line : null, false);
      committing = this.commit(batch, done).then((progress) => {
        done = progress;
        options.onProgress?.(this.progress(progress));
      });
      // It is awaited above; a failure meanwhile must not count as unhandled.
      committing.catch(() => undefined);
    }
    await committing;
    // Until PostgreSQL did so by itself, within a minute or so, it would plan look-ups as for the few accounts of before.
    await this.tx.query('analyze account');
    await this.tx.query('update account_import set finished_at = $2 where fingerprint = $1', [source.fingerprint, this.clock.now()]);
    return this.report(done, resumed ? begun.line : null, true);
  }

  /** Takes up the import of this file where it stopped, or begins anew. */
  private async begin(): Promise<ProgressRow & { resumed: boolean }> {
    const { fingerprint, start } = this.source;
    const [stopped] = await this.tx.query<ProgressRow>(
      `select "offset", line, created, updated, unchanged, rejected from account_import where fingerprint = $1 and finished_at is null and "offset" > $2`,
      [fingerprint, start.offset],
    );
    if (stopped) return { ...stopped, resumed: true };
    await this.tx.query(
      `insert into account_import (fingerprint, "offset", line, created, updated, unchanged, rejected, started_at) values ($1, $2, $3, 0, 0, 0, 0, $4)
           on conflict (fingerprint) do update
          set "offset" = excluded."offset", line = excluded.line, created = 0, updated = 0, unchanged = 0, rejected = 0,
              started_at = excluded.started_at, finished_at = null`,
      [fingerprint, start.offset, start.line, this.clock.now()],
    );
    return { offset: start.offset, line: start.line, created: 0, updated: 0, unchanged: 0, rejected: 0, resumed: false };
  }

  private async commit(batch: Batch, before: ProgressRow): Promise<ProgressRow> {
    await this.rejects.append(batch.rejects);
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.client.query('begin');
        const after = await this.write(batch, before);
        await this.client.query('commit');
        this.wake.ring();
        return after;
      } catch (error) {
        await this.client.query('rollback').catch(() => undefined);
        if (attempt === MAX_ATTEMPTS || !CONCURRENT_WRITE.has((error as pg.DatabaseError).code ?? '')) throw error;
      }
    }
  }

  /** New accounts go in by COPY; only ids that exist already are compared and, where they differ, updated. */
  private async write(batch: Batch, before: ProgressRow): Promise<ProgressRow> {
    const now = this.clock.now();
    const { accounts, overridden, rejects, line, offset } = batch;
    const rows = await this.tx.query<{ id: string }>('select id from account where id = any($1::text[])', [accounts.map(({ id }) => id)]);
    const existing = new Set(rows.map(({ id }) => id));
    const fresh = existing.size === 0 ? accounts : accounts.filter(({ id }) => !existing.has(id));
    if (fresh.length > 0) await copyIn(this.client, COPY_ACCOUNTS, accountRows(fresh, now));
    const known = existing.size === 0 ? [] : accounts.filter(({ id }) => existing.has(id));
    const { updated, changes } = known.length > 0 ? await updateAccounts(this.tx, known, now) : { updated: 0, changes: [] };
    const unchanged = known.length - updated + overridden;
    const events = membershipEvents(changes);
    for (let at = 0; at < events.length; at += EVENTS_AT_ONCE)
      await writeEvents(this.tx, this.actor, now, events.slice(at, at + EVENTS_AT_ONCE));
    const data = { file: basename(this.options.file), line, created: fresh.length, updated, unchanged, rejected: rejects.length };
    await writeEvents(this.tx, this.actor, now, [{ type: 'ACCOUNTS_IMPORTED', data }]);
    const after = {
      offset,
      line,
      created: before.created + fresh.length,
      updated: before.updated + updated,
      unchanged: before.unchanged + unchanged,
      rejected: before.rejected + rejects.length,
    };
    await this.advance(before, after);
    return after;
  }

  /** @throws GracelineError CONFLICT where another process has moved the import of this file meanwhile */
  private async advance(before: ProgressRow, after: ProgressRow): Promise<void> {
    const moved = await this.tx.query(
      `update account_import set "offset" = $3, line = $4, created = $5, updated = $6, unchanged = $7, rejected = $8
        where fingerprint = $1 and "offset" = $2 and finished_at is null returning fingerprint`,
      [this.source.fingerprint, before.offset, after.offset, after.line, after.created, after.updated, after.unchanged, after.rejected],
    );
    if (moved.length === 1) return;
    throw new GracelineError(
      'CONFLICT',
      `${this.options.file} is being imported by another process. Wait for that one, or stop it and run this again.`,
      { file: this.options.file },
    );
  }

  private progress({ offset, ...counts }: ProgressRow): ImportProgress {
    return { bytes: Math.min(offset, this.source.size), totalBytes: this.source.size, ...counts };
  }

  private report(done: ProgressRow, resumedAtLine: number | null, finished: boolean): ImportReport {
    return { ...this.progress(done), finished, resumedAtLine, rejectsFile: done.rejected > 0 ? this.rejects.path : null };
  }
}
