/** What notices are about and how they read. */
import type { PartialDate } from '../migrations/dates.rules.ts';

/** The kinds of notices: something is open, a deadline moved, a migration is on. */
export type NoticeKind = 'OPEN' | 'RESCHEDULED' | 'ON';

/** The occasion of the notice that stands while a migration is open. */
export const OPEN_OCCASION = 'OPEN';

/** The kind an occasion belongs to. */
export function noticeKind(occasion: string): NoticeKind {
  if (occasion.startsWith('RESCHEDULED:')) return 'RESCHEDULED';
  return occasion === OPEN_OCCASION ? 'OPEN' : 'ON';
}

/** A notice as a sentence for people. */
export function noticeMessage(kind: NoticeKind, title: string, deadline: PartialDate, openAccounts: number): string {
  const due =
    deadline === 'TBD'
      ? 'Its deadline is still to be announced'
      : `It becomes mandatory ${deadline.length === 7 ? 'in' : 'on'} ${deadline}`;
  const accounts = openAccounts === 1 ? 'one of your accounts' : `${openAccounts} of your accounts`;
  switch (kind) {
    case 'ON':
      return `“${title}” is now on for your accounts.`;
    case 'RESCHEDULED':
      return openAccounts > 0
        ? `The dates of “${title}” have changed. ${due}; ${accounts} have still to opt in.`
        : `The dates of “${title}” have changed. ${due}.`;
    case 'OPEN':
      return openAccounts > 0 ? `“${title}” awaits ${accounts}. ${due}; opt in before.` : `Nothing is left to do about “${title}”.`;
  }
}
