/** Who did what with an account, and when. */
import type { AccountEventsQuery } from '../../../schema/generated/dashboard.ts';
import { AccountEventsDocument, OwnAccountChangedDocument } from '../../../schema/generated/dashboard.ts';
import { useListing } from '../api/connection-pages.ts';
import { useLive } from '../api/live.ts';
import { Card } from '../components/card.tsx';
import { Listed } from '../components/listing.tsx';
import { Empty } from '../components/states.tsx';
import { Instant } from '../format/time.tsx';
import { EVENT } from '../format/words.ts';
import styles from './account-history.module.css';

type AccountEvent = AccountEventsQuery['events']['edges'][number]['node'];

const pick = ({ events }: AccountEventsQuery) => events;

/** The log of one account, newest first. */
export function AccountHistory({ account }: { readonly account: string }) {
  const listing = useListing(AccountEventsDocument, { account }, pick);
  useLive(OwnAccountChangedDocument, { account }, { onMessage: listing.reread, reread: listing.reread });
  return (
    <Card title="History">
      <Listed listing={listing} empty={<Empty title="Nothing has happened yet." />}>
        {(events) => (
          <ol className={styles['events']}>
            {events.map((event) => (
              <Row key={event.cursor} event={event} />
            ))}
          </ol>
        )}
      </Listed>
    </Card>
  );
}

function Row({ event: { at, type, actor, actorRole, key, data, migration } }: { readonly event: AccountEvent }) {
  const reason = data['reason'];
  return (
    <li className={styles['event']}>
      <span className="soft small">
        <Instant instant={at} />
      </span>
      <div className={styles['what']}>
        <p>
          <strong>{EVENT[type]}</strong>
          {migration && <> · {migration.title}</>}
        </p>
        {typeof reason === 'string' && <p className="small">“{reason}”</p>}
        <p className="small soft">
          by {actorRole === 'SYSTEM' ? 'the clock' : <bdi>{actor}</bdi>}
          {key && (
            <>
              {' '}
              with the token “<bdi>{key.name}</bdi>”
            </>
          )}
        </p>
      </div>
    </li>
  );
}
