/** The accounts of a migration, however many: filtered, searched, exported; with their states as they change. */
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Reason, RolloutAccountsQuery, Standing } from '../../../schema/generated/dashboard-operator.ts';
import {
  CatalogueMigrationChangedDocument,
  RolloutAccountChangedDocument,
  RolloutAccountsDocument,
} from '../../../schema/generated/dashboard-operator.ts';
import { useListing } from '../api/connection-pages.ts';
import { useLive } from '../api/live.ts';
import { Field, TextInput } from '../components/field.tsx';
import { Empty, FaultNote, Skeleton } from '../components/states.tsx';
import { VirtualTable } from '../components/virtual-table.tsx';
import { countOf } from '../format/numbers.ts';
import { useAddressChoice, useAddressText } from './address.ts';
import type { RolloutAccount } from './migration.types.ts';
import { Pills } from './pills.tsx';
import styles from './rollout-accounts.module.css';
import { rolloutColumns } from './rollout-columns.tsx';
import rows from './rows.module.css';
import { useGathered } from '../api/timing.ts';

type State = RolloutAccount['state'];

const FILTERS = ['OPEN', 'PENDING', 'OPTED_OUT', 'EXTENDED', 'EXEMPT', 'QUIET', 'USED', 'DONE', 'ALL'] as const;
type Filter = (typeof FILTERS)[number];

/** What a filter asks for. */
interface Asked {
  readonly standing: Standing;
  readonly reasons: readonly Reason[] | null;
  readonly quietForDays?: number;
  readonly usedWithinDays?: number;
}

const FILTER: Readonly<Record<Filter, { readonly label: string; readonly asked: Asked }>> = {
  OPEN: { label: 'Still off', asked: { standing: 'OPEN', reasons: null } },
  PENDING: { label: 'Undecided', asked: { standing: 'OPEN', reasons: ['PENDING', 'NOT_STARTED'] } },
  OPTED_OUT: { label: 'Opted out', asked: { standing: 'OPEN', reasons: ['OPTED_OUT'] } },
  EXTENDED: { label: 'Extended', asked: { standing: 'OPEN', reasons: ['EXTENDED'] } },
  EXEMPT: { label: 'Exempt', asked: { standing: 'OPEN', reasons: ['EXEMPT'] } },
  // After so many days the service calls an account safe to enable.
  QUIET: { label: 'Quiet for 35 days', asked: { standing: 'OPEN', reasons: null, quietForDays: 35 } },
  USED: { label: 'Used in 30 days', asked: { standing: 'OPEN', reasons: null, usedWithinDays: 30 } },
  DONE: { label: 'On', asked: { standing: 'DONE', reasons: null } },
  ALL: { label: 'All', asked: { standing: 'ALL', reasons: null } },
};

/** Changes are drawn at most so often. In ms. */
const DRAW_MS = 250;

const NONE: ReadonlyMap<string, State> = new Map();

const accountsOf = ({ migrationAccounts }: RolloutAccountsQuery) => migrationAccounts;

const idOf = ({ account }: RolloutAccount) => account.id;

