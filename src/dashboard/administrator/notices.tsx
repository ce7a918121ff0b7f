/** What an administrator has to know, newest first, as it arrives. */
import { startTransition, useOptimistic, useState } from 'react';
import { Link } from 'wouter';
import type { NoticeKind, OwnNoticesQuery } from '../../../schema/generated/dashboard.ts';
import { DismissOwnNoticeDocument, NoticeArrivedDocument, OwnNoticesDocument } from '../../../schema/generated/dashboard.ts';
import { useChange } from '../api/change.ts';
import { useListing } from '../api/connection-pages.ts';
import { useLive } from '../api/live.ts';
import { useEvery } from '../api/timing.ts';
import { Badge, type Tone } from '../components/badge.tsx';
import { Button } from '../components/button.tsx';
import { Check } from '../components/field.tsx';
import { Listed } from '../components/listing.tsx';
import { Empty } from '../components/states.tsx';
import { useToasts } from '../components/toast.tsx';
import { formatPartial } from '../format/dates.ts';
import { countOf } from '../format/numbers.ts';
import { useTimeZone } from '../format/time-zone.ts';
import { Distance, Instant } from '../format/time.tsx';
import { Page } from '../shell/page.tsx';
import { boardPath } from './paths.ts';
import styles from './notices.module.css';

type OwnNotice = OwnNoticesQuery['notices']['edges'][number]['node'];

const KINDS: Readonly<Record<NoticeKind, { readonly label: string; readonly tone: Tone }>> = {
  OPEN: { label: 'To do', tone: 'warn' },
  RESCHEDULED: { label: 'New dates', tone: 'accent' },
  ON: { label: 'Now on', tone: 'good' },
};

/** Nothing tells that a notice was closed: a worker does it, some time after the last decision. In ms. */
const CLOSED_WITHIN_MS = 15_000;

const pick = ({ notices }: OwnNoticesQuery) => notices;

/** The page. */
export function Notices() {
  const [includeClosed, setIncludeClosed] = useState(false);
  const listing = useListing(OwnNoticesDocument, { includeClosed }, pick);
  useLive(NoticeArrivedDocument, {}, { onMessage: listing.reread, reread: listing.reread });
  useEvery(listing.reread, CLOSED_WITHIN_MS);
  return (
    <Page title="Notices" lead="One for each migration that asks something of you. They close by themselves when nothing is left to do.">
      <Check checked={includeClosed} onCheck={setIncludeClosed}>
        Also those about which nothing is left to do
      </Check>
      <Listed listing={listing} empty={<NoNotices />}>
        {(notices) => (
          <ul className={styles['list']}>
            {notices.map((notice) => (
              <Row key={notice.id} notice={notice} onDismissed={listing.reread} />
            ))}
          </ul>
        )}
      </Listed>
    </Page>
  );
}

function NoNotices() {
  return (
    <Empty title="There is nothing to know.">
      <p>When the platform announces a change that touches one of your accounts, it appears here at once.</p>
    </Empty>
  );
}

function Row({ notice, onDismissed }: { readonly notice: OwnNotice; readonly onDismissed: () => void }) {
  const { id, kind, createdAt, dismissedAt, closedAt, migration } = notice;
  const [dismiss] = useChange(DismissOwnNoticeDocument);
  const { failed } = useToasts();
  // Shown as dismissed at once; should that be refused, it is back.
  const [dismissed, setDismissed] = useOptimistic(dismissedAt !== null);
  const unread = !dismissed && closedAt === null;
  const onDismiss = () =>
    startTransition(async () => {
      setDismissed(true);
      const { fault } = await dismiss({ id });
      if (fault) failed(`The notice was not dismissed. ${fault.message}`);
      else onDismissed();
    });
  return (
    <li className={styles['row']} data-unread={unread || undefined}>
      <div className={styles['content']}>
        <p className={styles['meta']}>
          <Badge tone={KINDS[kind].tone}>{KINDS[kind].label}</Badge>
          <span className="small soft">
            <Distance instant={createdAt} />
            {closedAt !== null ? ' · closed' : dismissed ? ' · dismissed' : ''}
          </span>
        </p>
        <p>
          <Link href={boardPath(migration.key)} className={styles['title']}>
            {migration.title}
          </Link>
        </p>
        <Message notice={notice} />
      </div>
      {unread && (
        <Button onClick={onDismiss} aria-label={`Dismiss the notice about ${migration.title}`}>
          Dismiss
        </Button>
      )}
    </li>
  );
}

/** What the API says in one sentence, with its dates as the reader writes them. */
function Message({ notice: { kind, openAccounts, closedAt, migration } }: { readonly notice: OwnNotice }) {
  if (kind === 'ON') return <p>It is now on for your accounts.</p>;
  if (kind === 'OPEN' && (openAccounts === 0 || closedAt !== null)) return <p>Nothing is left to do about it.</p>;
  return (
    <p>
      {kind === 'RESCHEDULED' && 'Its dates have changed. '}
      {openAccounts > 0 && `It awaits ${countOf(openAccounts, 'account')} of yours. `}
      <Due migration={migration} />
    </p>
  );
}

function Due({ migration: { mandatoryOptIn, mandatoryAt } }: Pick<OwnNotice, 'migration'>) {
  const timeZone = useTimeZone();
  if (mandatoryOptIn === 'TBD') return 'Its deadline is still to be announced.';
  if (mandatoryAt === null) return `It becomes mandatory in ${formatPartial(mandatoryOptIn, null, timeZone)}.`;
  return (
    <>
      It becomes mandatory on <Instant instant={mandatoryAt} />, <Distance instant={mandatoryAt} />.
    </>
  );
}
