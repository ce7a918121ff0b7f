/** What is promised, looked for in what is left of a rollout after all the harm. Whatever does not hold is a {@link BrokenPromise}. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ProgressDocument } from '../../../schema/generated/operations.ts';
import { verifyLog } from '../../../src/events/verify-log.ts';
import { graphqlClient } from '../../support/graphql-client.ts';
import { PATIENCE_MS } from '../../support/patience.ts';
import { BrokenPromise } from '../fault.ts';
import type { FaultWorld } from './fault-world.ts';
import type { LogWatcher } from './log-watcher.ts';
import type { Asked } from './partners.ts';
import { isQuiet, type Population } from './population.ts';
import type { Rollout } from './rollout.ts';

const POLL_MS = 100;
const DECISIONS = `('OPTED_IN', 'OPTED_OUT')`;

/** What was counted of a rollout. */
export interface Counted {
  readonly decisions: number;
  readonly lostAnswers: number;
  readonly notices: number;
  readonly mails: number;
  /** That the server refused for good: a reason is in the ledger, and an event. */
  readonly mailsFailed: number;
  /** Beyond the first of the same mail. */
  readonly mailsTwice: number;
  /** Sent, but not marked so: the ledger does not know. */
  readonly mailsUnmarked: number;
  readonly webhooks: number;
  readonly webhooksAgain: number;
}

/** Everything that a rollout has to have left behind, exactly. */
export async function holdPromises(
  world: FaultWorld,
  rollout: Rollout,
  population: Population,
  watcher: LogWatcher,
  operatorToken: string,
): Promise<Counted> {
  const decisions = await decisionsAreWhatWasAnswered(world, rollout);
  await everyDateHappenedOnce(world, rollout);
  await watcherSawAll(world, rollout, watcher);
  const notices = await noticesAreThereOnce(world, rollout, population);
  const mails = await mailsWentOnce(world, rollout, population);
  const webhooks = await webhooksCame(world, rollout);
  await countsAreRight(world, rollout, population, operatorToken);
  await chainIsWhole(world);
  return { ...decisions, notices, ...mails, ...webhooks };
}

async function decisionsAreWhatWasAnswered({ db }: FaultWorld, { migrationId, partners, deadline }: Rollout) {
  const events = await db.query<{ account: string; types: string[]; last: Date }>(
    `select a.id as account, array_agg(e.type order by e.xid, e.id) as types, max(e.at) as last
       from event e join account a on a.number = e.account_number where e.migration_id = $1 and e.type in ${DECISIONS} group by a.id`,
    [migrationId],
  );
  const rows = await db.query<{ account: string; state: string }>(
    `select a.id as account, case when d.opted_in_at is not null then 'OPTED_IN' when d.opted_out_at is not null then 'OPTED_OUT' else 'NOTHING' end as state
       from decision d join account a on a.number = d.account_number where d.migration_id = $1`,
    [migrationId],
  );
  const logged = new Map(events.map(({ account, types }) => [account, types]));
  const stored = new Map(rows.map(({ account, state }) => [account, state]));
  for (const { account, last } of events) {
    if (!partners.asked.has(account)) throw new BrokenPromise(`${account} has a decision that nobody asked for`);
    if (last >= deadline) throw new BrokenPromise(`${account} decided at ${last.toISOString()}, after the deadline`);
  }
  let lostAnswers = 0;
  for (const [account, asked] of partners.asked) {
    const found = logged.get(account) ?? [];
    if (!mayHaveLeft(asked, found))
      throw new BrokenPromise(`${account} was answered ${JSON.stringify(asked)}, and the log has ${JSON.stringify(found)}`);
    if ((found.at(-1) ?? 'NOTHING') !== (stored.get(account) ?? 'NOTHING'))
      throw new BrokenPromise(`${account}: the log ends with ${found.at(-1)}, the decision says ${stored.get(account)}`);
    if (asked.at(-1)!.outcome === 'lost') lostAnswers += 1;
  }
  return { decisions: events.reduce((sum, { types }) => sum + types.length, 0), lostAnswers };
}

/** Every answered change has one event; one whose answer was lost, which is the last, has one or none. */
function mayHaveLeft(asked: readonly Asked[], found: readonly string[]): boolean {
  const done = asked.filter(({ outcome }) => outcome === 'done').map(({ kind }) => kind);
  const lost = asked.at(-1)!.outcome === 'lost' ? [asked.at(-1)!.kind] : [];
  return [done, [...done, ...lost]].some((expected) => expected.join() === found.join());
}

async function everyDateHappenedOnce({ db }: FaultWorld, { migrationId }: Rollout): Promise<void> {
  const types = ['MIGRATION_CREATED', 'MIGRATION_ANNOUNCED', 'GRACE_PERIOD_STARTED', 'DEADLINE_PASSED'];
  const rows = await db.query<{ type: string; count: number }>(
    'select type, count(*) as count from event where migration_id = $1 and type = any ($2) group by type',
    [migrationId, types],
  );
  const counts = new Map(rows.map(({ type, count }) => [type, count]));
  for (const type of types) if (counts.get(type) !== 1) throw new BrokenPromise(`${type} is in the log ${counts.get(type) ?? 0} times`);
}

