/** A file of accounts: what format it has, where it begins, and how its records become checked accounts in batches. */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { GracelineError } from '../../errors.ts';
import { isTimeZone } from '../../time-zone.ts';
import { type AccountFields, accountFields } from '../accounts.rules.ts';
import { csvReader } from './csv.ts';
import { type FileRecord, records, type RecordsFrom } from './records.ts';

/** Rows of one transaction: enough that its fixed costs do not show, few enough to be gone in a moment when stopped. */
const BATCH_LINES = 5_000;
const FINGERPRINT_BYTES = 1024 * 1024;
/** How much of a rejected line is repeated. */
const REJECTED_TEXT = 2_000;
/** Time zones are checked once per name; a file of nothing but wrong ones must not fill the memory. */
const MAX_KNOWN_TIME_ZONES = 2_000;

/** A line that was skipped, as the rejects file tells of it. */
export interface Reject {
  readonly line: number;
  readonly reason: string;
  readonly text: string;
}

/** Consecutive lines of the file. */
export interface Batch {
  readonly accounts: readonly AccountFields[];
  /** Lines that a later line of the batch overrides: of two lines with the same id the last counts. */
  readonly overridden: number;
  readonly rejects: readonly Reject[];
  /** Where the next batch begins. */
  readonly line: number;
  readonly offset: number;
}

/** An open file of accounts. */
export interface Source {
  readonly file: FileHandle;
  readonly size: number;
  /** SHA-256 of the size and the first MiB, in hex. */
  readonly fingerprint: string;
  /** Where the first account stands: below the header of a CSV. */
  readonly start: RecordsFrom;
  /** Takes a record apart; throws a GracelineError or SyntaxError that says why it cannot. */
  readonly parse: (text: string) => Record<string, unknown>;
}

/**
 * Opens a file and finds out what it is: CSV with a header, or NDJSON.
 *
 * @throws GracelineError INVALID_FILE where it is missing, empty, binary, or neither
 */
export async function openSource(path: string): Promise<Source> {
  const file = await open(path).catch((cause: unknown) => {
    throw new GracelineError(
      'INVALID_FILE',
      `Cannot read ${path}: ${(cause as Error).message}. Check the path.`,
      { file: path },
      { cause },
    );
  });
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw invalid(path, 'is no regular file; write the accounts to one, so that the import can resume');
    const head = Buffer.alloc(Math.min(stat.size, FINGERPRINT_BYTES));
    await file.read(head, 0, head.length, 0);
    if (head.length === 0) throw invalid(path, 'is empty');
    if (head.includes(0) || (head[0] === 0x1f && head[1] === 0x8b))
      throw invalid(path, 'is binary; give NDJSON or CSV as UTF-8, not compressed');
    const fingerprint = createHash('sha256').update(`${stat.size}\n`).update(head).digest('hex');
    return { file, size: stat.size, fingerprint, ...(await layout(file, path, head)) };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function layout(file: FileHandle, path: string, head: Buffer): Promise<Pick<Source, 'start' | 'parse'>> {
  const bom = head.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? 3 : 0;
  const begin = { offset: bom, line: 1 };
  if (isNdjson(path, head.toString('latin1', bom))) return { start: { ...begin, quoted: false }, parse: parseJson };
  const header = await firstRecord(file, { ...begin, quoted: true });
  if (!header || header.fault) throw invalid(path, 'holds no account');
  try {
    return { start: { offset: header.nextOffset, line: header.nextLine, quoted: true }, parse: csvReader(header.text) };
  } catch (cause) {
    if (!(cause instanceof GracelineError)) throw cause;
    throw new GracelineError(
      'INVALID_FILE',
      `${path} is neither NDJSON nor CSV with a header: ${cause.message}`,
      { file: path },
      { cause },
    );
  }
}

function isNdjson(path: string, head: string): boolean {
  if (head.trimStart().startsWith('[')) throw invalid(path, 'is a JSON array; give one account a line, e.g. by `jq -c ".[]"`');
  if (/\.csv$/i.test(path)) return false;
  return /\.(ndjson|jsonl|json)$/i.test(path) || head.trimStart().startsWith('{');
}

async function firstRecord(file: FileHandle, from: RecordsFrom): Promise<FileRecord | undefined> {
  for await (const found of records(file, from)) if (found[0]) return found[0];
  return undefined;
}

function parseJson(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new GracelineError('INVALID_FILE', 'The line is no JSON object such as {"id": "acme", "name": "Acme", "platform": "CLOUD"}.');
}

/** Reads a file onwards in batches of checked accounts. */
export async function* batches(source: Source, from: RecordsFrom): AsyncGenerator<Batch> {
  const knowsTimeZone = rememberTimeZones();
  let batch = newBatch();
  for await (const found of records(source.file, from)) {
    for (const record of found) {
      batch.add(record, source, knowsTimeZone);
      if (batch.lines < BATCH_LINES) continue;
      yield batch.close();
      batch = newBatch();
    }
  }
  if (batch.lines > 0) yield batch.close();
}

function newBatch() {
  const accounts = new Map<string, AccountFields>();
  const rejects: Reject[] = [];
  let accepted = 0;
  let place = { line: 0, offset: 0 };
  return {
    lines: 0,
    add(record: FileRecord, source: Source, knowsTimeZone: (name: string) => boolean): void {
      this.lines += 1;
      place = { line: record.nextLine, offset: record.nextOffset };
      const reason = record.fault ?? tryAccount(record.text);
      if (reason !== null) rejects.push({ line: record.line, reason, text: record.text.slice(0, REJECTED_TEXT).toWellFormed() });

      function tryAccount(text: string): string | null {
        try {
          const fields = accountFields(source.parse(text), knowsTimeZone);
          accounts.set(fields.id, fields);
          accepted += 1;
          return null;
        } catch (error) {
          if (error instanceof GracelineError) return error.message;
          if (error instanceof SyntaxError) return `The line is no JSON: ${error.message}.`;
          throw error;
        }
      }
    },
    close(): Batch {
      return { accounts: [...accounts.values()], overridden: accepted - accounts.size, rejects, ...place };
    },
  };
}

function rememberTimeZones(): (name: string) => boolean {
  const known = new Map<string, boolean>();
  return (name) => {
    const remembered = known.get(name);
    if (remembered !== undefined) return remembered;
    if (known.size >= MAX_KNOWN_TIME_ZONES) known.clear();
    const holds = isTimeZone(name);
    known.set(name, holds);
    return holds;
  };
}

function invalid(path: string, why: string): GracelineError {
  return new GracelineError('INVALID_FILE', `${path} ${why}.`, { file: path });
}
