/** The machinery: what workers do, what waits to be sent, what was given up and can be tried again. */
import type { FailingAccountsQuery, MachineryQuery, WebhooksQuery } from '../../../schema/generated/dashboard-operator.ts';
import { FailingAccountsDocument, MachineryDocument, WebhooksDocument } from '../../../schema/generated/dashboard-operator.ts';
import { useListing } from '../api/connection-pages.ts';
import { useRead } from '../api/read.ts';
import { Badge } from '../components/badge.tsx';
import { Card } from '../components/card.tsx';
import { Listed } from '../components/listing.tsx';
import { Loaded } from '../components/states.tsx';
import { Page } from '../shell/page.tsx';
import { FailingAccountRow } from './failing-account.tsx';
import { QueueCard } from './queue-card.tsx';
import { QueueFailures } from './queue-failures.tsx';
import { SweepTable } from './sweep-table.tsx';
import { useEvery } from '../api/timing.ts';
import styles from './mail.module.css';
import { WebhookEndpoints } from './webhook-endpoints.tsx';

/** In ms. Nothing tells of it by itself: queues move all the time. */
const REFRESH_MS = 5_000;

const failingOf = ({ failingAccounts }: FailingAccountsQuery) => failingAccounts;
const endpointsOf = ({ webhookEndpoints }: WebhooksQuery) => webhookEndpoints;

/** The page. */
export function Mail() {
  const reading = useRead(MachineryDocument, {});
  const failing = useListing(FailingAccountsDocument, {}, failingOf);
  const endpoints = useListing(WebhooksDocument, {}, endpointsOf);
  const reread = () => {
    reading.reread();
    failing.reread();
    endpoints.reread();
  };
  useEvery(reread, REFRESH_MS);
  return (
    <Page
      title="Mail and workers"
      lead={
        reading.data && (
          <p>
            <Workers sweeps={reading.data.sweeps} /> Refreshes itself.
          </p>
        )
      }
    >
      <Loaded reading={reading} lines={14}>
        {({ queues, sweeps }) => (
          <>
            <div className={styles['queues']}>
              {queues.map((queue) => (
                <QueueCard key={queue.name} queue={queue} />
              ))}
            </div>
            {queues.map((queue) => (
              <QueueFailures key={queue.name} queue={queue} onRetried={reread} />
            ))}
            <Card title="Accounts whose mail fails">
              <Listed listing={failing} empty={<p className="soft">None had a mail given up in the last 24 hours.</p>}>
                {(accounts) => (
                  <ul>
                    {accounts.map((health) => (
                      <FailingAccountRow key={health.account.id} health={health} />
                    ))}
                  </ul>
                )}
              </Listed>
            </Card>
            <Card title="Webhook endpoints">
              <WebhookEndpoints listing={endpoints} onRetried={reread} />
            </Card>
            <Card title="What workers do again and again">
              <SweepTable sweeps={sweeps} />
            </Card>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Workers({ sweeps }: Pick<MachineryQuery, 'sweeps'>) {
  const late = sweeps.filter(({ isLate }) => isLate).length;
  if (sweeps.length === 0) return <Badge tone="bad">No worker has run yet</Badge>;
  return late === 0 ? <Badge tone="good">Workers are at work</Badge> : <Badge tone="bad">{late} late: is a worker running?</Badge>;
}
