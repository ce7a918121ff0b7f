/** Changes of dates: those that wait for a second operator, and those that were. */
import { useState } from 'react';
import type { RescheduleFieldsFragment } from '../../../schema/generated/dashboard-operator.ts';
import { ApproveNewDatesDocument, RejectNewDatesDocument } from '../../../schema/generated/dashboard-operator.ts';
import { type Outcome, useChange } from '../api/change.ts';
import type { Fault } from '../api/errors.ts';
import { Badge, type Tone } from '../components/badge.tsx';
import { Button } from '../components/button.tsx';
import { FaultNote } from '../components/states.tsx';
import { useToasts } from '../components/toast.tsx';
import { formatPartial, formatPlainDay } from '../format/dates.ts';
import { useTimeZone } from '../format/time-zone.ts';
import { Distance, Instant } from '../format/time.tsx';
import { useReader } from '../session/session-provider.tsx';
import type { OperatorMigration } from './migration.types.ts';
import styles from './reschedules.module.css';

const STATUS: Readonly<Record<RescheduleFieldsFragment['status'], { readonly label: string; readonly tone: Tone }>> = {
  PENDING: { label: 'Awaits approval', tone: 'warn' },
  APPLIED: { label: 'Applied', tone: 'good' },
  REJECTED: { label: 'Rejected', tone: 'neutral' },
};

interface MigrationProps {
  readonly migration: OperatorMigration;
}

/** New dates that wait, with the two answers to them; nothing where none do. */
export function PendingDates({ migration: { reschedules } }: MigrationProps) {
  return reschedules
    .filter(({ status }) => status === 'PENDING')
    .map((reschedule) => <Pending key={reschedule.id} reschedule={reschedule} />);
}

function Pending({ reschedule }: { readonly reschedule: RescheduleFieldsFragment }) {
  const { id, requestedAt, requestedBy, reason } = reschedule;
  const { subject } = useReader().site.session ?? { subject: null };
  const [approve, approving] = useChange(ApproveNewDatesDocument);
  const [reject, rejecting] = useChange(RejectNewDatesDocument);
  const [fault, setFault] = useState<Fault | null>(null);
  const { done } = useToasts();
  const isOwn = requestedBy === subject;
  const answer = async (act: (variables: { id: string }) => Promise<Outcome<unknown>>, said: string) => {
    const { fault: refused } = await act({ id });
    setFault(refused);
    if (!refused) done(said);
  };
  return (
    <section className={styles['pending']} aria-label="New dates that await approval">
      <div className={styles['asked']}>
        <h2>New dates await approval</h2>
        <Change reschedule={reschedule} />
        <p className="small">
          Asked for by {isOwn ? 'you' : <bdi>{requestedBy}</bdi>} <Distance instant={requestedAt} />
          {reason !== null && <>: “{reason}”</>}
        </p>
        {isOwn && <p className="small soft">Another operator has to approve it. You can take it back.</p>}
      </div>
      <div className={styles['answers']}>
        <Button busy={rejecting} onClick={() => void answer(reject, isOwn ? 'Taken back.' : 'Rejected. The dates stay as they are.')}>
          {isOwn ? 'Take back' : 'Reject'}
        </Button>
        {!isOwn && (
          <Button look="primary" busy={approving} onClick={() => void answer(approve, 'Approved. The new dates apply.')}>
            Approve
          </Button>
        )}
      </div>
      {fault && <FaultNote fault={fault} />}
    </section>
  );
}

/** Every change, newest first. */
export function DatesHistory({ migration: { reschedules, announcedAt } }: MigrationProps) {
  if (reschedules.length === 0)
    return <p className="soft">{announcedAt === null ? 'They are promises once it is announced.' : 'They are as they were announced.'}</p>;
  return (
    <ol className={styles['history']}>
      {reschedules.map((reschedule) => (
        <Past key={reschedule.id} reschedule={reschedule} />
      ))}
    </ol>
  );
}

function Past({ reschedule }: { readonly reschedule: RescheduleFieldsFragment }) {
  const { status, requestedAt, requestedBy, decidedAt, decidedBy, reason } = reschedule;
  return (
    <li className={styles['past']}>
      <p className={styles['when']}>
        <Badge tone={STATUS[status].tone}>{STATUS[status].label}</Badge>
        <span className="small soft">
          <Instant instant={requestedAt} />
        </span>
      </p>
      <Change reschedule={reschedule} />
      <p className="small soft">
        by <bdi>{requestedBy}</bdi>
        {decidedBy !== null && decidedAt !== null && (
          <>
            , {status === 'APPLIED' ? 'approved' : 'rejected'} by <bdi>{decidedBy}</bdi> <Distance instant={decidedAt} />
          </>
        )}
        {reason !== null && <>: “{reason}”</>}
      </p>
    </li>
  );
}

function Change({ reschedule: given }: { readonly reschedule: RescheduleFieldsFragment }) {
  const changes = [
    ['Grace from', given.oldGracePeriodStart, given.newGracePeriodStart],
    ['Mandatory', given.oldMandatoryOptIn, given.newMandatoryOptIn],
  ] as const;
  return (
    <dl className={styles['change']}>
      {changes
        .filter(([, before, after]) => before !== after)
        .map(([label, before, after]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              <del>
                <span className="visually-hidden">before: </span>
                <PlainDate partial={before} />
              </del>{' '}
              <span aria-hidden="true">→</span>{' '}
              <strong>
                <span className="visually-hidden">after: </span>
                <PlainDate partial={after} />
              </strong>
            </dd>
          </div>
        ))}
    </dl>
  );
}

/** A day as the platform's calendar has it: when it begins is told where the date applies. */
function PlainDate({ partial }: { readonly partial: string }) {
  const timeZone = useTimeZone();
  if (/^\d{4}-\d{2}-\d{2}$/.test(partial)) return <time dateTime={partial}>{formatPlainDay(partial)}</time>;
  return <>{formatPartial(partial, partial.includes('T') ? partial : null, timeZone)}</>;
}
