/** What people read in our mails and answers, as lines that tests compare. */
import { expect } from 'vitest';
import type {
  AccountMigrationChangedSubscription,
  MigrationChangedSubscription,
  NoticeAddedSubscription,
  ProgressFieldsFragment,
  StateFieldsFragment,
} from '../../schema/generated/operations.ts';
import type { ReceivedMail } from './smtp.ts';
import { MAIL_FROM } from './world.ts';

/** Somebody who gets mail. */
export interface Recipient {
  readonly name: string;
  readonly email: string;
  readonly timeZone: string;
}

/** A heading of the mail, a migration under it by its title, and its accounts by their ids. */
export type Told = Record<string, Record<string, string[]>>;

/** What a mail tells of, read from its plain text; fails where its HTML tells less. */
export function toldBy({ parsed }: ReceivedMail): Told {
  const told: Told = {};
  let heading: Record<string, string[]> = {};
  let accounts: string[] = [];
  const lines = parsed.text!.split('\n');
  for (const [i, line] of lines.entries()) {
    const next = lines[i + 1] ?? '';
    const account = /^ {2}- .+? \((.+?)\)/.exec(line);
    if (/^=+$/.test(next)) heading = told[line] = {};
    else if (account) accounts.push(account[1]!);
    else if (/^\S/.test(line) && next.startsWith('  ')) accounts = heading[line] = [];
  }
  for (const [title, ids] of Object.values(told).flatMap((items) => Object.entries(items))) {
    expect(parsed.html).toContain(`<bdi>${title}</bdi>`);
    for (const id of ids) expect(parsed.html).toContain(`(<bdi>${id}</bdi>)`);
  }
  return told;
}

/** The same as one line, e.g. `ACTION NEEDED: One sender (acme, birch); NOW ON: …`. */
export function inShort(told: Told): string {
  const items = (of: Told[string]) => Object.entries(of).map(([title, ids]) => `${title} (${ids.join(', ')})`);
  return Object.entries(told)
    .map(([heading, of]) => `${heading}: ${items(of).join(', ')}`)
    .join('; ');
}

/** The local day and time of an instant, as `2026-03-02 09:20`. */
export function localTime(instant: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short', timeZone }).format(instant);
}

/** Holds a reminder to what every service mail keeps to, and to the morning of its recipient. */
export function expectServiceMail({ from, to, parsed }: ReceivedMail, { name, email, timeZone }: Recipient): void {
  expect(to).toEqual([email]);
  expect([from, parsed.from?.text]).toEqual([MAIL_FROM, `"Example Platform" <${MAIL_FROM}>`]);
  expect(parsed.to).toMatchObject({ value: [{ address: email, name }] });
  expect(parsed.messageId).toMatch(/^<[0-9a-f-]{36}@platform\.example>$/);
  expect(parsed.text).toContain(`Hello ${name},`);
  expect(parsed.html).toContain(`Hello ${name},`);
  // All headers that begin with List-: there is no List-Unsubscribe among them.
  expect(parsed.headers.get('list')).toEqual({ id: { name: 'migrations.platform.example' } });
  const time = localTime(parsed.date!, timeZone).slice(11);
  expect(time >= '09:00' && time < '12:00').toBe(true);
}

/** An effective state as one line, e.g. `off: PENDING; deadline 2026-04-05T22:00:00.000Z; may opt in`. */
export function stateText({ enabled, reason, since, deadline, canOptIn, canOptOut }: StateFieldsFragment): string {
  return [
    `${enabled ? 'on' : 'off'}: ${reason}${since ? ` since ${since}` : ''}`,
    ...(deadline ? [`deadline ${deadline}`] : []),
    ...(canOptIn ? ['may opt in'] : []),
    ...(canOptOut ? ['may opt out'] : []),
  ].join('; ');
}

/** Progress as one line of all numbers that are not 0, e.g. `affected 3, optedIn 1, pending 2; 33.3 %`. */
export function progressText({ percent, ...counts }: ProgressFieldsFragment): string {
  // A message of a subscription carries its cursor beside the counts.
  const numbers = Object.entries(counts).filter(([name, count]) => name !== 'cursor' && count !== 0);
  return `${numbers.map(([name, count]) => `${name} ${count}`).join(', ')}; ${percent} %`;
}

/** A notice as one line, e.g. `OPEN one-sender on 2`: its kind, its migration, for how many accounts it is open now. */
export function noticeText({ kind, migration, openAccounts }: Omit<NoticeAddedSubscription['noticeAdded'], 'cursor'>): string {
  return `${kind} ${migration.key} on ${openAccounts}`;
}

/** A change of the catalogue as one line, e.g. `DEADLINE_PASSED one-sender: MANDATORY`. */
export function changeText({ migrationChanged: { type, migration } }: MigrationChangedSubscription): string {
  return `${type} ${migration.key}: ${migration.state}`;
}

/** A change for one account as one line, e.g. `OPTED_IN one-sender: OPTED_IN`. */
export function accountChangeText({ accountMigrationChanged: { type, accountMigration } }: AccountMigrationChangedSubscription): string {
  return `${type} ${accountMigration.migration.key}: ${accountMigration.state.reason}`;
}
