/** Announcing, enforcing and cancelling: each asked once more, saying what follows and whether there is a way back. */
import { type ReactNode, useState } from 'react';
import {
  AnnounceCatalogueMigrationDocument,
  CancelCatalogueMigrationDocument,
  EnforceCatalogueMigrationDocument,
} from '../../../schema/generated/dashboard-operator.ts';
import { useChange } from '../api/change.ts';
import type { Fault } from '../api/errors.ts';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Field, TextArea } from '../components/field.tsx';
import { Quoted } from '../components/quoted.tsx';
import { FaultNote } from '../components/states.tsx';
import { useToasts } from '../components/toast.tsx';
import { countOf } from '../format/numbers.ts';
import type { OperatorMigration } from './migration.types.ts';

/** What can be asked for. */
export type LifecycleStep = 'ANNOUNCE' | 'ENFORCE' | 'CANCEL';

interface Wording {
  readonly title: (title: ReactNode) => ReactNode;
  readonly button: string;
  readonly busy: string;
  readonly done: (title: ReactNode) => ReactNode;
  /** What is asked for as a reason; null where none is needed. */
  readonly reason: string | null;
}

const WORDING: Readonly<Record<LifecycleStep, Wording>> = {
  ANNOUNCE: {
    title: (title) => <>Announce {title}?</>,
    button: 'Announce',
    busy: 'Announcing …',
    done: (title) => <>{title} is announced.</>,
    reason: null,
  },
  ENFORCE: {
    title: (title) => <>Enforce {title} at once?</>,
    button: 'Enforce now',
    busy: 'Enforcing …',
    done: (title) => <>{title} is mandatory now.</>,
    reason: 'Why it cannot wait',
  },
  CANCEL: {
    title: (title) => <>Cancel {title}?</>,
    button: 'Cancel migration',
    busy: 'Cancelling …',
    done: (title) => <>{title} is cancelled.</>,
    reason: 'Why it is taken back',
  },
};

interface LifecycleDialogProps {
  readonly migration: OperatorMigration;
  /** Null while nothing is asked. */
  readonly step: LifecycleStep | null;
  readonly onClose: () => void;
}

/** One dialog for the three. */
export function LifecycleDialog({ migration, step, onClose }: LifecycleDialogProps) {
  // It fades out with the words it had.
  const [shown, setShown] = useState<LifecycleStep>('ANNOUNCE');
  if (step !== null && step !== shown) setShown(step);
  const [announce, announcing] = useChange(AnnounceCatalogueMigrationDocument);
  const [enforce, enforcing] = useChange(EnforceCatalogueMigrationDocument);
  const [cancel, cancelling] = useChange(CancelCatalogueMigrationDocument);
  const [reason, setReason] = useState('');
  const [fault, setFault] = useState<Fault | null>(null);
  const { done } = useToasts();
  const { key, title } = migration;
  const wording = WORDING[shown];
  const busy = announcing || enforcing || cancelling;
  const close = () => {
    setFault(null);
    onClose();
  };
  const confirm = async () => {
    const refused = {
      ANNOUNCE: async () => (await announce({ key })).fault,
      ENFORCE: async () => (await enforce({ key, reason })).fault,
      CANCEL: async () => (await cancel({ key, reason })).fault,
    };
    const why = await refused[shown]();
    setFault(why);
    if (why) return;
    setReason('');
    done(wording.done(<Quoted text={title} />));
    close();
  };
  const isReasonWrong = fault?.details['field'] === 'reason' || fault?.code === 'REASON_NEEDED';
  return (
    <Dialog
      open={step !== null}
      onOpenChange={(open) => !open && close()}
      title={wording.title(<Quoted text={title} />)}
      actions={
        <>
          <Button onClick={close}>Not now</Button>
          <Button look={shown === 'ANNOUNCE' ? 'primary' : 'danger'} busy={busy} onClick={() => void confirm()}>
            {busy ? wording.busy : wording.button}
          </Button>
        </>
      }
    >
      {fault && !isReasonWrong && <FaultNote fault={fault} />}
      <Consequences migration={migration} step={shown} />
      {wording.reason !== null && (
        <Field label={wording.reason} hint="It stands in the event log." error={isReasonWrong ? fault.message : null}>
          <TextArea value={reason} rows={3} onChange={({ target }) => setReason(target.value)} />
        </Field>
      )}
    </Dialog>
  );
}

function Consequences({ migration, step }: { readonly migration: OperatorMigration; readonly step: LifecycleStep }) {
  const accounts = countOf(migration.progress.affected, 'account');
  switch (step) {
    case 'ANNOUNCE':
      return (
        <p>
          It appears on the public page, and its dates become promises to {accounts}: shortening them later takes a second operator. It
          cannot become a draft again.
        </p>
      );
    case 'ENFORCE':
      return (
        <p>
          It is on for {accounts} from this moment, without a grace period. <strong>This cannot be undone.</strong>
        </p>
      );
    case 'CANCEL':
      return (
        <p>
          It moves no account any more, also none of those that opted in, and reminders stop. <strong>This cannot be undone.</strong>
        </p>
      );
  }
}
