/** Addresses of an administrator's pages. */

/** An account, or one of its migrations. */
export function accountPath(account: string, migration?: string): string {
  return `/accounts/${encodeURIComponent(account)}${migration === undefined ? '' : `#${encodeURIComponent(migration)}`}`;
}

/** The email of an account: provider and templates. */
export function emailPath(account: string): string {
  return `${accountPath(account)}/email`;
}

/** One template of it. */
export function templatePath(account: string, template: string): string {
  return `${emailPath(account)}/${template.toLowerCase().replaceAll('_', '-')}`;
}

/** A migration on the board. */
export function boardPath(migration: string): string {
  return `/#${encodeURIComponent(migration)}`;
}
