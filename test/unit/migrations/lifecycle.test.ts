import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isExact, TBD } from '../../../src/migrations/dates.rules.ts';
import { scheduleFrom } from '../../../src/migrations/dates.ts';
import {
  COMMANDS,
  type Command,
  defaultDeadline,
  isRefusal,
  LIFECYCLE,
  LIFECYCLE_STATES,
  type LifecycleState,
  type Schedule,
  scheduleRefusal,
  SEVERITIES,
  shortensGrace,
  stateAt,
} from '../../../src/migrations/lifecycle.rules.ts';

/** Days close enough together that they often coincide or share a month. */
const nearDay = fc.integer({ min: 0, max: 90 }).map((days) => new Date(Date.UTC(2016, 3, 1 + days)).toISOString().slice(0, 10));
const partialDate = fc.oneof(
  nearDay,
  nearDay.map((day) => day.slice(0, 7)),
  fc.constant(TBD),
);

/** What DESIGN says of each pair; a pair that is not here is refused. */
const ALLOWED: Record<LifecycleState, Partial<Record<Command, LifecycleState>>> = {
  DRAFT: { ANNOUNCE: 'ANNOUNCED', ENFORCE: 'MANDATORY', RESCHEDULE: 'DRAFT', EDIT: 'DRAFT', RETARGET: 'DRAFT', CANCEL: 'CANCELLED' },
  ANNOUNCED: {
    START_GRACE_PERIOD: 'GRACE_PERIOD',
    PASS_DEADLINE: 'MANDATORY',
    RESCHEDULE: 'ANNOUNCED',
    EDIT: 'ANNOUNCED',
    RETARGET: 'ANNOUNCED',
    CANCEL: 'CANCELLED',
  },
  GRACE_PERIOD: {
    PASS_DEADLINE: 'MANDATORY',
    RESCHEDULE: 'GRACE_PERIOD',
    EDIT: 'GRACE_PERIOD',
    RETARGET: 'GRACE_PERIOD',
    CANCEL: 'CANCELLED',
  },
  MANDATORY: { EDIT: 'MANDATORY' },
  CANCELLED: {},
};

describe('the lifecycle', () => {
  const pairs = LIFECYCLE_STATES.flatMap((state) =>
    COMMANDS.map((command) => [state, command, ALLOWED[state][command] ?? 'refused'] as const),
  );

  test.each(pairs)('%s + %s: %s', (state, command, expected) => {
    const outcome = LIFECYCLE[state][command];
    if (expected !== 'refused') expect(outcome).toBe(expected);
    else expect(outcome).toMatchObject({ code: 'WRONG_STATE', message: expect.stringMatching(/^[A-Z].{10,}\.$/) });
    expect(isRefusal(outcome)).toBe(expected === 'refused');
  });

  test('never goes back, and ends in MANDATORY or CANCELLED', () => {
    for (const [state, command] of pairs) {
      const next = LIFECYCLE[state][command];
      if (isRefusal(next)) continue;
      expect(LIFECYCLE_STATES.indexOf(next)).toBeGreaterThanOrEqual(LIFECYCLE_STATES.indexOf(state));
      if (state === 'MANDATORY' || state === 'CANCELLED') expect(next).toBe(state);
    }
  });
});

describe('the state at an instant', () => {
  const schedule = scheduleFrom('2016-04-20', '2016-04-27', 'UTC');

  test.each([
    ['2016-04-19T23:59:59.999Z', 'ANNOUNCED'],
    ['2016-04-20T00:00:00.000Z', 'GRACE_PERIOD'],
    ['2016-04-26T23:59:59.999Z', 'GRACE_PERIOD'],
    ['2016-04-27T00:00:00.000Z', 'MANDATORY'],
  ] as const)('at %s is %s, whatever was recorded last', (now, expected) => {
    expect(stateAt('ANNOUNCED', schedule, new Date(now))).toBe(expected);
    for (const recorded of ['DRAFT', 'MANDATORY', 'CANCELLED'] as const) expect(stateAt(recorded, schedule, new Date(now))).toBe(recorded);
  });

  test.each(['TBD', '2016-04'])('never follows from a date that is %s', (date) => {
    const future = new Date('2999-01-01');
    expect(stateAt('ANNOUNCED', scheduleFrom(date, date, 'UTC'), future)).toBe('ANNOUNCED');
    expect(stateAt('ANNOUNCED', scheduleFrom('2016-04-01', date, 'UTC'), future)).toBe('GRACE_PERIOD');
    expect(stateAt('ANNOUNCED', scheduleFrom(date, '2016-05-01', 'UTC'), future)).toBe('MANDATORY');
  });
});

describe('the default deadline', () => {
  test.each([
    ['LOW', '2016-04-20', '2016-07-19'],
    ['MEDIUM', '2016-04-20', '2016-07-19'],
    ['HIGH', '2016-04-20', '2016-05-20'],
    ['CRITICAL', '2016-04-20', '2016-04-20'],
    ['HIGH', '2016-02-01', '2016-03-02'],
    ['HIGH', '2016-04-20T09:30:00Z', '2016-05-20T09:30:00Z'],
    ['MEDIUM', '2016-04', TBD],
    ['CRITICAL', TBD, TBD],
  ] as const)('of %s from %s is %s', (severity, start, deadline) => {
    expect(defaultDeadline(severity, start)).toBe(deadline);
  });

  test('always makes sense with its start', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SEVERITIES), partialDate, (severity, start) => {
        expect(scheduleRefusal(severity, scheduleFrom(start, defaultDeadline(severity, start), 'Europe/Berlin'))).toBeNull();
      }),
    );
  });
});

