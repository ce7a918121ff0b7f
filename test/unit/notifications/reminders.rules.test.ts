import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firstMorning, morningIn, morningOf } from '../../../src/notifications/mornings.ts';
import {
  dueMilestones,
  earliestMorning,
  type Milestone,
  milestonesOf,
  type ReminderSchedule,
} from '../../../src/notifications/reminders.rules.ts';

const HOUR = 9;
const DAY_MS = 86_400_000;
const at = (text: string) => new Date(text);

const SCHEDULE: ReminderSchedule = {
  announcedAt: at('2026-01-10T12:00:00Z'),
  graceStartsAt: at('2026-02-01T00:00:00Z'),
  mandatoryAt: at('2026-05-02T00:00:00Z'),
  quietUntil: null,
  reschedules: [],
};

/** Sweeps at the given instants; each due milestone with the instant it was acted on. */
function sweep(schedule: ReminderSchedule, timeZone: string, instants: readonly Date[]) {
  const done = new Set<string>();
  return instants.flatMap((now) => {
    const { due } = dueMilestones(
      milestonesOf(schedule, now),
      now,
      (milestone) => morningOf(milestone, timeZone, HOUR),
      ({ key }) => done.has(key),
    );
    return due.map((milestone) => {
      done.add(milestone.key);
      return { key: milestone.key, kind: milestone.kind, dueAt: milestone.dueAt, now };
    });
  });
}

const hourly = (from: string, days: number) => Array.from({ length: days * 24 }, (_, i) => new Date(at(from).getTime() + i * 3_600_000));

test('what fell due long before it was announced is passed over without a look at the clocks of the zone', () => {
  const announcedLate = { ...SCHEDULE, announcedAt: at('2026-04-10T12:00:00Z') };
  const now = at('2026-04-12T12:00:00Z');
  const asked: string[] = [];
  const morning = (milestone: Milestone) => {
    asked.push(milestone.key);
    return morningOf(milestone, 'Pacific/Kiritimati', HOUR);
  };
  expect(dueMilestones(milestonesOf(announcedLate, now), now, morning, ({ key }) => key === 'START')).toEqual({
    due: [],
    nextDueAt: earliestMorning({ key: '', kind: 'CADENCE', anchor: SCHEDULE.mandatoryAt!, days: -14, after: null }),
  });
  expect(asked).toEqual([]);
});

test('a full grace period: the start, the tightening cadence, the last word', () => {
  const acted = sweep(SCHEDULE, 'UTC', hourly('2026-01-01T00:00:00Z', 150));
  expect(acted.map(({ key, dueAt }) => [key, dueAt.toISOString()])).toEqual([
    ['START', '2026-02-01T09:00:00.000Z'],
    ['60_DAYS:2026-05-02', '2026-03-03T09:00:00.000Z'],
    ['30_DAYS:2026-05-02', '2026-04-02T09:00:00.000Z'],
    ['14_DAYS:2026-05-02', '2026-04-18T09:00:00.000Z'],
    ['7_DAYS:2026-05-02', '2026-04-25T09:00:00.000Z'],
    ['3_DAYS:2026-05-02', '2026-04-29T09:00:00.000Z'],
    ['1_DAY:2026-05-02', '2026-05-01T09:00:00.000Z'],
    ['ON:2026-05-02T00:00:00.000Z', '2026-05-02T09:00:00.000Z'],
  ]);
});

