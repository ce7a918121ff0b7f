import { isDatabaseAway } from './db/database-away.ts';
import { GracelineError } from './errors.ts';

/** Ctrl-C ends everything within 5 seconds; what has not ended by then never will. */
const STOP_WITHIN_MS = 4_800;

/**
 * Runs what a process is there for until SIGINT or SIGTERM: then stops it and exits 0. A second signal exits at once.
 * Where the start fails for a reason the person can do something about, says so in one sentence and exits 1.
 *
 * @param start starts it and returns how to stop it
 */
export async function runUntilSignal(start: () => Promise<() => Promise<void>>): Promise<void> {
  const started = start();
  let stopping = false;
  const onSignal = () => {
    if (stopping) process.exit(1);
    stopping = true;
    setTimeout(() => process.exit(0), STOP_WITHIN_MS);
    // A signal during the start waits for it, so that whatever it opened is closed. A failed start exits below.
    started
      .then((stop) => stop())
      .then(() => process.exit(0))
      .catch(fail);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  await started.catch(fail);
}

/**
 * Waits for the clearing up of a start that failed, no longer than a stop may take: what hangs on a database that went away
 * must not keep a process that does nothing from ending, and being started again.
 */
export async function withinStop(closed: Promise<void>): Promise<void> {
  await Promise.race([closed, new Promise<void>((resolve) => void setTimeout(resolve, STOP_WITHIN_MS))]);
}

/** What whoever started a process is told of its failure: a sentence where it is expected, the stack of a defect. */
export function wordsFor(error: unknown): string {
  if (error instanceof GracelineError) return error.message;
  if (isDatabaseAway(error))
    return `Lost the database (${error.message}). Start this again once it answers; what was done until then stays.`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function fail(error: unknown): never {
  process.stderr.write(`${wordsFor(error)}\n`);
  process.exit(1);
}
