/** The frame of every page: its title, in the tab and at the top, where the focus goes when somebody comes from another page. */
import { createContext, type ReactNode, type RefObject, useContext, useEffect, useRef } from 'react';
import { Link } from 'wouter';
import { useTimeZone } from '../format/time-zone.ts';
import { useReader } from '../session/session-provider.tsx';
import styles from './page.module.css';

/** Whether somebody has gone from one page to another yet: the first page leaves the focus where the browser has it. */
export const NavigatedContext = createContext<RefObject<boolean>>({ current: false });

interface PageProps {
  /** As text: it stands in the tab too. */
  readonly title: string;
  /** Below the title: what the page is about, in a line. */
  readonly lead?: ReactNode;
  /** The page above this one. */
  readonly back?: { readonly to: string; readonly label: string };
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A page of the dashboard. */
export function Page({ title, lead, back, actions, children }: PageProps) {
  const { platform } = useReader().site;
  const heading = useRef<HTMLHeadingElement>(null);
  const navigated = useContext(NavigatedContext);
  useEffect(() => {
    document.title = `${title} – ${platform}`;
  }, [title, platform]);
  useEffect(() => {
    if (navigated.current) heading.current?.focus({ preventScroll: true });
  }, [navigated]);
  return (
    <div className={styles['page']}>
      <header className={styles['header']}>
        <div className={styles['titles']}>
          {back && (
            <Link href={back.to} className={styles['back']}>
              <span aria-hidden="true">←</span> {back.label}
            </Link>
          )}
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {lead !== undefined && lead !== false && <div className={styles['lead']}>{lead}</div>}
        </div>
        {actions !== undefined && <div className={styles['actions']}>{actions}</div>}
      </header>
      {children}
      <p className="small soft">Times are those of {useTimeZone().replaceAll('_', ' ')}, where nothing else is said.</p>
    </div>
  );
}
