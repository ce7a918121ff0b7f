/** What accounts decide, what operators decide for them, and who administers what: sections 3 and 5 of the design. */
import {
  type Account,
  type Decision,
  type Migration,
  type Model,
  type Outcome,
  pair,
  type Person,
  type Platform,
  type Until,
} from './model.ts';
import { effective, instantsOf, isAffected, isLive } from './rule.ts';
import type { Ms } from './time.ts';

export function createAccount(model: Model, platform: Platform, createdAt: Ms): Outcome {
  const id = `a${model.accounts.length}`;
  model.accounts.push({ id, platform, createdAt });
  model.log({ type: 'ACCOUNT_CREATED', account: id });
  return 'ok';
}

export function moveAccount(model: Model, account: Account, platform: Platform): Outcome {
  if (account.platform === platform) return 'ok';
  const before = model.migrations.filter((migration) => isAffected(migration, account));
  account.platform = platform;
  model.log({ type: 'ACCOUNT_EDITED', account: account.id });
  for (const migration of model.migrations.filter(isLive)) {
    const [was, is] = [before.includes(migration), isAffected(migration, account)];
    if (was !== is) model.log({ type: is ? 'ACCOUNT_AFFECTED' : 'ACCOUNT_UNAFFECTED', migration: migration.key, account: account.id });
  }
  return 'ok';
}

export function createPerson(model: Model, zone: string, accounts: readonly string[]): Outcome {
  const name = `p${model.people.length}`;
  const person: Person = { name, zone, createdAt: model.now, accounts: new Set() };
  model.people.push(person);
  model.log({ type: 'ADMINISTRATOR_CREATED', person: name });
  for (const account of accounts) grant(model, person, account);
  return 'ok';
}

export function grant(model: Model, person: Person, account: string): Outcome {
  if (person.accounts.has(account)) return 'ok';
  person.accounts.add(account);
  model.log({ type: 'ADMINISTRATION_GRANTED', person: person.name, account });
  return 'ok';
}

export function revoke(model: Model, person: Person, account: string): Outcome {
  if (person.accounts.delete(account)) model.log({ type: 'ADMINISTRATION_REVOKED', person: person.name, account });
  return 'ok';
}

/** @param person who asks; null for an operator */
export function optIn(model: Model, migration: Migration, account: Account, person: Person | null): Outcome {
  if (migration.announcedAt === null || person?.accounts.has(account.id) === false) return 'NOT_FOUND';
  const decision = model.decision(migration.key, account.id);
  const { canOptIn, reason } = effective(migration, account, decision, model.now);
  if (canOptIn) {
    decide(model, migration, account, { ...decision, optedIn: model.now, optedOut: null }, 'OPTED_IN');
    return 'ok';
  }
  if (reason === 'OPTED_IN') return 'ok';
  if (migration.state === 'CANCELLED') return 'WRONG_STATE';
  const codes: Record<string, Outcome> = {
    NOT_AFFECTED: 'NOT_AFFECTED',
    MANDATORY: 'DEADLINE_PASSED',
    NOT_STARTED: 'NOT_STARTED',
    EXEMPT: 'NOT_STARTED',
  };
  return codes[reason] ?? 'ALREADY_ENABLED';
}

/** @param person who asks; null for an operator */
export function optOut(model: Model, migration: Migration, account: Account, person: Person | null): Outcome {
  if (migration.announcedAt === null || person?.accounts.has(account.id) === false) return 'NOT_FOUND';
  const decision = model.decision(migration.key, account.id);
  const { canOptOut, enabled, reason } = effective(migration, account, decision, model.now);
  if (canOptOut) {
    decide(model, migration, account, { ...decision, optedIn: null, optedOut: model.now }, 'OPTED_OUT');
    return 'ok';
  }
  if (decision.optedOut !== null && !enabled) return 'ok';
  if (reason === 'MANDATORY') return 'DEADLINE_PASSED';
  if (reason !== 'OPTED_IN') return 'NOT_OPTED_IN';
  return migration.reversible ? 'DEADLINE_PASSED' : 'NOT_REVERSIBLE';
}

export function extend(model: Model, migration: Migration, account: Account, until: Ms): Outcome {
  const { deadline } = instantsOf(migration);
  return steer(model, migration, account, 'extended', until, () => {
    if (deadline === null) return 'DATE_NEEDED';
    return until <= model.now || until <= deadline ? 'DATE_IN_PAST' : null;
  });
}

export function exempt(model: Model, migration: Migration, account: Account, until: Ms): Outcome {
  return steer(model, migration, account, 'exempt', until, () => (until <= model.now ? 'DATE_IN_PAST' : null));
}

/** The ends of extensions and exemptions that have passed and are not on record yet, recorded. */
export function recordEnds(model: Model, key: string, account: string, decision: Decision): void {
  const record = (steered: Until | null, type: string) => {
    if (steered === null || steered.ended || steered.until > model.now) return;
    steered.ended = true;
    model.log({ type, migration: key, account });
  };
  record(decision.extended, 'EXTENSION_ENDED');
  record(decision.exempt, 'EXEMPTION_ENDED');
}

function steer(
  model: Model,
  migration: Migration,
  account: Account,
  how: 'extended' | 'exempt',
  until: Ms,
  refuse: () => Outcome | null,
): Outcome {
  if (migration.announcedAt === null) return 'NOT_FOUND';
  if (migration.state === 'CANCELLED') return 'WRONG_STATE';
  const refused = refuse();
  if (refused !== null) return refused;
  const decision = model.decision(migration.key, account.id);
  const { reason } = effective(migration, account, decision, model.now);
  if (reason === 'NOT_AFFECTED') return 'NOT_AFFECTED';
  if (reason === 'OPTED_IN' || reason === 'NEW_ACCOUNT') return 'ALREADY_ENABLED';
  // However late the worker is: what has ended is on record before it is given anew.
  recordEnds(model, migration.key, account.id, decision);
  const given = { ...decision, [how]: { until, givenAt: model.now, ended: false } };
  decide(model, migration, account, given, how === 'extended' ? 'DEADLINE_EXTENDED' : 'ACCOUNT_EXEMPTED');
  return 'ok';
}

function decide(model: Model, migration: Migration, account: Account, decision: Decision, type: string): void {
  model.decisions.set(pair(migration.key, account.id), decision);
  model.log({ type, migration: migration.key, account: account.id });
}
