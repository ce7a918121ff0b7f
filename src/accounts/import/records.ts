/** Cuts a file into records at constant memory, knowing the line and the byte each one ends at. */
import { isAscii, isUtf8 } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';

/** Small enough that handling what one read yields does not keep the database waiting for the event loop. */
const READ_BYTES = 128 * 1024;
/** The most bytes of one record; a valid account has less than a tenth of it. */
export const MAX_RECORD_BYTES = 1024 * 1024;
/** How much of a record that is too long is still told. */
const SHOWN_BYTES = 2_000;
const NEWLINE = 0x0a;
const QUOTE = 0x22;

/** One record: a line, or in CSV several where a quoted field holds line breaks. */
export interface FileRecord {
  /** Without its line break; cut short where `fault` says that it is too long. */
  readonly text: string;
  /** The line it begins on, from 1. */
  readonly line: number;
  /** The line and the byte that the next record begins at. */
  readonly nextLine: number;
  readonly nextOffset: number;
  /** Why it cannot be read at all; null where it can. */
  readonly fault: string | null;
}

/** Where in the file to begin, and whether line breaks within double quotes belong to the record. */
export interface RecordsFrom {
  readonly offset: number;
  readonly line: number;
  readonly quoted: boolean;
}

/** Yields the records of a file from a place on, as many at a time as one read brings. Blank lines are passed over. */
export async function* records(file: FileHandle, from: RecordsFrom): AsyncGenerator<FileRecord[]> {
  const splitter = new RecordSplitter(from);
  let position = from.offset;
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, READ_BYTES, position);
    position += bytesRead;
    yield splitter.push(buffer.subarray(0, bytesRead), bytesRead === 0);
    if (bytesRead === 0) return;
  }
}

/** The state between two reads: the beginning of a record whose end has not been read yet. */
class RecordSplitter {
  private rest: Buffer = Buffer.alloc(0);
  private offset: number;
  private line: number;
  private readonly quoted: boolean;
  /** Within a record that was reported as too long: everything up to its line break is passed over. */
  private skipping = false;

  constructor(from: RecordsFrom) {
    this.offset = from.offset;
    this.line = from.line;
    this.quoted = from.quoted;
  }

  push(chunk: Buffer, last: boolean): FileRecord[] {
    const data = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk;
    const found: FileRecord[] = [];
    const encoding = isAscii(data) ? 'latin1' : 'utf8';
    const isValid = encoding === 'latin1' || isUtf8(data);
    let start = 0;
    for (;;) {
      const end = this.endOf(data, start);
      const length = (end.at === -1 ? data.length : end.at) - start;
      if (this.skipping) {
        if (end.first === -1) {
          start = data.length;
          break;
        }
        start = end.first + 1;
        this.skipping = false;
        this.line += 1;
        continue;
      }
      if (end.at !== -1 && length <= MAX_RECORD_BYTES) {
        this.take(found, data, start, end.at, end.lines, isValid ? null : data.subarray(start, end.at), encoding);
        start = end.at + 1;
      } else if (length > MAX_RECORD_BYTES || (last && length > 0)) {
        start = this.takeUnended(found, data, start, end.first, length, encoding);
        if (start === data.length) break;
      } else break;
    }
    this.offset += start;
    // A copy: the next read overwrites the chunk.
    this.rest = Buffer.from(data.subarray(start));
    return found;
  }

  /** Where the record that begins at `start` ends (-1: not in here), how many lines it has, and its first line break. */
  private endOf(data: Buffer, start: number): { at: number; lines: number; first: number } {
    const first = data.indexOf(NEWLINE, start);
    if (!this.quoted || this.skipping || first === -1) return { at: first, lines: 1, first };
    let at = first;
    let open = false;
    let lines = 1;
    let quote = data.indexOf(QUOTE, start);
    for (;;) {
      for (; quote !== -1 && quote < at; quote = data.indexOf(QUOTE, quote + 1)) open = !open;
      if (!open || at - start > MAX_RECORD_BYTES) return { at: open ? -1 : at, lines, first };
      at = data.indexOf(NEWLINE, at + 1);
      if (at === -1) return { at, lines, first };
      lines += 1;
    }
  }

  private take(
    found: FileRecord[],
    data: Buffer,
    start: number,
    end: number,
    lines: number,
    suspect: Buffer | null,
    encoding: BufferEncoding,
  ): void {
    const text = data.toString(encoding, start, end > start && data[end - 1] === 0x0d ? end - 1 : end);
    const line = this.line;
    this.line += lines;
    if (text.trim() === '') return;
    const fault = suspect && !isUtf8(suspect) ? 'The line is not UTF-8. Save the file as UTF-8.' : null;
    found.push({ text, line, nextLine: this.line, nextOffset: this.offset + end + 1, fault });
  }

  /** A record that is too long, or the last of a file without a line break at its end. Returns where to go on. */
  private takeUnended(
    found: FileRecord[],
    data: Buffer,
    start: number,
    firstBreak: number,
    length: number,
    encoding: BufferEncoding,
  ): number {
    if (this.quoted && firstBreak !== -1) {
      // A quote that never closes would swallow the rest of the file: only the line it stands on is lost.
      found.push(this.faulty(data, start, firstBreak + 1, 'A double quote is opened and never closed.', encoding));
      this.line += 1;
      return firstBreak + 1;
    }
    if (length <= MAX_RECORD_BYTES) {
      this.take(found, data, start, data.length, 1, data.subarray(start), encoding);
      return data.length;
    }
    const next = firstBreak === -1 ? data.length : firstBreak + 1;
    found.push(this.faulty(data, start, next, `The line is longer than ${MAX_RECORD_BYTES} bytes.`, encoding));
    if (firstBreak === -1) this.skipping = true;
    else this.line += 1;
    return next;
  }

  private faulty(data: Buffer, start: number, next: number, fault: string, encoding: BufferEncoding): FileRecord {
    const text = data.toString(encoding, start, Math.min(next, start + SHOWN_BYTES)).trimEnd();
    return { text, line: this.line, nextLine: this.line + 1, nextOffset: this.offset + next, fault };
  }
}
