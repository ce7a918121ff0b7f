import { refuseRuntime } from '../accounts/visibility.ts';
import type { Actor } from '../auth/actor.ts';
import { requireScope } from '../auth/scopes.rules.ts';
import type { MigrationsService } from '../migrations/migrations.service.ts';
import type { AccountMigration } from '../rollouts/rollouts.rules.ts';
import type { RolloutsService } from '../rollouts/rollouts.service.ts';
import { type Gate, gateOf, type GateKeys } from './gates.rules.ts';
import { type Impact, impactOf, neutralImpact, reportedTodo, withState } from './impact.rules.ts';
import type { ReadinessService } from './readiness.service.ts';
import { type ClientUsage, isSafe } from './usage.rules.ts';
import type { UsageService } from './usage.service.ts';

/** What a migration means for one account, in words and data. */
export interface ImpactView extends Impact {
  /** Null for a migration the platform itself asks nothing of. */
  readonly gate: Gate | null;
  /** Who used the old behaviour in the last 30 days, latest first, a hundred at most. */
  readonly clients: readonly ClientUsage[];
  readonly lastUsedAt: Date | null;
  /** For how many days it was not used; null where nobody counts. */
  readonly quietDays: number | null;
  /** That it is off, was not used for long enough, and nothing is to be done first. */
  readonly safeToEnable: boolean;
  readonly usesLast30Days: number;
}

/** Says what a migration means for an account before it opts in. */
export class ImpactService {
  constructor(
    private readonly keys: GateKeys,
    private readonly migrations: Pick<MigrationsService, 'byIds'>,
    private readonly rollouts: Pick<RolloutsService, 'state'>,
    private readonly usage: Pick<UsageService, 'usageOf'>,
    private readonly readiness: Pick<ReadinessService, 'concern' | 'factsOf' | 'reportedUses'>,
  ) {}

  /**
   * What a migration means for one account. For one that opens a gate with the account's own mails and clients; for any
   * other what its description says.
   *
   * @throws GracelineError FORBIDDEN to a runtime and to a partner without `migrations:read`; NOT_FOUND, INVALID_TEMPLATE where a mail of the account's no longer renders
   */
  async impact(actor: Actor, accountId: string, migrationKey: string): Promise<ImpactView> {
    refuseRuntime(actor);
    requireScope(actor, 'migrations:read');
    const standing = await this.rollouts.state(actor, accountId, migrationKey);
    const gate = gateOf(this.keys, migrationKey);
    const [{ lastUsedAt, quietDays, usesLast30Days, clients }, impact] = await Promise.all([
      this.usage.usageOf(standing.accountNumber, standing.migrationId),
      gate === null ? this.described(standing) : this.felt(actor, gate, standing),
    ]);
    const shown = withState(impact, standing.state);
    const safeToEnable = !standing.state.enabled && isSafe(quietDays) && shown.todo.every(({ done, blocking }) => done || !blocking);
    return { ...shown, gate, clients, lastUsedAt, quietDays, safeToEnable, usesLast30Days };
  }

  /** Whether uses of what a migration ends are counted, by a gate or by reports; right to some seconds after the first. */
  isCounted(migrationKey: string): boolean | Promise<boolean> {
    return this.readiness.concern(migrationKey);
  }

  private async felt(actor: Actor, gate: Gate, account: AccountMigration): Promise<Impact> {
    return impactOf(await this.readiness.factsOf(actor, gate, account));
  }

  private async described(standing: AccountMigration): Promise<Impact> {
    const [[migration], recent] = await Promise.all([this.migrations.byIds([standing.migrationId]), this.readiness.reportedUses(standing)]);
    return { ...neutralImpact(migration!), todo: recent === null ? [] : reportedTodo(recent) };
  }
}
