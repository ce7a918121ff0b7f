/** The catalogue: every migration with where it stands and how far it is, as both change. */
import { Link } from 'wouter';
import type { CatalogueQuery, LifecycleState } from '../../../schema/generated/dashboard-operator.ts';
import { AnyDecisionDocument, CatalogueDocument, CatalogueMigrationChangedDocument } from '../../../schema/generated/dashboard-operator.ts';
import { useListing } from '../api/connection-pages.ts';
import { useLive } from '../api/live.ts';
import { Badge } from '../components/badge.tsx';
import { ButtonLink } from '../components/button.tsx';
import { Listed } from '../components/listing.tsx';
import { Meter } from '../components/meter.tsx';
import { Empty } from '../components/states.tsx';
import { countOf, formatCount, formatPercent } from '../format/numbers.ts';
import { LIFECYCLE, SEVERITY } from '../format/words.ts';
import { Page } from '../shell/page.tsx';
import { useAddressChoice } from './address.ts';
import { MigrationDate } from './migration-date.tsx';
import styles from './migrations.module.css';
import { migrationPath, NEW_MIGRATION } from './paths.ts';
import { Pills } from './pills.tsx';
import rows from './rows.module.css';
import { useGathered } from '../api/timing.ts';

type CatalogueMigration = CatalogueQuery['migrations']['edges'][number]['node'];

/** Decisions come one by one and are shown in sums. In ms. */
const GATHER_MS = 500;

const FILTERS = ['ALL', 'OPEN', 'DRAFT', 'MANDATORY', 'CANCELLED'] as const;
type Filter = (typeof FILTERS)[number];

const FILTER: Readonly<Record<Filter, { readonly label: string; readonly states: readonly LifecycleState[] | null }>> = {
  ALL: { label: 'All', states: null },
  OPEN: { label: 'Under way', states: ['ANNOUNCED', 'GRACE_PERIOD'] },
  DRAFT: { label: 'Drafts', states: ['DRAFT'] },
  MANDATORY: { label: 'Mandatory', states: ['MANDATORY'] },
  CANCELLED: { label: 'Cancelled', states: ['CANCELLED'] },
};

const catalogueOf = ({ migrations }: CatalogueQuery) => migrations;

/** The page. */
export function Migrations() {
  const [filter, setFilter] = useAddressChoice<Filter>('show', FILTERS);
  const listing = useListing(CatalogueDocument, { states: FILTER[filter].states }, catalogueOf);
  const reread = useGathered(listing.reread, GATHER_MS);
  useLive(CatalogueMigrationChangedDocument, {}, { onMessage: reread, reread });
  useLive(AnyDecisionDocument, {}, { onMessage: reread, reread });
  return (
    <Page
      title="Migrations"
      lead="Every breaking change, newest first, and how far its accounts have come."
      actions={
        <ButtonLink to={NEW_MIGRATION} look="primary">
          New migration
        </ButtonLink>
      }
    >
      <Pills
        label="Which migrations"
        value={filter}
        onChoose={setFilter}
        options={FILTERS.map((value) => ({ value, label: FILTER[value].label }))}
      />
      <Listed
        listing={listing}
        empty={filter === 'ALL' ? <NoMigrations /> : <Empty title={`None is there under “${FILTER[filter].label}”.`} />}
      >
        {(migrations) => (
          <ul className={rows['list']}>
            {migrations.map((migration) => (
              <Row key={migration.key} migration={migration} />
            ))}
          </ul>
        )}
      </Listed>
    </Page>
  );
}

function NoMigrations() {
  return (
    <Empty title="There is no migration yet.">
      <p>Write the first: it stays a draft that only operators see until you announce it.</p>
    </Empty>
  );
}

function Row({ migration }: { readonly migration: CatalogueMigration }) {
  const { key, title, severity, state, reschedules } = migration;
  return (
    <li className={`${rows['row']} ${styles['row']}`}>
      <div className={styles['what']}>
        <p className={rows['badges']}>
          <Badge tone={LIFECYCLE[state].tone}>{LIFECYCLE[state].label}</Badge>
          <Badge tone={SEVERITY[severity].tone}>{SEVERITY[severity].label} severity</Badge>
          {reschedules.some(({ status }) => status === 'PENDING') && <Badge tone="warn">New dates await approval</Badge>}
        </p>
        <Link href={migrationPath(key)} className={rows['name']}>
          {title}
        </Link>
        <p className="soft small">
          <code>{key}</code>
        </p>
      </div>
      <dl className={styles['dates']}>
        <dt>Grace from</dt>
        <dd>
          <MigrationDate partial={migration.gracePeriodStart} instant={migration.graceStartsAt} />
        </dd>
        <dt>Mandatory</dt>
        <dd>
          <MigrationDate
            partial={migration.mandatoryOptIn}
            instant={migration.mandatoryAt}
            isOpen={state !== 'MANDATORY' && state !== 'CANCELLED'}
          />
        </dd>
      </dl>
      <Progress migration={migration} />
    </li>
  );
}

function Progress({ migration: { title, state, progress } }: { readonly migration: CatalogueMigration }) {
  const { affected, pending, percent } = progress;
  if (state === 'CANCELLED') return <p className={`${styles['progress']} soft small`}>It moves no account any more.</p>;
  if (state === 'DRAFT') return <p className={`${styles['progress']} soft small`}>Would touch {countOf(affected, 'account')}.</p>;
  const on = affected - pending - progress.extended - progress.exempt;
  return (
    <div className={styles['progress']}>
      <p className={styles['percent']}>
        <strong>{formatPercent(percent)}</strong>
        <span className="soft small">{affected === 0 ? 'touches nobody' : `${formatCount(pending)} to go`}</span>
      </p>
      <Meter label={`Accounts on which “${title}” is on`} value={on} max={affected} />
      <p className="soft small">
        On for {formatCount(on)} of {countOf(affected, 'account')}
      </p>
    </div>
  );
}
