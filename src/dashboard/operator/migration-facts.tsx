/** What is fixed about a migration: its dates and whom it touches. */
import { Link } from 'wouter';
import { formatCount } from '../format/numbers.ts';
import { Instant } from '../format/time.tsx';
import { MigrationDate } from './migration-date.tsx';
import type { OperatorMigration } from './migration.types.ts';
import styles from './migration.module.css';
import { logPath } from './paths.ts';
import { PLATFORM } from './words.ts';

/** A list of terms. */
export function MigrationFacts({ migration }: { readonly migration: OperatorMigration }) {
  const { key, state, announcedAt, createdAt, guideUrl, reversible, progress } = migration;
  const isOpen = state !== 'MANDATORY' && state !== 'CANCELLED';
  return (
    <dl className={styles['facts']}>
      <dt>Grace from</dt>
      <dd>
        <MigrationDate
          partial={migration.gracePeriodStart}
          instant={migration.graceStartsAt}
          isOpen={state === 'ANNOUNCED' || state === 'DRAFT'}
        />
      </dd>
      <dt>Mandatory</dt>
      <dd>
        <MigrationDate partial={migration.mandatoryOptIn} instant={migration.mandatoryAt} isOpen={isOpen} />
      </dd>
      <dt>Announced</dt>
      <dd>
        {announcedAt === null ? (
          <>
            not yet; created <Instant instant={createdAt} />
          </>
        ) : (
          <Instant instant={announcedAt} />
        )}
      </dd>
      <dt>Touches</dt>
      <dd>
        {reachOf(migration)} <span className="soft numeric">({formatCount(progress.affected)})</span>
      </dd>
      <dt>Opting out</dt>
      <dd>{reversible ? 'possible until the deadline' : 'not possible'}</dd>
      {guideUrl !== null && (
        <>
          <dt>Guide</dt>
          <dd>
            <a href={guideUrl} rel="noreferrer" target="_blank">
              {guideUrl}
              <span className="visually-hidden"> (opens a new tab)</span>
            </a>
          </dd>
        </>
      )}
      <dt>Events</dt>
      <dd>
        <Link href={logPath({ migration: key })}>Who did what when</Link>
      </dd>
    </dl>
  );
}

function reachOf({ affects: { platforms, builtInEmailOnly, listedOnly, attributes } }: OperatorMigration): string {
  const conditions = [
    ...platforms.map((platform) => `on ${PLATFORM[platform].toLowerCase()}`),
    ...(builtInEmailOnly ? ['with the built-in email provider'] : []),
    ...(listedOnly ? ['on its list'] : []),
    ...Object.entries(attributes).map(([name, value]) => `${name} = ${typeof value === 'string' ? value : JSON.stringify(value)}`),
  ];
  return conditions.length === 0 ? 'all accounts' : `accounts ${conditions.join(', ')}`;
}
