import { type Options, SingleBar } from 'cli-progress';
import type { Database } from '../db/database.ts';
import { type RotationProgress, type RotationReport, rotateSecrets } from './rotation.ts';
import type { SecretBox } from './secret-box.ts';

/** Where there is no terminal to draw a bar on, a line this often. */
const PLAIN_LINE_EVERY_MS = 5_000;
const BAR: Options = { format: '{bar} {percentage}% | {value} of {total} | {eta_formatted} left', etaBuffer: 50, clearOnComplete: true };

/**
 * Rotates for somebody who watches: `npm run graceline -- rotate-secrets`.
 *
 * @param output where the bar or the lines go; usually process.stderr
 * @param signal aborted by Ctrl-C: it stops after the batch under way
 * @returns whether nothing is left that an older key sealed; the caller exits 1 otherwise
 * @throws GracelineError INVALID_SETTINGS
 */
export async function runRotateSecrets(db: Database, box: SecretBox, output: NodeJS.WriteStream, signal: AbortSignal): Promise<boolean> {
  const show = output.isTTY ? bar(output) : plainLines(output);
  const report = await rotateSecrets(db, box, { signal, onProgress: show.update }).finally(show.stop);
  output.write(`${summary(report)}\n`);
  return report.finished && report.left === 0 && Object.keys(report.unreadable).length === 0;
}

function summary({ done, left, finished, unreadable }: RotationReport): string {
  const lines = [`${done} secrets sealed anew with the first key.`];
  if (!finished) lines.push('Stopped. Run the same command again to go on.');
  else if (left > 0)
    lines.push(
      `${left} are still sealed with an older key: they were in use, or a process seals with it yet. Restart such a process, and run this again.`,
    );
  for (const [column, count] of Object.entries(unreadable))
    lines.push(`${count} in ${column} open with no key of ENCRYPTION_KEYS and stay as they are. Add their key and run this again.`);
  if (finished && left === 0 && Object.keys(unreadable).length === 0) lines.push('Older keys can go from ENCRYPTION_KEYS.');
  return lines.join('\n');
}

interface Display {
  readonly update: (progress: RotationProgress) => void;
  readonly stop: () => void;
}

function bar(output: NodeJS.WriteStream): Display {
  const drawn = new SingleBar({ ...BAR, stream: output });
  let started = false;
  return {
    update: ({ total, done }) => {
      if (!started) drawn.start(total, 0);
      started = true;
      drawn.setTotal(total);
      drawn.update(done);
    },
    stop: () => drawn.stop(),
  };
}

function plainLines(output: NodeJS.WriteStream): Display {
  let last = performance.now();
  return {
    update: ({ total, done }) => {
      if (performance.now() - last < PLAIN_LINE_EVERY_MS) return;
      last = performance.now();
      output.write(`${done} of ${total}\n`);
    },
    stop: () => undefined,
  };
}
