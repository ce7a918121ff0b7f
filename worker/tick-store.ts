import type { AgendaBackend } from 'agenda';

/** So long a store may take to connect: one that does not answer must fail a look, not hang it. */
export const CONNECT_TIMEOUT_MS = 5_000;
/** The same for one statement: a half-open socket never says that nobody is there any more. */
export const ANSWER_TIMEOUT_MS = 10_000;

/** During an outage every look fails; one warning in this time is enough. */
const WARN_EVERY_MS = 30_000;

/** Where Agenda keeps its ticks: one file beside this for each database that may. */
export interface TickStore {
  readonly backend: AgendaBackend;
  /**
   * Frees the ticks that Agenda's own stop leaves locked, and ends the connections. Called once, after the last statement;
   * where the store does not answer, the locks expire by themselves.
   *
   * @param owner the name of the Agenda that locked them
   */
  readonly close: (owner: string) => Promise<void>;
}

/** Lets a warning pass at most every 30 seconds. */
export function seldom(warn: (error: unknown) => void): (error: unknown) => void {
  let warnedAt = -Infinity;
  return (error) => {
    if (performance.now() - warnedAt < WARN_EVERY_MS) return;
    warnedAt = performance.now();
    warn(error);
  };
}
