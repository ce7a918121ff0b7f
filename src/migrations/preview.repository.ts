/** Counts over accounts for migrations that are still being written. */
import type { Queryable } from '../db/database.ts';
import { OPEN } from '../notifications/standing.repository.ts';

/** What a draft says of whom it touches; what is left out is as in the migration that is edited, else every account. */
export interface TouchedDraft {
  readonly platforms?: readonly string[] | undefined;
  readonly builtInEmailOnly?: boolean | undefined;
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
  /** The only accounts, by the platform's ids; null lifts the restriction. */
  readonly accounts?: readonly string[] | null | undefined;
  /** The only accounts are those that were seen using the old behaviour on this day (an ISO date in UTC) or later; null: it does not matter. */
  readonly usedSince: string | null;
}

const EVERYBODY = { platforms: [], built_in_email_only: false, required_attributes: {}, listed_only: false };

/**
 * How many accounts a draft would touch.
 *
 * @param editedId the migration that is edited; null for a new one
 */
export async function countTouched(db: Queryable, editedId: string | null, draft: TouchedDraft): Promise<number> {
  const { platforms, builtInEmailOnly, attributes, accounts, usedSince } = draft;
  // Counting everybody needs no account read.
  if (editedId === null && !platforms?.length && !builtInEmailOnly && !accounts && Object.keys(attributes ?? {}).length === 0) {
    const [all] = await db.query<{ count: number }>('select count(*) from account');
    return all!.count;
  }
  const given = {
    ...(editedId === null && EVERYBODY),
    ...(platforms && { platforms }),
    ...(builtInEmailOnly !== undefined && { built_in_email_only: builtInEmailOnly }),
    ...(attributes && { required_attributes: attributes }),
    // The list of a draft is nowhere yet: its ids are looked for instead.
    ...((accounts !== undefined || usedSince !== null) && { listed_only: false }),
  };
  const [row] = await db.query<{ count: number }>(
    `select count(*) from account a,
            (select jsonb_populate_record((select m from migration m where m.id = $1), $2::jsonb) as m offset 0) h
      where is_affected(h.m, a) and ($3::text[] is null or a.id = any ($3))
        and ($4::date is null or exists (select from account_usage u where u.migration_id = $1 and u.account_number = a.number and u.last_day >= $4))`,
    [editedId, JSON.stringify(given), accounts ?? null, usedSince],
  );
  return row!.count;
}

/** Administrators of one time zone. */
export interface ZoneCount {
  readonly timeZone: string;
  readonly administrators: number;
}

/**
 * The administrators with something to do about a migration, by their time zones.
 *
 * @param dates the instants it would have; null where its start does not move: another deadline that is still to come opens
 *   and closes it for nobody, and the row as it is is read several times as fast
 */
export function countConcerned(
  db: Queryable,
  migrationId: string,
  dates: { readonly graceStartsAt: Date | null; readonly mandatoryAt: Date | null } | null,
  now: Date,
): Promise<ZoneCount[]> {
  const migration = dates
    ? '(select jsonb_populate_record(m, $3::jsonb) as m from migration m where m.id = $1 offset 0)'
    : '(select m from migration m where m.id = $1)';
  return db.query<ZoneCount>(
    `select p.time_zone as "timeZone", count(*) as administrators
       from (select distinct x.administrator_id
               from ${migration} h
               cross join account a
               left join decision d on d.migration_id = $1 and d.account_number = a.number
               cross join lateral effective_state(h.m, a, d, $2) s
               join administration x on x.account_number = a.number
              where ${OPEN}) concerned
       join administrator p on p.id = concerned.administrator_id
      group by 1`,
    [migrationId, now, ...(dates ? [JSON.stringify({ grace_starts_at: dates.graceStartsAt, mandatory_at: dates.mandatoryAt })] : [])],
  );
}
