/** One migration for one account: how it stands, what it means, and what can be decided. */
import { useEffect, useRef, useState } from 'react';
import { OptOutAccountDocument } from '../../../schema/generated/dashboard.ts';
import { useChange } from '../api/change.ts';
import type { Fault } from '../api/errors.ts';
import { Badge } from '../components/badge.tsx';
import { Button } from '../components/button.tsx';
import { Disclosure } from '../components/disclosure.tsx';
import { Quoted } from '../components/quoted.tsx';
import { FaultNote } from '../components/states.tsx';
import { useToasts } from '../components/toast.tsx';
import { formatPartial } from '../format/dates.ts';
import { useTimeZone } from '../format/time-zone.ts';
import { Distance, Instant } from '../format/time.tsx';
import { LIFECYCLE, REASON, SEVERITY } from '../format/words.ts';
import styles from './account-migration.module.css';
import { ImpactView } from './impact.tsx';
import { MigrationText } from './migration-text.tsx';
import { OptInDialog } from './opt-in.tsx';
import type { OwnAccountMigration } from './own.types.ts';

interface CardProps {
  readonly accountMigration: OwnAccountMigration;
}

/** One card; an address that ends with its key leads to it. What is open is open from the start. */
export function AccountMigrationCard({ accountMigration }: CardProps) {
  const { account, migration, state } = accountMigration;
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    if (decodeURIComponent(location.hash.slice(1)) === migration.key) card.current?.scrollIntoView();
  }, [migration.key]);
  const reason = REASON[state.reason];
  const severity = SEVERITY[migration.severity];
  return (
    <article ref={card} className={styles['card']} aria-labelledby={`title-${migration.key}`}>
      <header className={styles['header']}>
        <div className={styles['titles']}>
          <p className={styles['badges']}>
            <Badge tone={reason.tone}>{reason.label}</Badge>
            <Badge tone={severity.tone}>{severity.label} severity</Badge>
            {migration.state !== 'GRACE_PERIOD' && <Badge tone={LIFECYCLE[migration.state].tone}>{LIFECYCLE[migration.state].label}</Badge>}
          </p>
          <h2 id={`title-${migration.key}`}>{migration.title}</h2>
          <p className="soft">{reason.sentence}</p>
        </div>
        <Decide accountMigration={accountMigration} />
      </header>
      <Dates accountMigration={accountMigration} />
      <Disclosure title="What it means for this account" initiallyOpen={state.canOptIn}>
        <ImpactView account={account.id} migration={migration.key} />
      </Disclosure>
      <Disclosure title="The announcement">
        <MigrationText migration={migration.key} guideUrl={migration.guideUrl} />
      </Disclosure>
    </article>
  );
}

function Dates({ accountMigration: { migration, state } }: CardProps) {
  const timeZone = useTimeZone();
  const own = state.deadline !== null && state.deadline !== migration.mandatoryAt;
  return (
    <dl className={styles['dates']}>
      <div>
        <dt>Opt in from</dt>
        <dd>{formatPartial(migration.gracePeriodStart, migration.graceStartsAt, timeZone)}</dd>
      </div>
      <div>
        <dt>{own ? 'Mandatory for this account' : 'Mandatory'}</dt>
        <dd>
          {state.deadline === null ? (
            formatPartial(migration.mandatoryOptIn, migration.mandatoryAt, timeZone)
          ) : (
            <>
              <Instant instant={state.deadline} />{' '}
              {!state.enabled && (
                <strong>
                  <Distance instant={state.deadline} />
                </strong>
              )}
            </>
          )}
        </dd>
      </div>
      {state.since !== null && (
        <div>
          <dt>On since</dt>
          <dd>
            <Instant instant={state.since} />
          </dd>
        </div>
      )}
    </dl>
  );
}

function Decide({ accountMigration }: CardProps) {
  const { account, migration, state } = accountMigration;
  const [asking, setAsking] = useState(false);
  const [optOut, busy] = useChange(OptOutAccountDocument);
  const [fault, setFault] = useState<Fault | null>(null);
  const { done } = useToasts();
  const onOptOut = async () => {
    const { fault: refused } = await optOut({ account: account.id, migration: migration.key });
    setFault(refused);
    if (!refused)
      done(
        <>
          Opted out of <Quoted text={migration.title} /> again. You can opt in any time before the deadline.
        </>,
      );
  };
  return (
    <div className={styles['decide']}>
      {state.canOptIn && (
        <Button look="primary" onClick={() => setAsking(true)} aria-label={`Opt in to ${migration.title} …`}>
          Opt in …
        </Button>
      )}
      {state.canOptOut && (
        <Button busy={busy} onClick={() => void onOptOut()} aria-label={`Opt out of ${migration.title}`}>
          {busy ? 'Opting out …' : 'Opt out'}
        </Button>
      )}
      {fault && <FaultNote fault={fault} />}
      <OptInDialog accountMigration={accountMigration} open={asking} onOpenChange={setAsking} />
    </div>
  );
}
