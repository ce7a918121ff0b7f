/** The deadlines of the next quarter at a glance: a cell a day, the hotter the closer. */
import type { BoardQuery } from '../../../schema/generated/dashboard.ts';
import { useNow } from '../format/clock.ts';
import { formatMonth, formatPlainDay, isoDayIn } from '../format/dates.ts';
import { countOf } from '../format/numbers.ts';
import { heatDays, heatMonths } from './heat-strip.rules.ts';
import styles from './heat-strip.module.css';

/** How far away, as `heatDays` has it. */
const LEGEND = [
  [4, '3 days'],
  [3, '2 weeks'],
  [2, 'a month'],
  [1, 'later'],
] as const;

interface HeatStripProps {
  readonly deadlines: BoardQuery['board']['deadlines'];
  /** Of the days. */
  readonly timeZone: string;
}

/** A picture with its words: what it shows is said again, with links, by what stands below it. */
export function HeatStrip({ deadlines, timeZone }: HeatStripProps) {
  const today = isoDayIn(useNow(), timeZone);
  const days = heatDays(
    today,
    deadlines.map(({ day }) => day),
  );
  const shown = deadlines.filter(({ day }) => day <= days.at(-1)!.day);
  const sentence = shown.map(
    ({ day, accounts, migration }) => `${formatPlainDay(day)}: ${migration.title}, ${countOf(accounts, 'account')}`,
  );
  return (
    <figure className={styles['figure']}>
      <figcaption className={styles['caption']}>
        <span>Deadlines of the next 13 weeks, from today</span>
        <ul className={styles['legend']} aria-hidden="true">
          {LEGEND.map(([heat, label]) => (
            <li key={heat}>
              <span className={styles['swatch']} data-heat={heat} />
              {label}
            </li>
          ))}
        </ul>
      </figcaption>
      <div
        className={styles['days']}
        role="img"
        aria-label={sentence.length > 0 ? sentence.join('; ') : 'No deadline in the next 13 weeks'}
      >
        {days.map(({ day, heat }) => (
          <span key={day} className={styles['day']} data-heat={heat} title={titleOf(day, shown)} />
        ))}
      </div>
      <div className={styles['months']} aria-hidden="true">
        {heatMonths(days).map(({ month, firstDay, days: length }) => (
          <span key={month} style={{ gridColumn: `${firstDay + 1} / span ${length}` }}>
            {length > 6 && formatMonth(month)}
          </span>
        ))}
      </div>
    </figure>
  );
}

function titleOf(day: string, deadlines: HeatStripProps['deadlines']): string {
  const own = deadlines.filter((deadline) => deadline.day === day);
  return [formatPlainDay(day), ...own.map(({ accounts, migration }) => `${migration.title}: ${countOf(accounts, 'account')}`)].join('\n');
}