describe('the order of the dates', () => {
  test.each([
    ['MEDIUM', '2016-04-20', '2016-04-21', true],
    ['MEDIUM', '2016-04-20', '2016-04-20', false],
    ['CRITICAL', '2016-04-20', '2016-04-20', true],
    ['CRITICAL', '2016-04-20', '2016-04-19', false],
    ['LOW', '2016-04-20', '2016-04', true],
    ['LOW', '2016-04-20', '2016-03', false],
    ['LOW', '2016-04', '2016-04', true],
    ['LOW', '2016-04', '2016-03', false],
    ['LOW', '2016-04', '2016-04-02', true],
    ['LOW', '2016-04', '2016-04-01', false],
    ['CRITICAL', '2016-04', '2016-04-01', true],
    ['LOW', '2016-04', '2016-03-31', false],
    ['LOW', TBD, '2016-03-31', true],
    ['LOW', '2016-04-20', TBD, true],
  ] as const)('%s from %s to %s: %s', (severity, start, deadline, sound) => {
    const refusal = scheduleRefusal(severity, scheduleFrom(start, deadline, 'UTC'));
    if (sound) expect(refusal).toBeNull();
    else expect(refusal).toMatchObject({ code: 'DEADLINE_BEFORE_START', message: expect.stringContaining(deadline) });
  });

  test('is refused with a month in it exactly where every day of the month would be refused', () => {
    const daysOf = (date: string) =>
      date.length === 10
        ? [date]
        : Array.from(
            { length: new Date(Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5)), 0)).getUTCDate() },
            (_, i) => `${date}-${String(i + 1).padStart(2, '0')}`,
          );
    const dayOrMonth = fc.tuple(nearDay, fc.boolean()).map(([day, month]) => (month ? day.slice(0, 7) : day));
    fc.assert(
      fc.property(fc.constantFrom(...SEVERITIES), dayOrMonth, dayOrMonth, (severity, start, deadline) => {
        const possible = daysOf(start).some((from) =>
          daysOf(deadline).some((to) => scheduleRefusal(severity, scheduleFrom(from, to, 'UTC')) === null),
        );
        expect(scheduleRefusal(severity, scheduleFrom(start, deadline, 'UTC')) === null).toBe(possible);
      }),
      { numRuns: 500 },
    );
  });
});

describe('shortening a promised grace period', () => {
  const shortens = (from: [string, string], to: [string, string], zone = 'UTC') =>
    shortensGrace(scheduleFrom(...from, zone), scheduleFrom(...to, zone));

  test.each([
    ['an earlier deadline', ['2016-04-20', '2016-06-20'], ['2016-04-20', '2016-06-19'], true],
    ['a later deadline', ['2016-04-20', '2016-06-20'], ['2016-04-20', '2016-06-21'], false],
    ['a deadline taken back', ['2016-04-20', '2016-06-20'], ['2016-04-20', TBD], false],
    ['a first deadline', ['2016-04-20', TBD], ['2016-04-20', '2016-04-21'], false],
    ['a later start alone', ['2016-04-20', '2016-06-20'], ['2016-04-21', '2016-06-20'], true],
    ['an earlier start alone', ['2016-04-20', '2016-06-20'], ['2016-04-19', '2016-06-20'], false],
    ['both moved on by as much', ['2016-04-20', '2016-06-20'], ['2016-05-20', '2016-07-20'], false],
    ['both moved on, the start by more', ['2016-04-20', '2016-06-20'], ['2016-05-20', '2016-07-19'], true],
    ['a start that becomes unknown', ['2016-04-20', '2016-06-20'], [TBD, '2016-06-20'], true],
    ['the first day of the promised month', ['2016-04-20', '2016-06'], ['2016-04-20', '2016-06-01'], false],
    ['the day before the promised month', ['2016-04-20', '2016-06'], ['2016-04-20', '2016-05-31'], true],
    ['a later month', ['2016-04-20', '2016-06'], ['2016-04-20', '2016-07'], false],
    ['a start moved up to a promised month', ['2016-04-20', '2016-06'], ['2016-05-31', '2016-06-01'], true],
    ['an instant later on the same day', ['2016-04-20', '2016-06-20T09:00:00Z'], ['2016-04-20', '2016-06-20T10:00:00Z'], false],
    ['an instant earlier on the same day', ['2016-04-20', '2016-06-20T09:00:00Z'], ['2016-04-20', '2016-06-20T08:59:59Z'], true],
  ] as const)('%s', (_what, from, to, expected) => {
    const zones = ['UTC', 'Europe/Berlin', 'America/Los_Angeles', 'Pacific/Kiritimati'];
    expect(zones.map((zone) => shortens([...from], [...to], zone))).toEqual(zones.map(() => expected));
  });

  const schedule = fc.tuple(partialDate, partialDate).map(([start, deadline]): Schedule => scheduleFrom(start, deadline, 'Europe/Berlin'));

  test('is never what leaves the dates as they are', () => {
    fc.assert(fc.property(schedule, (dates) => !shortensGrace(dates, dates)));
  });

  test('is never what only gives a later deadline, or takes it back', () => {
    fc.assert(
      fc.property(partialDate, partialDate, partialDate, (start, one, other) => {
        const [earlier, later] = [one, other].toSorted();
        fc.pre(isExact(earlier!) === isExact(later!) || later === TBD);
        expect(shortens([start, earlier!], [start, later!], 'Asia/Kolkata')).toBe(false);
      }),
    );
  });

  test('is always what gives an earlier day', () => {
    fc.assert(
      fc.property(partialDate, nearDay, nearDay, (start, one, other) => {
        fc.pre(one !== other);
        const [earlier, later] = [one, other].toSorted();
        expect(shortens([start, later!], [start, earlier!], 'America/Lima')).toBe(true);
      }),
    );
  });
});
