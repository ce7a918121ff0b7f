import type { Condition } from '../accounts/visibility.ts';
import type { Queryable } from '../db/database.ts';
import type { CheckedReport } from './usage-reports.rules.ts';
import { addingUses, MAX_CLIENTS_A_DAY, OTHERS } from './usage.repository.ts';

/** An account and a migration that were not found together. */
export interface MissingPair {
  readonly account: string;
  readonly migration: string;
  /** That there is no such migration; else there is no such account. */
  readonly noMigration: boolean;
}

/** The parameters of the statement before those of who may see what. */
export const REPORT_PARAMS = 7;

/**
 * Adds reported uses to the counts of their days, in one statement.
 *
 * @param nameable which accounts `a` may be reported of; its parameters come after {@link REPORT_PARAMS}
 * @param draftsToo whether a migration counts that nobody was told of
 * @returns pairs that do not exist, of which nothing was counted
 */
export function writeReports(
  db: Queryable,
  reports: readonly CheckedReport[],
  nameable: Condition,
  draftsToo: boolean,
): Promise<MissingPair[]> {
  const published = draftsToo ? '' : 'and m.announced_at is not null';
  const statement = addingUses(
    `select (select m.id from migration m where m.key = r.key ${published}) as migration_id,
            (select a.number from account a where a.id = r.account and ${nameable.sql}) as account_number, r.*
       from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::timestamptz[]) as r (account, key, client, count, at)`,
    `select distinct account, key as migration, migration_id is null as "noMigration"
       from used where migration_id is null or account_number is null order by 1, 2`,
  );
  return db.query<MissingPair>(statement, [
    reports.map(({ account }) => account),
    reports.map(({ migration }) => migration),
    reports.map(({ client }) => client),
    reports.map(({ uses }) => uses),
    reports.map(({ lastUsedAt }) => lastUsedAt),
    MAX_CLIENTS_A_DAY,
    OTHERS,
    ...nameable.values,
  ]);
}
