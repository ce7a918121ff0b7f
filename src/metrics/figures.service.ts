import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { readSweepRuns } from '../db/sweep-runs.ts';
import type { QueueName } from '../operations/operations.rules.ts';
import type { QueueSource } from '../operations/operations.service.ts';
import { readProgress } from '../rollouts/counts.ts';
import type { Figures, LineFigures, RolloutFigures } from './figures.ts';
import { readOpenMigrations, readWaitingReminders } from './figures.repository.ts';

/** Reads what is true of the whole platform, for whoever has been let in already. */
export class FiguresService {
  private reading: Promise<Figures> | undefined;

  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly queues: Readonly<Record<QueueName, QueueSource>>,
  ) {}

  /**
   * The figures now. Whoever asks while they are read gets the same: a slow database must not be asked once more by each scrape.
   *
   * @throws whatever the database threw
   */
  read(): Promise<Figures> {
    this.reading ??= this.readNow().finally(() => (this.reading = undefined));
    return this.reading;
  }

  /** One after the other, so that a scrape takes one connection from those who serve. */
  private async readNow(): Promise<Figures> {
    const at = this.clock.now();
    const rollouts: RolloutFigures[] = [];
    for (const { id, key, deadline } of await readOpenMigrations(this.db, at))
      rollouts.push({ migration: key, deadline, ...(await readProgress(this.db, id, at)) });
    const sweeps = await readSweepRuns(this.db);
    const lines: LineFigures[] = [{ name: 'reminder', sending: 0, failed: 0, ...(await readWaitingReminders(this.db, at)) }];
    for (const [name, source] of Object.entries(this.queues)) lines.push({ name: name.toLowerCase(), ...(await source.queueView(at)) });
    return { at, rollouts, sweeps, lines };
  }
}
