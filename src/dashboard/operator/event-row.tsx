/** One event: what, by whom, when; its details open on demand. */
import { useId, useState } from 'react';
import { Link } from 'wouter';
import type { LoggedEventFragment } from '../../../schema/generated/dashboard-operator.ts';
import { Instant } from '../format/time.tsx';
import { EVENT } from '../format/words.ts';
import styles from './event-log.module.css';
import { accountPath, logPath, migrationPath } from './paths.ts';

/** A row of the log. */
export function EventRow({ event }: { readonly event: LoggedEventFragment }) {
  const { at, type, actor, actorRole, account, migration, data } = event;
  const [open, setOpen] = useState(false);
  const id = useId();
  const reason = data['reason'];
  return (
    <li className={styles['event']}>
      <div className={styles['line']}>
        <span className={styles['when']}>
          <Instant instant={at} />
        </span>
        <div className={styles['what']}>
          <p>
            <strong>{EVENT[type]}</strong>
            {account && (
              <>
                {' '}
                · <Link href={accountPath(account.id)}>{account.name}</Link>
              </>
            )}
            {migration && (
              <>
                {' '}
                · <Link href={migrationPath(migration.key)}>{migration.title}</Link>
              </>
            )}
          </p>
          {typeof reason === 'string' && reason !== '' && <p className="small">“{reason}”</p>}
          <p className="small soft">by {actorRole === 'SYSTEM' ? 'the clock' : <Link href={logPath({ actor })}>{actor}</Link>}</p>
        </div>
        <button
          type="button"
          className={styles['toggle']}
          aria-expanded={open}
          aria-controls={id}
          aria-label={`Details of ${EVENT[type]}`}
          onClick={() => setOpen(!open)}
        >
          Details
        </button>
      </div>
      <div id={id} hidden={!open}>
        {open && <Details event={event} />}
      </div>
    </li>
  );
}

function Details({ event: { cursor, type, actor, actorRole, key, data } }: { readonly event: LoggedEventFragment }) {
  return (
    <div className={styles['details']}>
      <dl className={styles['facts']}>
        <dt>Type</dt>
        <dd>
          <code>{type}</code>
        </dd>
        <dt>By</dt>
        <dd>
          <bdi>{actor}</bdi> ({actorRole.toLowerCase()})
          {key && (
            <>
              {' '}
              with the token “<bdi>{key.name}</bdi>” ({key.prefix}…)
            </>
          )}
        </dd>
        <dt>Cursor</dt>
        <dd>
          <code>{cursor}</code>
        </dd>
      </dl>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- so that it can be scrolled by keyboard */}
      <pre className={styles['data']} tabIndex={0} aria-label="Data of the event">
        {jsonOf(data)}
      </pre>
    </div>
  );
}

/** Turns of direction are escaped, as JSON may: raw they would turn what stands behind them. */
function jsonOf(data: unknown): string {
  return JSON.stringify(data, null, 2).replaceAll(
    /[\u202A-\u202E\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16)}`,
  );
}
