/** All accounts of an administrator, with what is open on each. */
import { useDeferredValue, useState } from 'react';
import { Link } from 'wouter';
import type { OwnAccountsQuery } from '../../../schema/generated/dashboard.ts';
import { CatalogueChangedDocument, OwnAccountChangedDocument, OwnAccountsDocument } from '../../../schema/generated/dashboard.ts';
import { useListing } from '../api/connection-pages.ts';
import { useLive } from '../api/live.ts';
import { Badge } from '../components/badge.tsx';
import { Facts } from '../components/facts.tsx';
import { Field, TextInput } from '../components/field.tsx';
import { Listed } from '../components/listing.tsx';
import { Empty } from '../components/states.tsx';
import { Distance } from '../format/time.tsx';
import { countOf } from '../format/numbers.ts';
import { Page } from '../shell/page.tsx';
import { accountPath } from './paths.ts';
import styles from './accounts.module.css';

type OwnAccount = OwnAccountsQuery['accounts']['edges'][number]['node'];

const pick = ({ accounts }: OwnAccountsQuery) => accounts;

/** The page. */
export function Accounts() {
  const [typed, setTyped] = useState('');
  const search = useDeferredValue(typed.trim());
  const listing = useListing(OwnAccountsDocument, { search: search === '' ? null : search }, pick);
  const handlers = { onMessage: listing.reread, reread: listing.reread };
  useLive(OwnAccountChangedDocument, {}, handlers);
  useLive(CatalogueChangedDocument, {}, handlers);
  return (
    <Page title="Accounts" lead="Everything you administer, and what is open on it.">
      <div className={styles['search']}>
        <Field label="Search">
          <TextInput type="search" value={typed} placeholder="Name or id" onChange={(event) => setTyped(event.target.value)} />
        </Field>
      </div>
      <Listed listing={listing} empty={search === '' ? <NoAccounts /> : <Empty title={`No account matches “${search}”.`} />}>
        {(accounts) => (
          <ul className={styles['list']}>
            {accounts.map((account) => (
              <Row key={account.id} account={account} />
            ))}
          </ul>
        )}
      </Listed>
    </Page>
  );
}

function NoAccounts() {
  return (
    <Empty title="You administer no account yet.">
      <p>As soon as an operator makes you the administrator of one, it is here.</p>
    </Empty>
  );
}

function Row({ account: { id, name, platform, plan, region, migrations } }: { readonly account: OwnAccount }) {
  const open = migrations.filter(({ state }) => state.canOptIn);
  const deadline = open
    .map(({ state }) => state.deadline)
    .filter((instant) => instant !== null)
    .toSorted()[0];
  return (
    <li className={styles['row']}>
      <div className={styles['what']}>
        <Link href={accountPath(id)} className={styles['name']}>
          {name}
        </Link>
        <p className="soft small">
          <Facts facts={[id, platform === 'CLOUD' ? 'Cloud' : 'Appliance', plan, region]} />
        </p>
      </div>
      <div className={styles['state']}>
        {open.length > 0 ? (
          <>
            <Badge tone="warn">{countOf(open.length, 'open migration')}</Badge>
            {deadline && (
              <span className="small soft">
                first mandatory <Distance instant={deadline} />
              </span>
            )}
          </>
        ) : (
          <Badge tone="good">Nothing to do</Badge>
        )}
      </div>
    </li>
  );
}
