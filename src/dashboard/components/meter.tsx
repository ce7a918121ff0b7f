/** How much of something is done, as a bar. */
import styles from './meter.module.css';

interface MeterProps {
  /** Says what the bar shows, e.g. `Accounts that are done`. */
  readonly label: string;
  readonly value: number;
  readonly max: number;
}

/** A bar; write the numbers beside it. */
export function Meter({ label, value, max }: MeterProps) {
  return <meter className={styles['meter']} aria-label={label} min={0} max={Math.max(1, max)} value={value} />;
}
