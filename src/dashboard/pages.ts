/** What a role has of pages: named in `administrator/pages.tsx` and `operator/pages.tsx`, shown by the shell. */
import type { ComponentType, ReactNode } from 'react';

/** One line of the navigation. */
export interface NavigationEntry {
  readonly path: string;
  readonly label: string;
  /** Paths of pages below it that do not begin with its own. */
  readonly within?: readonly string[];
  /** Shows a number beside the label, e.g. of unread notices. */
  readonly Count?: ComponentType;
}

/** One page, loaded when it is first visited: `page: lazy(() => import('./board.tsx').then(({ Board }) => ({ default: Board })))`. */
export interface PageRoute {
  /** A pattern of wouter, e.g. `/accounts/:id`. The page reads what it stands for with `usePathPart`. */
  readonly path: string;
  readonly page: ComponentType;
}

/** All that a role can visit. What is not here is the page that says so. */
export interface RolePages {
  readonly navigation: readonly NavigationEntry[];
  readonly routes: readonly PageRoute[];
  /** Stands around every page, e.g. to say in which time zone instants are shown. */
  readonly Frame?: ComponentType<{ readonly children: ReactNode }>;
}
