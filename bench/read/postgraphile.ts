/** PostGraphile on the same tables: the peer's documents for the same pages, in its own words. */
import { installPeer } from '../peers.ts';

const VERSION = '5.1.5';

/** Installs it at the first run. @returns its folder */
export function installPostgraphile(log: (line: string) => void): Promise<string> {
  return installPeer('postgraphile', VERSION, log);
}

const MIGRATION = 'key title severity state reversible gracePeriodStart graceStartsAt mandatoryOptIn mandatoryAt';

/** The account page: the same fields as ours, which PostGraphile names `rowId` where they are `id`. */
export const POSTGRAPHILE_ACCOUNT = `query OwnAccount($id: String!) {
  accountByRowId(rowId: $id) {
    rowId name platform plan region timeZone usesBuiltInEmail createdAt
    statesList { accountId ${MIGRATION} guideUrl enabled reason since deadline canOptIn canOptOut }
  }
}`;

/** The list of migrations: the same fields as ours. */
export const POSTGRAPHILE_MIGRATIONS = `query Migrations($first: Int!) {
  allMigrations(first: $first, orderBy: [GRACE_PERIOD_START_DESC, ROW_ID_DESC]) {
    edges { cursor node { ${MIGRATION} } }
    pageInfo { hasNextPage endCursor }
  }
}`;
