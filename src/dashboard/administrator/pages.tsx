/** The pages of administrators. */
import { lazy } from 'react';
import type { RolePages } from '../pages.ts';
import { OwnTimeZone } from './own-time-zone.tsx';
import { UnreadCount } from './unread.tsx';

/** In the order of their navigation. */
export const ADMINISTRATOR_PAGES: RolePages = {
  Frame: OwnTimeZone,
  navigation: [
    { path: '/', label: 'Board' },
    { path: '/accounts', label: 'Accounts' },
    { path: '/notices', label: 'Notices', Count: UnreadCount },
    { path: '/settings', label: 'Settings' },
  ],
  routes: [
    { path: '/', page: lazy(() => import('./board.tsx').then(({ Board }) => ({ default: Board }))) },
    { path: '/accounts', page: lazy(() => import('./accounts.tsx').then(({ Accounts }) => ({ default: Accounts }))) },
    { path: '/accounts/:id', page: lazy(() => import('./account.tsx').then(({ Account }) => ({ default: Account }))) },
    { path: '/accounts/:id/email', page: lazy(() => import('./email.tsx').then(({ Email }) => ({ default: Email }))) },
    { path: '/accounts/:id/email/:template', page: lazy(() => import('./template.tsx').then(({ Template }) => ({ default: Template }))) },
    { path: '/notices', page: lazy(() => import('./notices.tsx').then(({ Notices }) => ({ default: Notices }))) },
    { path: '/settings', page: lazy(() => import('./settings.tsx').then(({ Settings }) => ({ default: Settings }))) },
  ],
};
