import type { Database } from '../db/database.ts';
import { showProgress } from '../progress.ts';
import { type ChainBreak, formatNoted, type LogVerdict, type NotedHash, verifyLog } from './verify-log.ts';

const HOW: Record<ChainBreak['how'], string> = {
  CHANGED: 'does not fit its hash: it was changed, or what came right before it was taken out or put in',
  DELETED: 'is gone, though its hash is there',
  INSERTED: 'was put in: it stands in the chained part of the log without a hash',
  SHORTENED: 'is the last that fits, but not the last that was chained: the end of the log was taken away or changed',
  NO_RECORD: 'is where it begins, and the record of how far it reaches is gone',
  NOT_AS_NOTED: 'is not what was noted: the chain was made anew since',
};

/**
 * Verifies the log for somebody who watches: `npm run graceline -- verify-log`.
 *
 * @param output where the bar or the lines go; usually process.stderr
 * @returns whether nothing is broken, and what to print, in sentences
 */
export async function runVerifyLog(
  db: Database,
  output: NodeJS.WriteStream,
  noted?: NotedHash,
): Promise<{ readonly whole: boolean; readonly summary: string }> {
  const show = showProgress(output);
  try {
    const verdict = await verifyLog(db, { noted, onProgress: show.update });
    return { whole: verdict.broken === null, summary: summaryOf(verdict) };
  } finally {
    show.stop();
  }
}

function summaryOf({ verified, notChained, span, broken, notedIsPurged }: LogVerdict): string {
  const lines = [];
  if (broken) lines.push(`THE CHAIN IS BROKEN after ${verified} events: ${broken.place} ${HOW[broken.how]}.`);
  else lines.push(`${verified} events are as they were written: the chain is unbroken.`);
  if (span && span.cut.count > 0)
    lines.push(`It goes on from ${span.cut.count} events that were purged, or numbered anew by adopt-log: ${formatNoted(span.cut)}`);
  if (notChained > 0) lines.push(`${notChained} events came since and are not chained yet; a worker does that within its next sweeps.`);
  if (notedIsPurged) lines.push('What was noted is older than the log that is kept, so it could not be compared.');
  if (!broken && span && span.head.count > 0)
    lines.push(`Keep this elsewhere, and give it to --noted some day, against a chain made anew:\n${formatNoted(span.head)}`);
  return lines.join('\n');
}
