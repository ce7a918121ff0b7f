/**
 * Gathers waiting reminders into mails of the ledger: at most one a morning for each administrator. Reminders found
 * outside their morning wait for the next; so does a mail that was not sent in time.
 */
import type { Transaction } from '../db/database.ts';
import { newId } from '../ids.ts';
import type { Morning } from './mornings.ts';
import { FIRST_ADMINISTRATOR } from './reminders.repository.ts';

const BATCH = 2_000;

/** A place among waiting reminders: by when they are due, then by administrator. */
export interface WaitingPlace {
  readonly dueAt: Date;
  readonly administratorId: string;
}

/** What one batch did; `last` is where to go on, null after the last. */
export interface Composition {
  readonly composed: number;
  readonly last: WaitingPlace | null;
}

/**
 * Puts off until their next morning what fell due in time zones where it is not morning: reminders without a mail, and
 * mails nobody has sent yet; but not those an operator wants sent at once.
 *
 * @returns how many; fewer than asked for at once means all
 */
export async function putOff(tx: Transaction, mornings: readonly Morning[], now: Date): Promise<{ moved: number; more: boolean }> {
  const late = mornings.filter(({ open }) => !open);
  const values = [now, late.map(({ timeZone }) => timeZone), late.map(({ nextAt }) => nextAt), BATCH];
  const zones = `unnest($2::text[], $3::timestamptz[]) as z (time_zone, next_at)`;
  const reminders = await tx.query(
    `with late as (
       select r.administrator_id, r.migration_id, r.milestone, z.next_at
         from reminder r join administrator p on p.id = r.administrator_id join ${zones} on z.time_zone = p.time_zone
        where r.mail_id is null and r.due_at <= $1 limit $4 for update of r skip locked)
     update reminder r set due_at = late.next_at from late
      where (r.administrator_id, r.migration_id, r.milestone) = (late.administrator_id, late.migration_id, late.milestone) returning 1`,
    values,
  );
  const mails = await tx.query(
    `with late as (
       select e.id, z.next_at from mail e join administrator p on p.id = e.administrator_id join ${zones} on z.time_zone = p.time_zone
        where e.status = 'QUEUED' and not e.urgent and e.send_after <= $1 limit $4 for update of e skip locked)
     update mail e set send_after = late.next_at from late where e.id = late.id returning 1`,
    values,
  );
  return { moved: reminders.length + mails.length, more: reminders.length === BATCH || mails.length === BATCH };
}

/**
 * Makes or finds the mail of this morning for the administrators of the next waiting reminders, and puts everything
 * that waits for them into it. Who has had a mail this morning already waits for tomorrow's. Does nothing while another
 * worker is at it, which will do all there is.
 *
 * @param mornings the time zones where it is morning
 * @param domain what stands after the @ of a Message-ID
 * @param after where the batch before ended; null to begin
 */
export async function composeBatch(
  tx: Transaction,
  mornings: readonly Morning[],
  now: Date,
  domain: string,
  after: WaitingPlace | null,
): Promise<Composition> {
  // Two at once would each hold reminders of an administrator that the other is to attach, and wait for each other.
  const [lock] = await tx.query<{ held: boolean }>(`select pg_try_advisory_xact_lock(hashtext('graceline composition')) as held`);
  if (!lock!.held) return { composed: 0, last: null };
  // Limited before anything is looked up, so that a batch costs the same however many wait behind it.
  const page = await tx.query<{ administratorId: string; timeZone: string; dueAt: Date; sending: boolean }>(
    `with page as (
       select r.administrator_id, r.due_at from reminder r
        where r.mail_id is null and r.due_at <= $1 and (r.due_at, r.administrator_id) > ($2, $3)
        order by r.due_at, r.administrator_id limit $4 for update skip locked)
     select page.administrator_id as "administratorId", page.due_at as "dueAt", (select p.time_zone from administrator p where p.id = page.administrator_id) as "timeZone",
            coalesce((select true from mail e where e.administrator_id = page.administrator_id and e.status = 'SENDING' limit 1), false) as sending
       from page order by page.due_at, page.administrator_id`,
    [now, after?.dueAt ?? '-infinity', after?.administratorId ?? FIRST_ADMINISTRATOR, BATCH],
  );
  const last = page.length < BATCH ? null : page.at(-1)!;
  const morningByZone = new Map(mornings.map((morning) => [morning.timeZone, morning]));
  // A mail being sent has its content already; what came later is for another.
  const waiting = page.filter(({ timeZone, sending }) => !sending && morningByZone.has(timeZone));
  if (waiting.length === 0) return { composed: 0, last };
  const zoneOf = new Map(waiting.map(({ administratorId, timeZone }) => [administratorId, timeZone]));
  const candidates = [...zoneOf]
    .map(([id, timeZone]) => ({ id, morning: morningByZone.get(timeZone)! }))
    .toSorted((one, other) => (one.id < other.id ? -1 : 1));

  const standing = await readStanding(tx, candidates);
  const served = candidates.filter(({ id }) => standing.served.has(id));
  const fresh = candidates.filter(({ id }) => !standing.served.has(id) && !standing.queued.has(id));
  const composed = await addMails(tx, fresh, now, domain);
  await attach(
    tx,
    candidates.filter((candidate) => !served.includes(candidate)),
    now,
  );
  await waitForTomorrow(tx, served, now);
  return { composed, last };
}

