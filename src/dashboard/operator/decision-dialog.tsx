/** A later deadline, or an exemption, for one account: with a reason and an end. */
import { useState } from 'react';
import { ExemptAccountUntilDocument, ExtendForAccountDocument } from '../../../schema/generated/dashboard-operator.ts';
import { useChange } from '../api/change.ts';
import type { Fault } from '../api/errors.ts';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Field, TextArea, TextInput } from '../components/field.tsx';
import { FaultNote } from '../components/states.tsx';
import { useToasts } from '../components/toast.tsx';
import { BROWSER_TIME_ZONE } from '../format/dates.ts';
import { Instant } from '../format/time.tsx';
import type { AccountMigration, OperatorAccount } from './account.types.ts';

/** What an operator can decide for an account. */
export type Decision = 'EXTEND' | 'EXEMPT';

const WORDING = {
  EXTEND: {
    title: 'Extend the deadline',
    about: 'The account has until then to opt in; its administrators go on being reminded.',
    until: 'New deadline',
    done: 'Its deadline is extended.',
  },
  EXEMPT: {
    title: 'Exempt',
    about: 'The account is left alone until then, also by reminders. After that the migration holds for it like for any other.',
    until: 'End of the exemption',
    done: 'It is exempt.',
  },
} as const;

interface DecisionDialogProps {
  readonly account: OperatorAccount;
  readonly accountMigration: AccountMigration;
  readonly decision: Decision;
  readonly onClose: () => void;
}

/** Asks for both, and says by field what the API refuses. */
export function DecisionDialog({ account, accountMigration: { migration, state }, decision, onClose }: DecisionDialogProps) {
  const wording = WORDING[decision];
  const [until, setUntil] = useState('');
  const [reason, setReason] = useState('');
  const [fault, setFault] = useState<Fault | null>(null);
  const [extend, extending] = useChange(ExtendForAccountDocument);
  const [exempt, exempting] = useChange(ExemptAccountUntilDocument);
  const { done } = useToasts();
  const busy = extending || exempting;
  const confirm = async () => {
    if (until === '') return setFault({ code: 'DATE_NEEDED', message: 'Say until when.', details: { field: 'until' } });
    const at = new Date(until);
    // Fields for dates take years that no date has.
    if (Number.isNaN(at.getTime()))
      return setFault({ code: 'INVALID_DATE', message: 'Write the year with four digits.', details: { field: 'until' } });
    const input = { account: account.id, migration: migration.key, until: at.toISOString(), reason };
    const { fault: refused } = await (decision === 'EXTEND' ? extend(input) : exempt(input));
    setFault(refused);
    if (refused) return;
    done(
      <>
        <bdi>{account.name}</bdi>: {wording.done}
      </>,
    );
    onClose();
  };
  const errorOf = (field: string, codes: readonly string[]) =>
    fault && (fault.details['field'] === field || codes.includes(fault.code)) ? fault.message : null;
  const untilError = errorOf('until', ['DATE_NEEDED', 'DATE_IN_PAST']);
  const reasonError = errorOf('reason', ['REASON_NEEDED']);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`${wording.title}: ${account.name}`}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" busy={busy} onClick={() => void confirm()}>
            {busy ? 'Saving …' : wording.title}
          </Button>
        </>
      }
    >
      {fault && untilError === null && reasonError === null && <FaultNote fault={fault} />}
      <p>
        “<bdi>{migration.title}</bdi>”. {wording.about}
      </p>
      {state.deadline !== null && (
        <p className="soft small">
          At present it is mandatory for this account on <Instant instant={state.deadline} />.
        </p>
      )}
      <Field label={wording.until} hint={`In your time zone, ${BROWSER_TIME_ZONE.replaceAll('_', ' ')}.`} error={untilError}>
        <TextInput type="datetime-local" max="9999-12-31T23:59" value={until} onChange={({ target }) => setUntil(target.value)} />
      </Field>
      <Field label="Reason" hint="It stands in the event log." error={reasonError}>
        <TextArea value={reason} rows={3} onChange={({ target }) => setReason(target.value)} />
      </Field>
    </Dialog>
  );
}