async function watcherSawAll({ db }: FaultWorld, { after }: Rollout, watcher: LogWatcher): Promise<void> {
  const rows = await db.query<{ cursor: string }>(
    `select xid || '.' || id as cursor from event
      where (xid, id) > ($1::xid8, $2::bigint) and migration_id is not null and account_number is not null order by event.xid, event.id`,
    after.split('.'),
  );
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (watcher.cursors.length < rows.length && performance.now() < giveUpAt) await sleep(POLL_MS);
  watcher.check();
  const seen = watcher.cursors;
  watcher.cursors = [];
  const odd = rows.findIndex(({ cursor }, i) => seen[i] !== cursor);
  if (odd >= 0)
    throw new BrokenPromise(`A subscriber saw ${seen[odd] ?? 'nothing'} where the log has ${rows[odd]!.cursor}, ${odd} of ${rows.length}`);
  if (seen.length > rows.length) throw new BrokenPromise(`A subscriber saw ${seen.length} events of ${rows.length}`);
}

async function noticesAreThereOnce(
  { db }: FaultWorld,
  { migrationId, deadline }: Rollout,
  { administrators }: Population,
): Promise<number> {
  const [odd] = await db.query<{ id: string; count: number }>(
    `select n.id, (select count(*) from event e where e.type = 'NOTICE_ADDED' and e.migration_id = n.migration_id
                     and e.administrator_id = n.administrator_id and e.data->>'noticeId' = n.id::text) as count
       from notice n where n.migration_id = $1
        and 1 <> (select count(*) from event e where e.type = 'NOTICE_ADDED' and e.migration_id = n.migration_id
                     and e.administrator_id = n.administrator_id and e.data->>'noticeId' = n.id::text) limit 1`,
    [migrationId],
  );
  if (odd) throw new BrokenPromise(`The notice ${odd.id} has ${odd.count} events`);
  // At the end: each has been told that it opened, and whoever has an account that did not opt in, that it is on.
  const rows = await db.query<{ email: string; occasions: string[] | null; left: boolean; standing: boolean }>(
    `select p.email, array_agg(n.occasion order by n.occasion) filter (where n.id is not null) as occasions,
            coalesce(bool_or(n.occasion = 'OPEN' and n.closed_at is null), false) as standing,
            exists (select from administration x left join decision d on d.migration_id = $1 and d.account_number = x.account_number
                     where x.administrator_id = p.id and d.opted_in_at is null) as left
       from administrator p left join notice n on n.administrator_id = p.id and n.migration_id = $1 group by p.id`,
    [migrationId],
  );
  if (rows.length !== administrators) throw new BrokenPromise(`There are ${rows.length} administrators of ${administrators}`);
  for (const { email, occasions, left, standing } of rows) {
    const expected = [...(left ? [`ON:${deadline.toISOString()}`] : []), 'OPEN'].join();
    const found = occasions?.join() ?? '';
    // Whoever had opted in everywhere before a worker looked has nothing to be told.
    if (found !== expected && (left || found !== '')) throw new BrokenPromise(`${email} has the notices "${found}", not "${expected}"`);
    if (standing) throw new BrokenPromise(`${email} still has a notice that the migration is open`);
  }
  return rows.reduce((sum, { occasions }) => sum + (occasions?.length ?? 0), 0);
}

