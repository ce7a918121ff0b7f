/** Puts on record that extensions and exemptions have ended. Like every date they end by the rule, whether recorded or not. */
import { SYSTEM } from '../auth/actor.ts';
import type { Transaction } from '../db/database.ts';
import { type NewEvent, writeEvents } from '../events/log.ts';

/** Small enough that a transaction stays short. */
const BATCH = 500;

/** One account and one migration. */
interface Pair {
  readonly migrationId: string;
  readonly accountNumber: number;
}

/**
 * Records the next end of each decision that has one which passed; of two that both passed, the later with the next call.
 * Called by a sweep, and before an operator gives an account a new end, which would hide one that is still to be recorded.
 *
 * @param only null for all accounts
 * @returns of how many decisions; none once nothing is left, of all accounts also where other transactions are at the rest
 */
export async function recordEnds(tx: Transaction, now: Date, only: Pair | null = null): Promise<number> {
  const ended = await tx.query<{
    migration_id: string;
    account_number: number;
    extended_until: Date | null;
    exempt_until: Date | null;
    ends_at: Date;
  }>(
    `update decision d
        set ends_at = case when greatest(d.extended_until, d.exempt_until) > d.ends_at then greatest(d.extended_until, d.exempt_until) end
       from (select migration_id, account_number, ends_at from decision
              where ends_at <= $1 and ($2::uuid is null or (migration_id = $2 and account_number = $3))
              order by ends_at limit ${BATCH} for update ${only ? '' : 'skip locked'}) o
      where d.migration_id = o.migration_id and d.account_number = o.account_number
      returning d.migration_id, d.account_number, d.extended_until, d.exempt_until, o.ends_at`,
    [now, only?.migrationId ?? null, only?.accountNumber ?? null],
  );
  const events = ended.flatMap((row): NewEvent[] => {
    const event = { migrationId: row.migration_id, accountNumber: row.account_number, data: { instant: row.ends_at.toISOString() } };
    const endsNow = (until: Date | null) => until?.getTime() === row.ends_at.getTime();
    return [
      ...(endsNow(row.extended_until) ? [{ ...event, type: 'EXTENSION_ENDED' as const }] : []),
      ...(endsNow(row.exempt_until) ? [{ ...event, type: 'EXEMPTION_ENDED' as const }] : []),
    ];
  });
  await writeEvents(tx, SYSTEM, now, events);
  return ended.length;
}
