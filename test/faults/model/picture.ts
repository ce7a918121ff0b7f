/** All that can be seen of a platform, as lines of text: the model's and the real one's are to be the same. */
import { countsText, type Effective, isLive, statesOf } from './rule.ts';
import { type Fact, type Model, pair } from './model.ts';
import { addressOf, type RealPlatform } from './platform.ts';
import { iso, type Ms } from './time.ts';

/** Sorted lines by what they are about. */
export type Picture = Readonly<
  Record<'events' | 'migrations' | 'states' | 'notices' | 'reminders' | 'mails' | 'letters', readonly string[]>
>;

/** What the model says; what it says of events and letters is said once. */
export function pictureOf(model: Model): Picture {
  const live = model.migrations.filter(isLive);
  return sorted({
    events: model.unread.compared.splice(0).map(factLine),
    migrations: model.migrations.map(({ key, state, dates }) => pair(key, state, dates.start, dates.deadline)),
    states: live.flatMap((migration) =>
      statesOf(
        model,
        migration,
        model.accounts.map(({ id }) => id),
      ).map(({ account, state }) => stateLine(migration.key, account, state)),
    ),
    notices: [...model.notices].map(([id, { dismissed, closed }]) => noticeLine(id, dismissed, closed)),
    reminders: model.reminders.map(({ person, migration, occasion, due, mail }) =>
      reminderLine(person, migration, occasion, due, mail?.day ?? null),
    ),
    mails: model.mails.map(({ person, day, status }) => pair(person, day, status)),
    letters: model.letters.splice(0),
  });
}

/** Looks at the real platform, and remembers up to where in its log it has looked. */
export class Observer {
  private lastEvent = 0;
  private readonly changes = new Map<string, string>();
  private readonly changesOf = new Map<string, number>();
  private readonly seenMails = new Set<string>();

  constructor(private readonly platform: RealPlatform) {}

  /** The id of a change of dates by its name in the model. */
  changeId(name: string): string {
    return [...this.changes].find(([, known]) => known === name)![0];
  }

  /** The id of a notice by its person, migration and occasion. */
  async noticeId(id: string): Promise<string> {
    const [person, migration, occasion] = id.split(' ') as [string, string, string];
    const [kind, name] = occasion.split(/(?<=^RESCHEDULED:)/) as [string, string?];
    const [row] = await this.platform.house.db.query<{ id: string }>(
      `select n.id from notice n join administrator p on p.id = n.administrator_id join migration m on m.id = n.migration_id
        where p.email = $1 and m.key = $2 and n.occasion = $3`,
      [addressOf(person), migration, name === undefined ? occasion : kind + this.changeId(name)],
    );
    return row!.id;
  }

  async look(): Promise<Picture> {
    const { db, clock } = this.platform.house;
    const [seen] = await db.queryPrepared<Seen>('model', SEEN, [this.lastEvent, clock.now()]);
    const { events, migrations, states, notices, reminders, mails } = seen!;
    this.lastEvent = events.at(-1)?.id ?? this.lastEvent;
    const facts = events.map((event) => this.factOf(event));
    const occasionOf = (occasion: string) => occasion.replace(/(?<=^RESCHEDULED:).*/, (id) => this.changes.get(id) ?? id);
    return sorted({
      events: facts.map(factLine),
      migrations: migrations.map(({ key, state, start, deadline }) => pair(key, state, start, deadline)),
      states: states.map(({ migration, account, since, deadline, can_opt_in: canOptIn, can_opt_out: canOptOut, ...state }) =>
        stateLine(migration, account, { ...state, since: parsed(since), deadline: parsed(deadline), canOptIn, canOptOut }),
      ),
      notices: notices.map(({ person, migration, occasion, dismissed, closed }) =>
        noticeLine(pair(nameOf(person), migration, occasionOf(occasion)), dismissed, closed),
      ),
      reminders: reminders.map(({ person, migration, occasion, due, day }) =>
        reminderLine(nameOf(person), migration, occasionOf(occasion), Date.parse(due), day),
      ),
      mails: mails.map(({ person, day, status }) => pair(nameOf(person), day, status)),
      letters: await this.newLetters(mails),
    });
  }

