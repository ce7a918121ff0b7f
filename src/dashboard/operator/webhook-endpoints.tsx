/** Endpoints of webhooks and how they fare. */
import type { WebhooksQuery } from '../../../schema/generated/dashboard-operator.ts';
import { RedeliverWebhooksOfDocument, SendTestToDocument } from '../../../schema/generated/dashboard-operator.ts';
import { useChange } from '../api/change.ts';
import type { Listing } from '../api/connection-pages.ts';
import { Badge } from '../components/badge.tsx';
import { Button } from '../components/button.tsx';
import { Listed } from '../components/listing.tsx';
import { useToasts } from '../components/toast.tsx';
import { countOf, formatCount } from '../format/numbers.ts';
import { Distance } from '../format/time.tsx';
import styles from './mail.module.css';

type Endpoint = WebhooksQuery['webhookEndpoints']['edges'][number]['node'];

interface WebhookEndpointsProps {
  readonly listing: Listing<Endpoint>;
  /** Called once something is delivered again. */
  readonly onRetried: () => void;
}

/** Lists them, newest first. */
export function WebhookEndpoints({ listing, onRetried }: WebhookEndpointsProps) {
  return (
    <Listed listing={listing} empty={<p className="soft">Nobody is told by webhook. Endpoints are made by the API.</p>}>
      {(endpoints) => (
        <ul>
          {endpoints.map((endpoint) => (
            <Row key={endpoint.id} endpoint={endpoint} onRetried={onRetried} />
          ))}
        </ul>
      )}
    </Listed>
  );
}

interface RowProps {
  readonly endpoint: Endpoint;
  readonly onRetried: () => void;
}

function Row({ endpoint: { id, url, types, createdBy, disabledAt, disabledReason, failingSince }, onRetried }: RowProps) {
  const [test, testing] = useChange(SendTestToDocument);
  const [redeliver, redelivering] = useChange(RedeliverWebhooksOfDocument);
  const { done, failed } = useToasts();
  const onTest = async () => {
    const { fault } = await test({ endpoint: id });
    if (fault) failed(fault.message);
    else done(`A test is on its way to ${url}.`);
  };
  const onRedeliver = async () => {
    const { data, fault } = await redeliver({ endpoint: id });
    if (fault) return failed(fault.message);
    const { retried, remaining } = data.redeliverFailedWebhooks;
    done(`${countOf(retried, 'delivery is', 'deliveries are')} tried again.${remaining > 0 ? ` ${formatCount(remaining)} are left.` : ''}`);
    onRetried();
  };
  return (
    <li className={styles['failure']}>
      <div className={styles['words']}>
        <p>
          <code>{url}</code>
        </p>
        <p className="small soft">
          by <bdi>{createdBy}</bdi>; told of{' '}
          {types.length === 0 ? 'everything it may see' : countOf(types.length, 'type of events', 'types of events')}
          {disabledAt === null && failingSince !== null && (
            <>
              ; first refused <Distance instant={failingSince} />
            </>
          )}
          {disabledAt !== null && (
            <>
              ; disabled <Distance instant={disabledAt} />
              {disabledReason !== null && ` (${disabledReason.toLowerCase().replaceAll('_', ' ')})`}
            </>
          )}
        </p>
        <p>
          {disabledAt !== null ? (
            <Badge tone="neutral">Disabled</Badge>
          ) : failingSince !== null ? (
            <Badge tone="bad">Failing</Badge>
          ) : (
            <Badge tone="good">Well</Badge>
          )}
        </p>
      </div>
      {disabledAt === null && (
        <div className={styles['buttons']}>
          <Button busy={testing} onClick={() => void onTest()}>
            Send a test<span className="visually-hidden"> to {url}</span>
          </Button>
          <Button busy={redelivering} onClick={() => void onRedeliver()}>
            Deliver failed again<span className="visually-hidden"> to {url}</span>
          </Button>
        </div>
      )}
    </li>
  );
}
