import { createReadStream } from 'node:fs';
import { appendFile, rm, stat, truncate } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { GracelineError } from '../../errors.ts';
import type { Reject } from './source.ts';

/** The file beside an import that names each skipped line once, however often the import was stopped and resumed. */
export class RejectsFile {
  constructor(readonly path: string) {}

  /**
   * Prepares the file: a new import begins without one; a resumed one keeps what was committed and drops the lines of a
   * batch that was written here but never reached the database.
   *
   * @param nextLine the line the import goes on at
   */
  async begin(resumed: boolean, nextLine: number): Promise<void> {
    try {
      if (!resumed) await rm(this.path, { force: true });
      else if (await exists(this.path)) await truncate(this.path, await this.bytesBefore(nextLine));
    } catch (cause) {
      throw this.unwritable(cause);
    }
  }

  /**
   * Called before the batch the lines belong to is committed.
   *
   * @throws GracelineError INVALID_FILE where it cannot be written
   */
  async append(rejects: readonly Reject[]): Promise<void> {
    if (rejects.length === 0) return;
    await appendFile(this.path, rejects.map((reject) => `${JSON.stringify(reject)}\n`).join('')).catch((cause: unknown) => {
      throw this.unwritable(cause);
    });
  }

  private async bytesBefore(nextLine: number): Promise<number> {
    let bytes = 0;
    for await (const text of createInterface({ input: createReadStream(this.path), crlfDelay: Infinity })) {
      const line = lineOf(text);
      if (line === null || line >= nextLine) break;
      bytes += Buffer.byteLength(text) + 1;
    }
    return bytes;
  }

  private unwritable(cause: unknown): GracelineError {
    const why = (cause as Error).message;
    return new GracelineError(
      'INVALID_FILE',
      `Cannot write the rejected lines to ${this.path}: ${why}. Name another file for them.`,
      { file: this.path },
      { cause },
    );
  }
}

/** The line a reject tells of; null where a killed process left half of one. */
function lineOf(text: string): number | null {
  try {
    return (JSON.parse(text) as Reject).line;
  } catch {
    return null;
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
