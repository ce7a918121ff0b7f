/** The rollout of a migration as lines of a chart and as a table: the same numbers in both. */

/** Counts of accounts at an instant, as the API has them. */
export interface RolloutCounts {
  readonly affected: number;
  readonly optedIn: number;
  readonly new: number;
  readonly mandatory: number;
  readonly pending: number;
  readonly extended: number;
  readonly exempt: number;
}

/** See {@link RolloutCounts}. */
export interface RolloutMoment extends RolloutCounts {
  /** ISO 8601. */
  readonly at: string;
}

/** What a line shows. */
export type LineName = 'pending' | 'optedIn' | 'new' | 'mandatory' | 'later';

/** The lines in the order of the legend. */
export const LINES: readonly LineName[] = ['pending', 'optedIn', 'new', 'mandatory', 'later'];

/** The numbers of one line, one for each instant of a {@link BurnDown}. */
export type Line = readonly number[];

/** A chart: instants, and a line of as many numbers for each name. */
export interface BurnDown {
  /** In seconds since 1970, ascending. */
  readonly seconds: readonly number[];
  readonly lines: Readonly<Record<LineName, Line>>;
  /** Those that are anything but zero at some time; the first three always. */
  readonly shown: readonly LineName[];
}

const ALWAYS: readonly LineName[] = ['pending', 'optedIn', 'new'];

/**
 * The history with its end as it is now.
 *
 * @param now the last counts heard and when, in ms; null where nothing was heard since the history was read
 */
export function burnDownOf(
  history: readonly RolloutMoment[],
  now: { readonly counts: RolloutCounts; readonly at: number } | null,
): BurnDown {
  const last = history.at(-1);
  // A browser whose clock is behind must not draw backwards.
  const live = now && last ? [{ ...now.counts, at: new Date(Math.max(now.at, Date.parse(last.at) + 1)).toISOString() }] : [];
  const moments = [...history, ...live];
  const lines: Readonly<Record<LineName, Line>> = {
    pending: moments.map(({ pending }) => pending),
    optedIn: moments.map(({ optedIn }) => optedIn),
    new: moments.map((moment) => moment.new),
    mandatory: moments.map(({ mandatory }) => mandatory),
    later: moments.map(({ extended, exempt }) => extended + exempt),
  };
  return {
    seconds: moments.map(({ at }) => Date.parse(at) / 1_000),
    lines,
    shown: LINES.filter((name) => ALWAYS.includes(name) || lines[name].some((count) => count > 0)),
  };
}

/** At most so many places of so many, evenly, the last among them: a table of every point would be read by nobody. */
export function thinned(length: number, atMost: number): readonly number[] {
  if (length <= atMost) return Array.from({ length }, (_, index) => index);
  return Array.from({ length: atMost }, (_, index) => Math.round((index * (length - 1)) / (atMost - 1)));
}

/**
 * The part of the time that the chart shows, in seconds: up to the deadline where that is ahead, so that one sees how much
 * time is left for what is left.
 *
 * @param deadline in seconds; null while it is unknown
 */
export function spanOf(seconds: readonly number[], deadline: number | null): readonly [from: number, to: number] {
  const [first, last] = [seconds[0] ?? 0, seconds.at(-1) ?? 0];
  const end = Math.max(last, deadline ?? last);
  // One instant alone would be a chart without a width.
  return [first, end > first ? end : first + 1];
}
