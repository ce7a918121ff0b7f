import { readFileSync } from 'node:fs';

/** Where the present comes from. Injected everywhere; no rule, service or SQL statement asks the machine itself. */
export interface Clock {
  /** The present instant. */
  now(): Date;
}

/** The machine's clock: what production uses. */
export const systemClock: Clock = { now: () => new Date() };

/**
 * A clock that several processes share and a test moves: each reading takes the ISO 8601 instant the file holds.
 * Throws where the file is missing or holds no instant, because a test that silently ran on real time would prove nothing.
 *
 * @param path a file with one ISO 8601 instant
 */
export function fileClock(path: string): Clock {
  return {
    now: () => {
      const text = readFileSync(path, 'utf8').trim();
      const now = new Date(text);
      if (Number.isNaN(now.getTime())) throw new Error(`The clock file ${path} holds "${text}", which is no ISO 8601 instant.`);
      return now;
    },
  };
}
