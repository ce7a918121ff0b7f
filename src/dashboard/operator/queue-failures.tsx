/** What a queue gave up: to whom, what was answered, and another try. */
import { useState } from 'react';
import type { MachineryQuery } from '../../../schema/generated/dashboard-operator.ts';
import {
  RedeliverOneWebhookDocument,
  RetryReminderMailDocument,
  RetryReminderMailsDocument,
} from '../../../schema/generated/dashboard-operator.ts';
import { useChange } from '../api/change.ts';
import { Button } from '../components/button.tsx';
import { Card } from '../components/card.tsx';
import { useToasts } from '../components/toast.tsx';
import { countOf, formatCount } from '../format/numbers.ts';
import { Distance } from '../format/time.tsx';
import styles from './mail.module.css';
import { QUEUE } from './words.ts';

type Queue = MachineryQuery['queues'][number];
type Failure = Queue['failures'][number];

/** So many are shown at first: what else is on the page is not to be pushed out of sight by a morning that went wrong. */
const FIRST = 3;

interface QueueFailuresProps {
  readonly queue: Queue;
  /** Called once something is tried again. */
  readonly onRetried: () => void;
}

/** A card of its own, because what a server answers takes room; nothing where nothing was given up. */
export function QueueFailures({ queue: { name, failures, failed }, onRetried }: QueueFailuresProps) {
  const [retryAll, busy] = useChange(RetryReminderMailsDocument);
  const { done, failed: refused } = useToasts();
  const [showsAll, setShowsAll] = useState(false);
  if (failures.length === 0) return null;
  const shown = showsAll ? failures : failures.slice(0, FIRST);
  const onRetryAll = async () => {
    const { data, fault } = await retryAll({});
    if (fault) return refused(fault.message);
    const { retried, remaining } = data.retryFailedMails;
    done(`${countOf(retried, 'reminder is', 'reminders are')} tried again.${remaining > 0 ? ` ${formatCount(remaining)} are left.` : ''}`);
    onRetried();
  };
  return (
    <Card
      title={`${QUEUE[name].label}: given up`}
      actions={
        name === 'REMINDER_MAIL' &&
        failed > 1 && (
          <Button busy={busy} onClick={() => void onRetryAll()}>
            Try all {formatCount(failed)} again
          </Button>
        )
      }
    >
      {failed > shown.length && (
        <p className="soft small">
          The last {shown.length} of {formatCount(failed)}.
        </p>
      )}
      <ul>
        {shown.map((failure) => (
          <FailureRow key={failure.id} queue={name} failure={failure} onRetried={onRetried} />
        ))}
      </ul>
      {failures.length > FIRST && (
        <div>
          <Button
            look="quiet"
            aria-label={`${showsAll ? 'Show fewer' : `Show ${failures.length - FIRST} more`}: ${QUEUE[name].label}`}
            onClick={() => setShowsAll(!showsAll)}
          >
            {showsAll ? 'Show fewer' : `Show ${failures.length - FIRST} more`}
          </Button>
        </div>
      )}
      {name === 'USER_MAIL' && (
        <p className="small soft">They are not tried again: their users have asked anew, or their links have expired.</p>
      )}
    </Card>
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
    done(
      <>
        The {QUEUE[queue].one} to <bdi>{to ?? 'somebody who is gone'}</bdi> is tried again.
      </>,
    );
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
