/** What the workers of a world have still to do. */
import { setTimeout as sleep } from 'node:timers/promises';
import { planMilestones } from '../../../src/notifications/reminder-plan.repository.ts';
import { PATIENCE_MS } from '../../support/patience.ts';
import { BrokenPromise } from '../fault.ts';
import { type FaultWorld, REMINDER_HOUR } from './fault-world.ts';

const POLL_MS = 200;
/** What the clock goes on by at each look, so that claims of the dead end. */
const PASS_MS = 10_000;
/** The readers of the log that sweeps are. */
const READERS = ['notices', 'reminders', 'webhooks'];

/**
 * Lets time pass until nothing is due any more: no date, no reminder, no mail; of everything, no event unread and no webhook
 * either, which takes that nobody goes on making events.
 *
 * @param check throws where something is wrong meanwhile
 * @throws BrokenPromise where the workers no longer get on
 */
export async function settle(world: FaultWorld, what: 'mails' | 'everything', check: () => void): Promise<void> {
  let before = '';
  let changedAt = performance.now();
  for (;;) {
    const due = [...(await mailsDue(world)), ...(what === 'everything' ? await eventsDue(world) : [])];
    check();
    if (due.length === 0) return;
    const now = due.join();
    if (now !== before) changedAt = performance.now();
    else if (performance.now() - changedAt > PATIENCE_MS)
      throw new BrokenPromise(
        `Stuck at ${world.clock.now().toISOString()}: ${due.slice(0, 5).join(', ')} (${due.length})\n${wordsOf(world)}`,
      );
    before = now;
    world.clock.pass(PASS_MS);
    await sleep(POLL_MS);
  }
}

async function mailsDue({ db, clock }: FaultWorld): Promise<string[]> {
  const now = clock.now();
  const { tasks } = await planMilestones(db, now, REMINDER_HOUR);
  const rows = await db.query<{ what: string }>(
    `select 'the dates of ' || key as what from migration
      where (state = 'ANNOUNCED' and grace_starts_at <= $1) or (state in ('ANNOUNCED', 'GRACE_PERIOD') and mandatory_at <= $1)
     union all select 'reminder ' || milestone from reminder where mail_id is null and due_at <= $1
     union all select 'mail ' || id || ' ' || attempts from mail
      where status = 'SENDING' or (status = 'QUEUED' and send_after <= $1::timestamptz + interval '1 hour')`,
    [now],
  );
  return [...tasks.map(({ milestone }) => `milestone ${milestone.key}`), ...rows.map(({ what }) => what)];
}

async function eventsDue({ db }: FaultWorld): Promise<string[]> {
  const rows = await db.query<{ what: string }>(
    `select 'webhook ' || id || ' ' || attempts as what from webhook_delivery where status in ('SENDING', 'QUEUED')
     union all select 'events for ' || reader from unnest($1::text[]) as r (reader) left join event_cursor c using (reader)
      where exists (select from event e where (e.xid, e.id) > (coalesce(split_part(c.cursor, '.', 1), '0')::xid8, coalesce(split_part(c.cursor, '.', 2), '0')::bigint))`,
    [READERS],
  );
  return rows.map(({ what }) => what);
}

function wordsOf({ processes }: FaultWorld): string {
  return processes.map(({ kind, output }) => `--- ${kind}: ${output.slice(-2_000)}`).join('\n');
}
