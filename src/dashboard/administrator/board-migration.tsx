/** How an administrator's accounts stand to one migration. */
import { useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import { Badge } from '../components/badge.tsx';
import { Button } from '../components/button.tsx';
import { Meter } from '../components/meter.tsx';
import { formatPartial } from '../format/dates.ts';
import { countOf, formatCount } from '../format/numbers.ts';
import { useTimeZone } from '../format/time-zone.ts';
import { Distance, Instant } from '../format/time.tsx';
import { LIFECYCLE, SEVERITY } from '../format/words.ts';
import { OptInReady } from './opt-in-ready.tsx';
import type { BoardAccount, Standing } from './own.types.ts';
import { accountPath } from './paths.ts';
import styles from './board-migration.module.css';

/** The rest is a click away, so that the next migration stays in sight. */
const SHOWN = 5;

interface BoardMigrationCardProps {
  readonly standing: Standing;
}

/** One card of the board; an address that ends with its key leads to it. */
export function BoardMigrationCard({ standing }: BoardMigrationCardProps) {
  const { migration, affected, done, notStarted, exempt } = standing;
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    if (decodeURIComponent(location.hash.slice(1)) === migration.key) card.current?.scrollIntoView();
  }, [migration.key]);
  const severity = SEVERITY[migration.severity];
  const lifecycle = LIFECYCLE[migration.state];
  return (
    <article ref={card} className={styles['card']} aria-labelledby={`title-${migration.key}`}>
      <header className={styles['header']}>
        <p className={styles['badges']}>
          <Badge tone={lifecycle.tone}>{lifecycle.label}</Badge>
          <Badge tone={severity.tone}>{severity.label} severity</Badge>
        </p>
        <h2 id={`title-${migration.key}`}>{migration.title}</h2>
        <Deadline standing={standing} />
      </header>
      <div className={styles['progress']}>
        <Meter label={`Accounts on which “${migration.title}” is on`} value={done} max={affected} />
        <p className="small soft numeric">
          On for {formatCount(done)} of {countOf(affected, 'account')}
          {notStarted > 0 && ` · ${formatCount(notStarted)} not started`}
          {exempt > 0 && ` · ${formatCount(exempt)} exempt`}
        </p>
      </div>
      <OpenAccounts standing={standing} />
      <OptInReady standing={standing} />
    </article>
  );
}

function Deadline({ standing: { migration, nextDeadline } }: BoardMigrationCardProps) {
  const timeZone = useTimeZone();
  if (nextDeadline === null) {
    const date = formatPartial(migration.mandatoryOptIn, migration.mandatoryAt, timeZone);
    return <p className={styles['deadline']}>{migration.mandatoryOptIn === 'TBD' ? 'Its deadline is not set yet' : `Mandatory ${date}`}</p>;
  }
  return (
    <p className={styles['deadline']}>
      <strong>
        Mandatory <Distance instant={nextDeadline} />
      </strong>{' '}
      <span className="soft">
        <Instant instant={nextDeadline} />
      </span>
    </p>
  );
}

function OpenAccounts({ standing: { migration, affected, done, open, accounts } }: BoardMigrationCardProps) {
  const [all, setAll] = useState(false);
  const rows = accounts.edges.map(({ node }) => node);
  if (rows.length === 0)
    return <p className="soft">{done === affected ? 'It is on for all of your accounts.' : 'Nothing to do at the moment.'}</p>;
  return (
    <div>
      <ul className={styles['accounts']}>
        {rows.slice(0, all ? undefined : SHOWN).map((row) => (
          <OpenAccount key={row.accountMigration.account.id} migration={migration} account={row} />
        ))}
      </ul>
      {!all && rows.length > SHOWN && (
        <div className={styles['all']}>
          <Button look="quiet" onClick={() => setAll(true)}>
            Show all {formatCount(rows.length)}
            <span className="visually-hidden"> open accounts of {migration.title}</span>
          </Button>
        </div>
      )}
      {all && accounts.pageInfo.hasNextPage && (
        <p className="small soft">
          These are the first {formatCount(rows.length)} of {formatCount(open)}. <Link href="/accounts">Search among all accounts</Link>
        </p>
      )}
    </div>
  );
}

interface OpenAccountProps {
  readonly migration: Standing['migration'];
  readonly account: BoardAccount;
}

function OpenAccount({ migration, account: { ready, safeToEnable, usesLast30Days, accountMigration } }: OpenAccountProps) {
  const { id, name } = accountMigration.account;
  return (
    <li className={styles['account']}>
      <Link href={accountPath(id, migration.key)}>{name}</Link>
      <span className={styles['advice']}>
        {usesLast30Days > 0 && <span className="small soft numeric">{countOf(usesLast30Days, 'use')} in 30 days</span>}
        {!ready && <Badge tone="warn">Look first</Badge>}
        {ready && safeToEnable && <Badge tone="good">Safe now</Badge>}
        {ready && !safeToEnable && <Badge tone="neutral">{migration.usesCounted ? 'Nothing blocks' : 'Uses not counted'}</Badge>}
      </span>
    </li>
  );
}
