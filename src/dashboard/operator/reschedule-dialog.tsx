/** New dates for a migration, with what they set off: mails, and whether somebody else has to approve them. */
import { useState } from 'react';
import type { NewDatesPreviewQuery } from '../../../schema/generated/dashboard-operator.ts';
import { AskForNewDatesDocument, NewDatesPreviewDocument } from '../../../schema/generated/dashboard-operator.ts';
import { useChange } from '../api/change.ts';
import type { Fault } from '../api/errors.ts';
import { useRead } from '../api/read.ts';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Disclosure } from '../components/disclosure.tsx';
import { Field, TextArea } from '../components/field.tsx';
import { FaultNote, Loaded } from '../components/states.tsx';
import { useToasts } from '../components/toast.tsx';
import { formatInstant } from '../format/dates.ts';
import { countOf } from '../format/numbers.ts';
import type { OperatorMigration } from './migration.types.ts';
import { PartialDateField } from './partial-date-field.tsx';
import { Reminders } from './reminders.tsx';
import styles from './reschedule-dialog.module.css';
import { useSettled } from '../api/timing.ts';

const TYPING_MS = 300;

interface RescheduleDialogProps {
  readonly migration: OperatorMigration;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

/** The dialog; what was typed in it is gone once it closes. */
export function RescheduleDialog({ migration, open, onOpenChange }: RescheduleDialogProps) {
  return open ? <Open migration={migration} onOpenChange={onOpenChange} /> : null;
}

function Open({ migration, onOpenChange }: Omit<RescheduleDialogProps, 'open'>) {
  const { key, title, gracePeriodStart, mandatoryOptIn } = migration;
  const [dates, setDates] = useState({ gracePeriodStart, mandatoryOptIn });
  const [reason, setReason] = useState('');
  const [fault, setFault] = useState<Fault | null>(null);
  const [ask, busy] = useChange(AskForNewDatesDocument);
  const { done } = useToasts();
  const changed = {
    ...(dates.gracePeriodStart !== gracePeriodStart && { gracePeriodStart: dates.gracePeriodStart }),
    ...(dates.mandatoryOptIn !== mandatoryOptIn && { mandatoryOptIn: dates.mandatoryOptIn }),
  };
  const isChanged = Object.keys(changed).length > 0;
  const reading = useRead(NewDatesPreviewDocument, { key, dates: useSettled(changed, TYPING_MS) }, { pause: !isChanged });
  const preview = isChanged ? reading.data?.previewReschedule : undefined;
  const errorOf = (field: string): string | null => {
    if (fault?.details['field'] === field) return fault.message;
    return preview?.problems.find((problem) => problem.field === field)?.message ?? null;
  };
  const change = (part: Partial<typeof dates>) => {
    setFault(null);
    setDates((before) => ({ ...before, ...part }));
  };
  const confirm = async () => {
    const { data, fault: refused } = await ask({ key, dates: { ...changed, ...(reason.trim() !== '' && { reason }) } });
    setFault(refused);
    if (!data) return;
    done(data.rescheduleMigration.status === 'PENDING' ? 'Asked for. A second operator has to approve it.' : 'The new dates apply.');
    onOpenChange(false);
  };
  const isReasonWrong = fault?.code === 'REASON_NEEDED' || fault?.details['field'] === 'reason';
  const hasOwnField = isReasonWrong || errorOf('gracePeriodStart') !== null || errorOf('mandatoryOptIn') !== null;
  return (
    <Dialog
      open
      onOpenChange={onOpenChange}
      title={`New dates for “${title}”`}
      actions={
        <>
          <Button onClick={() => onOpenChange(false)}>Leave them</Button>
          <Button look="primary" busy={busy} disabled={!isChanged} onClick={() => void confirm()}>
            {busy ? 'Saving …' : preview?.needsSecondOperator ? 'Ask for approval' : 'Reschedule'}
          </Button>
        </>
      }
    >
      {fault && !hasOwnField && <FaultNote fault={fault} />}
      <PartialDateField
        label="Start of the grace period"
        value={dates.gracePeriodStart}
        onChange={(value) => change({ gracePeriodStart: value })}
        error={errorOf('gracePeriodStart')}
      />
      <PartialDateField
        label="Mandatory opt-in"
        value={dates.mandatoryOptIn}
        onChange={(value) => change({ mandatoryOptIn: value })}
        error={errorOf('mandatoryOptIn')}
      />
      <Field
        label="Reason"
        hint={
          preview?.needsSecondOperator ? 'Needed: the second operator decides by it.' : 'Optional. It stands in the history of the dates.'
        }
        error={isReasonWrong ? fault.message : null}
      >
        <TextArea value={reason} rows={2} onChange={({ target }) => setReason(target.value)} />
      </Field>
      {isChanged && (
        <Loaded reading={reading} lines={2}>
          {({ previewReschedule }) => <Consequences preview={previewReschedule} />}
        </Loaded>
      )}
    </Dialog>
  );
}

function Consequences({ preview }: { readonly preview: NewDatesPreviewQuery['previewReschedule'] }) {
  const { needsSecondOperator, secondOperatorReason, administrators, firstMailAt, lastMailAt, reminders, timeZone, problems } = preview;
  const general = problems.filter(({ field }) => field !== 'gracePeriodStart' && field !== 'mandatoryOptIn');
  return (
    <div className={styles['consequences']} aria-live="polite">
      {general.map(({ message }) => (
        <p key={message} className={styles['problem']}>
          {message}
        </p>
      ))}
      {problems.length === 0 && (
        <>
          <p>
            <strong>{needsSecondOperator ? 'A second operator has to approve this.' : 'It applies at once.'}</strong> {secondOperatorReason}
          </p>
          <p>
            {administrators === 0 || firstMailAt === null
              ? 'Nobody is mailed about the new dates.'
              : `${countOf(administrators, 'administrator is', 'administrators are')} mailed about the new dates, each in their morning: ${between(firstMailAt, lastMailAt, timeZone)}.`}
          </p>
          <Disclosure title="Every mail from then on">
            <Reminders reminders={reminders} timeZone={timeZone} />
          </Disclosure>
        </>
      )}
    </div>
  );
}

function between(first: string, last: string | null, timeZone: string): string {
  const from = formatInstant(first, timeZone);
  return last === null || last === first ? from : `${from} to ${formatInstant(last, timeZone)}`;
}
