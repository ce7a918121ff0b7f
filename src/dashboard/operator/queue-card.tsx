/** One queue: how much waits and since when. */
import type { MachineryQuery } from '../../../schema/generated/dashboard-operator.ts';
import { Badge } from '../components/badge.tsx';
import { Card } from '../components/card.tsx';
import { useNow } from '../format/clock.ts';
import { formatCount } from '../format/numbers.ts';
import { Distance } from '../format/time.tsx';
import styles from './mail.module.css';
import { QUEUE } from './words.ts';

type Queue = MachineryQuery['queues'][number];

/** What is due is sent within seconds; what waits longer than this stands out. In ms. */
const STUCK_MS = 5 * 60_000;

/** A card with numbers. */
export function QueueCard({ queue }: { readonly queue: Queue }) {
  const { name, queued, due, sending, failed } = queue;
  return (
    <Card title={QUEUE[name].label} actions={<Health queue={queue} />}>
      <p className={`soft small ${styles['about']}`}>{QUEUE[name].about}</p>
      <dl className={styles['counts']}>
        <div>
          <dt>Waiting</dt>
          <dd>{formatCount(queued)}</dd>
        </div>
        <div>
          <dt>Under way</dt>
          <dd>{formatCount(sending)}</dd>
        </div>
        <div>
          <dt>Given up</dt>
          <dd data-bad={failed > 0 || undefined}>{formatCount(failed)}</dd>
        </div>
      </dl>
      <Oldest queue={queue} />
      {due > 0 && <p className="small soft">{formatCount(due)} of them are due.</p>}
    </Card>
  );
}

function isStuck({ oldestDueAt }: Queue, now: number): boolean {
  return oldestDueAt !== null && now - Date.parse(oldestDueAt) > STUCK_MS;
}

function Health({ queue }: { readonly queue: Queue }) {
  const now = useNow();
  if (isStuck(queue, now)) return <Badge tone="bad">Stuck</Badge>;
  return queue.failed > 0 ? <Badge tone="warn">Some failed</Badge> : <Badge tone="good">Well</Badge>;
}

function Oldest({ queue: { oldestDueAt, queued } }: { readonly queue: Queue }) {
  if (oldestDueAt !== null)
    return (
      <p className="small">
        The oldest is due since <Distance instant={oldestDueAt} />.
      </p>
    );
  return <p className="small soft">{queued > 0 ? 'None of them is due yet.' : 'Nothing waits.'}</p>;
}
