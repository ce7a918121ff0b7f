/** The pages of operators. `/migrations` is the public page, so theirs of the catalogue begins at `/`. */
import { lazy } from 'react';
import type { RolePages } from '../pages.ts';

/** In the order of their navigation. */
export const OPERATOR_PAGES: RolePages = {
  navigation: [
    { path: '/', label: 'Migrations', within: ['/rollouts', '/new-migration'] },
    { path: '/accounts', label: 'Accounts' },
    { path: '/mail', label: 'Mail & workers' },
    { path: '/log', label: 'Event log' },
  ],
  routes: [
    { path: '/', page: lazy(() => import('./migrations.tsx').then(({ Migrations }) => ({ default: Migrations }))) },
    { path: '/new-migration', page: lazy(() => import('./new-migration.tsx').then(({ NewMigration }) => ({ default: NewMigration }))) },
    { path: '/rollouts/:key', page: lazy(() => import('./migration.tsx').then(({ Migration }) => ({ default: Migration }))) },
    {
      path: '/rollouts/:key/edit',
      page: lazy(() => import('./edit-migration.tsx').then(({ EditMigration }) => ({ default: EditMigration }))),
    },
    { path: '/accounts', page: lazy(() => import('./accounts.tsx').then(({ Accounts }) => ({ default: Accounts }))) },
    { path: '/accounts/:id', page: lazy(() => import('./account.tsx').then(({ Account }) => ({ default: Account }))) },
    { path: '/mail', page: lazy(() => import('./mail.tsx').then(({ Mail }) => ({ default: Mail }))) },
    { path: '/log', page: lazy(() => import('./event-log.tsx').then(({ EventLog }) => ({ default: EventLog }))) },
  ],
};
