/** What thousands of people would have done, written as they would have written it: rows that no client could make in time. */
import type { Actor } from '../../src/auth/actor.ts';
import type { Database } from '../../src/db/database.ts';
import type { House } from '../../src/house.ts';

/** Where nobody listens. */
export const TRUSTED_WEBHOOK_HOST = '127.0.0.1:9';

const FAILED_MAILS = 24;
const USED = 300;

/**
 * Opts three accounts in five in to a migration, more of them at first than later, with their events.
 */
export async function loadDecisions(db: Database, migration: string, from: Date, to: Date): Promise<void> {
  await db.query(
    `with chosen as (
       select a.number, $2::timestamptz + ($3::timestamptz - $2::timestamptz) * power((a.number % 997)::float / 1000, 1.8) as at
         from account a where a.number % 5 < 3),
     decided as (
       insert into decision (migration_id, account_number, opted_in_at)
       select m.id, c.number, date_trunc('milliseconds', c.at) from migration m, chosen c where m.key = $1
       returning migration_id, account_number, opted_in_at)
     insert into event (at, type, actor_role, actor, migration_id, account_number, data)
     select opted_in_at, 'OPTED_IN', 'ADMINISTRATOR', 'person' || account_number % 400 || '@customer.example', migration_id, account_number,
            '{"before": "PENDING", "after": "OPTED_IN", "again": false}' from decided order by opted_in_at`,
    [migration, from, to],
  );
}

/** What an operator has to look after: mails that were given up, an endpoint that does not answer, old behaviour still in use. */
export async function loadTrouble({ db, clock, webhooks }: House, operator: Actor): Promise<void> {
  await db.query(
    `update mail set status = 'FAILED', attempts = 8, finished_at = $2, last_error = '550 5.1.1 The mailbox does not exist.', recipient = a.email
       from administrator a where a.id = administrator_id and mail.id in (select id from mail where status = 'SENT' order by id limit $1)`,
    [FAILED_MAILS, clock.now()],
  );
  const { endpoint } = await webhooks.createEndpoint(operator, { url: `http://${TRUSTED_WEBHOOK_HOST}/`, types: [] });
  // No name of the documentation's can be looked up, which is asked for when an endpoint is made.
  await db.query('update webhook_endpoint set url = $2 where id = $1', [endpoint.id, 'https://hooks.partner.example/graceline/events']);
  await db.query(
    `insert into webhook_delivery (id, endpoint_id, event_id, account_number, type, body, status, attempts, send_after, attempted_at,
                                   duration_ms, status_code, answer, created_at, finished_at)
     select gen_random_uuid(), $1, e.id, e.account_number, e.type, '{}', 'FAILED', 8, e.at, $2, 10000, 503, 'Service Unavailable', e.at, $2
       from event e where e.type = 'OPTED_IN' order by e.id limit 12`,
    [endpoint.id, clock.now()],
  );
  await db.query(
    `with used as (
       insert into usage (migration_id, account_number, day, client, count, last_used_at)
       select m.id, n, current_date - (n % 9), 'client-' || n, (n * 37) % 5000 + 1, $1::timestamptz - n % 9 * interval '1 day'
         from migration m, generate_series(4, $2::int, 5) n where m.key = 'tls-1-0' returning migration_id, account_number, day),
     watched as (insert into usage_watch (migration_id, first_day) select id, current_date - 60 from migration where key = 'tls-1-0')
     insert into account_usage (migration_id, account_number, last_day) select * from used`,
    [clock.now(), USED * 5],
  );
}
