/** An account whose provider refuses its mail. */
import { Link } from 'wouter';
import type { FailingAccountsQuery } from '../../../schema/generated/dashboard.ts';
import { countOf } from '../format/numbers.ts';
import { Instant } from '../format/time.tsx';
import styles from './mail.module.css';
import { accountPath } from './paths.ts';

type Health = FailingAccountsQuery['failingAccounts']['edges'][number]['node'];

/** One row. */
export function FailingAccountRow({ health: { account, failed, queued, heldUntil, lastAnswer } }: { readonly health: Health }) {
  return (
    <li className={styles['failure']}>
      <div className={styles['words']}>
        <Link href={accountPath(account.id)}>{account.name}</Link>
        <p className="small soft numeric">
          {countOf(failed, 'mail')} given up in 24 hours, {countOf(queued, 'waits', 'wait')}
          {heldUntil !== null && (
            <>
              ; nothing is tried before <Instant instant={heldUntil} />
            </>
          )}
        </p>
        {lastAnswer !== null && <p className={styles['answer']}>{lastAnswer}</p>}
      </div>
    </li>
  );
}
