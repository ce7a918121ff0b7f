/** The pages of operators. `/migrations` is the public page, so theirs of the catalogue begins at `/`. */
import { lazy } from 'react';
import type { RolePages } from '../pages.ts';

/** In the order of their navigation. */
export const OPERATOR_PAGES: RolePages = {
  navigation: [
    { path: '/', label: 'Migrations' },
    { path: '/accounts', label: 'Accounts' },
    { path: '/mail', label: 'Mail & workers' },
    { path: '/log', label: 'Event log' },
  ],
  routes: [
    { path: '/', page: lazy(() => import('./migrations.tsx').then(({ Migrations }) => ({ default: Migrations }))) },
    { path: '/accounts', page: lazy(() => import('./accounts.tsx').then(({ Accounts }) => ({ default: Accounts }))) },
    { path: '/mail', page: lazy(() => import('./mail.tsx').then(({ Mail }) => ({ default: Mail }))) },
    { path: '/log', page: lazy(() => import('./event-log.tsx').then(({ EventLog }) => ({ default: EventLog }))) },
  ],
};
