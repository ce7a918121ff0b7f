/** What follows from time and events at once: dates on record, and notices. Sections 2 and 5 of the design. */
import { recordEnds } from './decisions.ts';
import { type Fact, type Migration, type Model, type Notice, pair, type Person } from './model.ts';
import { instantsOf, isLive, isOpen, progressOf, statesOf } from './rule.ts';
import { iso } from './time.ts';

/** Records the dates that have passed. */
export function advance(model: Model): void {
  for (const migration of model.migrations) recordDates(model, migration);
  for (const [key, decision] of model.decisions) {
    const [migration, account] = key.split(' ') as [string, string];
    recordEnds(model, migration, account, decision);
  }
}

/** Brings the notices of everybody to what is open for them, and tells of what happened since it last looked. */
export function updateNotices(model: Model): void {
  const facts = model.unread.notices.splice(0);
  for (const person of model.people) for (const migration of model.migrations) reconcile(model, person, migration, facts);
  for (const { migration, person, occasion } of endedInto(model, facts)) add(model, person, migration, occasion);
}

/** The name of the occasion that a migration is on since an instant. */
export function onSince(instant: number): string {
  return `ON:${iso(instant)}`;
}

/** The change of dates that people are told of, if it came after they were told of the migration. */
export function isNews({ announcedAt }: Migration, { at }: { readonly at: number }): boolean {
  return announcedAt !== null && at > announcedAt;
}

/** For whom an extension or exemption ended, and left the migration on. */
export function endedInto(
  model: Model,
  facts: readonly Fact[],
): { person: Person; migration: Migration; since: number; occasion: string }[] {
  return facts
    .filter(({ type }) => type === 'EXTENSION_ENDED' || type === 'EXEMPTION_ENDED')
    .flatMap(({ migration: key, account }) => {
      const migration = model.migration(key!);
      const { extended, exempt } = model.decision(key!, account!);
      const end = Math.max(extended?.until ?? -Infinity, exempt?.until ?? -Infinity);
      const [standing] = statesOf(model, migration, [account!]);
      if (standing!.state.reason !== 'MANDATORY' || standing!.state.since !== end) return [];
      return model.peopleOf(account!).map((person) => ({ person, migration, since: end, occasion: onSince(end) }));
    });
}

function recordDates(model: Model, migration: Migration): void {
  const { start, deadline } = instantsOf(migration);
  const { key } = migration;
  if (migration.state === 'ANNOUNCED' && start !== null && start <= model.now) {
    migration.state = 'GRACE_PERIOD';
    model.log({ type: 'GRACE_PERIOD_STARTED', migration: key });
  }
  if ((migration.state === 'ANNOUNCED' || migration.state === 'GRACE_PERIOD') && deadline !== null && deadline <= model.now) {
    migration.state = 'MANDATORY';
    model.log({ type: 'DEADLINE_PASSED', migration: key, note: progressOf(model, migration) });
  }
}

function reconcile(model: Model, person: Person, migration: Migration, facts: readonly Fact[]): void {
  const about = facts.filter((fact) => fact.migration === migration.key);
  const states = statesOf(model, migration, person.accounts).map(({ state }) => state);
  const open = states.some(isOpen);
  if (!open) close(model, person, migration, () => true);
  else add(model, person, migration, 'OPEN');
  const moved = about.findLast(({ type }) => type === 'RESCHEDULE_APPLIED')?.note;
  const change = migration.changes.find(({ name }) => name === moved);
  if (open && change && isNews(migration, change)) {
    close(model, person, migration, (occasion) => occasion !== 'OPEN' && occasion !== `RESCHEDULED:${change.name}`);
    add(model, person, migration, `RESCHEDULED:${change.name}`);
  }
  const { deadline } = instantsOf(migration);
  const passed = about.some(({ type }) => type === 'DEADLINE_PASSED' || type === 'MIGRATION_ENFORCED');
  if (passed && isLive(migration) && states.some(({ reason, since }) => reason === 'MANDATORY' && since === deadline))
    add(model, person, migration, onSince(deadline!));
}

/** One that stands for what is open is new again once it was closed; any other is told once. */
function add(model: Model, { name }: Person, { key }: Migration, occasion: string): void {
  const id = pair(name, key, occasion);
  const known = model.notices.get(id);
  if (known && !(known.closed && occasion === 'OPEN')) return;
  model.notices.set(id, { dismissed: false, closed: false });
  model.log({ type: 'NOTICE_ADDED', person: name, migration: key, note: occasion });
}

function close(model: Model, { name }: Person, { key }: Migration, which: (occasion: string) => boolean): void {
  for (const [id, notice] of model.notices) {
    const [person, migration, occasion] = id.split(' ') as [string, string, string];
    if (person === name && migration === key && !occasion.startsWith('ON:') && which(occasion)) notice.closed = true;
  }
}

/** @returns null where the person has none */
export function dismiss(model: Model, { name }: Person, which: number): { id: string; notice: Notice } | null {
  const own = [...model.notices].filter(([id]) => id.startsWith(`${name} `));
  if (own.length === 0) return null;
  const [id, notice] = own[which % own.length]!;
  return { id, notice };
}
