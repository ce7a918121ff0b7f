/** When administrators would be mailed. */
import { formatInstant } from '../format/dates.ts';
import { countOf } from '../format/numbers.ts';
import type { ReminderKind } from '../../../schema/generated/dashboard.ts';
import styles from './reminders.module.css';

interface Reminder {
  readonly kind: ReminderKind;
  /** Null for kinds that count no days. */
  readonly daysBefore: number | null;
  readonly at: string;
}

interface RemindersProps {
  readonly reminders: readonly Reminder[];
  /** Of the platform: each administrator gets them in the morning of their own. */
  readonly timeZone: string;
}

const KINDS: Readonly<Record<ReminderKind, string>> = {
  START: 'It has started',
  CADENCE: 'Reminder',
  RESCHEDULED: 'Its dates have changed',
  ON: 'It is on',
};

/** The mails in their order. */
export function Reminders({ reminders, timeZone }: RemindersProps) {
  if (reminders.length === 0) return <p className="soft">No mail would go out.</p>;
  return (
    <div className={styles['reminders']}>
      <h3>{countOf(reminders.length, 'mail')} to whoever still has something to do</h3>
      <ol>
        {reminders.map(({ kind, daysBefore, at }) => (
          <li key={`${kind} ${at}`} className={styles['reminder']}>
            <time dateTime={at}>{formatInstant(at, timeZone)}</time>
            <span>{daysBefore === null ? KINDS[kind] : `${countOf(daysBefore, 'day')} before`}</span>
          </li>
        ))}
      </ol>
      <p className="small soft">Mornings in {timeZone.replaceAll('_', ' ')}; everybody gets them in the morning of their own time zone.</p>
    </div>
  );
}
