/** Where and when clocks are set: the days on which five time zones change theirs, and leap days. */
import { DAY, type Ms, plus, wall, whenShown } from './wall.ts';

/** What one step plays. */
export interface Scenario {
  readonly words: string;
  /** Of the platform. */
  readonly zone: string;
  /** Of the two administrators. */
  readonly zones: readonly [string, string];
  readonly start: string;
  readonly deadline: string;
  /** How far the clocks of the two processes are off at first, and by how much they are set during the walk, each in hours. */
  readonly apart: readonly [number, number];
}

/** On the first of them clocks change at 2, on the second by half an hour, and on others at midnight, so that a day begins at 1. */
const ZONES = ['Europe/Berlin', 'Australia/Lord_Howe', 'America/Santiago', 'Africa/Cairo', 'America/New_York'];
const YEAR = 2028;
const LEAP_DAY = `${YEAR}-02-29`;
/** Where the day of the change lies: at the deadline, or on a day of the cadence before it. */
const DAYS_BEFORE = [0, 0, 1, 3];

/** The days of the year that have no 24 hours in a time zone. */
function changesOf(zone: string): string[] {
  const days = Array.from({ length: 366 }, (_, i) => plus(`${YEAR}-01-01`, i));
  // Measured only around a change, because that is slow.
  const isNear = (day: string) => offsetAtNoon(plus(day, -1), zone) !== offsetAtNoon(plus(day, 1), zone);
  return days.filter((day) => isNear(day) && midnight(plus(day, 1), zone) - midnight(day, zone) !== DAY);
}

function midnight(day: string, zone: string): Ms {
  return whenShown(`${day} 00:00:00`, zone);
}

function offsetAtNoon(day: string, zone: string): Ms {
  const noon = Date.parse(`${day}T12:00:00Z`);
  return Date.parse(`${wall(noon, zone).replace(' ', 'T')}Z`) - noon;
}

/** Every change of every zone comes first, with the leap day among them; after that chance has its way. */
export function scenarioOf(step: number, random: () => number): Scenario {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const zone = ZONES[step % ZONES.length]!;
  const round = Math.floor(step / ZONES.length) % 3;
  const day = round === 2 ? LEAP_DAY : changesOf(zone)[round]!;
  const before = pick(DAYS_BEFORE);
  const deadline = plus(day, before);
  const start = plus(deadline, -before - 1 - Math.floor(random() * 2));
  const apart = pick([
    [1, 0],
    [0, -1],
    [0, 1],
    [-0.5, 0.5],
  ] as const);
  const what = round === 2 ? 'the leap day' : `the clocks of ${zone} change`;
  return {
    words: `${what} on ${day}, from ${start} until ${deadline}, processes off by ${apart.join(' and ')} hours`,
    zone,
    zones: [zone, pick(ZONES)],
    start,
    deadline,
    apart,
  };
}
