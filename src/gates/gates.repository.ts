import type { Database } from '../db/database.ts';

/** A gate's migration for one account. */
export interface GateState {
  readonly migrationId: string;
  /** Whether the platform behaves the new way. */
  readonly enabled: boolean;
}

/**
 * The effective states of several migrations for one account, by key; one nobody was told of is missing.
 *
 * A migration of the built-in provider does not affect an account that is said to have its own. Where such an account has
 * connected none, the built-in one sends for it all the same: the new way, or the deadline would leave a hole.
 */
export async function findGateStates(
  db: Database,
  accountNumber: number,
  migrationKeys: readonly string[],
  now: Date,
): Promise<Map<string, GateState>> {
  const rows = await db.queryPrepared<GateState & { key: string }>(
    'gate states',
    `select m.key, m.id as "migrationId",
            s.enabled or (s.reason = 'NOT_AFFECTED' and m.built_in_email_only and not a.uses_built_in_email) as enabled
       from account a
       join migration m on m.key = any ($2::text[]) and m.announced_at is not null
       left join decision d on d.migration_id = m.id and d.account_number = a.number
       cross join lateral effective_state(m, a, d, $3) s
      where a.number = $1`,
    [accountNumber, migrationKeys, now],
  );
  return new Map(rows.map(({ key, migrationId, enabled }) => [key, { migrationId, enabled }]));
}
