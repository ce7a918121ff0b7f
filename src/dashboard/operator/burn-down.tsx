/** How a rollout came to where it is, as a chart, as a sentence and as a table. */
import { lazy, Suspense, useEffect, useState } from 'react';
import { RolloutHistoryDocument } from '../../../schema/generated/dashboard.ts';
import { useRead } from '../api/read.ts';
import { Disclosure } from '../components/disclosure.tsx';
import { Loaded } from '../components/states.tsx';
import { formatDistance, formatInstant } from '../format/dates.ts';
import { countOf, formatCount } from '../format/numbers.ts';
import { useTimeZone } from '../format/time-zone.ts';
import { Instant } from '../format/time.tsx';
import styles from './burn-down.module.css';
import { type BurnDown as BurnDownData, burnDownOf, type RolloutCounts, thinned } from './burn-down.rules.ts';
import { LINE } from './words.ts';

/** With the charting library, which no other page needs. */
const BurnDownChart = lazy(() => import('./burn-down-chart.tsx').then((module) => ({ default: module.BurnDownChart })));

/** The end of the history moves by itself; how it came there is read anew at times, so that points stay evenly spaced. In ms. */
const REREAD_MS = 60_000;
const TABLE_ROWS = 25;

/** Counts as they were last heard. */
export interface LiveCounts {
  readonly counts: RolloutCounts;
  /** When, in ms. */
  readonly at: number;
}

interface BurnDownProps {
  readonly migration: string;
  /** ISO 8601; null while it is unknown. */
  readonly deadline: string | null;
  readonly live: LiveCounts | null;
}

/** Reads the history, and draws it on as counts come in. */
export function BurnDown({ migration, deadline, live }: BurnDownProps) {
  const reading = useRead(RolloutHistoryDocument, { key: migration });
  const { reread } = reading;
  useEffect(() => {
    const timer = setInterval(reread, REREAD_MS);
    return () => clearInterval(timer);
  }, [reread]);
  return (
    <Loaded reading={reading} lines={9}>
      {({ migration: { history } }) => {
        const data = burnDownOf(history, live);
        return (
          <div className={styles['burnDown']}>
            <Legend data={data} />
            <Suspense fallback={<div className={styles['waiting']} />}>
              <BurnDownChart data={data} deadline={deadline} />
            </Suspense>
            <Summary data={data} deadline={deadline} />
            <Disclosure title="The numbers as a table">
              <Table data={data} />
            </Disclosure>
          </div>
        );
      }}
    </Loaded>
  );
}

function Legend({ data: { shown } }: { readonly data: BurnDownData }) {
  return (
    <ul className={styles['legend']}>
      {shown.map((name) => (
        <li key={name}>
          <span className={styles['sample']} data-line={name} aria-hidden="true" />
          {LINE[name]}
        </li>
      ))}
    </ul>
  );
}

function Summary({ data: { seconds, lines }, deadline }: { readonly data: BurnDownData; readonly deadline: string | null }) {
  const timeZone = useTimeZone();
  const [now] = useState(Date.now);
  const [first, last] = [lines.pending[0] ?? 0, lines.pending.at(-1) ?? 0];
  const since = formatInstant(new Date((seconds[0] ?? 0) * 1_000).toISOString(), timeZone);
  const left = deadline === null ? 'The deadline is not set yet.' : `The deadline is ${formatDistance(deadline, now)}.`;
  return (
    <p className="soft small">
      {formatCount(first)} accounts had still to act on {since}; now {countOf(last, 'has', 'have')} to. {left}
    </p>
  );
}

function Table({ data: { seconds, lines, shown } }: { readonly data: BurnDownData }) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- so that it can be scrolled by keyboard
    <div className={styles['scroll']} tabIndex={0} role="region" aria-label="Accounts over time">
      <table className={styles['table']}>
        <thead>
          <tr>
            <th scope="col">When</th>
            {shown.map((name) => (
              <th key={name} scope="col" className={styles['count']}>
                {LINE[name]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {thinned(seconds.length, TABLE_ROWS)
            .toReversed()
            .map((index) => (
              <tr key={index}>
                <th scope="row">
                  <Instant instant={new Date(seconds[index]! * 1_000).toISOString()} />
                </th>
                {shown.map((name) => (
                  <td key={name} className={styles['count']}>
                    {formatCount(lines[name][index] ?? 0)}
                  </td>
                ))}
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}
