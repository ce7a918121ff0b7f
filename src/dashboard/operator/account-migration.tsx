/** One migration for one account, as an operator decides about it. */
import { useEffect, useRef } from 'react';
import { Link } from 'wouter';
import { Badge } from '../components/badge.tsx';
import { Button } from '../components/button.tsx';
import { Distance, Instant } from '../format/time.tsx';
import { EVENT, LIFECYCLE, REASON } from '../format/words.ts';
import type { AccountMigration } from './account.types.ts';
import styles from './account.module.css';
import type { Decision } from './decision-dialog.tsx';
import { migrationPath } from './paths.ts';

interface AccountMigrationRowProps {
  readonly accountMigration: AccountMigration;
  readonly onDecide: (decision: Decision) => void;
}

/** One row; an address that ends with the key of the migration leads to it. */
export function AccountMigrationRow({ accountMigration, onDecide }: AccountMigrationRowProps) {
  const { migration, state } = accountMigration;
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (decodeURIComponent(location.hash.slice(1)) === migration.key) row.current?.scrollIntoView();
  }, [migration.key]);
  // What is on stays on, and what is over needs no decision.
  const isDecidable = !state.enabled && migration.state !== 'CANCELLED';
  return (
    <li ref={row} className={styles['migration']}>
      <div className={styles['what']}>
        <p className={styles['badges']}>
          <Badge tone={REASON[state.reason].tone}>{REASON[state.reason].label}</Badge>
          {migration.state !== 'GRACE_PERIOD' && <Badge tone={LIFECYCLE[migration.state].tone}>{LIFECYCLE[migration.state].label}</Badge>}
        </p>
        <Link href={migrationPath(migration.key)} className={styles['title']}>
          {migration.title}
        </Link>
        <Dates accountMigration={accountMigration} />
        <LastDecision accountMigration={accountMigration} />
      </div>
      {isDecidable && (
        <div className={styles['decide']}>
          {/* What has no deadline has none to extend. */}
          {state.deadline !== null && (
            <Button onClick={() => onDecide('EXTEND')}>
              Extend deadline …<span className="visually-hidden"> of {migration.title}</span>
            </Button>
          )}
          <Button onClick={() => onDecide('EXEMPT')}>
            Exempt …<span className="visually-hidden"> from {migration.title}</span>
          </Button>
        </div>
      )}
    </li>
  );
}

function Dates({ accountMigration: { migration, state, decision } }: Pick<AccountMigrationRowProps, 'accountMigration'>) {
  if (state.enabled)
    return state.since === null ? null : (
      <p className="small">
        On since <Instant instant={state.since} />
      </p>
    );
  if (state.reason === 'EXEMPT' && decision?.exemptUntil)
    return (
      <p className="small">
        Left alone until <Instant instant={decision.exemptUntil} />, <Distance instant={decision.exemptUntil} />
      </p>
    );
  if (state.deadline === null)
    return <p className="small soft">Its deadline is {migration.mandatoryOptIn === 'TBD' ? 'not set yet' : migration.mandatoryOptIn}</p>;
  return (
    <p className="small">
      Mandatory{state.deadline !== migration.mandatoryAt && ' for this account'} <Instant instant={state.deadline} />,{' '}
      <Distance instant={state.deadline} />
    </p>
  );
}

function LastDecision({ accountMigration: { lastDecision } }: Pick<AccountMigrationRowProps, 'accountMigration'>) {
  if (lastDecision === null) return null;
  const { type, actor, at, data } = lastDecision;
  const reason = data['reason'];
  return (
    <p className="small soft">
      {EVENT[type]} by <bdi>{actor}</bdi> <Distance instant={at} />
      {typeof reason === 'string' && reason !== '' && <>: “{reason}”</>}
    </p>
  );
}
