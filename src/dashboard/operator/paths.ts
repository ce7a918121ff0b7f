/** Addresses of an operator's pages. */

/** The form of a new migration. */
export const NEW_MIGRATION = '/new-migration';

/** A migration with its rollout. `/migrations` is the public page. */
export function migrationPath(migration: string): string {
  return `/rollouts/${encodeURIComponent(migration)}`;
}

/** The form that edits it. */
export function editPath(migration: string): string {
  return `${migrationPath(migration)}/edit`;
}

/** An account, or one of its migrations. */
export function accountPath(account: string, migration?: string): string {
  return `/accounts/${encodeURIComponent(account)}${migration === undefined ? '' : `#${encodeURIComponent(migration)}`}`;
}

/** What of the event log to look at; what is left out does not narrow. */
export interface LogFilter {
  readonly type?: string;
  readonly actor?: string;
  readonly account?: string;
  readonly migration?: string;
}

/** The event log, narrowed. */
export function logPath(filter: LogFilter): string {
  return `/log?${new URLSearchParams({ ...filter }).toString()}`;
}
