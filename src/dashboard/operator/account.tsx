/** One account: who administers it, every migration with its state, and the decisions that are an operator's. */
import { useState } from 'react';
import { Link } from 'wouter';
import {
  CatalogueMigrationChangedDocument,
  OperatorAccountChangedDocument,
  OperatorAccountDocument,
} from '../../../schema/generated/dashboard-operator.ts';
import { useLive } from '../api/live.ts';
import { useRead } from '../api/read.ts';
import { ButtonLink } from '../components/button.tsx';
import { Card } from '../components/card.tsx';
import { Facts } from '../components/facts.tsx';
import { Empty, Loaded } from '../components/states.tsx';
import { Day } from '../format/time.tsx';
import { Page } from '../shell/page.tsx';
import { usePathPart } from '../shell/path-part.ts';
import { AccountMigrationRow } from './account-migration.tsx';
import styles from './account.module.css';
import type { AccountMigration, OperatorAccount } from './account.types.ts';
import { type Decision, DecisionDialog } from './decision-dialog.tsx';
import { logPath } from './paths.ts';
import { PLATFORM } from './words.ts';

/** The page. */
export function Account() {
  const id = usePathPart(1);
  const reading = useRead(OperatorAccountDocument, { id });
  const handlers = { onMessage: reading.reread, reread: reading.reread };
  useLive(OperatorAccountChangedDocument, { account: id }, handlers);
  useLive(CatalogueMigrationChangedDocument, {}, handlers);
  const account = reading.data?.account;
  return (
    <Page
      title={account?.name ?? id}
      lead={account && <Lead account={account} />}
      back={{ to: '/accounts', label: 'Accounts' }}
      actions={<ButtonLink to={logPath({ account: id })}>Its events</ButtonLink>}
    >
      <Loaded reading={reading} lines={10}>
        {(loaded) => (
          <>
            <Migrations account={loaded.account} />
            <div className={styles['pair']}>
              <Card title="Administrators">
                <Administrators account={loaded.account} />
              </Card>
              <Card title="Attributes">
                <Attributes account={loaded.account} />
              </Card>
            </div>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Lead({ account: { id, platform, plan, region, timeZone, usesBuiltInEmail, createdAt } }: { readonly account: OperatorAccount }) {
  const mail = usesBuiltInEmail ? 'mail by the built-in provider' : 'mail by a provider of its own';
  return (
    <p>
      <Facts facts={[id, PLATFORM[platform], plan, region, `time zone ${timeZone.replaceAll('_', ' ')}`, mail]} /> · since{' '}
      <Day instant={createdAt} />
    </p>
  );
}

function Migrations({ account }: { readonly account: OperatorAccount }) {
  const [asked, setAsked] = useState<{ readonly decision: Decision; readonly of: AccountMigration } | null>(null);
  const affecting = account.migrations.filter(({ state }) => state.reason !== 'NOT_AFFECTED');
  const others = account.migrations.filter(({ state }) => state.reason === 'NOT_AFFECTED');
  return (
    <Card title="Migrations">
      {affecting.length === 0 ? (
        <Empty title="No migration touches this account." />
      ) : (
        <ul>
          {affecting.map((accountMigration) => (
            <AccountMigrationRow
              key={accountMigration.migration.key}
              accountMigration={accountMigration}
              onDecide={(decision) => setAsked({ decision, of: accountMigration })}
            />
          ))}
        </ul>
      )}
      {others.length > 0 && (
        <p className="soft small">
          Not touched by: <Facts facts={others.map(({ migration }) => migration.title)} />.
        </p>
      )}
      {asked && <DecisionDialog account={account} accountMigration={asked.of} decision={asked.decision} onClose={() => setAsked(null)} />}
    </Card>
  );
}

function Administrators({ account: { administrators } }: { readonly account: OperatorAccount }) {
  const people = administrators.edges.map(({ node }) => node);
  if (people.length === 0)
    return <p className="soft">Nobody administers it: nobody is told of its migrations. Grant administration by the API.</p>;
  return (
    <>
      <ul>
        {people.map(({ id, name, email, timeZone }) => (
          <li key={id} className={styles['person']}>
            <span>{name}</span>
            <span className="soft small">
              <Link href={logPath({ actor: email })}>{email}</Link> · {timeZone.replaceAll('_', ' ')}
            </span>
          </li>
        ))}
      </ul>
      {administrators.pageInfo.hasNextPage && <p className="soft small">These are the first hundred.</p>}
    </>
  );
}

function Attributes({ account: { attributes } }: { readonly account: OperatorAccount }) {
  const entries = Object.entries(attributes);
  if (entries.length === 0) return <p className="soft">It has none. Migrations can touch accounts by them.</p>;
  return (
    <dl className={styles['facts']}>
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
