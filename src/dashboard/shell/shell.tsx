/** What surrounds every page of somebody who is signed in: header, navigation, the state of the connection. */
import { Fragment, Suspense, useEffect, useRef } from 'react';
import { Link, Route, Switch, useLocation } from 'wouter';
import { Skeleton } from '../components/states.tsx';
import type { NavigationEntry, RolePages } from '../pages.ts';
import { useReader } from '../session/session-provider.tsx';
import { Brand } from './brand.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { useKeptFocus } from './kept-focus.ts';
import { NotFound } from './not-found.tsx';
import { OfflineBar } from './offline-bar.tsx';
import { NavigatedContext } from './page.tsx';
import { UserMenu } from './user-menu.tsx';
import styles from './shell.module.css';

const MAIN_ID = 'main';

/** The frame, with the page of the address in it. */
export function Shell({ pages: { navigation, routes, Frame = Fragment } }: { readonly pages: RolePages }) {
  const { site } = useReader();
  const [path] = useLocation();
  const navigated = useNavigated(path);
  useKeptFocus(MAIN_ID);
  return (
    <NavigatedContext value={navigated}>
      <a className={styles['skip']} href={`#${MAIN_ID}`}>
        Skip to the content
      </a>
      <header className={styles['header']}>
        <div className={styles['bar']}>
          <Link href="/" className={styles['home']}>
            <Brand platform={site.platform} />
          </Link>
          <Navigation entries={navigation} path={path} />
          <UserMenu />
        </div>
      </header>
      <OfflineBar />
      <main id={MAIN_ID} tabIndex={-1} className={styles['main']}>
        <ErrorBoundary key={path}>
          <Frame>
            <Suspense fallback={<Skeleton lines={6} />}>
              <Switch>
                {routes.map(({ path: pattern, page }) => (
                  <Route key={pattern} path={pattern} component={page} />
                ))}
                <Route component={NotFound} />
              </Switch>
            </Suspense>
          </Frame>
        </ErrorBoundary>
      </main>
    </NavigatedContext>
  );
}

/** Tells {@link Page} where to put the focus, and begins each page at its top. Going back, the browser knows where it was. */
function useNavigated(path: string) {
  const navigated = useRef(false);
  const first = useRef(path);
  useEffect(() => {
    if (path !== first.current) navigated.current = true;
  }, [path]);
  useEffect(() => {
    const toTop = () => scrollTo(0, 0);
    // wouter tells of each push by an event of this name.
    addEventListener('pushState', toTop);
    return () => removeEventListener('pushState', toTop);
  }, []);
  return navigated;
}

function Navigation({ entries, path }: { readonly entries: readonly NavigationEntry[]; readonly path: string }) {
  return (
    <nav className={styles['navigation']} aria-label="Main">
      <ul>
        {entries.map(({ path: to, label, within = [], Count }) => (
          <li key={to}>
            <Link
              href={to}
              className={styles['entry']}
              aria-current={[to, ...within].some((entry) => isWithin(path, entry)) ? 'page' : undefined}
            >
              {label}
              {Count && <Count />}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function isWithin(path: string, entry: string): boolean {
  return path === entry || (entry !== '/' && path.startsWith(`${entry}/`));
}
