/** From events to deliveries: who is told of what. */
import { visibleTo } from '../accounts/visibility.ts';
import { SYSTEM } from '../auth/actor.ts';
import type { Queryable } from '../db/database.ts';
import { EVENT_COLUMNS, EVENT_TYPES, type EventCursor, type EventRow, isPrivate, parseCursor } from '../events/log.ts';
import { newId } from '../ids.ts';
import { OWNERS } from './webhook.rules.ts';

/** An event that an endpoint is told of. */
export interface Match extends EventRow {
  readonly endpointId: string;
  /** The platform's id of the account. */
  readonly account: string | null;
  /** The key of the migration. */
  readonly migration: string | null;
}

/** Which part of the log, and for whom. */
export interface MatchRequest {
  /** One endpoint, whatever became of it since; null for all that are enabled, of what was committed since they are. */
  readonly endpointId: string | null;
  readonly after: EventCursor;
  /** The last cursor to look at. */
  readonly upTo: EventCursor;
  readonly limit: number;
}

/** A partner's token that counts, which sees account `a`. `n` is the endpoint. */
function partnerSees(now: string): string {
  return `exists (select from token t where t.id = n.token_id and t.revoked_at is null and (t.expires_at is null or t.expires_at > ${now})
                     and (t.all_accounts or ${visibleTo('NAMED', 'a', 't.id')}))`;
}

/**
 * Whether the owner of endpoint `n` sees account `a`, for the WHERE clause of a query about few of them.
 *
 * @param now an SQL expression with the present instant
 */
export function ownerSees(now: string): string {
  return `case n.owner when 'OPERATOR' then true when 'ADMINISTRATOR' then ${visibleTo('ADMINISTERED', 'a', 'n.administrator_id')}
               else ${partnerSees(now)} end`;
}

/** Types that are kept from each owner, by the one rule there is. */
const PRIVATE = Object.fromEntries(
  OWNERS.map((role) => [
    role,
    EVENT_TYPES.filter((type) => isPrivate({ ...SYSTEM, role }, type))
      .map((type) => `'${type}'`)
      .join(', '),
  ]),
);

const WANTED = `(case when $1::uuid is null then n.disabled_at is null and e.xid >= n.since else n.id = $1::uuid end)
        and (cardinality(n.types) = 0 or e.type = any (n.types))
        and (e.xid, e.id) > ($2::xid8, $3::bigint) and (e.xid, e.id) <= ($4::xid8, $5::bigint)`;
const OF_ACCOUNTS = 'from webhook_endpoint n cross join event e join account a on a.number = e.account_number';

/**
 * Events with the endpoints that are told of them, in the order of the log: operators' of all, others' of what happened to
 * accounts they see now. Private events are told to nobody.
 */
export function matchEvents(tx: Queryable, { endpointId, after, upTo, limit }: MatchRequest, now: Date): Promise<Match[]> {
  const [from, to] = [parseCursor(after), parseCursor(upTo)];
  return tx.query<Match>(
    `with hit as (
       select n.id as endpoint_id, e.xid, e.id from webhook_endpoint n cross join event e
        where n.owner = 'OPERATOR' and e.type not in (${PRIVATE['OPERATOR']}) and ${WANTED}
       union all
       select n.id, e.xid, e.id ${OF_ACCOUNTS}
        where n.owner = 'ADMINISTRATOR' and ${visibleTo('ADMINISTERED', 'a', 'n.administrator_id')}
          and e.type not in (${PRIVATE['ADMINISTRATOR']}) and ${WANTED}
       union all
       select n.id, e.xid, e.id ${OF_ACCOUNTS}
        where n.owner = 'PARTNER' and ${partnerSees('$7')} and e.type not in (${PRIVATE['PARTNER']}) and ${WANTED})
     select h.endpoint_id as "endpointId", a.id as account, m.key as migration, ${EVENT_COLUMNS}
       from (select * from hit order by xid, id, endpoint_id limit $6) h
       join event e on e.xid = h.xid and e.id = h.id
       left join account a on a.number = e.account_number left join migration m on m.id = e.migration_id
      order by e.xid, e.id, h.endpoint_id`,
    [endpointId, from.xid, from.id, to.xid, to.id, limit, now],
  );
}

/**
 * Puts deliveries into the queue, one for each endpoint and event.
 *
 * @param again whether those that have ended are sent once more; else what is there stays as it is
 * @returns how many were queued
 */
export async function queueDeliveries(
  tx: Queryable,
  deliveries: readonly { match: Match; body: string }[],
  again: boolean,
  now: Date,
): Promise<number> {
  if (deliveries.length === 0) return 0;
  const rows = deliveries.map(({ match, body }) => ({
    id: newId(),
    endpoint_id: match.endpointId,
    event_id: match.id,
    account_number: match.account_number,
    type: match.type,
    body,
  }));
  const queued = await tx.query(
    `insert into webhook_delivery as d (id, endpoint_id, event_id, account_number, type, body, status, attempts, send_after, created_at)
     select id, endpoint_id, event_id, account_number, type, body, 'QUEUED', 0, $2, $2
       from jsonb_to_recordset($1::jsonb) as r(id uuid, endpoint_id uuid, event_id bigint, account_number bigint, type text, body text)
     on conflict (endpoint_id, event_id) do ${
       again
         ? `update set status = 'QUEUED', attempts = 0, send_after = $2, finished_at = null where d.status in ('DELIVERED', 'FAILED', 'SKIPPED')`
         : 'nothing'
     } returning 1`,
    [JSON.stringify(rows), now],
  );
  return queued.length;
}
