import DataLoader from 'dataloader';
import type { AccountsService } from '../accounts/accounts.service.ts';
import type { AccountView } from '../accounts/account.view.ts';
import type { AdministratorView } from '../accounts/administrators.repository.ts';
import type { EventKey, EventsService } from '../events/events.service.ts';
import type { LoggedEvent } from '../events/log.ts';
import type { LastUseView, UsageService } from '../gates/usage.service.ts';
import type { MigrationsService } from '../migrations/migrations.service.ts';
import type { MigrationView, RescheduleView } from '../migrations/migrations.rules.ts';
import type { AccountMigration } from '../rollouts/rollouts.rules.ts';
import type { DecisionFacts } from '../rollouts/effective-state.rules.ts';
import type { RolloutAccountsService } from '../rollouts/rollout-accounts.service.ts';
import type { RolloutsService } from '../rollouts/rollouts.service.ts';

/** Look-ups of one request, batched: children of a list are read together. None asks who wants to know; their parents did. */
export interface Loaders {
  readonly accounts: DataLoader<number, AccountView | null>;
  readonly administrators: DataLoader<string, AdministratorView | null>;
  /** What was decided, by the id of a migration and the number of an account with a space between. */
  readonly decisions: DataLoader<string, DecisionFacts | null>;
  /** The last event that decided something, by the same pairs. */
  readonly lastDecisions: DataLoader<string, LoggedEvent | null>;
  /** Tokens that events were done with, by id. */
  readonly eventKeys: DataLoader<string, EventKey | null>;
  /** When accounts last used old behaviour, by the same pairs. */
  readonly lastUses: DataLoader<string, LastUseView | null>;
  readonly migrations: DataLoader<string, MigrationView | null>;
  /** Every published migration, by id. */
  readonly published: () => Promise<ReadonlyMap<string, MigrationView>>;
  readonly reschedules: DataLoader<string, RescheduleView[]>;
  /** The states of every published migration, by the number of the account. */
  readonly states: DataLoader<number, AccountMigration[]>;
}

/** The services loaders read through. */
export interface LoadedServices {
  readonly accounts: AccountsService;
  readonly events: EventsService;
  readonly migrations: MigrationsService;
  readonly rollouts: RolloutsService;
  readonly rolloutAccounts: RolloutAccountsService;
  readonly usage: UsageService;
}

/** Loaders for one request. */
export function createLoaders({ accounts, events, migrations, rollouts, rolloutAccounts, usage }: LoadedServices): Loaders {
  let published: Promise<ReadonlyMap<string, MigrationView>> | undefined;
  return {
    published: () => (published ??= migrations.publishedById()),
    accounts: new DataLoader((numbers) => accounts.accountsByNumbers(numbers)),
    administrators: new DataLoader((ids) => accounts.administratorsByIds(ids)),
    decisions: new DataLoader((pairs) => rolloutAccounts.decisions(pairs)),
    lastDecisions: new DataLoader((pairs) => rolloutAccounts.lastDecisions(pairs)),
    lastUses: new DataLoader((pairs) => usage.lastUses(pairs)),
    eventKeys: new DataLoader((ids) => events.keysOf(ids)),
    migrations: new DataLoader((ids) => migrations.byIds(ids)),
    reschedules: new DataLoader(async (ids) => {
      const found = Map.groupBy(await migrations.reschedulesOf(ids), ({ migrationId }) => migrationId);
      return ids.map((id) => found.get(id) ?? []);
    }),
    states: new DataLoader((numbers) => rollouts.statesOf(numbers)),
  };
}
