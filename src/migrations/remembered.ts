import DataLoader from 'dataloader';
import type { Clock } from '../clock.ts';
import type { Queryable } from '../db/database.ts';
import type { Commits } from '../events/follower.ts';
import { Memory } from '../events/memory.ts';
import { findMigrationRows, type MigrationRow, migrationView } from './migrations.repository.ts';
import type { MigrationView } from './migrations.rules.ts';

/** With descriptions as long as they may be, some 10 MB. */
const MAX_REMEMBERED = 100;

/** What a process remembers of the catalogue, for whoever follows the log: one event may be told to thousands. */
export class RememberedMigrations {
  private readonly rows: Memory<MigrationRow>;
  /** What is asked in the same moment is asked at once. */
  private readonly looked = new DataLoader(
    async (ids: readonly string[]) => {
      const found = new Map((await findMigrationRows(this.db, ids)).map((row) => [row.id, row]));
      return ids.map((id) => found.get(id) ?? null);
    },
    { cache: false },
  );

  constructor(
    private readonly db: Queryable,
    private readonly clock: Clock,
    commits: Commits,
  ) {
    this.rows = new Memory(commits, { maxSize: MAX_REMEMBERED });
    commits.onCommits((told) => {
      if (told === 'ANYTHING') return this.rows.forgetAll();
      // What happens to one account changes no migration.
      for (const { migrationId, accountNumber } of told) if (migrationId !== null && accountNumber === null) this.rows.forget(migrationId);
    });
  }

  /** The migrations with these ids, in no order, as they are after every event that was handed out. */
  async byIds(ids: readonly string[]): Promise<MigrationView[]> {
    const rows = await Promise.all(ids.map(async (id) => this.rows.read(id, () => this.looked.load(id))));
    return rows.flatMap((row) => (row ? [migrationView(row, this.clock.now())] : []));
  }
}
