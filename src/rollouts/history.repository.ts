/** What happened to a rollout, from the log and the dates of accounts. */
import type { Queryable } from '../db/database.ts';
import type { HistoryStep, SteeredAccount, SteeringEvent } from './history.rules.ts';

/**
 * When it was last edited whom the migration touches: no account is told of by name then, so what was said of single
 * accounts before no longer adds up. A list may be replaced by another without anything else being different.
 */
const LAST_EDIT = `
  (select coalesce(max(e.at), '-infinity') from event e
    where e.migration_id = $1 and e.type = 'MIGRATION_EDITED'
      and (e.data->'after' = '{}' or e.data->'after' ?| array['platforms', 'builtInEmailOnly', 'requiredAttributes', 'listedOnly']))`;

/** What single accounts being touched or not says, since it last meant the same as now. */
const MOVES = `
  select e.at, e.account_number, case e.type when 'ACCOUNT_AFFECTED' then 1 else -1 end as sign,
         (e.data->>'born')::boolean as born, (e.data->>'optedIn')::boolean as opted_in
    from event e
   where e.migration_id = $1 and e.type in ('ACCOUNT_AFFECTED', 'ACCOUNT_UNAFFECTED') and e.at > ${LAST_EDIT}`;

/** Whom the migration does not touch, and as far as is known never did, has no part in its history. */
const TAKES_PART = `
  cross join (select m from migration m where m.id = $1) w
  join account a on a.number = e.account_number and (is_affected(w.m, a) or a.number in (select account_number from move))`;

/** Each change with its instant. An account that was moved about counts from its creation as what it was at first. */
const changes = (touchesAll: boolean) => `
  with move as materialized (${MOVES}),
  change as (
    select e.at, 0 as existing, 0 as born, case e.type when 'OPTED_IN' then 1 else -1 end as opted_in
      from event e ${touchesAll ? '' : TAKES_PART}
     where e.migration_id = $1 and e.type in ('OPTED_IN', 'OPTED_OUT') and e.at > $2
    union all
    select v.at, case when v.born then 0 else v.sign end, case when v.born then v.sign else 0 end, case when v.opted_in then v.sign else 0 end
      from move v
    union all
    select a.created_at, case when v.born then 0 else -v.sign end, case when v.born then -v.sign else 0 end, 0
      from move v join account a on a.number = v.account_number
    union all
    select a.created_at, case when b.born then 0 else 1 end, case when b.born then 1 else 0 end, 0
      from migration m
      join account a on a.created_at > $2
      left join decision d on d.migration_id = m.id and d.account_number = a.number
      cross join lateral (select a.created_at >= coalesce(m.grace_starts_at, 'infinity') and d.opted_in_at is null as born) b
     where m.id = $1 and is_affected(m, a))`;

/**
 * Sums up what changed between the points.
 *
 * @param instants of the points, in order
 * @param touchesAll whether the migration touches every account: then no account need be looked at
 * @returns nothing of what came before the first point; a part of it may come after the last
 */
export function findSteps(db: Queryable, migrationId: string, instants: readonly Date[], touchesAll: boolean): Promise<HistoryStep[]> {
  return db.query<HistoryStep>(
    `${changes(touchesAll)}
     -- What happens at a point has happened by then; instants are kept to the millisecond.
     select width_bucket(at - interval '1 millisecond', $3::timestamptz[]) as after, sum(existing)::int8 as existing, sum(born)::int8 as born,
            sum(opted_in)::int8 as "optedIn"
       from change where at > $2 group by 1`,
    [migrationId, instants[0], instants],
  );
}

interface SteeredRow {
  number: number;
  created_at: Date;
  affected: boolean;
  opted_in_at: Date | null;
  opted_out_at: Date | null;
  extended_until: Date | null;
  exempt_until: Date | null;
  events: readonly { at: string; type: SteeringEvent['type']; until: string | null }[];
}

/** The accounts that were ever given a later deadline or an exemption, with what happened to each: few. */
export async function findSteered(db: Queryable, migrationId: string): Promise<SteeredAccount[]> {
  const rows = await db.query<SteeredRow>(
    `select a.number, a.created_at, is_affected(m, a) as affected, d.opted_in_at, d.opted_out_at, d.extended_until, d.exempt_until,
            (select coalesce(jsonb_agg(jsonb_build_object('at', e.at, 'type', e.type, 'until', e.data->>'until') order by e.at, e.xid, e.id), '[]')
               from event e
              where e.account_number = a.number and e.migration_id = m.id
                and (e.type in ('OPTED_IN', 'OPTED_OUT', 'DEADLINE_EXTENDED', 'ACCOUNT_EXEMPTED')
                     or (e.type in ('ACCOUNT_AFFECTED', 'ACCOUNT_UNAFFECTED') and e.at > ${LAST_EDIT}))) as events
       from decision d join migration m on m.id = d.migration_id join account a on a.number = d.account_number
      where d.migration_id = $1 and (d.extended_until is not null or d.exempt_until is not null)`,
    [migrationId],
  );
  return rows.map((row) => ({
    createdAt: row.created_at,
    affected: row.affected,
    decision: {
      optedInAt: row.opted_in_at,
      optedOutAt: row.opted_out_at,
      extendedUntil: row.extended_until,
      exemptUntil: row.exempt_until,
    },
    events: row.events.map(({ at, type, until }) => ({ at: new Date(at), type, until: until === null ? null : new Date(until) })),
  }));
}
