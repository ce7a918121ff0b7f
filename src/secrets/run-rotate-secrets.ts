import type { Database } from '../db/database.ts';
import { showProgress } from '../progress.ts';
import { type RotationReport, rotateSecrets } from './rotation.ts';
import type { SecretBox } from './secret-box.ts';

/**
 * Rotates for somebody who watches: `npm run graceline -- rotate-secrets`.
 *
 * @param output where the bar or the lines go; usually process.stderr
 * @param signal aborted by Ctrl-C: it stops after the batch under way
 * @returns whether nothing is left that an older key sealed; the caller exits 1 otherwise
 * @throws GracelineError INVALID_SETTINGS
 */
export async function runRotateSecrets(db: Database, box: SecretBox, output: NodeJS.WriteStream, signal: AbortSignal): Promise<boolean> {
  const show = showProgress(output);
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
