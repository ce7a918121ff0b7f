/** What operators do to migrations. */
import fc from 'fast-check';
import { ask, type DateWish, dateOf, ofMigration, pick, some, times, wish } from './draw.ts';
import * as lifecycle from './lifecycle.ts';
import type { Affects, Migration, Model, Platform, Severity } from './model.ts';
import { OPERATORS } from './platform.ts';
import { instantsOf } from './rule.ts';
import type { Ask, Plan } from './step.ts';
import { firesAt } from './time.ts';

const MOST_MIGRATIONS = 3;

const operator = fc.constantFrom(...OPERATORS);
const severity = fc.constantFrom<Severity>('LOW', 'MEDIUM', 'HIGH', 'CRITICAL');
const reason = fc.constantFrom('because', 'because', 'because', '');

interface AffectsWish {
  readonly platforms: readonly Platform[];
  readonly listed: readonly number[] | null;
}

const affects: fc.Arbitrary<AffectsWish> = fc.oneof(
  { arbitrary: fc.constant({ platforms: [], listed: null }), weight: 4 },
  { arbitrary: fc.record({ platforms: fc.subarray<Platform>(['CLOUD', 'APPLIANCE']), listed: fc.constant(null) }), weight: 1 },
  { arbitrary: fc.record({ platforms: fc.constant([]), listed: fc.uniqueArray(some, { maxLength: 2 }) }), weight: 1 },
);

function affectsOf(model: Model, { platforms, listed }: AffectsWish): Affects {
  const ids = listed?.flatMap((which) => pick(model.accounts, which)?.id ?? []) ?? null;
  return { platforms, listed: ids && [...new Set(ids)] };
}

/** As the API takes it. */
function affectsInput({ platforms, listed }: Affects) {
  return { platforms, accounts: listed };
}

/** A migration that somebody may draft. */
export interface DraftWish {
  readonly severity: Severity;
  readonly start: DateWish | null;
  /** Days after the start. */
  readonly deadline: DateWish | null;
  readonly reversible: boolean;
  readonly affects: AffectsWish;
}

/** Any draft, whatever becomes of it. */
export const draft: fc.Arbitrary<DraftWish> = fc.record({
  severity,
  start: fc.option(wish(-3, 45), { freq: 8 }),
  deadline: fc.option(wish(-1, 130), { freq: 2 }),
  reversible: fc.constantFrom(true, true, false),
  affects,
});

/** Null once there are enough. */
export function planCreate(model: Model, wished: DraftWish): Plan | null {
  if (model.migrations.length === MOST_MIGRATIONS) return null;
  const start = wished.start ? dateOf(wished.start, model.now) : undefined;
  const origin = (start === undefined ? null : firesAt(start)) ?? model.now;
  const deadline = wished.deadline ? dateOf(wished.deadline, origin) : undefined;
  const drafted = { ...wished, start, deadline, affects: affectsOf(model, wished.affects) };
  const key = `m${model.migrations.length}`;
  const input = { key, title: key, severity: wished.severity, reversible: wished.reversible, affects: affectsInput(drafted.affects) };
  return {
    words: `olga drafts ${key}, ${wished.severity}${wished.reversible ? '' : ', not reversible'}, from ${start ?? 'TBD'} until ${deadline ?? 'its default'}${affectsWords(drafted.affects)}`,
    act: ({ migrations }, { platform: p }) =>
      migrations.createMigration(p.operator('olga'), { ...input, gracePeriodStart: start, mandatoryOptIn: deadline }),
    predict: () => lifecycle.create(model, drafted),
  };
}

function affectsWords({ platforms, listed }: Affects): string {
  return `${platforms.length > 0 ? `, of ${platforms.join(' and ')}` : ''}${listed ? `, for ${listed.join(' and ') || 'nobody'}` : ''}`;
}

/** Also of what is announced. */
export function planAnnounce(model: Model, migration: Migration): Plan {
  return {
    words: `olga announces ${migration.key}`,
    act: ({ migrations }, { platform: p }) => migrations.announceMigration(p.operator('olga'), migration.key),
    predict: () => lifecycle.announce(model, migration),
  };
}

/** One that most likely is to be announced, and soon starts. */
export const likely: fc.Arbitrary<DraftWish> = fc.record({
  severity: fc.constantFrom<Severity>('LOW', 'HIGH'),
  start: wish(0, 20).map((one) => ({ ...one, precision: one.precision === 'INSTANT' ? ('INSTANT' as const) : ('DAY' as const) })),
  deadline: fc.option(wish(1, 100), { freq: 1 }),
  reversible: fc.constantFrom(true, true, false),
  affects,
});

