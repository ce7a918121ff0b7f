/** The recurring work of the workers; what is late or failed comes first. */
import type { MachineryQuery } from '../../../schema/generated/dashboard-operator.ts';
import { Badge } from '../components/badge.tsx';
import { formatDuration } from '../format/numbers.ts';
import { Distance } from '../format/time.tsx';
import styles from './mail.module.css';

type Sweep = MachineryQuery['sweeps'][number];

/** A table; below each other on a phone. */
export function SweepTable({ sweeps }: { readonly sweeps: readonly Sweep[] }) {
  if (sweeps.length === 0) return <p className="soft">No worker has run yet. Start one with npm run start:worker.</p>;
  const trouble = ({ isLate, outcome }: Sweep) => (isLate ? 0 : outcome === 'FAILED' ? 1 : 2);
  return (
    <table className={styles['table']}>
      <thead>
        <tr>
          <th scope="col">Work</th>
          <th scope="col">Last run</th>
          <th scope="col" className={styles['duration']}>
            Took
          </th>
          <th scope="col">Next at the latest</th>
          <th scope="col">Next work</th>
        </tr>
      </thead>
      <tbody>
        {sweeps
          .toSorted((one, other) => trouble(one) - trouble(other))
          .map((sweep) => (
            <Row key={sweep.name} sweep={sweep} />
          ))}
      </tbody>
    </table>
  );
}

function Row({
  sweep: { name, outcome, finishedAt, failedAt, lastError, durationMs, nextRunAt, nextWorkAt, isLate },
}: {
  readonly sweep: Sweep;
}) {
  const lastRunAt = outcome === 'FAILED' ? failedAt : finishedAt;
  return (
    <tr>
      <th scope="row">
        {nameOf(name)} {isLate && <Badge tone="bad">Late</Badge>} {outcome === 'FAILED' && <Badge tone="bad">Failed</Badge>}
        {outcome === 'FAILED' && lastError !== null && <p className={styles['answer']}>{lastError}</p>}
      </th>
      <td data-label="Last run">
        <span>{lastRunAt === null ? 'never' : <Distance instant={lastRunAt} />}</span>
      </td>
      <td data-label="Took" className={styles['duration']}>
        <span>{durationMs === null ? '–' : formatDuration(durationMs)}</span>
      </td>
      <td data-label="Next">
        <span>{nextRunAt === null ? '–' : <Distance instant={nextRunAt} />}</span>
      </td>
      <td data-label="Next work">
        <span>{nextWorkAt === null ? 'none known' : <Distance instant={nextWorkAt} />}</span>
      </td>
    </tr>
  );
}

/** `compose-mails` is for programs. */
function nameOf(name: string): string {
  const words = name.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
