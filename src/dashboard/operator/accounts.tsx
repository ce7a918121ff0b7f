/** Every account of the platform: found by name or id. */
import { Link } from 'wouter';
import type { AllAccountsQuery, Platform } from '../../../schema/generated/dashboard-operator.ts';
import { AllAccountsDocument } from '../../../schema/generated/dashboard-operator.ts';
import { useListing } from '../api/connection-pages.ts';
import { Facts } from '../components/facts.tsx';
import { Field, TextInput } from '../components/field.tsx';
import { Listed } from '../components/listing.tsx';
import { Empty } from '../components/states.tsx';
import { Day } from '../format/time.tsx';
import { Page } from '../shell/page.tsx';
import styles from './accounts.module.css';
import { useAddressChoice, useAddressText } from './address.ts';
import { accountPath } from './paths.ts';
import { Pills } from './pills.tsx';
import rows from './rows.module.css';
import { PLATFORM } from './words.ts';

const PLATFORMS = ['ALL', 'CLOUD', 'APPLIANCE'] as const;
const PILL = { ALL: 'All', ...PLATFORM } as const;

const accountsOf = ({ accounts }: AllAccountsQuery) => accounts;

/** The page. */
export function Accounts() {
  const [platform, setPlatform] = useAddressChoice<Platform | 'ALL'>('platform', PLATFORMS);
  const search = useAddressText('search');
  const variables = { search: search.settled === '' ? null : search.settled, platform: platform === 'ALL' ? null : platform };
  const listing = useListing(AllAccountsDocument, variables, accountsOf);
  const isNarrowed = search.settled !== '' || platform !== 'ALL';
  return (
    <Page title="Accounts" lead="Every customer of the platform, with its migrations and what was decided.">
      <div className={rows['filters']}>
        <div className={rows['search']}>
          <Field label="Search">
            <TextInput
              type="search"
              value={search.typed}
              placeholder="Name or beginning of an id"
              onChange={({ target }) => search.type(target.value)}
            />
          </Field>
        </div>
        <Pills
          label="Platform"
          value={platform}
          onChoose={setPlatform}
          options={PLATFORMS.map((value) => ({ value, label: PILL[value] }))}
        />
      </div>
      <Listed listing={listing} empty={isNarrowed ? <Empty title="No account matches." /> : <NoAccounts />}>
        {(accounts) => (
          <ul className={rows['list']}>
            {accounts.map(({ id, name, platform: on, plan, region, createdAt }) => (
              <li key={id} className={`${rows['row']} ${styles['row']}`}>
                <div className={styles['what']}>
                  <Link href={accountPath(id)} className={rows['name']}>
                    {name}
                  </Link>
                  <p className="soft small">{id}</p>
                </div>
                <p className={styles['facts']}>
                  <Facts facts={[PLATFORM[on], plan, region]} />
                </p>
                <p className={styles['facts']}>
                  since <Day instant={createdAt} />
                </p>
              </li>
            ))}
          </ul>
        )}
      </Listed>
    </Page>
  );
}

function NoAccounts() {
  return (
    <Empty title="There is no account yet.">
      <p>The platform creates them by the API, or many at once with the command line.</p>
    </Empty>
  );
}
