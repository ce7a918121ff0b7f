/**
 * Rotation: everything that an older key sealed is sealed anew with the first, while all else goes on. A text is replaced only
 * where it still is what was read, so an edit in between is never lost; a process that holds both keys opens either.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../db/database.ts';
import { GracelineError } from '../errors.ts';
import { countStale, replaceTexts, SEALED_COLUMNS, type SealedColumn, type SealedText, staleTexts } from './sealed-columns.ts';
import type { SecretBox } from './secret-box.ts';

/** Texts of one statement: locked together for some milliseconds. */
const BATCH = 200;
/** A round finds what was in use in the one before, or sealed with an old key behind its back; who goes on so needs a restart. */
const MAX_ROUNDS = 10;
/** Between two rounds: longer than most transactions. */
const PAUSE_MS = 200;

/** How far a rotation has come. */
export interface RotationProgress {
  /** Texts to seal anew, as counted at the start. */
  readonly total: number;
  readonly done: number;
}

/** What came of it. */
export interface RotationReport extends RotationProgress {
  /** Texts no key opens, by column: they stay as they are. */
  readonly unreadable: Readonly<Record<string, number>>;
  /** Texts of older keys that are still there, those that no key opens not counted. */
  readonly left: number;
  /** False where it was stopped; run again it goes on from there. */
  readonly finished: boolean;
}

/** How to follow a rotation. */
export interface RotationOptions {
  readonly onProgress?: ((progress: RotationProgress) => void) | undefined;
  /** Stops after the batch under way. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Seals anew what the first key has not sealed. Safe to stop, to run again, and to run twice at once.
 *
 * @throws GracelineError INVALID_SETTINGS where there is no key
 */
export async function rotateSecrets(db: Database, box: SecretBox, options: RotationOptions = {}): Promise<RotationReport> {
  return new Rotation(db, box, box.prefix, options).run();
}

class Rotation {
  private total = 0;
  private done = 0;
  private unreadable: Record<string, number> = {};

  constructor(
    private readonly db: Database,
    private readonly box: SecretBox,
    private readonly prefix: string,
    private readonly options: RotationOptions,
  ) {}

  async run(): Promise<RotationReport> {
    this.total = await this.countAll();
    let left = this.total;
    for (let round = 0; round < MAX_ROUNDS && left > 0 && !this.stopped; round += 1) {
      if (round > 0) await sleep(PAUSE_MS);
      this.unreadable = {};
      for (const column of SEALED_COLUMNS) await this.rotate(column);
      left = (await this.countAll()) - Object.values(this.unreadable).reduce((sum, count) => sum + count, 0);
    }
    const { total, done, unreadable } = this;
    return { total, done, unreadable, left: Math.max(0, left), finished: !this.stopped };
  }

  private get stopped(): boolean {
    return this.options.signal?.aborted ?? false;
  }

  private async countAll(): Promise<number> {
    let count = 0;
    for (const column of SEALED_COLUMNS) count += await countStale(this.db, column, this.prefix);
    return count;
  }

  private async rotate(column: SealedColumn): Promise<void> {
    let after: readonly string[] | null = null;
    while (!this.stopped) {
      const texts: SealedText[] = await staleTexts(this.db, column, this.prefix, BATCH, after);
      const last = texts.at(-1);
      if (!last) return;
      this.done += await this.replace(column, texts);
      this.options.onProgress?.({ total: Math.max(this.total, this.done), done: this.done });
      after = last.key;
    }
  }

  private replace(column: SealedColumn, texts: readonly SealedText[]): Promise<number> {
    const readable = texts.flatMap((text) => {
      const anew = this.sealAnew(column, text);
      return anew === null ? [] : [{ ...text, anew }];
    });
    return replaceTexts(this.db, column, readable);
  }

  /** @returns null where no key opens it, which is counted */
  private sealAnew(column: SealedColumn, { key, sealed }: SealedText): string | null {
    const place = column.placeOf(key);
    try {
      return this.box.seal(this.box.open(sealed, place), place);
    } catch (error) {
      if (!(error instanceof GracelineError) || error.code !== 'SECRET_UNREADABLE') throw error;
      this.unreadable[column.name] = (this.unreadable[column.name] ?? 0) + 1;
      return null;
    }
  }
}
