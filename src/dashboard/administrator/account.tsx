/** One account: every migration with what it means for this one, and who did what when. */
import type { OwnAccountQuery } from '../../../schema/generated/dashboard.ts';
import { CatalogueChangedDocument, OwnAccountChangedDocument, OwnAccountDocument } from '../../../schema/generated/dashboard.ts';
import { useLive } from '../api/live.ts';
import { useRead } from '../api/read.ts';
import { ButtonLink } from '../components/button.tsx';
import { Facts } from '../components/facts.tsx';
import { Empty, Loaded } from '../components/states.tsx';
import { Page } from '../shell/page.tsx';
import { usePathPart } from '../shell/path-part.ts';
import { AccountHistory } from './account-history.tsx';
import styles from './account.module.css';
import { AccountMigrationCard } from './account-migration.tsx';
import { emailPath } from './paths.ts';

type OwnAccount = OwnAccountQuery['account'];

/** The page. */
export function Account() {
  const account = usePathPart(1);
  const reading = useRead(OwnAccountDocument, { id: account });
  const handlers = { onMessage: reading.reread, reread: reading.reread };
  useLive(OwnAccountChangedDocument, { account }, handlers);
  useLive(CatalogueChangedDocument, {}, handlers);
  const { data } = reading;
  return (
    <Page
      title={data?.account.name ?? account}
      lead={data && <Lead account={data.account} />}
      back={{ to: '/accounts', label: 'Accounts' }}
      actions={data && <ButtonLink to={emailPath(account)}>Email settings</ButtonLink>}
    >
      <Loaded reading={reading} lines={12}>
        {(loaded) => (
          <>
            <Migrations account={loaded.account} />
            <AccountHistory account={loaded.account.id} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Lead({ account: { id, platform, plan, region, timeZone, usesBuiltInEmail } }: { readonly account: OwnAccount }) {
  const mail = usesBuiltInEmail ? 'mail by the built-in provider' : 'mail by a provider of its own';
  return (
    <p>
      <Facts facts={[id, platform === 'CLOUD' ? 'Cloud' : 'Appliance', plan, region, `time zone ${timeZone.replaceAll('_', ' ')}`, mail]} />
    </p>
  );
}

function Migrations({ account }: { readonly account: OwnAccount }) {
  const affecting = account.migrations.filter(({ state }) => state.reason !== 'NOT_AFFECTED');
  const others = account.migrations.filter(({ state }) => state.reason === 'NOT_AFFECTED');
  // What can be decided now comes first; the catalogue has the rest newest first.
  const ordered = [...affecting.filter(({ state }) => state.canOptIn), ...affecting.filter(({ state }) => !state.canOptIn)];
  return (
    <section className={styles['migrations']} aria-label="Migrations">
      {ordered.length === 0 && (
        <Empty title="No migration touches this account.">
          <p>When the platform announces one that does, it appears here at once.</p>
        </Empty>
      )}
      {ordered.map((accountMigration) => (
        <AccountMigrationCard key={accountMigration.migration.key} accountMigration={accountMigration} />
      ))}
      {others.length > 0 && (
        <p className="soft small">
          Not touched by: <Facts facts={others.map(({ migration }) => migration.title)} />.
        </p>
      )}
    </section>
  );
}
