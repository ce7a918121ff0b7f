import { requireOperator } from '../accounts/visibility.ts';
import type { Actor } from '../auth/actor.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { GracelineError } from '../errors.ts';
import type { MigrationView } from '../migrations/migrations.rules.ts';
import { readProgress } from './counts.ts';
import type { AffectedRule } from './effective-state.rules.ts';
import { findSteered, findSteps } from './history.repository.ts';
import { historyInstants, type HistoryPoint, historyPoints, MAX_POINTS, steeredCounts } from './history.rules.ts';

/** How rollouts came to where they are. */
export class RolloutHistoryService {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * How far a rollout was, point by point; the last is how far it is now. Judged by its dates and by whom it touches as they
   * are now.
   *
   * @param points how many at most, 2 to {@link MAX_POINTS}
   * @returns none for a draft and for a migration that was cancelled
   * @throws GracelineError FORBIDDEN, INVALID_INPUT
   */
  async history(actor: Actor, migration: MigrationView, points: number): Promise<HistoryPoint[]> {
    requireOperator(actor);
    if (!Number.isInteger(points) || points < 2 || points > MAX_POINTS)
      throw new GracelineError('INVALID_INPUT', `"points" is ${points}; ask for 2 to ${MAX_POINTS}.`, { field: 'points' });
    const { id, announcedAt, state, affects } = migration;
    if (announcedAt === null || state === 'CANCELLED') return [];
    const now = this.clock.now();
    const instants = historyInstants(migration, announcedAt, now, points);
    const past = instants.slice(0, -1);
    return this.db.transaction(async (tx) => {
      // The numbers of now and what led to them must be of one moment.
      await tx.query('set transaction isolation level repeatable read');
      const { affected, optedIn, born, mandatory, extended, exempt, pending } = await readProgress(tx, id, now);
      const present = { at: now, affected, optedIn, born, mandatory, extended, exempt, pending };
      if (past.length === 0) return [present];
      const steps = await findSteps(tx, id, past, touchesAll(affects));
      const steered = steeredCounts(await findSteered(tx, id), migration, past);
      return historyPoints(present, past, steps, steered, migration);
    });
  }
}

function touchesAll({ platforms, builtInEmailOnly, attributes, listedOnly }: AffectedRule): boolean {
  return platforms.length === 0 && !builtInEmailOnly && !listedOnly && Object.keys(attributes).length === 0;
}
