/** Opts in at once all accounts of the board for which nothing stands in the way. */
import { useState } from 'react';
import { OptInReadyAccountsDocument } from '../../../schema/generated/dashboard.ts';
import { useChange } from '../api/change.ts';
import type { Fault } from '../api/errors.ts';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Quoted } from '../components/quoted.tsx';
import { FaultNote } from '../components/states.tsx';
import { useToasts } from '../components/toast.tsx';
import { countOf, formatCount } from '../format/numbers.ts';
import styles from './opt-in-ready.module.css';
import type { Standing } from './own.types.ts';
import { Undo } from './undo.tsx';

interface OptInReadyDialogProps {
  readonly standing: Standing;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

/** Asks first, naming the accounts and whether it can be undone. */
export function OptInReadyDialog({ standing: { migration, ready: total, accounts }, open, onOpenChange }: OptInReadyDialogProps) {
  const [optIn, busy] = useChange(OptInReadyAccountsDocument);
  const [fault, setFault] = useState<Fault | null>(null);
  const { done } = useToasts();
  const ready = accounts.edges.flatMap(({ node }) => (node.ready ? [node.accountMigration.account] : []));
  const confirm = async () => {
    const { data, fault: refused } = await optIn({ accounts: ready.map(({ id }) => id), migration: migration.key });
    if (refused) return setFault(refused);
    const refusals = data.optInAccounts.filter(({ error }) => error !== null);
    const count = data.optInAccounts.length - refusals.length;
    if (count > 0)
      done(
        <>
          {countOf(count, 'account')} opted in to <Quoted text={migration.title} />.
        </>,
      );
    const [first] = refusals;
    if (!first?.error) return onOpenChange(false);
    setFault({
      code: first.error.code,
      message: `${countOf(refusals.length, 'account was', 'accounts were')} refused. ${first.account}: ${first.error.message}`,
      details: {},
    });
  };
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        setFault(null);
        onOpenChange(next);
      }}
      title={
        <>
          Opt in {countOf(ready.length, 'account')} to <Quoted text={migration.title} />?
        </>
      }
      actions={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button look="primary" busy={busy} onClick={() => void confirm()}>
            {busy ? 'Opting in …' : `Opt in ${countOf(ready.length, 'account')}`}
          </Button>
        </>
      }
    >
      {fault && <FaultNote fault={fault} />}
      <p>Nothing stands in the way of these: none of them has used the old behaviour lately, or what was to do is done.</p>
      {ready.length < total && (
        <p>
          These are the first {formatCount(ready.length)} of {formatCount(total)}; the next follow once these are done.
        </p>
      )}
      <ul className={styles['names']}>
        {ready.map(({ id, name }) => (
          <li key={id}>{name}</li>
        ))}
      </ul>
      <Undo reversible={migration.reversible} deadline={migration.mandatoryAt} />
    </Dialog>
  );
}
