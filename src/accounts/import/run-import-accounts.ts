import { type Options, SingleBar } from 'cli-progress';
import type { Actor } from '../../auth/actor.ts';
import type { Clock } from '../../clock.ts';
import type { Database } from '../../db/database.ts';
import type { Wake } from '../../events/wake.ts';
import { importAccounts, type ImportProgress, type ImportReport } from './import-accounts.ts';

/** Where there is no terminal to draw a bar on, a line this often: enough to see it live, not enough to fill a log. */
const PLAIN_LINE_EVERY_MS = 5_000;
const BAR: Options = {
  format: '{bar} {percentage}% | {line} lines, {created} created, {updated} updated, {rejected} rejected | {eta_formatted} left',
  etaBuffer: 50,
  clearOnComplete: true,
};

/** What the command line gives the import. */
export interface RunImportOptions {
  readonly file: string;
  readonly rejectsFile?: string | undefined;
  /** Where the bar or the lines go; usually process.stderr. */
  readonly output: NodeJS.WriteStream;
  /** Aborted by Ctrl-C: the import stops after the batch under way and says how to resume. */
  readonly signal: AbortSignal;
}

/**
 * Imports accounts for somebody who watches: `npm run graceline -- import-accounts FILE`.
 *
 * @returns the report; the caller exits 1 where it is not `finished`
 * @throws GracelineError as {@link importAccounts}
 */
export async function runImportAccounts(
  db: Database,
  wake: Wake,
  clock: Clock,
  actor: Actor,
  options: RunImportOptions,
): Promise<ImportReport> {
  const { file, rejectsFile, output, signal } = options;
  const show = output.isTTY ? bar(output) : plainLines(output);
  const report = await importAccounts(db, wake, clock, actor, {
    file,
    rejectsFile,
    signal,
    onProgress: (progress) => show.update(progress),
  }).finally(() => show.stop());
  output.write(`${summary(report, file)}\n`);
  return report;
}

/** What came of an import, in sentences. */
export function summary(report: ImportReport, file: string): string {
  const { created, updated, unchanged, rejected, resumedAtLine, rejectsFile, finished, line } = report;
  const counts = `${created} created, ${updated} updated, ${unchanged} unchanged, ${rejected} rejected`;
  return [
    finished
      ? `Imported ${file}: ${counts}.`
      : `Stopped before line ${line} of ${file}: ${counts}. Run the same command again to go on from there.`,
    ...(resumedAtLine === null ? [] : [`It went on from line ${resumedAtLine}, where an earlier run had stopped; the numbers cover both.`]),
    ...(rejectsFile === null ? [] : [`The rejected lines are in ${rejectsFile}, each with its reason.`]),
  ].join('\n');
}

interface Display {
  update(progress: ImportProgress): void;
  stop(): void;
}

function bar(output: NodeJS.WriteStream): Display {
  const drawn = new SingleBar({ ...BAR, stream: output });
  let started = false;
  return {
    update: (progress) => {
      if (!started) drawn.start(progress.totalBytes, 0, progress);
      started = true;
      drawn.update(progress.bytes, progress);
    },
    stop: () => drawn.stop(),
  };
}

function plainLines(output: NodeJS.WriteStream): Display {
  let last = performance.now();
  return {
    update: ({ bytes, totalBytes, line, rejected }) => {
      if (performance.now() - last < PLAIN_LINE_EVERY_MS) return;
      last = performance.now();
      output.write(`${Math.floor((100 * bytes) / totalBytes)} %, at line ${line}, ${rejected} rejected\n`);
    },
    stop: () => undefined,
  };
}