describe('what counts', () => {
  const keys = (schedule: Partial<ReminderSchedule>, from: string, days: number) =>
    sweep({ ...SCHEDULE, ...schedule }, 'UTC', hourly(from, days)).map(({ key }) => key);

  test('announced within the grace period: the cadence of before is not made up for', () => {
    expect(keys({ announcedAt: at('2026-04-20T10:00:00Z') }, '2026-04-20T10:00:00Z', 8)).toEqual(['START', '7_DAYS:2026-05-02']);
  });

  test('nothing of the past of an imported migration', () => {
    const imported = at('2026-04-28T08:00:00Z');
    expect(keys({ announcedAt: imported, quietUntil: imported }, '2026-04-28T08:00:00Z', 10)).toEqual([
      '3_DAYS:2026-05-02',
      '1_DAY:2026-05-02',
      'ON:2026-05-02T00:00:00.000Z',
    ]);
    expect(keys({ announcedAt: at('2026-05-03T00:00:00Z'), quietUntil: at('2026-05-03T00:00:00Z') }, '2026-05-03T00:00:00Z', 10)).toEqual(
      [],
    );
  });

  test('an emergency is told of once it is on, and by nothing else', () => {
    const now = at('2026-03-01T15:00:00Z');
    expect(keys({ announcedAt: now, graceStartsAt: now, mandatoryAt: now }, '2026-03-01T15:00:00Z', 40)).toEqual([
      'ON:2026-03-01T15:00:00.000Z',
    ]);
  });

  test('without a day for the deadline every 30 days since the start', () => {
    expect(keys({ mandatoryAt: null }, '2026-01-01T00:00:00Z', 125)).toEqual([
      'START',
      'EVERY_30_DAYS:1',
      'EVERY_30_DAYS:2',
      'EVERY_30_DAYS:3',
    ]);
  });

  test('without a day for the start nothing', () => {
    expect(keys({ graceStartsAt: null, mandatoryAt: null }, '2026-01-01T00:00:00Z', 125)).toEqual([]);
  });

  test('a reschedule is told of, and the new cadence follows', () => {
    const reschedules = [{ id: 'r1', at: at('2026-04-24T20:00:00Z') }];
    expect(keys({ mandatoryAt: at('2026-05-02T00:00:00Z'), reschedules }, '2026-04-24T20:00:00Z', 4)).toEqual([
      'START',
      'RESCHEDULED:r1',
      '7_DAYS:2026-05-02',
    ]);
  });

  test('after an outage only the latest of the cadence', () => {
    const acted = sweep(SCHEDULE, 'UTC', [at('2026-04-17T00:00:00Z'), at('2026-04-30T12:00:00Z'), at('2026-04-30T13:00:00Z')]);
    expect(acted.map(({ key, now }) => [key, now.toISOString().slice(0, 10)])).toEqual([
      ['START', '2026-04-17'],
      ['30_DAYS:2026-05-02', '2026-04-17'],
      ['3_DAYS:2026-05-02', '2026-04-30'],
    ]);
  });
});

describe('mornings', () => {
  test.each([
    ['America/New_York', '2026-03-08T05:00:00Z', '2026-03-08T13:00:00Z'], // Clocks went forward in the night.
    ['America/New_York', '2026-11-01T04:00:00Z', '2026-11-01T14:00:00Z'], // And back.
    ['Europe/Berlin', '2026-03-29T00:00:00Z', '2026-03-29T07:00:00Z'],
    ['Europe/Berlin', '2026-03-29T07:00:00Z', '2026-03-29T07:00:00Z'],
    ['Europe/Berlin', '2026-03-29T07:00:00.001Z', '2026-03-30T07:00:00Z'],
    ['Pacific/Kiritimati', '2026-05-02T00:00:00Z', '2026-05-02T19:00:00Z'],
    ['Asia/Kathmandu', '2026-05-02T00:00:00Z', '2026-05-02T03:15:00Z'],
  ])('in %s the first one not before %s is at %s', (timeZone, instant, expected) => {
    expect(firstMorning(at(instant), timeZone, HOUR)).toEqual(at(expected));
  });

  test('a morning lasts three hours', () => {
    const open = (instant: string) => morningIn('Europe/Berlin', at(instant), HOUR).open;
    expect([
      open('2026-07-01T06:59:59.999Z'),
      open('2026-07-01T07:00:00Z'),
      open('2026-07-01T09:59:59.999Z'),
      open('2026-07-01T10:00:00Z'),
    ]).toEqual([false, true, true, false]);
  });

  test('days before the deadline are days of the calendar there', () => {
    const milestone: Milestone = { key: '7_DAYS', kind: 'CADENCE', anchor: at('2026-03-12T00:00:00Z'), days: -7, after: null };
    // 00:00 UTC is the evening of the 11th in New York, where clocks change in between.
    expect(morningOf(milestone, 'America/New_York', HOUR)).toEqual(at('2026-03-04T14:00:00Z'));
  });
});

