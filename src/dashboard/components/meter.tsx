/** How much of something is done, as a bar. */
import styles from './meter.module.css';

interface MeterProps {
  /** Says what the bar shows, e.g. `Accounts that are done`. */
  readonly label: string;
  readonly value: number;
  readonly max: number;
}

/** A bar; write the numbers beside it. No `meter`: browsers draw its parts as they like, whatever style they are given. */
export function Meter({ label, value, max }: MeterProps) {
  const most = Math.max(1, max);
  return (
    <div role="meter" className={styles['meter']} aria-label={label} aria-valuemin={0} aria-valuemax={most} aria-valuenow={value}>
      <div className={styles['value']} style={{ width: `${Math.min(100, (100 * value) / most)}%` }} />
    </div>
  );
}
