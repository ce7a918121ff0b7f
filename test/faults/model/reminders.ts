/** Which mails administrators get, and what they say: section 5 of the design. */
import { endedInto, isNews, onSince } from './calendar.ts';
import { type Mail, type Migration, type Model, pair, type Person } from './model.ts';
import { type Effective, instantsOf, isLive, isOpen, statesOf } from './rule.ts';
import { DAY, dayAt, firstMorning, iso, morningAround, morningOf, type Ms, plusDays } from './time.ts';

const CADENCE_DAYS = [60, 30, 14, 7, 3, 1];
const OPEN_ENDED_DAYS = 30;

/** An occasion to remind that has come in a time zone. */
interface Occasion {
  readonly name: string;
  readonly due: Ms;
  readonly matters: (state: Effective) => boolean;
}

/** Makes a reminder of every occasion that has come, for those it matters to at this moment. */
export function expand(model: Model): void {
  const facts = model.unread.reminders.splice(0);
  for (const { person, migration, since } of [...completed(model, facts), ...endedInto(model, facts)])
    remind(model, person, migration, onSince(since), firstMorning(since, person.zone));
  const zones = new Set(model.people.map(({ zone }) => zone));
  for (const migration of model.migrations.filter(isLive)) {
    for (const zone of zones) {
      for (const occasion of occasionsOf(model, migration, zone)) settle(model, migration, zone, occasion, occasion.name);
    }
    expandExtensions(model, migration);
  }
}

/** Gathers what waits into one mail a morning for each administrator. */
export function compose(model: Model): void {
  for (const person of model.people) {
    const { day, opens, open, next, tomorrow } = morningAround(model.now, person.zone);
    const waiting = model.reminders.filter(({ person: name, mail, due }) => name === person.name && mail === null && due <= model.now);
    const mails = model.mails.filter((mail) => mail.person === person.name);
    const queued = mails.find(({ status }) => status === 'QUEUED');
    if (!open) {
      for (const reminder of waiting) reminder.due = next;
      if (queued && queued.sendAfter <= model.now) queued.sendAfter = next;
    } else if (waiting.length > 0) {
      const had = mails.some((mail) => mail.status !== 'QUEUED' && (mail.day >= day || mail.finishedAt! >= opens));
      if (!queued && had) {
        for (const reminder of waiting) reminder.due = tomorrow;
      } else {
        const mail = queued ?? { person: person.name, day, status: 'QUEUED', sendAfter: model.now, finishedAt: null };
        if (!queued) model.mails.push(mail);
        for (const reminder of waiting) reminder.mail = mail;
      }
    }
  }
}

/** Sends what is due, as it is now; what has nothing left to say is skipped. */
export function deliver(model: Model): void {
  for (const mail of model.mails.filter(({ status, sendAfter }) => status === 'QUEUED' && sendAfter <= model.now)) {
    const letter = letterOf(model, mail);
    Object.assign(mail, { status: letter === null ? 'SKIPPED' : 'SENT', finishedAt: model.now });
    if (letter !== null) model.letters.push(`${mail.person} on ${mail.day}: ${letter}`);
  }
}

function remind(model: Model, { name }: Person, { key }: Migration, occasion: string, due: Ms): void {
  const known = model.reminders.some((one) => one.person === name && one.migration === key && one.occasion === occasion);
  if (!known) model.reminders.push({ person: name, migration: key, occasion, due, mail: null });
}

/** Whose last open account has opted in. */
function completed(model: Model, facts: readonly { type: string; migration?: string; account?: string }[]) {
  return facts
    .filter(({ type, migration, account }) => type === 'OPTED_IN' && model.decision(migration!, account!).optedIn !== null)
    .flatMap(({ migration: key, account }) => {
      const migration = model.migration(key!);
      return model
        .peopleOf(account!)
        .filter(({ accounts }) => isLive(migration) && !statesOf(model, migration, accounts).some(({ state }) => isOpen(state)))
        .map((person) => {
          const since = Math.max(...[...person.accounts].map((id) => model.decision(key!, id).optedIn ?? -Infinity));
          return { person, migration, since };
        });
    });
}

/** Once for each time zone: an occasion that came is for those it matters to when it is first seen. */
function settle(model: Model, migration: Migration, zone: string, occasion: Occasion, run: string): void {
  const id = pair(migration.key, run, zone);
  if (model.settled.has(id)) return;
  model.settled.add(id);
  for (const person of model.people.filter((one) => one.zone === zone && one.createdAt <= occasion.due)) {
    if (statesOf(model, migration, person.accounts).some(({ state }) => occasion.matters(state)))
      remind(model, person, migration, occasion.name, occasion.due);
  }
}

/** The occasions of a migration that have come in a time zone; of the cadence only the latest, which says it all. */
function occasionsOf(model: Model, migration: Migration, zone: string): Occasion[] {
  const { start, deadline } = instantsOf(migration);
  const isOn = ({ reason, since }: Effective) => reason === 'MANDATORY' && since === deadline;
  const on = deadline === null ? [] : [{ name: onSince(deadline), due: firstMorning(deadline, zone), matters: isOn }];
  if (start === null || (deadline !== null && deadline <= model.now)) return on.filter(({ due }) => due <= model.now);
  const begins = Math.max(start, migration.announcedAt!);
  const moves = migration.changes.filter((change) => change.status === 'APPLIED' && isNews(migration, change));
  const told = Math.max(begins, ...moves.map(({ at }) => at));
  const instants: Occasion[] = [
    { name: 'START', due: firstMorning(begins, zone), matters: isOpen },
    ...moves.map(({ name, at }) => ({ name: `RESCHEDULED:${name}`, due: firstMorning(at, zone), matters: isOpen })),
  ];
  const isSettled = (name: string) => model.settled.has(pair(migration.key, name, zone));
  const latest = deadline === null ? openEnded(start, model.now, zone, isSettled) : cadence(deadline, model.now, zone, isSettled);
  const isPending = ({ reason }: Effective) => reason === 'PENDING' || reason === 'OPTED_OUT';
  return [
    ...instants.filter(({ due }) => due <= model.now),
    ...latest.filter(({ due }) => due > told).map((one) => ({ ...one, matters: isPending })),
  ];
}

