/** Everything that happened, newest first: narrowed by the address, exported, with what arrives said at the top. */
import type { EventLogQuery, EventType } from '../../../schema/generated/dashboard.ts';
import { EventLogDocument } from '../../../schema/generated/dashboard.ts';
import { useListing } from '../api/connection-pages.ts';
import { Button } from '../components/button.tsx';
import { Listed } from '../components/listing.tsx';
import { Empty } from '../components/states.tsx';
import { countOf, formatCount } from '../format/numbers.ts';
import { EVENT } from '../format/words.ts';
import { Page } from '../shell/page.tsx';
import { useAddressText, useAddressValue } from './address.ts';
import { EventFilters, type EventFilterValues } from './event-filters.tsx';
import { EventRow } from './event-row.tsx';
import styles from './event-log.module.css';
import { useNewEvents } from './new-events.ts';

const eventsOf = ({ events }: EventLogQuery) => events;

/** The page. */
export function EventLog() {
  const [type, setType] = useAddressValue('type');
  const [from, setFrom] = useAddressValue('from');
  const [to, setTo] = useAddressValue('to');
  const [actor, account, migration] = [useAddressText('actor'), useAddressText('account'), useAddressText('migration')];
  const filter = filterOf({ type, from, to, actor: actor.settled, account: account.settled, migration: migration.settled });
  const listing = useListing(EventLogDocument, filter, eventsOf);
  const news = useNewEvents(filter, listing.reread);
  const isNarrowed = Object.values(filter).some((value) => value !== null);
  return (
    <Page
      title="Event log"
      lead="Every change, by whom and when. Nothing in it can be changed."
      actions={
        <a className={styles['export']} href={exportAddress(filter)} download="events.ndjson">
          Export as NDJSON
        </a>
      }
    >
      <EventFilters {...{ type, setType, from, setFrom, to, setTo, actor, account, migration }} />
      <div role="status" className={styles['news']}>
        {news.count > 0 && (
          <Button onClick={news.show}>
            {news.isMore ? `More than ${formatCount(news.count)} new events` : countOf(news.count, 'new event')} – show
          </Button>
        )}
      </div>
      <Listed
        listing={listing}
        empty={
          <Empty title={isNarrowed ? 'No event matches.' : 'Nothing has happened yet.'}>
            {isNarrowed && <p>Narrow it less. Actors are named exactly as the log has them.</p>}
          </Empty>
        }
      >
        {(events) => (
          <ol className={styles['events']}>
            {events.map((event) => (
              <EventRow key={event.cursor} event={event} />
            ))}
          </ol>
        )}
      </Listed>
    </Page>
  );
}

/** What the API is asked for; a name of a type that is none narrows nothing. */
function filterOf({ type, from, to, actor, account, migration }: EventFilterValues) {
  return {
    types: type in EVENT ? [type as EventType] : null,
    actor: actor === '' ? null : actor,
    account: account === '' ? null : account,
    migration: migration === '' ? null : migration,
    from: instantOf(from),
    to: instantOf(to),
  };
}

/** Of what an input for local time holds; null where it is no instant. */
function instantOf(local: string): string | null {
  const instant = new Date(local);
  return local === '' || Number.isNaN(instant.getTime()) ? null : instant.toISOString();
}

function exportAddress({ types, ...rest }: ReturnType<typeof filterOf>): string {
  const given = Object.entries(rest).filter((entry): entry is [string, string] => entry[1] !== null);
  const query = new URLSearchParams(types ? [['types', types.join()], ...given] : given).toString();
  return `/events.ndjson${query && `?${query}`}`;
}
