/** What the page of a migration reads. */
import type { OperatorMigrationQuery, RolloutAccountsQuery } from '../../../schema/generated/dashboard.ts';

/** A migration. */
export type OperatorMigration = OperatorMigrationQuery['migration'];
/** One of its accounts. */
export type RolloutAccount = RolloutAccountsQuery['migrationAccounts']['edges'][number]['node'];