/** The latest day of the cadence that has come, or had come before the clock was set back. */
function cadence(deadline: Ms, now: Ms, zone: string, isSettled: (name: string) => boolean): Omit<Occasion, 'matters'>[] {
  const days = CADENCE_DAYS.map((before) => ({
    name: `${before}_${before === 1 ? 'DAY' : 'DAYS'}:${iso(deadline).slice(0, 10)}`,
    due: morningOf(plusDays(dayAt(deadline, zone), -before), zone),
  }));
  return days.filter(({ name, due }) => due <= now || isSettled(name)).slice(-1);
}

function openEnded(start: Ms, now: Ms, zone: string, isSettled: (name: string) => boolean): Omit<Occasion, 'matters'>[] {
  for (let n = Math.ceil((now - start) / (OPEN_ENDED_DAYS * DAY)) + 1; n >= 1; n -= 1) {
    const due = morningOf(plusDays(dayAt(start, zone), n * OPEN_ENDED_DAYS), zone);
    const name = `EVERY_${OPEN_ENDED_DAYS}_DAYS:${n}`;
    if (due <= now || isSettled(name)) return [{ name, due }];
  }
  return [];
}

/** Accounts with a later deadline of their own have a cadence of their own; what was due before they got it is not sent. */
function expandExtensions(model: Model, migration: Migration): void {
  const { start, deadline } = instantsOf(migration);
  if (start === null || start > model.now || deadline === null) return;
  const extended = model.accounts.flatMap(({ id }) => {
    const { extended: given, optedIn } = model.decision(migration.key, id);
    return given && optedIn === null && given.until > Math.max(deadline, model.now) ? [{ id, ...given }] : [];
  });
  for (const until of new Set(extended.map((one) => one.until))) {
    const accounts = extended.filter((one) => one.until === until);
    for (const zone of new Set(accounts.flatMap(({ id }) => model.peopleOf(id).map((person) => person.zone)))) {
      const runOf = (name: string) => `OWN_${name}:${iso(until)}`;
      for (const { name, due } of cadence(until, model.now, zone, (one) => model.settled.has(pair(migration.key, runOf(one), zone)))) {
        if (due <= Math.max(start, migration.announcedAt!)) continue;
        const mine = accounts.filter(({ givenAt }) => givenAt < due).map(({ id }) => id);
        settleExtension(model, migration, zone, { name, due }, runOf(name), mine);
      }
    }
  }
}

function settleExtension(
  model: Model,
  migration: Migration,
  zone: string,
  { name, due }: Omit<Occasion, 'matters'>,
  run: string,
  accounts: readonly string[],
): void {
  const id = pair(migration.key, run, zone);
  if (model.settled.has(id)) return;
  model.settled.add(id);
  for (const { account, state } of statesOf(model, migration, accounts)) {
    if (state.reason !== 'EXTENDED') continue;
    for (const person of model.peopleOf(account).filter((one) => one.zone === zone && one.createdAt <= due))
      remind(model, person, migration, name, due);
  }
}

/** What a mail says now, in words; null where nothing it was made for is left to say. */
function letterOf(model: Model, mail: Mail): string | null {
  const person = model.people.find(({ name }) => name === mail.person)!;
  const carried = model.reminders.filter((reminder) => reminder.mail === mail);
  const parts: string[] = [];
  let worth = false;
  for (const migration of model.migrations.filter(isLive)) {
    const about = carried.filter((reminder) => reminder.migration === migration.key).map(({ occasion }) => occasion);
    const states = statesOf(model, migration, person.accounts);
    const open = states.filter(({ state }) => isOpen(state));
    const told = states.filter(({ state: { since } }) => since !== null && about.includes(onSince(since)));
    const complete = open.length === 0 && told.some(({ state }) => state.reason === 'OPTED_IN');
    const on = [
      ...told.filter(({ state }) => state.reason !== 'OPTED_IN'),
      ...(complete ? states.filter(({ state }) => state.reason === 'OPTED_IN') : []),
    ];
    worth ||= on.length > 0 || (open.length > 0 && about.length > 0);
    const names = (which: typeof states) =>
      which
        .map(({ account }) => account)
        .toSorted()
        .join(' ');
    if (on.length > 0) parts.push(`now on ${migration.key}: ${names(on)}`);
    if (open.length > 0) parts.push(`${isMoved(migration, about) ? 'rescheduled' : 'open'} ${migration.key}: ${names(open)}`);
  }
  return worth ? parts.toSorted().join(', ') : null;
}

/** Whether a mail tells of another deadline than when it last told of one. */
function isMoved(migration: Migration, occasions: readonly string[]): boolean {
  const moves = migration.changes
    .filter(({ name }) => occasions.includes(`RESCHEDULED:${name}`))
    .toSorted((one, other) => one.at - other.at);
  return moves.length > 0 && moves[0]!.old.deadline !== migration.dates.deadline;
}
