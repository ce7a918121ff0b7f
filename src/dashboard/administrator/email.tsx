/** The mail to the users of one account: who sends it, whether that works, and what it says. */
import { Link } from 'wouter';
import type { AccountEmailQuery } from '../../../schema/generated/dashboard.ts';
import { AccountEmailDocument } from '../../../schema/generated/dashboard.ts';
import { useRead } from '../api/read.ts';
import { Badge } from '../components/badge.tsx';
import { Card } from '../components/card.tsx';
import { Loaded } from '../components/states.tsx';
import { countOf } from '../format/numbers.ts';
import { Distance, Instant } from '../format/time.tsx';
import { TEMPLATE } from '../format/words.ts';
import { Page } from '../shell/page.tsx';
import { usePathPart } from '../shell/path-part.ts';
import styles from './email.module.css';
import { accountPath, templatePath } from './paths.ts';
import { ProviderForm } from './provider-form.tsx';
import { TestEmail } from './test-email.tsx';

/** The page. */
export function Email() {
  const account = usePathPart(1);
  const reading = useRead(AccountEmailDocument, { account });
  const name = reading.data?.account.name ?? account;
  return (
    <Page
      title={`Email of ${name}`}
      lead="Who sends the mail to the users of this account, and what it says."
      back={{ to: accountPath(account), label: name }}
    >
      <Loaded reading={reading} lines={12}>
        {({ emailSettings, emailHealth, emailTemplates }) => (
          <>
            <Card title="Provider">
              <ProviderForm account={account} settings={emailSettings} />
            </Card>
            <div className={styles['pair']}>
              <Card title="Try it">
                <TestEmail account={account} />
              </Card>
              <Card title="How sending goes">
                <Health health={emailHealth} />
              </Card>
            </div>
            <Card title="Mails">
              <Templates account={account} templates={emailTemplates} />
            </Card>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Health({
  health: { queued, failed, oldestQueuedAt, heldUntil, lastAnswer },
}: {
  readonly health: AccountEmailQuery['emailHealth'];
}) {
  return (
    <div className={styles['health']}>
      <p>
        <Badge tone={heldUntil !== null || failed > 0 ? 'bad' : 'good'}>
          {heldUntil !== null ? 'Held back' : failed > 0 ? 'Mails were given up' : 'Well'}
        </Badge>
      </p>
      <p>
        {queued === 0 ? 'No mail waits' : countOf(queued, 'mail waits', 'mails wait')}
        {oldestQueuedAt !== null && (
          <>
            , the oldest since <Distance instant={oldestQueuedAt} />
          </>
        )}
        ; {failed === 0 ? 'none was' : countOf(failed, 'was', 'were')} given up in the last 24 hours.
      </p>
      {heldUntil !== null && (
        <p>
          The provider takes nothing at the moment. It is tried again at <Instant instant={heldUntil} />.
        </p>
      )}
      {lastAnswer !== null && (
        <p className="small soft">
          It answered last: <q>{lastAnswer}</q>
        </p>
      )}
    </div>
  );
}

function Templates({ account, templates }: { readonly account: string; readonly templates: AccountEmailQuery['emailTemplates'] }) {
  return (
    <ul>
      {templates.map(({ name, customised, enabled, subject, senderInUse, wordsInUse }) => (
        <li key={name} className={styles['template']}>
          <div className={styles['words']}>
            <Link href={templatePath(account, name)}>{TEMPLATE[name]}</Link>
            <p className="small soft">
              {subject} · from {senderInUse}
            </p>
          </div>
          <p className={styles['badges']}>
            {!enabled && <Badge tone="warn">Switched off</Badge>}
            {customised && !wordsInUse && <Badge tone="warn">The platform’s is sent</Badge>}
            <Badge tone={customised ? 'accent' : 'neutral'}>{customised ? 'Customised' : 'The platform’s'}</Badge>
          </p>
        </li>
      ))}
    </ul>
  );
}