/** The list with what narrows it. Accounts that change stay where they are, so that nothing moves under a pointer. */
export function RolloutAccounts({ migration }: { readonly migration: string }) {
  const [filter, setFilter] = useAddressChoice<Filter>('accounts', FILTERS);
  const search = useAddressText('search');
  const { asked } = FILTER[filter];
  const variables = { migration, ...asked, search: search.settled === '' ? null : search.settled };
  const listing = useListing(RolloutAccountsDocument, variables, accountsOf);
  const { states, reread } = useStates(migration, JSON.stringify(variables), listing.reread);
  const nodes = useMemo(() => withStates(listing.nodes, states), [listing.nodes, states]);
  const columns = useMemo(() => rolloutColumns(migration), [migration]);
  return (
    <div className={styles['accounts']}>
      <div className={rows['filters']}>
        <Pills
          label="Which accounts"
          value={filter}
          onChoose={setFilter}
          options={FILTERS.map((value) => ({ value, label: FILTER[value].label }))}
        />
        <div className={rows['search']}>
          <Field label="Search among them">
            <TextInput
              type="search"
              value={search.typed}
              placeholder="Name or beginning of an id"
              onChange={({ target }) => search.type(target.value)}
            />
          </Field>
        </div>
      </div>
      {listing.fault && <FaultNote fault={listing.fault} onRetry={reread} />}
      {nodes === undefined && !listing.fault && <Skeleton lines={6} />}
      {nodes?.length === 0 && !listing.hasMore && (
        <Empty
          title={search.settled === '' ? `None is there under “${FILTER[filter].label}”.` : `None of these matches “${search.settled}”.`}
        />
      )}
      {nodes !== undefined && (nodes.length > 0 || listing.hasMore) && (
        <VirtualTable
          label="Accounts of this migration"
          columns={columns}
          rows={nodes}
          rowKey={idOf}
          total={listing.hasMore ? null : nodes.length}
          hasMore={listing.hasMore && !listing.busy && !listing.fault}
          onMore={listing.more}
        />
      )}
      <div className={styles['foot']}>
        <p className="soft small numeric" role="status">
          {nodes && countOf(nodes.length, 'account')}
          {listing.hasMore && ' read so far; more follow as you scroll'}
        </p>
        <p className={styles['export']}>
          <span className="soft small">All of these as a file:</span>
          <a href={exportAddress(migration, 'csv', asked, search.settled)} download>
            CSV
          </a>
          <a href={exportAddress(migration, 'ndjson', asked, search.settled)} download>
            NDJSON
          </a>
        </p>
      </div>
    </div>
  );
}

function withStates(
  nodes: readonly RolloutAccount[] | undefined,
  states: ReadonlyMap<string, State>,
): readonly RolloutAccount[] | undefined {
  if (states.size === 0) return nodes;
  return nodes?.map((node) => {
    const state = states.get(node.account.id);
    return state ? { ...node, state } : node;
  });
}

interface HeardStates {
  readonly states: ReadonlyMap<string, State>;
  /** Reads the list anew: what was heard before is in it. */
  readonly reread: () => void;
}

/**
 * The states that changed since the list was read. Reading 50,000 accounts again for one of them would not do; where the
 * migration itself changed, so did all of them.
 *
 * @param list changes where another list is read
 */
function useStates(migration: string, list: string, readList: () => void): HeardStates {
  const [states, setStates] = useState<ReadonlyMap<string, State>>(NONE);
  const heard = useRef({ list, states: new Map<string, State>() });
  const draw = useGathered(() => setStates(new Map(heard.current.states)), DRAW_MS);
  useEffect(() => {
    heard.current = { list, states: new Map() };
    draw();
  }, [list, draw]);
  const reread = () => {
    heard.current.states.clear();
    draw();
    readList();
  };
  useLive(CatalogueMigrationChangedDocument, { key: migration }, { onMessage: reread, reread });
  useLive(
    RolloutAccountChangedDocument,
    {},
    {
      onMessage: ({ accountMigrationChanged: { accountMigration: changed } }) => {
        if (changed.migration.key !== migration) return;
        heard.current.states.set(changed.account.id, changed.state);
        draw();
      },
      reread,
    },
  );
  return { states, reread };
}

function exportAddress(
  migration: string,
  ending: string,
  { standing, reasons, quietForDays, usedWithinDays }: Asked,
  search: string,
): string {
  const query = new URLSearchParams({
    standing,
    ...(reasons && { reasons: reasons.join() }),
    ...(search !== '' && { search }),
    ...(quietForDays && { quietForDays: String(quietForDays) }),
    ...(usedWithinDays && { usedWithinDays: String(usedWithinDays) }),
  });
  return `/migrations/${encodeURIComponent(migration)}/accounts.${ending}?${query.toString()}`;
}
