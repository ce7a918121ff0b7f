import type { JobRepository } from 'agenda';
import type { Logger } from 'pino';

/**
 * What Agenda does with its ticks, watched from between it and their store. Agenda itself tells neither whether its looks
 * succeed nor when its last statement is done.
 */
export class Looks {
  private readonly underWay = new Set<Promise<void>>();
  /** The sweeps with a look under way. */
  private readonly lookingFor = new Set<string>();
  private closed = false;
  private lastLook = performance.now();

  /** Watches the statements that a running Agenda makes. */
  constructor(repository: JobRepository, log: Logger) {
    const look = repository.getNextJobToRun.bind(repository);
    const save = repository.saveJobState.bind(repository);
    const unlock = repository.unlockJob.bind(repository);
    repository.getNextJobToRun = (sweep, ...of) => {
      // Agenda looks again at its time whether or not its last look was answered; at a slow store they would pile up.
      if (this.lookingFor.has(sweep)) return Promise.resolve(undefined);
      this.lookingFor.add(sweep);
      return this.watch(async () => {
        const tick = await look(sweep, ...of);
        this.lastLook = performance.now();
        return tick;
      }).finally(() => this.lookingFor.delete(sweep));
    };
    repository.saveJobState = (...of) => this.watch(() => save(...of));
    // Agenda awaits this nowhere, so that a lost connection just then would end the process.
    repository.unlockJob = (...of) =>
      this.watch(() => unlock(...of)).catch((err: unknown) =>
        log.warn({ err }, 'could not free a tick; it is taken over when its lock expires'),
      );
    // What its stop would free, and wait for a store that may not answer, is freed together with what it would forget.
    repository.unlockJobs = async () => undefined;
  }

  /** Milliseconds since a look for due ticks succeeded; at first since the start. */
  sinceLastMs(): number {
    return performance.now() - this.lastLook;
  }

  /**
   * Lets no more statements through, and waits for those under way: a look may lock one more tick.
   *
   * @param withinMs how long to wait for them
   */
  async close(withinMs: number): Promise<void> {
    this.closed = true;
    await inTime(Promise.all(this.underWay), withinMs);
  }

  /** Runs a statement, or says that nothing was found to do where it is too late for one. */
  private watch<T>(statement: () => Promise<T>): Promise<T | undefined> {
    if (this.closed) return Promise.resolve(undefined);
    const answer = statement();
    const ended: Promise<void> = answer.then(
      () => void this.underWay.delete(ended),
      () => void this.underWay.delete(ended),
    );
    this.underWay.add(ended);
    return answer;
  }
}

/** Resolves when something has ended, however it ended, or when it has taken too long. */
export async function inTime(work: Promise<unknown>, withinMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, withinMs)));
  await Promise.race([work.catch(() => undefined), timeout]);
  clearTimeout(timer);
}
