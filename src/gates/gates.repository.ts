import type { Database } from '../db/database.ts';

/** A gate's migration for one account. */
export interface GateState {
  readonly migrationId: string;
  readonly enabled: boolean;
}

/** The effective states of several migrations for one account, by key; one nobody was told of is missing. */
export async function findGateStates(
  db: Database,
  accountNumber: number,
  migrationKeys: readonly string[],
  now: Date,
): Promise<Map<string, GateState>> {
  const rows = await db.queryPrepared<GateState & { key: string }>(
    'gate states',
    `select m.key, m.id as "migrationId", s.enabled
       from account a
       join migration m on m.key = any ($2::text[]) and m.announced_at is not null
       left join decision d on d.migration_id = m.id and d.account_number = a.number
       cross join lateral effective_state(m, a, d, $3) s
      where a.number = $1`,
    [accountNumber, migrationKeys, now],
  );
  return new Map(rows.map(({ key, migrationId, enabled }) => [key, { migrationId, enabled }]));
}