async function mailsWentOnce({ db, mail }: FaultWorld, { migrationId, deadline }: Rollout, { administrators }: Population) {
  const rows = await db.query<{
    email: string;
    milestones: string[];
    status: string;
    messageId: string;
    mails: number;
    reason: string | null;
    failures: number;
  }>(
    `select p.email, array_agg(r.milestone) as milestones, m.status, m.message_id as "messageId", m.last_error as reason,
            (select count(*) from event e where e.type = 'MAIL_FAILED' and e.administrator_id = p.id and e.data->>'mailId' = m.id::text) as failures,
            (select count(*) from mail o where o.message_id = m.message_id or (o.administrator_id = m.administrator_id and o.occasion = m.occasion)) as mails
       from reminder r join administrator p on p.id = r.administrator_id left join mail m on m.id = r.mail_id
      where r.migration_id = $1 group by p.id, m.id`,
    [migrationId],
  );
  const received = new Map<string, number>();
  for (const { messageId } of mail.taken) received.set(messageId, (received.get(messageId) ?? 0) + 1);
  mail.taken = [];
  const told = new Map<string, string[]>();
  const failed = new Set<string>();
  const counted = { mails: 0, mailsFailed: 0, mailsTwice: 0, mailsUnmarked: 0 };
  for (const { email, milestones, status, messageId, mails, reason, failures } of rows) {
    if (mails !== 1) throw new BrokenPromise(`The mail ${messageId} has ${mails} rows in the ledger`);
    const times = received.get(messageId) ?? 0;
    received.delete(messageId);
    if (status === 'FAILED' ? !reason || failures !== 1 : failures > 0)
      throw new BrokenPromise(`The mail ${messageId} is ${status} for "${reason}", with ${failures} events of that`);
    if (status === 'FAILED') {
      counted.mailsFailed += 1;
      failed.add(email);
    } else if (status !== 'SENT' && status !== 'SKIPPED')
      throw new BrokenPromise(`The mail of ${email} about ${milestones.join()} ended as ${status}`);
    if (status === 'SENT' && times === 0)
      throw new BrokenPromise(`The mail of ${email} about ${milestones.join()} counts as sent and never came`);
    if (status === 'SENT') told.set(email, [...(told.get(email) ?? []), ...milestones]);
    counted.mails += Math.min(1, times);
    counted.mailsTwice += Math.max(0, times - 1);
    if (status !== 'SENT') counted.mailsUnmarked += times;
  }
  if (received.size > 0) throw new BrokenPromise(`${received.size} mails came that are not in the ledger`);
  const all = ['START', `1_DAY:${deadline.toISOString().slice(0, 10)}`, `ON:${deadline.toISOString()}`].toSorted().join();
  for (let n = 1; n <= administrators; n += 1) {
    const mine = told.get(`admin-${n}@example.com`)?.toSorted().join();
    if (isQuiet(n) && mine !== all && !failed.has(`admin-${n}@example.com`))
      throw new BrokenPromise(`admin-${n} was reminded of ${mine}, not of ${all}`);
  }
  return counted;
}

async function webhooksCame({ db, receiver }: FaultWorld, { migrationId }: Rollout) {
  const rows = await db.query<{ cursor: string; ids: string[] | null; statuses: string[] | null }>(
    `select e.xid || '.' || e.id as cursor, array_agg(d.id) filter (where d.id is not null) as ids, array_agg(d.status) filter (where d.id is not null) as statuses
       from event e left join webhook_delivery d on d.event_id = e.id where e.migration_id = $1 and e.type in ${DECISIONS} group by e.xid, e.id`,
    [migrationId],
  );
  const received = new Map<string, { id: string; bodies: Set<string>; times: number }>();
  for (const { headers, body } of receiver.received.splice(0)) {
    const { data } = JSON.parse(body) as { data: { event: { cursor: string } } };
    const { cursor } = data.event;
    const known = received.get(cursor) ?? { id: headers['webhook-id']!, bodies: new Set<string>(), times: 0 };
    if (known.id !== headers['webhook-id'])
      throw new BrokenPromise(`The event ${cursor} came by the webhook-ids ${known.id} and ${headers['webhook-id']}`);
    known.bodies.add(body);
    known.times += 1;
    received.set(cursor, known);
  }
  let webhooksAgain = 0;
  for (const { cursor, ids, statuses } of rows) {
    if (ids?.length !== 1 || statuses?.[0] !== 'DELIVERED')
      throw new BrokenPromise(`The event ${cursor} has the deliveries ${String(statuses)}`);
    const got = received.get(cursor);
    if (!got || got.id !== ids[0])
      throw new BrokenPromise(`The event ${cursor} counts as delivered by ${ids[0]}, and came by ${got?.id ?? 'none'}`);
    if (got.bodies.size !== 1) throw new BrokenPromise(`The webhook ${got.id} came with ${got.bodies.size} bodies`);
    webhooksAgain += got.times - 1;
  }
  return { webhooks: rows.length, webhooksAgain };
}

async function countsAreRight(world: FaultWorld, { key, migrationId }: Rollout, { accounts }: Population, token: string): Promise<void> {
  const { migration } = await graphqlClient(world.urls[0]!, token).request(ProgressDocument, { key });
  const [row] = await world.db.query<{ count: number }>(
    'select count(*) as count from decision where migration_id = $1 and opted_in_at is not null',
    [migrationId],
  );
  const { affected, optedIn, mandatory } = migration.progress;
  if (affected !== accounts || optedIn !== row!.count || mandatory !== accounts - row!.count)
    throw new BrokenPromise(
      `Progress says ${affected} affected, ${optedIn} opted in, ${mandatory} by the deadline; counted were ${accounts}, ${row!.count}`,
    );
}

async function chainIsWhole({ db }: FaultWorld): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    const { broken, notChained } = await verifyLog(db);
    if (broken) throw new BrokenPromise(`The chain of the log is broken at ${broken.place}: ${broken.how}`);
    if (notChained === 0) return;
    if (performance.now() > giveUpAt) throw new BrokenPromise(`${notChained} events are not chained`);
    await sleep(POLL_MS);
  }
}