  private factOf({ type, migration, account, person, data }: SeenEvent): Fact {
    const note = this.noteOf(type, migration, data);
    return {
      type,
      ...(migration !== null && { migration }),
      ...(account !== null && { account }),
      ...(person !== null && { person: nameOf(person) }),
      ...(note !== undefined && { note }),
    };
  }

  private noteOf(type: string, migration: string | null, data: SeenEvent['data']): string | undefined {
    if (type === 'DEADLINE_PASSED') return countsText(data.progress!);
    if (type === 'NOTICE_ADDED' || type === 'NOTICE_DISMISSED')
      return data.occasion!.replace(/(?<=^RESCHEDULED:).*/, (id) => this.changes.get(id) ?? id);
    if (!type.startsWith('RESCHEDULE_')) return undefined;
    const id = data.rescheduleId!;
    if (!this.changes.has(id)) {
      const count = this.changesOf.get(migration!) ?? 0;
      this.changesOf.set(migration!, count + 1);
      this.changes.set(id, `${migration}#${count}`);
    }
    return this.changes.get(id);
  }

  /** What was written into the folder of mails since, read as people would. */
  private async newLetters(mails: Seen['mails']): Promise<string[]> {
    const fresh = mails.filter(({ id, status }) => status === 'SENT' && !this.seenMails.has(id));
    return Promise.all(
      fresh.map(async ({ id, person, day, file }) => {
        this.seenMails.add(id);
        const { to, text } = await this.platform.house.mailbox.mail(file);
        return `${to.includes(person) ? nameOf(person) : to} on ${day}: ${wordsOf(text!)}`;
      }),
    );
  }
}

/** The lines of one picture that the other lacks; none where they are the same. */
export function differences(expected: Picture, actual: Picture): string[] {
  return (Object.keys(expected) as (keyof Picture)[]).flatMap((kind) => [
    ...without(expected[kind], actual[kind]).map((line) => `expected of ${kind}, but missing: ${line}`),
    ...without(actual[kind], expected[kind]).map((line) => `not expected of ${kind}:          ${line}`),
  ]);
}

