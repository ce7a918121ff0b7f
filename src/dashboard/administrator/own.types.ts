/** What an administrator's pages show, as they read it. */
import type { BoardQuery, OwnAccountQuery } from '../../../schema/generated/dashboard.ts';

/** A migration of the board with its counts. */
export type Standing = BoardQuery['board']['migrations'][number];

/** An account of the board with what is known of it. */
export type BoardAccount = Standing['accounts']['edges'][number]['node'];

/** A migration of one account. */
export type OwnAccountMigration = OwnAccountQuery['account']['migrations'][number];
