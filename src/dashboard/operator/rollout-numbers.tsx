/** How the accounts of a migration stand now, in large. */
import { formatCount, formatPercent } from '../format/numbers.ts';
import type { RolloutCounts } from './burn-down.rules.ts';
import styles from './rollout-numbers.module.css';

/** With what is of the present alone. */
export interface RolloutNow extends RolloutCounts {
  /** Of those still off: had opted in and opted out again. */
  readonly optedOut: number;
  /** 0 to 100. */
  readonly percent: number;
}

/** Numbers that add up to all accounts it touches. */
export function RolloutNumbers({ now }: { readonly now: RolloutNow }) {
  const { affected, optedIn, mandatory, pending, optedOut, extended, exempt, percent } = now;
  return (
    <dl className={styles['numbers']}>
      <Number label="On" value={formatPercent(percent)} note={`of ${formatCount(affected)}`} isMain />
      <Number label="To go" value={formatCount(pending)} note={optedOut > 0 ? `${formatCount(optedOut)} opted out again` : undefined} />
      <Number label="Opted in" value={formatCount(optedIn)} />
      <Number label="New accounts" value={formatCount(now.new)} note={now.new > 0 ? 'on since birth' : undefined} />
      {mandatory > 0 && <Number label="On by the deadline" value={formatCount(mandatory)} />}
      <Number
        label="Later or exempt"
        value={formatCount(extended + exempt)}
        note={exempt > 0 && extended > 0 ? `${formatCount(exempt)} exempt` : undefined}
      />
    </dl>
  );
}

interface NumberProps {
  readonly label: string;
  readonly value: string;
  readonly note?: string | undefined;
  readonly isMain?: boolean;
}

function Number({ label, value, note, isMain = false }: NumberProps) {
  return (
    <div className={styles['number']} data-main={isMain || undefined}>
      <dt>{label}</dt>
      <dd>
        <strong>{value}</strong>
        {note !== undefined && <span className="soft small"> {note}</span>}
      </dd>
    </div>
  );
}