describe('whatever the schedule, the time zone and the sweeps', () => {
  const instant = fc.integer({ min: 0, max: 200 * 24 }).map((hours) => new Date(Date.UTC(2026, 0, 1) + hours * 3_600_000));
  const scheduleArbitrary: fc.Arbitrary<ReminderSchedule> = fc.record({
    announcedAt: instant,
    graceStartsAt: fc.option(instant, { freq: 8 }),
    mandatoryAt: fc.option(instant),
    quietUntil: fc.option(instant),
    reschedules: fc.array(fc.record({ id: fc.uuid(), at: instant }), { maxLength: 2 }),
  });
  const zone = fc.constantFrom(
    'UTC',
    'America/New_York',
    'Pacific/Kiritimati',
    'Pacific/Pago_Pago',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
  );

  test('each milestone comes once, never early, of the cadence one at a time, none from before anybody knew', () => {
    fc.assert(
      fc.property(scheduleArbitrary, zone, fc.array(instant, { minLength: 1, maxLength: 40 }), (schedule, timeZone, instants) => {
        const acted = sweep(
          schedule,
          timeZone,
          instants.toSorted((a, b) => a.getTime() - b.getTime()),
        );
        expect(new Set(acted.map(({ key }) => key)).size).toBe(acted.length);
        for (const { kind, dueAt, now, key } of acted) {
          expect(dueAt <= now).toBe(true);
          if (schedule.quietUntil) expect(dueAt > schedule.quietUntil).toBe(true);
          if (kind === 'CADENCE') expect(dueAt > schedule.announcedAt).toBe(true);
          if (kind !== 'ON' && schedule.mandatoryAt) expect(now < schedule.mandatoryAt).toBe(true);
          expect(
            acted
              .filter((other) => other.now === now && other.kind === 'CADENCE' && kind === 'CADENCE')
              .every((other) => other.key === key),
          ).toBe(true);
        }
        const cadence = acted.filter(({ kind }) => kind === 'CADENCE').map(({ dueAt }) => dueAt.getTime());
        expect(cadence).toEqual(cadence.toSorted((a, b) => a - b));
      }),
    );
  });

  test('waking up when told misses nothing', () => {
    fc.assert(
      fc.property(scheduleArbitrary, zone, instant, (schedule, timeZone, now) => {
        const morning = (milestone: Milestone) => morningOf(milestone, timeZone, HOUR);
        const seen = new Set<string>();
        // The first sweep after an outage skips; from then on, only what falls due between wake-ups counts.
        const first = dueMilestones(milestonesOf(schedule, now), now, morning, () => false);
        for (const { key } of first.due) seen.add(key);
        const next = first.nextDueAt ?? new Date(now.getTime() + 20 * DAY_MS);
        const before = new Date(next.getTime() - 1);
        if (before <= now) return;
        const missed = dueMilestones(milestonesOf(schedule, before), before, morning, ({ key }) => seen.has(key)).due;
        expect(missed).toEqual([]);
      }),
    );
  });

  test('no morning comes before the earliest one', () => {
    fc.assert(
      fc.property(
        instant,
        fc.option(fc.constantFrom(-60, -1, 30, 60)),
        zone,
        fc.integer({ min: 0, max: 20 }),
        (anchor, days, timeZone, hour) => {
          const milestone: Milestone = { key: 'k', kind: 'CADENCE', anchor, days, after: null };
          expect(morningOf(milestone, timeZone, hour) >= earliestMorning(milestone)).toBe(true);
        },
      ),
    );
  });
});