/** As many times as it is more often there. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return lines.filter((line) => {
    const place = left.indexOf(line);
    if (place >= 0) left.splice(place, 1);
    return place < 0;
  });
}

function sorted(picture: Picture): Picture {
  const kinds = Object.keys(picture) as (keyof Picture)[];
  return kinds.reduce<Picture>((done, kind) => ({ ...done, [kind]: picture[kind].toSorted() }), picture);
}

const HEADINGS: Readonly<Record<string, string>> = { 'NOW ON': 'now on', RESCHEDULED: 'rescheduled', 'ACTION NEEDED': 'open' };

/** Which migrations a mail names under which heading, with which accounts. */
function wordsOf(text: string): string {
  const parts: { heading: string; migration: string; accounts: string[] }[] = [];
  let heading = '';
  for (const line of text.split(/\r?\n/)) {
    heading = HEADINGS[line] ?? heading;
    if (/^m\d+$/.test(line)) parts.push({ heading, migration: line, accounts: [] });
    const account = /^ {2}- (a\d+) \(/.exec(line)?.[1];
    if (account !== undefined) parts.at(-1)!.accounts.push(account);
  }
  return parts
    .map((part) => `${part.heading} ${part.migration}: ${part.accounts.toSorted().join(' ')}`)
    .toSorted()
    .join(', ');
}

function factLine({ type, migration = '-', account = '-', person = '-', note = '' }: Fact): string {
  return `${type} ${migration} ${account} ${person} ${note}`.trimEnd();
}

/** A state in words. */
export function stateLine(
  migration: string,
  account: string,
  { enabled, reason, since, deadline, canOptIn, canOptOut }: Effective,
): string {
  const can = [...(canOptIn ? ['opt in'] : []), ...(canOptOut ? ['opt out'] : [])].join(', ') || 'do nothing';
  return `${migration} for ${account}: ${enabled ? 'on' : 'off'}, ${reason}, since ${when(since)}, deadline ${when(deadline)}, can ${can}`;
}

function noticeLine(id: string, dismissed: boolean, closed: boolean): string {
  return `${id}${dismissed ? ', dismissed' : ''}${closed ? ', closed' : ''}`;
}

function reminderLine(person: string, migration: string, occasion: string, due: Ms, day: string | null): string {
  return `${pair(person, migration, occasion)} due ${iso(due)}, ${day === null ? 'waiting' : `in the mail of ${day}`}`;
}

function when(instant: Ms | null): string {
  return instant === null ? 'never' : iso(instant);
}

function parsed(instant: string | null): Ms | null {
  return instant === null ? null : Date.parse(instant);
}

function nameOf(address: string): string {
  const name = address.split('@')[0]!;
  return addressOf(name) === address ? name : address;
}

interface SeenEvent {
  readonly id: number;
  readonly type: string;
  readonly migration: string | null;
  readonly account: string | null;
  readonly person: string | null;
  readonly data: { rescheduleId?: string; occasion?: string; progress?: Record<string, number> };
}

interface Seen {
  readonly events: readonly SeenEvent[];
  readonly migrations: readonly { id: string; key: string; state: string; start: string; deadline: string }[];
  readonly states: readonly {
    migration: string;
    account: string;
    enabled: boolean;
    reason: string;
    since: string | null;
    deadline: string | null;
    can_opt_in: boolean;
    can_opt_out: boolean;
  }[];
  readonly notices: readonly { person: string; migration: string; occasion: string; dismissed: boolean; closed: boolean }[];
  readonly reminders: readonly { person: string; migration: string; occasion: string; due: string; day: string | null }[];
  readonly mails: readonly { id: string; person: string; day: string; status: string; file: string }[];
}

/** Everything in one statement, and so at one moment. */
const rows = (columns: string, from: string) => `(select coalesce(jsonb_agg(to_jsonb(r)), '[]') from (select ${columns} from ${from}) r)`;
const SEEN = `select
  ${rows(
    'e.id, e.type, m.key as migration, a.id as account, p.email as person, e.data',
    `event e left join migration m on m.id = e.migration_id left join account a on a.number = e.account_number
       left join administrator p on p.id = e.administrator_id where e.id > $1 order by e.id`,
  )} as events,
  ${rows('m.id, m.key, m.state, m.grace_period_start as start, m.mandatory_opt_in as deadline', 'migration m')} as migrations,
  ${rows(
    'm.key as migration, a.id as account, s.*',
    `migration m cross join account a left join decision d on d.migration_id = m.id and d.account_number = a.number
       cross join lateral effective_state(m, a, d, $2) s where m.state in ('ANNOUNCED', 'GRACE_PERIOD', 'MANDATORY')`,
  )} as states,
  ${rows(
    `p.email as person, m.key as migration, n.occasion, n.dismissed_at is not null as dismissed, n.closed_at is not null as closed`,
    'notice n join administrator p on p.id = n.administrator_id join migration m on m.id = n.migration_id',
  )} as notices,
  ${rows(
    `p.email as person, m.key as migration, r.milestone as occasion, r.due_at as due, e.occasion as day`,
    'reminder r join administrator p on p.id = r.administrator_id join migration m on m.id = r.migration_id left join mail e on e.id = r.mail_id',
  )} as reminders,
  ${rows(
    `e.id, p.email as person, e.occasion as day, e.status,
     to_char(e.created_at at time zone 'UTC', 'YYYYMMDD"T"HH24MISS.MS"Z-"') || e.id || '.eml' as file`,
    'mail e join administrator p on p.id = e.administrator_id',
  )} as mails`;
