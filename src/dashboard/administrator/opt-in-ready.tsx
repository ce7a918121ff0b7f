/** Opts in at once all accounts of a card that can go ahead: first those that are safe, then those that nothing blocks. */
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

/** What somebody is asked about: it stays while they are, whatever is read meanwhile. */
interface Asked {
  readonly accounts: readonly { readonly id: string; readonly name: string }[];
  /** Of how many these are the first. */
  readonly total: number;
  readonly knowledge: Knowledge;
}

/** What is known of them all. */
type Knowledge = 'SAFE' | 'UNBLOCKED' | 'NOT_COUNTED';

const ABOUT: Readonly<Record<Knowledge, string>> = {
  // After so many days the service calls an account safe to enable.
  SAFE: 'None of these used the old behaviour in the last 35 days, and nothing stands in their way.',
  UNBLOCKED:
    'Nothing blocks these, but they are not known to be safe: that takes 35 days in which uses are counted and there is none. Look at an account to see when it last used the old behaviour.',
  NOT_COUNTED:
    'How often the old behaviour is used is not counted, so nobody knows whether these still depend on it. Ask whoever runs them first.',
};

const NOBODY: Asked = { accounts: [], total: 0, knowledge: 'SAFE' };

/** The button, where there is any such account, and what it asks. */
export function OptInReady({ standing }: { readonly standing: Standing }) {
  const [asked, setAsked] = useState<Asked>(NOBODY);
  const [open, setOpen] = useState(false);
  const { safe, ready } = standing;
  const ask = () => {
    setAsked(askedOf(standing));
    setOpen(true);
  };
  return (
    <>
      {ready > 0 && (
        <div className={styles['action']}>
          <Button onClick={ask}>Opt in {safe > 0 ? countOf(safe, 'safe account') : countOf(ready, 'account')} …</Button>
        </div>
      )}
      <OptInReadyDialog migration={standing.migration} asked={asked} onAsk={setAsked} open={open} onClose={() => setOpen(false)} />
    </>
  );
}

function askedOf({ migration, safe, ready, accounts }: Standing): Asked {
  const nodes = accounts.edges.map(({ node }) => node);
  return {
    accounts: nodes.filter((node) => (safe > 0 ? node.safeToEnable : node.ready)).map(({ accountMigration }) => accountMigration.account),
    total: safe > 0 ? safe : ready,
    knowledge: safe > 0 ? 'SAFE' : migration.usesCounted ? 'UNBLOCKED' : 'NOT_COUNTED',
  };
}

interface OptInReadyDialogProps {
  readonly migration: Standing['migration'];
  readonly asked: Asked;
  /** Called with those that are left where some were refused. */
  readonly onAsk: (asked: Asked) => void;
  readonly open: boolean;
  readonly onClose: () => void;
}

/** Names the accounts, and says whether it can be undone. */
function OptInReadyDialog({ migration, asked, onAsk, open, onClose }: OptInReadyDialogProps) {
  const [optIn, busy] = useChange(OptInReadyAccountsDocument);
  const [fault, setFault] = useState<Fault | null>(null);
  const { done } = useToasts();
  const { accounts, total, knowledge } = asked;
  const close = () => {
    setFault(null);
    onClose();
  };
  const confirm = async () => {
    const { data, fault: refused } = await optIn({ accounts: accounts.map(({ id }) => id), migration: migration.key });
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
    if (!first?.error) return close();
    const refusedIds = new Set(refusals.map(({ account }) => account));
    onAsk({ accounts: accounts.filter(({ id }) => refusedIds.has(id)), total: refusals.length, knowledge });
    setFault({
      code: first.error.code,
      message: `${countOf(refusals.length, 'account was', 'accounts were')} refused. ${first.account}: ${first.error.message}`,
      details: {},
    });
  };
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => !next && close()}
      title={
        <>
          Opt in {countOf(accounts.length, 'account')} to <Quoted text={migration.title} />?
        </>
      }
      actions={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button look="primary" busy={busy} onClick={() => void confirm()}>
            {busy ? 'Opting in …' : `Opt in ${countOf(accounts.length, 'account')}`}
          </Button>
        </>
      }
    >
      {fault && <FaultNote fault={fault} />}
      <p>{ABOUT[knowledge]}</p>
      {accounts.length < total && (
        <p>
          These are the first {formatCount(accounts.length)} of {formatCount(total)}; the next follow once these are done.
        </p>
      )}
      <ul className={styles['names']}>
        {accounts.map(({ id, name }) => (
          <li key={id}>{name}</li>
        ))}
      </ul>
      <Undo reversible={migration.reversible} deadline={migration.mandatoryAt} />
    </Dialog>
  );
}
