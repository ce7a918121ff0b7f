/** What an operator can do with a migration in its present state. */
import { useState } from 'react';
import { Button, ButtonLink } from '../components/button.tsx';
import { LifecycleDialog, type LifecycleStep } from './lifecycle-dialog.tsx';
import type { OperatorMigration } from './migration.types.ts';
import { editPath } from './paths.ts';
import { RescheduleDialog } from './reschedule-dialog.tsx';

type Asked = LifecycleStep | 'RESCHEDULE' | null;

/** Buttons, each with a dialog that says what follows. */
export function MigrationActions({ migration }: { readonly migration: OperatorMigration }) {
  const [asked, setAsked] = useState<Asked>(null);
  const { key, state } = migration;
  const close = (open: boolean) => {
    if (!open) setAsked(null);
  };
  const isBefore = state === 'DRAFT' || state === 'ANNOUNCED' || state === 'GRACE_PERIOD';
  return (
    <>
      {state === 'DRAFT' && (
        <Button look="primary" onClick={() => setAsked('ANNOUNCE')}>
          Announce …
        </Button>
      )}
      {isBefore && <Button onClick={() => setAsked('RESCHEDULE')}>Reschedule …</Button>}
      {state !== 'CANCELLED' && <ButtonLink to={editPath(key)}>Edit</ButtonLink>}
      {state === 'DRAFT' && (
        <Button look="danger" onClick={() => setAsked('ENFORCE')}>
          Enforce at once …
        </Button>
      )}
      {isBefore && (
        <Button look="danger" onClick={() => setAsked('CANCEL')}>
          Cancel …
        </Button>
      )}
      <LifecycleDialog migration={migration} step={asked === 'RESCHEDULE' ? null : asked} onClose={() => setAsked(null)} />
      <RescheduleDialog migration={migration} open={asked === 'RESCHEDULE'} onOpenChange={close} />
    </>
  );
}
