/** Reads what a reminder has to say at the moment it is sent: everything still open on all accounts of its administrator. */
import type { Queryable } from '../db/database.ts';
import {
  type AccountLine,
  MAX_ACCOUNTS_LISTED,
  type MigrationSection,
  type ReminderContent,
  type RescheduledSection,
} from '../email/reminder-mail.ts';
import { LAST_USED_AT } from '../gates/usage.repository.ts';
import type { LastUse } from '../gates/usage.rules.ts';
import { accountsOf, LIVE, mayBeOpen, OPEN } from './standing.repository.ts';

/** What the content of every reminder has in common. */
export interface PlatformFacts {
  readonly platformName: string;
  readonly publicUrl: string;
}

/**
 * The contents of reminders, in as many statements for a hundred as for one.
 *
 * @returns by mail; null where nothing it was made for is left to say
 */
export async function readContents(
  db: Queryable,
  mailIds: readonly string[],
  now: Date,
  platform: PlatformFacts,
): Promise<Map<string, ReminderContent | null>> {
  const contents = new Map<string, ReminderContent | null>(mailIds.map((id) => [id, null]));
  const letters = await readLetters(db, mailIds);
  const lines = Map.groupBy(await readLines(db, mailIds, now), ({ mailId }) => mailId);
  const moves = Map.groupBy(await readMoves(db, mailIds), ({ mailId }) => mailId);
  const migrations = await readMigrations(db, [...new Set([...lines.values()].flat().map(({ migrationId }) => migrationId))]);
  for (const { mailId, migrationIds, ...administrator } of letters) {
    const sections = sectionsOf(lines.get(mailId) ?? [], migrations);
    // A mail made for what was settled meanwhile must not turn into one about something else, off its cadence.
    const due = sections.nowOn.length > 0 || migrationIds.some((id) => sections.open.has(id));
    if (due) contents.set(mailId, { administrator, ...platform, now, ...inLists(sections, moves.get(mailId) ?? []) });
  }
  return contents;
}

interface Letter {
  mailId: string;
  /** The migrations it reminds of; not those of which it was to say that they are on. */
  migrationIds: string[];
  name: string;
  email: string;
  timeZone: string;
  locale: string;
}

function readLetters(db: Queryable, mailIds: readonly string[]): Promise<Letter[]> {
  return db.queryPrepared<Letter>(
    'reminder-letters',
    `select e.id as "mailId", p.name, p.email, p.time_zone as "timeZone", p.locale,
            array(select distinct r.migration_id from reminder r where r.mail_id = e.id and r.milestone not like 'ON:%')::text[] as "migrationIds"
       from mail e join administrator p on p.id = e.administrator_id where e.id = any ($1)`,
    [mailIds],
  );
}

interface Line extends Omit<AccountLine, 'lastUse'>, LastUse {
  mailId: string;
  migrationId: string;
  open: boolean;
  total: number;
}

/**
 * The accounts to name. Of those where a migration is on, only what the mail was made for: those that became so at the
 * instant it tells of; and where that was by opting in, all that opted in, because then nothing is left open.
 */
function readLines(db: Queryable, mailIds: readonly string[], now: Date): Promise<Line[]> {
  return db.queryPrepared<Line>(
    'reminder-lines',
    `with letter as (select id, administrator_id from mail where id = any ($1)),
     told as (
       select r.mail_id, r.migration_id, array_agg(substr(r.milestone, 4)::timestamptz) as instants
         from reminder r where r.mail_id = any ($1) and r.milestone like 'ON:%' group by r.mail_id, r.migration_id),
     pair as (
       select letter.id as mail_id, letter.administrator_id, m.id as migration_id from letter cross join migration m where ${mayBeOpen('$2')}
       union
       select told.mail_id, letter.administrator_id, told.migration_id from told join letter on letter.id = told.mail_id),
     line as (
       select pair.mail_id, pair.migration_id, l.*, l.since = any (told.instants) as told,
              bool_or(l.reason = 'OPTED_IN' and l.since = any (told.instants)) over (partition by pair.mail_id, pair.migration_id)
                and not bool_or(l.open) over (partition by pair.mail_id, pair.migration_id) as completed
         from pair
         join migration m on m.id = pair.migration_id and ${LIVE}
         left join told on told.mail_id = pair.mail_id and told.migration_id = pair.migration_id
         cross join lateral (
           select (one.account).id, (one.account).number, (one.account).name, s.reason, s.since, s.deadline, ${OPEN} as open from ${accountsOf('pair.administrator_id', '$2')}
              and (${OPEN} or (told.instants is not null and s.enabled))) l),
     ranked as (
       select *, count(*) over section as total, row_number() over (section order by coalesce(since, deadline), name, id rows between unbounded preceding and unbounded following) as place
         from line where open or (told and reason <> 'OPTED_IN') or (completed and reason = 'OPTED_IN')
       window section as (partition by mail_id, migration_id, open))
     select l.mail_id as "mailId", l.migration_id as "migrationId", l.id, l.name, l.reason, l.open, l.total,
            case when l.open then l.deadline else l.since end as deadline, w.first_day::text as "countedSince", ${LAST_USED_AT} as "lastUsedAt"
       from ranked l
       -- Few migrations have their uses counted; for all others nothing is looked up.
       left join usage_watch w on w.migration_id = l.migration_id and l.open
       left join account_usage a on a.migration_id = w.migration_id and a.account_number = l.number
      where l.place <= $3 order by l.mail_id, l.migration_id, l.place`,
    [mailIds, now, MAX_ACCOUNTS_LISTED],
  );
}

