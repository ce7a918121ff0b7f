import { readProgress } from '../../src/rollouts/counts.ts';
import { type Cost, costOf } from '../measure.ts';
import type { World } from './world.ts';

const COUNTS = 3;

/**
 * Reads the maintained numbers of a rollout.
 *
 * @param reads how often; the longer the tail, the fewer are enough
 */
export async function readMaintained(world: World, reads: number): Promise<Cost> {
  const id = await world.migrationId();
  return costOf(world.db, reads, async () => {
    for (let i = 0; i < reads; i += 1) await readProgress(world.db, id, world.present());
  });
}

/** Counts the decisions of a rollout, with whatever plan and parallel workers PostgreSQL chooses. */
export async function groupDecisions(world: World): Promise<Cost> {
  const id = await world.migrationId();
  return costOf(world.db, COUNTS, async () => {
    for (let i = 0; i < COUNTS; i += 1) {
      await world.db.query(
        `select opted_in_at is not null as opted_in, opted_out_at is not null as opted_out, count(*) from decision
          where migration_id = $1 group by 1, 2`,
        [id],
      );
    }
  });
}

/** Throws where the maintained numbers and the decisions disagree: a fast wrong number is worth nothing. */
export async function checkProgress(world: World): Promise<void> {
  const id = await world.migrationId();
  const { optedIn } = await readProgress(world.db, id, world.present());
  const [row] = await world.db.query<{ count: number }>(
    'select count(*) from decision where migration_id = $1 and opted_in_at is not null',
    [id],
  );
  if (row!.count !== optedIn) throw new Error(`The maintained numbers say ${optedIn} opted in, the decisions ${row!.count}.`);
}
