/** Opts one account in, after saying what it changes, what is still to be done, and whether it can be undone. */
import { useState } from 'react';
import { ImpactDocument, OptInAccountDocument } from '../../../schema/generated/dashboard.ts';
import { useChange } from '../api/change.ts';
import type { Fault } from '../api/errors.ts';
import { useRead } from '../api/read.ts';
import { Button } from '../components/button.tsx';
import { CodeText } from '../components/code-text.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Check } from '../components/field.tsx';
import { Quoted } from '../components/quoted.tsx';
import { FaultNote, Loaded } from '../components/states.tsx';
import { useToasts } from '../components/toast.tsx';
import type { OwnAccountMigration } from './own.types.ts';
import { TodoList } from './impact.tsx';
import { Undo } from './undo.tsx';

interface OptInDialogProps {
  readonly accountMigration: OwnAccountMigration;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

/** The confirmation. Where something blocks, it has to be acknowledged by name. */
export function OptInDialog({ accountMigration: { account, migration, state }, open, onOpenChange }: OptInDialogProps) {
  const reading = useRead(ImpactDocument, { account: account.id, migration: migration.key }, { pause: !open });
  const [acknowledged, setAcknowledged] = useState(false);
  const [optIn, busy] = useChange(OptInAccountDocument);
  const [fault, setFault] = useState<Fault | null>(null);
  const { done } = useToasts();
  const undone = reading.data?.migrationImpact.todo.filter((todo) => !todo.done) ?? [];
  const blocked = undone.some(({ blocking }) => blocking);
  const change = (next: boolean) => {
    setFault(null);
    setAcknowledged(false);
    onOpenChange(next);
  };
  const confirm = async () => {
    const { fault: refused } = await optIn({ account: account.id, migration: migration.key, acknowledge: blocked && acknowledged });
    if (refused) return setFault(refused);
    done(
      <>
        Opted in to <Quoted text={migration.title} />.
      </>,
    );
    change(false);
  };
  return (
    <Dialog
      open={open}
      onOpenChange={change}
      title={
        <>
          Opt in to <Quoted text={migration.title} />?
        </>
      }
      actions={
        <>
          <Button onClick={() => change(false)}>Cancel</Button>
          <Button look="primary" busy={busy} disabled={!reading.data || (blocked && !acknowledged)} onClick={() => void confirm()}>
            {busy ? 'Opting in …' : 'Opt in'}
          </Button>
        </>
      }
    >
      {fault && <FaultNote fault={fault} />}
      <Loaded reading={reading} lines={3}>
        {({ migrationImpact: { summary } }) => (
          <>
            <p>
              <CodeText text={summary} />
            </p>
            <TodoList todo={undone} />
            <Undo reversible={migration.reversible} deadline={state.deadline} />
            {blocked && (
              <Check checked={acknowledged} onCheck={setAcknowledged}>
                I know that this is not done, and opt in all the same
              </Check>
            )}
          </>
        )}
      </Loaded>
    </Dialog>
  );
}