interface Move {
  mailId: string;
  migrationId: string;
  oldDeadline: string;
  reason: string | null;
}

function readMoves(db: Queryable, mailIds: readonly string[]): Promise<Move[]> {
  return db.queryPrepared<Move>(
    'reminder-moves',
    `select r.mail_id as "mailId", r.migration_id as "migrationId", c.old_mandatory_opt_in as "oldDeadline", c.reason
       from reminder r join reschedule c on c.migration_id = r.migration_id and r.milestone = 'RESCHEDULED:' || c.id
      where r.mail_id = any ($1) order by coalesce(c.decided_at, c.requested_at), c.id`,
    [mailIds],
  );
}

type MigrationFacts = Omit<MigrationSection, 'accounts' | 'accountCount'>;

async function readMigrations(db: Queryable, ids: readonly string[]): Promise<Map<string, MigrationFacts>> {
  const rows = await db.query<MigrationFacts & { id: string }>(
    `select id, key, title, severity, mandatory_opt_in as "mandatoryOptIn", guide_url as "guideUrl" from migration where id = any ($1)`,
    [ids],
  );
  return new Map(rows.map(({ id, ...facts }) => [id, facts]));
}

interface Sections {
  open: Map<string, MigrationSection>;
  nowOn: MigrationSection[];
}

function sectionsOf(lines: readonly Line[], migrations: ReadonlyMap<string, MigrationFacts>): Sections {
  const sections: Sections = { open: new Map(), nowOn: [] };
  for (const [migrationId, ofMigration] of Map.groupBy(lines, (line) => line.migrationId)) {
    for (const [open, listed] of Map.groupBy(ofMigration, (line) => line.open)) {
      const accounts = listed.map(({ id, name, deadline, reason, lastUsedAt, countedSince }) => ({
        id,
        name,
        deadline,
        reason,
        ...(countedSince !== null && { lastUse: { lastUsedAt, countedSince } }),
      }));
      const section = { ...migrations.get(migrationId)!, accounts, accountCount: listed[0]!.total };
      if (open) sections.open.set(migrationId, section);
      else sections.nowOn.push(section);
    }
  }
  return sections;
}

/** A migration moved more than once is told of once: from where it was when last told, for the latest reason. */
function inLists({ open, nowOn }: Sections, moves: readonly Move[]): Pick<ReminderContent, 'open' | 'nowOn' | 'rescheduled'> {
  const rescheduled: RescheduledSection[] = [];
  const still = new Map(open);
  for (const [migrationId, ofMigration] of Map.groupBy(moves, (move) => move.migrationId)) {
    const section = open.get(migrationId);
    const { oldDeadline } = ofMigration[0]!;
    if (!section || section.mandatoryOptIn === oldDeadline) continue;
    rescheduled.push({ ...section, oldDeadline, reason: ofMigration.at(-1)!.reason });
    still.delete(migrationId);
  }
  return {
    nowOn: nowOn.toSorted(soonestFirst),
    rescheduled: rescheduled.toSorted(soonestFirst),
    open: [...still.values()].toSorted(soonestFirst),
  };
}

function soonestFirst(one: MigrationSection, other: MigrationSection): number {
  const deadline = ({ accounts }: MigrationSection) => accounts[0]?.deadline?.getTime() ?? Number.MAX_SAFE_INTEGER;
  return deadline(one) - deadline(other) || one.key.localeCompare(other.key);
}

/** The spans that the reminders in mails follow from, oldest first; a mail of nothing traced has none. */
export async function readCauses(db: Queryable, mailIds: readonly string[]): Promise<Map<string, string[]>> {
  const rows = await db.query<{ id: string; causes: string[] }>(
    `select mail_id as id, array_agg(traceparent order by created_at, milestone) as causes from reminder
      where mail_id = any ($1::uuid[]) and traceparent is not null group by 1`,
    [mailIds],
  );
  return new Map(rows.map(({ id, causes }) => [id, causes]));
}
