/** The accounts that would notice: they used lately what a migration ends. */
import { Link } from 'wouter';
import type { OldBehaviourQuery } from '../../../schema/generated/dashboard-operator.ts';
import { OldBehaviourDocument } from '../../../schema/generated/dashboard-operator.ts';
import { useListing } from '../api/connection-pages.ts';
import { Badge } from '../components/badge.tsx';
import { Listed } from '../components/listing.tsx';
import { countOf } from '../format/numbers.ts';
import { Distance } from '../format/time.tsx';
import { REASON } from '../format/words.ts';
import styles from './old-behaviour.module.css';
import { accountPath } from './paths.ts';

const usagesOf = ({ accountsUsing }: OldBehaviourQuery) => accountsUsing;

interface OldBehaviourProps {
  readonly migration: string;
  readonly usesCounted: boolean;
}

/** Reads and lists them, latest use first. */
export function OldBehaviour({ migration, usesCounted }: OldBehaviourProps) {
  const listing = useListing(OldBehaviourDocument, { migration }, usagesOf);
  return (
    <Listed listing={listing} empty={<Nobody usesCounted={usesCounted} />}>
      {(usages) => (
        <ul>
          {usages.map(({ account, lastUsedAt, usesLast30Days, state }) => (
            <li key={account.id} className={styles['usage']}>
              <Link href={accountPath(account.id, migration)}>{account.name}</Link>
              <span className={styles['facts']}>
                <span className="small soft numeric">
                  {countOf(usesLast30Days, 'use')} in 30 days, last <Distance instant={lastUsedAt} />
                </span>
                <Badge tone={REASON[state.reason].tone}>{REASON[state.reason].label}</Badge>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Listed>
  );
}

/** That nobody was seen says something only where somebody looks. */
function Nobody({ usesCounted }: Pick<OldBehaviourProps, 'usesCounted'>) {
  if (usesCounted) return <p className="soft">No account was seen using it in the last 30 days.</p>;
  return (
    <p className="soft">
      Its uses are not counted, so nobody knows who still depends on it. The service that sees them reports them with{' '}
      <code>reportUsage</code>.
    </p>
  );
}
