/** What operators do to migrations: section 2 of the design. Each changes the model, or says with which code it is refused. */
import type { Affects, Change, Dates, Migration, Model, Outcome, Severity } from './model.ts';
import { instantsOf, stateOf } from './rule.ts';
import { DAY, dayAt, firesAt, firstDay, instantText, lastDay, type Ms, PLATFORM_ZONE, plusDays } from './time.ts';

const DEFAULT_GRACE: Readonly<Record<Severity, number>> = { LOW: 90, MEDIUM: 90, HIGH: 30, CRITICAL: 0 };

export interface Draft {
  readonly severity: Severity;
  readonly start?: string | undefined;
  readonly deadline?: string | undefined;
  readonly reversible: boolean;
  readonly affects: Affects;
}

export function create(model: Model, draft: Draft): Outcome {
  const start = draft.start ?? 'TBD';
  const deadline = draft.deadline ?? (firesAt(start) === null ? 'TBD' : plusDays(start, DEFAULT_GRACE[draft.severity]));
  const dates = { start, deadline };
  if (isImpossible(draft.severity, dates)) return 'DEADLINE_BEFORE_START';
  const key = `m${model.migrations.length}`;
  const { severity, reversible, affects } = draft;
  model.migrations.push({ key, severity, state: 'DRAFT', dates, reversible, affects, announcedAt: null, promised: null, changes: [] });
  model.log({ type: 'MIGRATION_CREATED', migration: key });
  return 'ok';
}

export function edit(
  model: Model,
  migration: Migration,
  changes: Partial<Pick<Migration, 'severity' | 'reversible' | 'affects'>>,
): Outcome {
  const isMandatory = stateOf(migration, model.now) === 'MANDATORY';
  if (migration.state === 'CANCELLED' || (isMandatory && changes.affects)) return 'WRONG_STATE';
  const { severity = migration.severity } = changes;
  if (!isMandatory && severity !== migration.severity && isImpossible(severity, migration.dates)) return 'DEADLINE_BEFORE_START';
  Object.assign(migration, changes);
  model.log({ type: 'MIGRATION_EDITED', migration: migration.key });
  return 'ok';
}

export function announce(model: Model, migration: Migration): Outcome {
  if (migration.state !== 'DRAFT') return 'WRONG_STATE';
  const { deadline } = instantsOf(migration);
  if (deadline !== null && deadline <= model.now) return 'DATE_IN_PAST';
  if (startsBeforeToday(model, migration.dates)) return 'DATE_IN_PAST';
  publish(model, migration);
  model.log({ type: 'MIGRATION_ANNOUNCED', migration: migration.key });
  return 'ok';
}

export function enforce(model: Model, migration: Migration, reason: string): Outcome {
  if (migration.state !== 'DRAFT') return 'WRONG_STATE';
  if (reason === '') return 'REASON_NEEDED';
  const now = instantText(model.now);
  migration.dates = { start: now, deadline: now };
  publish(model, migration);
  model.log({ type: 'MIGRATION_ENFORCED', migration: migration.key });
  return 'ok';
}

export function cancel(model: Model, migration: Migration, reason: string): Outcome {
  if (['MANDATORY', 'CANCELLED'].includes(stateOf(migration, model.now))) return 'WRONG_STATE';
  if (reason === '') return 'REASON_NEEDED';
  migration.state = 'CANCELLED';
  model.log({ type: 'MIGRATION_CANCELLED', migration: migration.key });
  return 'ok';
}

export interface NewDates {
  readonly start?: string | undefined;
  readonly deadline?: string | undefined;
  readonly reason: string;
  readonly by: string;
}

export function reschedule(model: Model, migration: Migration, { start, deadline, reason, by }: NewDates): Outcome {
  const state = stateOf(migration, model.now);
  if (state === 'MANDATORY' || state === 'CANCELLED') return 'WRONG_STATE';
  const old = migration.dates;
  const next = { start: start ?? old.start, deadline: deadline ?? old.deadline };
  if (next.start === old.start && next.deadline === old.deadline) return 'INVALID_INPUT';
  const refused = datesRefused(model, migration, next);
  if (refused) return refused;
  const shortens = state !== 'DRAFT' && migration.promised !== null && takesGrace(migration.promised, next);
  if (shortens && migration.changes.some(({ status }) => status === 'PENDING')) return 'CONFLICT';
  if (shortens && reason === '') return 'REASON_NEEDED';
  const name = `${migration.key}#${migration.changes.length}`;
  migration.changes.push({ name, status: shortens ? 'PENDING' : 'APPLIED', old, next, by, at: model.now });
  if (!shortens) applyDates(migration, next);
  model.log({ type: shortens ? 'RESCHEDULE_REQUESTED' : 'RESCHEDULE_APPLIED', migration: migration.key, note: name });
  return 'ok';
}

