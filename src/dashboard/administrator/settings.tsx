/** What concerns the administrator alone: who they are here, their calendar, and the email of their accounts. */
import { Link } from 'wouter';
import { OwnDocument } from '../../../schema/generated/dashboard.ts';
import { useRead } from '../api/read.ts';
import { Card } from '../components/card.tsx';
import { Loaded } from '../components/states.tsx';
import { Page } from '../shell/page.tsx';
import { CalendarLink } from './calendar-link.tsx';
import styles from './settings.module.css';

/** The page. */
export function Settings() {
  const reading = useRead(OwnDocument, {});
  return (
    <Page title="Settings">
      <Card title="You">
        <Loaded reading={reading} lines={3}>
          {({ me: { administrator } }) =>
            administrator && (
              <>
                <dl className={styles['facts']}>
                  <dt>Name</dt>
                  <dd>{administrator.name}</dd>
                  <dt>Email</dt>
                  <dd>{administrator.email}</dd>
                  <dt>Time zone</dt>
                  <dd>{administrator.timeZone.replaceAll('_', ' ')}</dd>
                  <dt>Language of mails</dt>
                  <dd>{languageName(administrator.locale)}</dd>
                </dl>
                <p className="small soft">
                  Reminders come in the morning of your time zone. An operator of the platform changes any of these for you.
                </p>
              </>
            )
          }
        </Loaded>
      </Card>
      <Card title="Calendar">
        <CalendarLink />
      </Card>
      <Card title="Email of your accounts">
        <p>
          Who sends the mail to the users of an account, and what it says, is set on its own page.{' '}
          <Link href="/accounts">Choose an account</Link>
        </p>
      </Card>
    </Page>
  );
}

function languageName(locale: string): string {
  return new Intl.DisplayNames('en', { type: 'language' }).of(locale) ?? locale;
}
