/** One queue: how much waits, since when, and what was given up. */
import { useState } from 'react';
import type { MachineryQuery } from '../../../schema/generated/dashboard.ts';
import { RedeliverOneWebhookDocument, RetryReminderMailDocument, RetryReminderMailsDocument } from '../../../schema/generated/dashboard.ts';
import { useChange } from '../api/change.ts';
import { Badge } from '../components/badge.tsx';
import { Button } from '../components/button.tsx';
import { Card } from '../components/card.tsx';
import { Disclosure } from '../components/disclosure.tsx';
import { useToasts } from '../components/toast.tsx';
import { useNow } from '../format/clock.ts';
import { countOf, formatCount } from '../format/numbers.ts';
import { Distance } from '../format/time.tsx';
import styles from './mail.module.css';
import { QUEUE } from './words.ts';

type Queue = MachineryQuery['queues'][number];
type Failure = Queue['failures'][number];

/** What is due is sent within seconds; what waits longer than this stands out. In ms. */
const STUCK_MS = 5 * 60_000;

interface QueueProps {
  readonly queue: Queue;
  /** Called once something is tried again. */
  readonly onRetried: () => void;
}

/** A card with numbers, and the failures behind a disclosure that is open while there are any. */
export function QueueCard({ queue, onRetried }: QueueProps) {
  const { name, queued, due, sending, failed, failures } = queue;
  return (
    <Card title={QUEUE[name].label} actions={<Health queue={queue} />}>
      <p className="soft small">{QUEUE[name].about}</p>
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
      {failures.length > 0 && (
        <Disclosure title={failed > failures.length ? `The last ${failures.length} given up` : 'What was given up'} initiallyOpen>
          <Failures queue={queue} onRetried={onRetried} />
        </Disclosure>
      )}
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

function Failures({ queue: { name, failures, failed }, onRetried }: QueueProps) {
  const [retryAll, busy] = useChange(RetryReminderMailsDocument);
  const { done, failed: refused } = useToasts();
  const onRetryAll = async () => {
    const { data, fault } = await retryAll({});
    if (fault) return refused(fault.message);
    const { retried, remaining } = data.retryFailedMails;
    done(`${countOf(retried, 'reminder is', 'reminders are')} tried again.${remaining > 0 ? ` ${formatCount(remaining)} are left.` : ''}`);
    onRetried();
  };
  return (
    <div className={styles['failures']}>
      <ul>
        {failures.map((failure) => (
          <FailureRow key={failure.id} queue={name} failure={failure} onRetried={onRetried} />
        ))}
      </ul>
      {name === 'REMINDER_MAIL' && failed > 1 && (
        <p>
          <Button busy={busy} onClick={() => void onRetryAll()}>
            Try all {formatCount(failed)} again
          </Button>
        </p>
      )}
      {name === 'USER_MAIL' && (
        <p className="small soft">They are not tried again: their users have asked anew, or their links have expired.</p>
      )}
    </div>
  );
}

interface FailureRowProps {
  readonly queue: Queue['name'];
  readonly failure: Failure;
  readonly onRetried: () => void;
}

function FailureRow({ queue, failure: { id, to, attempts, error, failedAt }, onRetried }: FailureRowProps) {
  const [retryMail, mailing] = useChange(RetryReminderMailDocument);
  const [redeliver, delivering] = useChange(RedeliverOneWebhookDocument);
  const [retried, setRetried] = useState(false);
  const { done, failed } = useToasts();
  const busy = mailing || delivering;
  const onRetry = async () => {
    const { fault } = await (queue === 'WEBHOOK' ? redeliver({ id }) : retryMail({ id }));
    if (fault) return failed(fault.message);
    setRetried(true);
    done(`The ${QUEUE[queue].one} to ${to ?? 'somebody who is gone'} is tried again.`);
    onRetried();
  };
  return (
    <li className={styles['failure']}>
      <div className={styles['words']}>
        <p>{to ?? <span className="soft">somebody who is gone</span>}</p>
        <p className="small soft numeric">
          {countOf(attempts, 'attempt')}
          {failedAt !== null && (
            <>
              , given up <Distance instant={failedAt} />
            </>
          )}
        </p>
        {error !== null && <p className={styles['answer']}>{error}</p>}
      </div>
      {queue !== 'USER_MAIL' && (
        <Button busy={busy || retried} onClick={() => void onRetry()}>
          Try again
          <span className="visually-hidden">
            with the {QUEUE[queue].one} to {to ?? 'somebody who is gone'}
          </span>
        </Button>
      )}
    </li>
  );
}
