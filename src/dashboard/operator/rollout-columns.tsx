/** What the list of a migration's accounts shows of each. */
import { Link } from 'wouter';
import { Badge } from '../components/badge.tsx';
import { Facts } from '../components/facts.tsx';
import type { Column } from '../components/virtual-table.tsx';
import { countOf } from '../format/numbers.ts';
import { Day, Distance } from '../format/time.tsx';
import { REASON } from '../format/words.ts';
import { accountPath } from './paths.ts';
import type { RolloutAccount } from './migration.types.ts';
import styles from './rollout-accounts.module.css';
import { PLATFORM } from './words.ts';

/** The columns of the table of a migration. */
export function rolloutColumns(migration: string): readonly Column<RolloutAccount>[] {
  return [
    {
      key: 'account',
      header: 'Account',
      width: 'minmax(11rem, 3fr)',
      cell: ({ account: { id, name } }) => (
        <>
          <Link href={accountPath(id, migration)} className={styles['name']}>
            {name}
          </Link>
          <span className={styles['id']}>{id}</span>
        </>
      ),
    },
    {
      key: 'state',
      header: 'State',
      width: '9rem',
      cell: ({ state }) => <Badge tone={REASON[state.reason].tone}>{REASON[state.reason].label}</Badge>,
    },
    {
      key: 'date',
      header: 'Since or until',
      width: '11rem',
      cell: ({ state: { enabled, reason, since, deadline }, decision }) => (
        <When
          words={enabled ? 'since' : 'until'}
          instant={enabled ? since : reason === 'EXEMPT' ? (decision?.exemptUntil ?? deadline) : deadline}
        />
      ),
    },
    {
      key: 'use',
      header: 'Last use',
      width: '10rem',
      cell: ({ lastUse, state: { enabled } }) => <LastUse lastUse={lastUse} off={!enabled} />,
    },
    {
      key: 'facts',
      header: 'Runs on',
      width: 'minmax(10rem, 2fr)',
      cell: ({ account: { platform, plan, region } }) => (
        <span className="soft small">
          <Facts facts={[PLATFORM[platform], plan, region]} />
        </span>
      ),
    },
  ];
}

/** Of what the migration ends. */
function LastUse({ lastUse, off }: { readonly lastUse: RolloutAccount['lastUse']; readonly off: boolean }) {
  if (lastUse === null) return <span className="soft small">not counted</span>;
  return (
    <span className="soft small">
      {lastUse.lastUsedAt === null ? `none in ${countOf(lastUse.quietDays, 'day')}` : <Distance instant={lastUse.lastUsedAt} />}{' '}
      {off && lastUse.safeToEnable && <Badge tone="good">Safe</Badge>}
    </span>
  );
}

function When({ words, instant }: { readonly words: string; readonly instant: string | null }) {
  if (instant === null) return <span className="soft small">not set yet</span>;
  return (
    <span className="soft small">
      {words} <Day instant={instant} />
    </span>
  );
}
