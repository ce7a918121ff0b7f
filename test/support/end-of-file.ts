/**
 * What is to be undone at the end of a test file, wherever it was begun. Vitest takes an `afterAll` only while it collects a
 * file: one that is registered while a hook or test runs is dropped without a word, and processes and databases stay behind.
 * Outside of Vitest, in a campaign of faults, whoever runs it undoes all at its end.
 */
import { afterAll } from 'vitest';

const works: (() => unknown)[] = [];

if (process.env['VITEST'] !== undefined) afterAll(undoAll);

/** Undoes all that was asked for so far; called where no test runner does it by itself. */
export async function undoAll(): Promise<void> {
  const faults: unknown[] = [];
  // What was begun last may stand on what was begun first.
  for (const work of works.splice(0).toReversed()) {
    try {
      await work();
    } catch (fault) {
      faults.push(fault);
    }
  }
  if (faults.length > 0) throw new AggregateError(faults, 'Not everything could be undone at the end of the file.');
}

/** Does this at the end of the test file, after its own `afterAll`; what was asked for last is done first. */
export function atEndOfFile(work: () => unknown): void {
  works.push(work);
}
