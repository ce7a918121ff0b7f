/** What accounts and administrators do, and what operators do to them. */
import fc from 'fast-check';
import { dismiss } from './calendar.ts';
import { createAccount, createPerson, exempt, extend, grant, moveAccount, optIn, optOut, revoke } from './decisions.ts';
import { ask, ofPair, pick, some, times } from './draw.ts';
import type { Account, Migration, Model, Person, Platform } from './model.ts';
import { addressOf } from './platform.ts';
import { instantsOf } from './rule.ts';
import type { Ask, Plan, Stage } from './step.ts';
import { DAY, HOUR, iso, type Ms } from './time.ts';

/** Where administrators live. */
const ZONES = ['UTC', 'Europe/Berlin', 'America/Los_Angeles', 'Asia/Kolkata', 'Pacific/Auckland'];
const MOST_ACCOUNTS = 5;
const MOST_PEOPLE = 3;

export const platform = fc.constantFrom<Platform>('CLOUD', 'APPLIANCE');
export const zone = fc.constantFrom(...ZONES);

/** Null once there are enough. */
export function planAccount(
  model: Model,
  { platform: on, created }: { platform: Platform; created: readonly [number, number] | null },
): Plan | null {
  if (model.accounts.length === MOST_ACCOUNTS) return null;
  const id = `a${model.accounts.length}`;
  const start = created && instantsOf(pick(model.migrations, created[0]) ?? { dates: { start: 'TBD', deadline: 'TBD' } }).start;
  // An account comes from the past; by chance from right before or at the start of a migration.
  const createdAt = created && Math.min(model.now, (start ?? model.now) + created[1]);
  return {
    words: `olga creates ${id} on ${on}${createdAt === null ? '' : ` as of ${iso(createdAt)}`}`,
    act: ({ accounts }, { platform: p }) =>
      accounts.createAccount(p.operator('olga'), {
        id,
        name: id,
        platform: on,
        ...(createdAt !== null && { createdAt: new Date(createdAt) }),
      }),
    predict: () => createAccount(model, on, createdAt ?? model.now),
  };
}

/** Null once there are enough. */
export function planPerson(model: Model, [timeZone, which]: [string, readonly number[]]): Plan | null {
  if (model.people.length === MOST_PEOPLE) return null;
  const name = `p${model.people.length}`;
  const ids = [...new Set(which.flatMap((one) => pick(model.accounts, one)?.id ?? []))];
  return {
    words: `olga makes ${name} in ${timeZone} the administrator of ${ids.join(' and ') || 'nothing'}`,
    act: ({ accounts }, { platform: p }) =>
      accounts.createAdministrator(p.operator('olga'), { email: addressOf(name), name, timeZone, accounts: ids }),
    predict: () => createPerson(model, timeZone, ids),
  };
}

function planOpt(model: Model, migration: Migration, account: Account, [how, who]: ['in' | 'out', number]): Plan {
  const own = model.peopleOf(account.id);
  const person: Person | null = pick<Person | null>([null, ...model.people, ...own, ...own, ...own], who) ?? null;
  const actor = (stage: Stage) => (person ? stage.platform.person(person.name) : stage.platform.operator('olga'));
  return {
    words: `${person?.name ?? 'olga'} opts ${account.id} ${how} ${how === 'in' ? 'to' : 'of'} ${migration.key}`,
    act: async ({ rollouts }, stage) =>
      how === 'in'
        ? rollouts.optIn(await actor(stage), account.id, migration.key)
        : rollouts.optOut(await actor(stage), account.id, migration.key),
    predict: () => (how === 'in' ? optIn : optOut)(model, migration, account, person),
  };
}

interface SteerWish {
  readonly how: 'extend' | 'exempt';
  readonly from: 'now' | 'deadline';
  readonly ms: Ms;
}

