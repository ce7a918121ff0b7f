/** What a migration means for one account: both states in words, what to do first, who still uses the old behaviour. */
import { lazy, Suspense } from 'react';
import type { ImpactQuery } from '../../../schema/generated/dashboard.ts';
import { ImpactDocument } from '../../../schema/generated/dashboard.ts';
import { useRead } from '../api/read.ts';
import { CodeText } from '../components/code-text.tsx';
import { Badge } from '../components/badge.tsx';
import { Disclosure } from '../components/disclosure.tsx';
import { Loaded, Skeleton } from '../components/states.tsx';
import { countOf } from '../format/numbers.ts';
import { Distance } from '../format/time.tsx';
import styles from './impact.module.css';

/** With what takes mails apart, which few visits need. */
const ImpactMails = lazy(() => import('./impact-mails.tsx').then((module) => ({ default: module.ImpactMails })));

/** What an account should know of a migration. */
export type Impact = ImpactQuery['migrationImpact'];

interface ImpactViewProps {
  readonly account: string;
  readonly migration: string;
}

/** Reads it, and shows it. */
export function ImpactView({ account, migration }: ImpactViewProps) {
  const reading = useRead(ImpactDocument, { account, migration }, { typenames: ['EmailSettings', 'EmailTemplate'] });
  return (
    <Loaded reading={reading} lines={4}>
      {({ migrationImpact: impact }) => (
        <div className={styles['impact']}>
          <p>
            <CodeText text={impact.summary} />
          </p>
          {impact.changes.map((change) => (
            <div key={change.title} className={styles['change']}>
              <h4>
                <CodeText text={change.title} />
              </h4>
              <p>
                <span className={styles['when']}>Today</span>
                <span>
                  <CodeText text={change.before} />
                </span>
              </p>
              <p>
                <span className={styles['when']}>After</span>
                <span>
                  <CodeText text={change.after} />
                </span>
              </p>
            </div>
          ))}
          <TodoList todo={impact.todo} />
          <Usage impact={impact} />
          {(impact.gate === 'FROM_ADDRESS' || impact.gate === 'EMAIL_TEMPLATE') && (
            <Disclosure title="Its mails before and after">
              <Suspense fallback={<Skeleton lines={8} />}>
                <ImpactMails account={account} migration={migration} />
              </Suspense>
            </Disclosure>
          )}
        </div>
      )}
    </Loaded>
  );
}

/** What to do before opting in; nothing where there is nothing. */
export function TodoList({ todo }: Pick<Impact, 'todo'>) {
  if (todo.length === 0) return null;
  return (
    <div>
      <p className={styles['subtitle']}>To do first</p>
      <ul className={styles['todo']} aria-label="To do first">
        {todo.map(({ id, text, done, blocking }) => (
          <li key={id}>
            <Badge tone={done ? 'good' : blocking ? 'bad' : 'neutral'}>{done ? 'Done' : blocking ? 'Blocks' : 'To do'}</Badge>
            <span>
              <CodeText text={text} />
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Usage({ impact }: { readonly impact: Impact }) {
  const { usesLast30Days, lastUsedAt, quietDays, safeToEnable, clients, gate } = impact;
  if (quietDays === null && gate === null) return <p className="soft">How often its old behaviour is used is not counted.</p>;
  if (lastUsedAt === null)
    return (
      <p className="soft">
        {quietDays === null
          ? 'The old behaviour was not seen in use yet, by any account.'
          : `The old behaviour was not used here since uses are counted: ${countOf(quietDays, 'day')}.`}{' '}
        {safeToEnable && <Badge tone="good">Safe to enable</Badge>}
      </p>
    );
  return (
    <div>
      <p>
        The old behaviour was used {countOf(usesLast30Days, 'time')} in the last 30 days, last <Distance instant={lastUsedAt} />.{' '}
        {safeToEnable && <Badge tone="good">Safe to enable</Badge>}
      </p>
      {clients.length > 0 && (
        <ul className={styles['clients']}>
          {clients.map((client) => (
            <li key={client.client}>
              <code>{client.client === '' ? 'somebody without a name' : client.client}</code>
              <span className="small soft numeric">
                {countOf(client.uses, 'time')}, last <Distance instant={client.lastUsedAt} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
