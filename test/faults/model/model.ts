/** What the platform is to know and to have told, as plain data: the reference that runs beside the real services. */
import type { Ms } from './time.ts';

export type Platform = 'CLOUD' | 'APPLIANCE';
export type Severity = 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL';
export type State = 'DRAFT' | 'ANNOUNCED' | 'GRACE_PERIOD' | 'MANDATORY' | 'CANCELLED';

/** What came of a command: `ok`, or the code of its refusal. */
export type Outcome = string;

export interface Dates {
  readonly start: string;
  readonly deadline: string;
}

/** A change of dates, named by its migration and how many came before it: `m0#1`. */
export interface Change {
  readonly name: string;
  status: 'PENDING' | 'APPLIED' | 'REJECTED';
  readonly old: Dates;
  readonly next: Dates;
  readonly by: string;
  /** When it was applied; when it was asked for before that. */
  at: Ms;
}

export interface Affects {
  /** Empty for all. */
  platforms: readonly Platform[];
  /** The only accounts; null for all. */
  listed: readonly string[] | null;
}

export interface Migration {
  readonly key: string;
  severity: Severity;
  /** As it was last recorded. */
  state: State;
  dates: Dates;
  reversible: boolean;
  affects: Affects;
  announcedAt: Ms | null;
  /** The dates last promised with a deadline that was not TBD. */
  promised: Dates | null;
  readonly changes: Change[];
}

export interface Account {
  readonly id: string;
  platform: Platform;
  readonly createdAt: Ms;
}

/** An administrator. */
export interface Person {
  readonly name: string;
  readonly zone: string;
  readonly createdAt: Ms;
  readonly accounts: Set<string>;
}

/** A steering by an operator, with whether its end is on record. */
export interface Until {
  readonly until: Ms;
  readonly givenAt: Ms;
  ended: boolean;
}

export interface Decision {
  optedIn: Ms | null;
  optedOut: Ms | null;
  extended: Until | null;
  exempt: Until | null;
}

export interface Notice {
  dismissed: boolean;
  closed: boolean;
}

/** An occasion on which somebody is to be told, waiting or in a mail. */
export interface Reminder {
  readonly person: string;
  readonly migration: string;
  readonly occasion: string;
  due: Ms;
  mail: Mail | null;
}

export interface Mail {
  readonly person: string;
  /** The local day it is the mail of. */
  readonly day: string;
  status: 'QUEUED' | 'SENT' | 'SKIPPED';
  sendAfter: Ms;
  finishedAt: Ms | null;
}

/** Something that happened. */
export interface Fact {
  readonly type: string;
  readonly migration?: string;
  readonly account?: string;
  readonly person?: string;
  /** What else is compared. */
  readonly note?: string;
}

/** See the top of this file. */
export class Model {
  readonly migrations: Migration[] = [];
  readonly accounts: Account[] = [];
  readonly people: Person[] = [];
  /** By {@link pair}. */
  readonly decisions = new Map<string, Decision>();
  /** By person, migration and occasion. */
  readonly notices = new Map<string, Notice>();
  readonly reminders: Reminder[] = [];
  readonly mails: Mail[] = [];
  /** Occasions that are settled for a time zone. */
  readonly settled = new Set<string>();
  /** Mails that left, in words, since they were last compared. */
  readonly letters: string[] = [];
  /** What happened since it was last compared, and since the two readers of the log last looked. */
  readonly unread: Record<'compared' | 'notices' | 'reminders', Fact[]> = { compared: [], notices: [], reminders: [] };

  constructor(public now: Ms) {}

  /** Something happened. */
  log(...facts: Fact[]): void {
    for (const reader of Object.values(this.unread)) reader.push(...facts);
  }

  account(id: string): Account {
    return this.accounts.find((account) => account.id === id)!;
  }

  migration(key: string): Migration {
    return this.migrations.find((migration) => migration.key === key)!;
  }

  /** What was decided; nothing at first. */
  decision(migration: string, account: string): Decision {
    return this.decisions.get(pair(migration, account)) ?? { optedIn: null, optedOut: null, extended: null, exempt: null };
  }

  /** The administrators of an account. */
  peopleOf(account: string): Person[] {
    return this.people.filter(({ accounts }) => accounts.has(account));
  }
}

/** A key for two or more names. */
export function pair(...names: string[]): string {
  return names.join(' ');
}