interface Candidate {
  id: string;
  morning: Morning;
}

/** Which administrators have a mail that can still take something in, and which have had theirs this morning. */
async function readStanding(tx: Transaction, candidates: readonly Candidate[]): Promise<{ queued: Set<string>; served: Set<string> }> {
  const rows = await tx.query<{ id: string; status: string; served: boolean }>(
    `with candidate as (select * from unnest($1::uuid[], $2::text[], $3::timestamptz[]) as c (id, day, opens_at))
     select c.id, e.status, e.status not in ('QUEUED', 'SENDING') as served from mail e join candidate c on c.id = e.administrator_id
      where e.status in ('QUEUED', 'SENDING') or e.occasion >= c.day or e.finished_at >= c.opens_at
      order by e.id for update of e`,
    [candidates.map(({ id }) => id), candidates.map(({ morning }) => morning.day), candidates.map(({ morning }) => morning.opensAt)],
  );
  const ids = (wanted: (row: (typeof rows)[number]) => boolean) => new Set(rows.filter(wanted).map(({ id }) => id));
  const queued = ids(({ status }) => status === 'QUEUED');
  return { queued, served: ids(({ id, served, status }) => !queued.has(id) && (served || status === 'SENDING')) };
}

async function addMails(tx: Transaction, candidates: readonly Candidate[], now: Date, domain: string): Promise<number> {
  const ids = candidates.map(() => newId());
  const rows = await tx.query(
    `insert into mail (id, administrator_id, occasion, status, urgent, send_after, attempts, message_id, created_at)
     select c.id, c.administrator_id, c.occasion, 'QUEUED', false, $4::timestamptz, 0, '<' || c.id || '@' || $5 || '>', $4
       from unnest($1::uuid[], $2::uuid[], $3::text[]) with ordinality as c (id, administrator_id, occasion, place)
      order by c.place on conflict do nothing returning 1`,
    [ids, candidates.map(({ id }) => id), candidates.map(({ morning }) => morning.day), now, domain],
  );
  return rows.length;
}

/** The lock makes sure that a mail taking in reminders is not being sent at the same time without them. */
async function attach(tx: Transaction, candidates: readonly Candidate[], now: Date): Promise<void> {
  await tx.query(
    `with target as (select id, administrator_id from mail where administrator_id = any ($1) and status = 'QUEUED' order by id for update)
     update reminder r set mail_id = target.id from target
      where r.administrator_id = target.administrator_id and r.mail_id is null and r.due_at <= $2`,
    [candidates.map(({ id }) => id), now],
  );
}

async function waitForTomorrow(tx: Transaction, candidates: readonly Candidate[], now: Date): Promise<void> {
  await tx.query(
    `update reminder r set due_at = c.tomorrow_at from unnest($1::uuid[], $2::timestamptz[]) as c (id, tomorrow_at)
      where r.administrator_id = c.id and r.mail_id is null and r.due_at <= $3`,
    [candidates.map(({ id }) => id), candidates.map(({ morning }) => morning.tomorrowAt), now],
  );
}