interface DatesWish {
  readonly start: DateWish | null;
  readonly deadline: { readonly wish: DateWish; readonly from: 'now' | 'deadline' } | null;
  readonly reason: string;
  readonly by: string;
}

const newDates: fc.Arbitrary<DatesWish> = fc.record({
  start: fc.option(wish(-1, 30), { freq: 1 }),
  deadline: fc.option(fc.record({ wish: wish(-20, 40), from: fc.constantFrom('now', 'deadline', 'deadline') }), { freq: 5 }),
  reason,
  by: operator,
});

function planReschedule(model: Model, migration: Migration, { start, deadline, reason: why, by }: DatesWish): Plan {
  const origin = (deadline?.from === 'deadline' ? instantsOf(migration).deadline : null) ?? model.now;
  const next = {
    ...(start && { start: dateOf(start, model.now) }),
    ...(deadline && { deadline: dateOf(deadline.wish, origin) }),
  };
  return {
    words: `${by} moves ${migration.key} to ${next.start ?? 'its start'} and ${next.deadline ?? 'its deadline'}${why ? '' : ' without a reason'}`,
    act: ({ reschedules }, { platform: p }) =>
      reschedules.reschedule(p.operator(by), migration.key, { gracePeriodStart: next.start, mandatoryOptIn: next.deadline, reason: why }),
    predict: () => lifecycle.reschedule(model, migration, { ...next, reason: why, by }),
  };
}

function planDecideDates(model: Model, migration: Migration, [which, by, approves]: [number, string, boolean]): Plan | null {
  const pending = migration.changes.filter(({ status }) => status === 'PENDING');
  const change = pick([...pending, ...pending, ...migration.changes], which);
  if (!change) return null;
  return {
    words: `${by} ${approves ? 'approves' : 'rejects'} ${change.name}`,
    act: ({ reschedules }, { platform: p, observer }) =>
      approves
        ? reschedules.approve(p.operator(by), observer.changeId(change.name))
        : reschedules.reject(p.operator(by), observer.changeId(change.name)),
    predict: () => (approves ? lifecycle.approve(model, migration, change, by) : lifecycle.reject(model, migration, change)),
  };
}

const EDITS = fc.record({ severity, reversible: fc.boolean(), affects }, { requiredKeys: [] });

/** What operators ask for, each as often as it should be tried. */
export const migrationAsks: readonly fc.Arbitrary<Ask>[] = [
  ask(draft, planCreate),
  ofMigration(fc.constant(null), planAnnounce),
  ...times(
    2,
    ask(some, (model, which) => {
      const drafted = pick(
        model.migrations.filter(({ state }) => state === 'DRAFT'),
        which,
      );
      return drafted ? planAnnounce(model, drafted) : null;
    }),
  ),
  ofMigration(EDITS, (model, migration, wished) => {
    const changes = { ...wished, ...(wished.affects && { affects: affectsOf(model, wished.affects) }) } as Partial<Migration>;
    return {
      words: `olga edits ${migration.key}: ${JSON.stringify(changes)}`,
      act: ({ migrations }, { platform: p }) =>
        migrations.editMigration(p.operator('olga'), migration.key, changes, changes.affects && affectsInput(changes.affects)),
      predict: () => lifecycle.edit(model, migration, changes),
    };
  }),
  ofMigration(reason, (model, migration, why) => ({
    words: `olga enforces ${migration.key} at once${why ? '' : ' without a reason'}`,
    act: ({ migrations }, { platform: p }) => migrations.enforceMigration(p.operator('olga'), migration.key, why),
    predict: () => lifecycle.enforce(model, migration, why),
  })),
  ofMigration(reason, (model, migration, why) => ({
    words: `olga cancels ${migration.key}${why ? '' : ' without a reason'}`,
    act: ({ migrations }, { platform: p }) => migrations.cancelMigration(p.operator('olga'), migration.key, why),
    predict: () => lifecycle.cancel(model, migration, why),
  })),
  ...times(3, ofMigration(newDates, planReschedule)),
  ...times(2, ofMigration(fc.tuple(some, operator, fc.constantFrom(true, true, false)), planDecideDates)),
];
