/** What the page of an account reads. */
import type { OperatorAccountQuery } from '../../../schema/generated/dashboard.ts';

/** An account. */
export type OperatorAccount = OperatorAccountQuery['account'];
/** One of its migrations. */
export type AccountMigration = OperatorAccount['migrations'][number];