export function approve(model: Model, migration: Migration, change: Change, by: string): Outcome {
  if (change.status !== 'PENDING') return 'WRONG_STATE';
  if (change.by === by) return 'SECOND_OPERATOR_NEEDED';
  if (['MANDATORY', 'CANCELLED'].includes(stateOf(migration, model.now))) return 'WRONG_STATE';
  const { start, deadline } = migration.dates;
  if (start !== change.old.start || deadline !== change.old.deadline) return 'CONFLICT';
  const refused = datesRefused(model, migration, change.next);
  if (refused) return refused;
  Object.assign(change, { status: 'APPLIED', at: model.now });
  applyDates(migration, change.next);
  model.log({ type: 'RESCHEDULE_APPLIED', migration: migration.key, note: change.name });
  return 'ok';
}

export function reject(model: Model, migration: Migration, change: Change): Outcome {
  if (change.status !== 'PENDING') return 'WRONG_STATE';
  change.status = 'REJECTED';
  model.log({ type: 'RESCHEDULE_REJECTED', migration: migration.key, note: change.name });
  return 'ok';
}

function publish(model: Model, migration: Migration): void {
  migration.state = 'ANNOUNCED';
  migration.state = stateOf(migration, model.now);
  migration.announcedAt = model.now;
  promise(migration);
}

function applyDates(migration: Migration, next: Dates): void {
  migration.dates = next;
  if (migration.state !== 'DRAFT') promise(migration);
}

/** A deadline that becomes TBD takes back no promise. */
function promise(migration: Migration): void {
  if (migration.dates.deadline !== 'TBD') migration.promised = migration.dates;
}

function startsBeforeToday({ now }: Model, { start }: Dates): boolean {
  const instant = firesAt(start);
  return instant !== null && dayAt(instant, PLATFORM_ZONE) < dayAt(now, PLATFORM_ZONE);
}

/** Why these dates cannot be those of the migration now; null where they can. */
function datesRefused(model: Model, migration: Migration, next: Dates): Outcome | null {
  if (isImpossible(migration.severity, next)) return 'DEADLINE_BEFORE_START';
  const state = stateOf(migration, model.now);
  if (state === 'DRAFT') return null;
  const startMoves = next.start !== migration.dates.start;
  if (state === 'GRACE_PERIOD' && startMoves) return 'GRACE_PERIOD_STARTED';
  const deadline = firesAt(next.deadline);
  if (startMoves && startsBeforeToday(model, next)) return 'DATE_IN_PAST';
  return deadline !== null && deadline <= model.now ? 'DATE_IN_PAST' : null;
}

/** The deadline comes after the start; with what is critical, at its very start at the earliest. */
function isImpossible(severity: Severity, { start, deadline }: Dates): boolean {
  const [from, to] = [firesAt(start), firesAt(deadline)];
  const known: [Ms | string | null, Ms | string | null] = from !== null && to !== null ? [from, to] : [firstDay(start), lastDay(deadline)];
  if (known[0] === null || known[1] === null) return false;
  return severity === 'CRITICAL' ? known[1] < known[0] : known[1] <= known[0];
}

/** An earlier deadline, or fewer days before it than were promised. A month promised its first day, TBD nothing. */
function takesGrace(promised: Dates, next: Dates): boolean {
  const [was, is] = [firstDay(promised.deadline), firstDay(next.deadline)];
  if (was === null || is === null) return false;
  const [wasAt, isAt] = [firesAt(promised.deadline), firesAt(next.deadline)];
  const earlier = wasAt !== null && isAt !== null ? isAt < wasAt : is < was;
  return earlier || graceDays(next) < graceDays(promised);
}

function graceDays({ start, deadline }: Dates): number {
  const [from, to] = [firesAt(start), firesAt(deadline)];
  if (from === null) return 0;
  const length = to === null ? Date.parse(firstDay(deadline)!) - Date.parse(firstDay(start)!) : to - from;
  return Math.max(0, Math.round(length / DAY));
}