function planSteer(model: Model, migration: Migration, account: Account, { how, from, ms }: SteerWish): Plan {
  const origin = (from === 'deadline' ? instantsOf(migration).deadline : null) ?? model.now;
  const until = origin + ms;
  const word = how === 'extend' ? 'extends the deadline of' : 'exempts';
  return {
    words: `olga ${word} ${account.id} from ${migration.key} until ${iso(until)}`,
    act: ({ rollouts }, { platform: p }) =>
      how === 'extend'
        ? rollouts.extendDeadline(p.operator('olga'), account.id, migration.key, new Date(until), 'because')
        : rollouts.exemptAccount(p.operator('olga'), account.id, migration.key, new Date(until), 'because'),
    predict: () => (how === 'extend' ? extend : exempt)(model, migration, account, until),
  };
}

/** What they ask for, each as often as it should be tried. */
export const accountAsks: readonly fc.Arbitrary<Ask>[] = [
  ask(fc.record({ platform, created: fc.option(fc.tuple(some, fc.constantFrom(-1, 0, 1, -30 * DAY)), { freq: 3 }) }), planAccount),
  ask(fc.tuple(some, platform), (model, [which, on]) => {
    const account = pick(model.accounts, which);
    if (!account) return null;
    return {
      words: `olga moves ${account.id} to ${on}`,
      act: ({ accounts }, { platform: p }) => accounts.editAccount(p.operator('olga'), account.id, { platform: on }),
      predict: () => moveAccount(model, account, on),
    };
  }),
  ask(fc.tuple(zone, fc.array(some, { maxLength: 3 })), planPerson),
  ask(fc.tuple(some, some, fc.constantFrom<'grant' | 'revoke'>('grant', 'revoke')), (model, [who, which, how]) => {
    const [person, account] = [pick(model.people, who), pick(model.accounts, which)];
    if (!person || !account) return null;
    return {
      words: `olga ${how}s ${person.name} the administration of ${account.id}`,
      act: async ({ accounts }, { platform: p }) => {
        const { administratorId } = await p.person(person.name);
        if (how === 'grant') await accounts.grantAdministration(p.operator('olga'), administratorId!, account.id);
        else await accounts.revokeAdministration(p.operator('olga'), administratorId!, account.id);
      },
      predict: () => (how === 'grant' ? grant : revoke)(model, person, account.id),
    };
  }),
  ...times(7, ofPair(fc.tuple(fc.constantFrom<'in' | 'out'>('in', 'in', 'out'), some), planOpt)),
  ask(fc.tuple(some, some), (model, [which, who]) => {
    const pairs = [...model.decisions].filter(([, { optedIn }]) => optedIn !== null).map(([id]) => id.split(' ') as [string, string]);
    const [migration, account] = pick(pairs, which) ?? [];
    return migration && account ? planOpt(model, model.migration(migration), model.account(account), ['out', who]) : null;
  }),
  ...times(
    4,
    ofPair(
      fc.record<SteerWish>({
        how: fc.constantFrom('extend', 'exempt'),
        from: fc.constantFrom('now', 'deadline'),
        ms: fc.oneof(
          fc.constantFrom(-1, 0, 1),
          fc.integer({ min: -1, max: 80 }).map((days) => days * DAY + HOUR),
        ),
      }),
      planSteer,
    ),
  ),
  ask(fc.tuple(some, some), (model, [who, which]) => {
    const person = pick(model.people, who);
    const found = person && dismiss(model, person, which);
    if (!found) return null;
    const [, migration, occasion] = found.id.split(' ') as [string, string, string];
    return {
      words: `${person.name} dismisses the notice ${migration} ${occasion}`,
      act: async ({ notices }, stage) =>
        notices.dismissNotice(await stage.platform.person(person.name), await stage.observer.noticeId(found.id)),
      predict: () => {
        if (!found.notice.dismissed) model.log({ type: 'NOTICE_DISMISSED', person: person.name, migration, note: occasion });
        found.notice.dismissed = true;
        return 'ok';
      },
    };
  }),
];
