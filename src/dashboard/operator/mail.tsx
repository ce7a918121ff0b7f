/** The machinery: what workers do, what waits to be sent, what was given up and can be tried again. */
import type { FailingAccountsQuery } from '../../../schema/generated/dashboard.ts';
import { FailingAccountsDocument, MachineryDocument } from '../../../schema/generated/dashboard.ts';
import { useListing } from '../api/connection-pages.ts';
import { useRead } from '../api/read.ts';
import { Badge } from '../components/badge.tsx';
import { Card } from '../components/card.tsx';
import { Listed } from '../components/listing.tsx';
import { Loaded } from '../components/states.tsx';
import { Page } from '../shell/page.tsx';
import { FailingAccountRow } from './failing-account.tsx';
import { QueueCard } from './queue-card.tsx';
import { SweepTable } from './sweep-table.tsx';
import { useEvery } from './timing.ts';
import styles from './mail.module.css';
import { WebhookEndpoints } from './webhook-endpoints.tsx';

/** In ms. Nothing tells of it by itself: queues move all the time. */
const REFRESH_MS = 5_000;

const failingOf = ({ failingAccounts }: FailingAccountsQuery) => failingAccounts;

/** The page. */
export function Mail() {
  const reading = useRead(MachineryDocument, {});
  const failing = useListing(FailingAccountsDocument, {}, failingOf);
  useEvery(reading.reread, REFRESH_MS);
  const late = reading.data?.sweeps.filter(({ isLate }) => isLate).length ?? 0;
  return (
    <Page
      title="Mail and workers"
      lead={
        reading.data && (
          <p>
            {late === 0 ? <Badge tone="good">Workers are at work</Badge> : <Badge tone="bad">{late} late: is a worker running?</Badge>}{' '}
            Refreshes itself.
          </p>
        )
      }
    >
      <Loaded reading={reading} lines={14}>
        {({ queues, sweeps }) => (
          <>
            <div className={styles['queues']}>
              {queues.map((queue) => (
                <QueueCard key={queue.name} queue={queue} onRetried={reading.reread} />
              ))}
            </div>
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
              <WebhookEndpoints onRetried={reading.reread} />
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
