import type { Actor } from '../auth/actor.ts';
import { requireScope } from '../auth/scopes.rules.ts';
import type { Clock } from '../clock.ts';
import type { Database, Transaction } from '../db/database.ts';
import { GracelineError } from '../errors.ts';
import { type NewEvent, writeEvents } from '../events/log.ts';
import type { Wake } from '../events/wake.ts';
import { isUuid, newId } from '../ids.ts';
import { cursorKey, type Page, pageOf, type PageRequest, pageSize } from '../pagination.ts';
import type { Attributes } from '../rollouts/effective-state.rules.ts';
import { isTimeZone } from '../time-zone.ts';
import type { AccountView } from './account.view.ts';
import { type AccountFilter, accountsByNumbers, insertAccount, listAccounts, lockAccount, updateAccounts } from './accounts.repository.ts';
import { type AccountFields, accountFields, type Platform, validEmail, validLocale, validName, validTimeZone } from './accounts.rules.ts';
import {
  accountNumbers,
  administratorsByIds,
  type AdministratorView,
  deleteAdministration,
  insertAdministrations,
  insertAdministrator,
  listAdministrators,
  lockAdministrator,
  updateAdministrator,
} from './administrators.repository.ts';
import { checkEmailChoice } from './email-choice.ts';
import { holdEmailChoice } from './email-choice-lock.ts';
import { difference, given } from './edits.rules.ts';
import { membershipEvents } from './membership.ts';
import { NamedAccounts } from './named-accounts.ts';
import { checkSearch } from './search.rules.ts';
import {
  accountNotFound,
  type Condition,
  namesAny,
  refuseRuntime,
  requireAccount,
  requireOperator,
  visibleAccounts,
} from './visibility.ts';

/** The most accounts one call may hand to an administrator. */
const MAX_GRANTS = 1_000;

/** What can be changed of an account; what is left out stays. */
export interface AccountPatch {
  readonly name?: string | undefined;
  readonly platform?: Platform | undefined;
  readonly plan?: string | null | undefined;
  readonly region?: string | null | undefined;
  readonly timeZone?: string | undefined;
  readonly usesBuiltInEmail?: boolean | undefined;
  /** All of them: what is not named is gone. */
  readonly attributes?: Attributes | undefined;
}

/** A new account. Defaults: no plan, no region, UTC, the built-in email provider, no attributes, created now. */
export interface AccountInput extends AccountPatch {
  readonly id: string;
  readonly name: string;
  readonly platform: Platform;
  readonly createdAt?: Date | undefined;
}

/** What can be changed of an administrator; what is left out stays. */
export interface AdministratorPatch {
  readonly email?: string | undefined;
  readonly name?: string | undefined;
  readonly timeZone?: string | undefined;
  readonly locale?: string | undefined;
}

/** A new administrator. Defaults: UTC, English. */
export interface AdministratorInput extends AdministratorPatch {
  readonly email: string;
  readonly name: string;
  /** Ids of the accounts to administer. */
  readonly accounts: readonly string[];
}

/** How many accounts one subscription follows; their numbers are kept in memory. */
const MAX_FOLLOWED = 100_000;

/** Accounts and the people who administer them. Operators alone write; everybody else reads what is theirs. */
export class AccountsService {
  private readonly named: NamedAccounts;

  constructor(
    private readonly db: Database,
    private readonly wake: Wake,
    private readonly clock: Clock,
  ) {
    this.named = new NamedAccounts(db);
  }

  /**
   * Creates an account.
   *
   * @throws GracelineError FORBIDDEN, INVALID_INPUT, INVALID_TIME_ZONE, KEY_TAKEN
   */
  async createAccount(actor: Actor, input: AccountInput): Promise<AccountView> {
    requireOperator(actor);
    const fields = accountFields({ ...input }, isTimeZone);
    return this.change(actor, async (tx, now, record) => {
      const account = await insertAccount(tx, fields, now);
      if (!account)
        throw new GracelineError('KEY_TAKEN', `There is an account "${fields.id}" already. Edit it, or use another id.`, {
          account: fields.id,
        });
      record({ type: 'ACCOUNT_CREATED', accountNumber: account.number, data: { account: audited(account) } });
      return account;
    });
  }

  /**
   * Changes an account. Where that changes which live migrations touch it, an event says so for each.
   *
   * @throws GracelineError FORBIDDEN, NOT_FOUND, INVALID_INPUT, INVALID_TIME_ZONE; CONFLICT for `usesBuiltInEmail` against
   *   the account's own email settings
   */
  async editAccount(actor: Actor, accountId: string, patch: AccountPatch): Promise<AccountView> {
    requireOperator(actor);
    return this.change(actor, async (tx, now, record) => {
      await holdEmailChoice(tx);
      const before = accountId.includes('\0') ? null : await lockAccount(tx, accountId);
      if (!before) throw accountNotFound(accountId);
      await checkEmailChoice(tx, before, patch.usesBuiltInEmail);
      const current = audited(before);
      const { updated, changes } = await updateAccounts(tx, [accountFields({ ...current, ...given(patch) }, isTimeZone)], now);
      if (updated === 0) return before;
      const [after] = await accountsByNumbers(tx, [before.number]);
      record(
        { type: 'ACCOUNT_EDITED', accountNumber: before.number, data: difference(current, audited(after!)) },
        ...membershipEvents(changes),
      );
      return after!;
    });
  }

  /**
   * One account.
   *
   * @throws GracelineError FORBIDDEN to a partner without `migrations:read` or `flags:read`; NOT_FOUND, also where it is not theirs to see
   */
  async account(actor: Actor, accountId: string): Promise<AccountView> {
    requireScope(actor, 'migrations:read', 'flags:read');
    return this.named.require(actor, accountId);
  }

  /**
   * The numbers of the accounts an actor sees, for following what happens to them; null where those are all.
   *
   * @throws GracelineError FORBIDDEN as {@link accounts}, TOO_LARGE
   */
  async visibleNumbers(actor: Actor): Promise<Set<number> | null> {
    refuseRuntime(actor);
    requireScope(actor, 'migrations:read');
    if (actor.role === 'OPERATOR' || actor.allAccounts) return null;
    const visible = visibleAccounts(actor, 'a', 2);
    const rows = await this.db.query<{ number: number }>(`select a.number from account a where ${visible.sql} limit $1`, [
      MAX_FOLLOWED + 1,
      ...visible.values,
    ]);
    if (rows.length <= MAX_FOLLOWED) return new Set(rows.map(({ number }) => number));
    throw new GracelineError('TOO_LARGE', `You have more than ${MAX_FOLLOWED} accounts. Subscribe to each that you need.`);
  }

  /** How many accounts an actor sees; null where those are all, and for a runtime, which looks up single ones. */
  async visibleCount(actor: Actor): Promise<number | null> {
    if (namesAny(actor)) return null;
    const visible = visibleAccounts(actor, 'a', 1);
    const [row] = await this.db.query<{ count: number }>(`select count(*) from account a where ${visible.sql}`, visible.values);
    return row!.count;
  }

  /**
   * The accounts an actor sees, in order of their ids.
   *
   * @throws GracelineError FORBIDDEN to a runtime and to a partner without `migrations:read`; INVALID_INPUT, INVALID_CURSOR
   */
  async accounts(actor: Actor, filter: AccountFilter, page: PageRequest): Promise<Page<AccountView>> {
    refuseRuntime(actor);
    requireScope(actor, 'migrations:read');
    const first = pageSize(page.first);
    const after = cursorKey(page.after, ['string'])?.[0] ?? null;
    checkSearch(filter.search);
    if (filter.administrator && !isUuid(filter.administrator)) return { edges: [], hasNextPage: false };
    const rows = await listAccounts(this.db, visibleAccounts(actor, 'a', 1), filter, after as string | null, first + 1);
    return pageOf(
      rows,
      first,
      ({ id }) => [id],
      (account) => account,
    );
  }

  /**
   * Accounts by their numbers, for data loaders: whoever calls has read the numbers from something the actor may see.
   *
   * @returns in the order of the numbers; null where there is none
   */
  async accountsByNumbers(numbers: readonly number[]): Promise<(AccountView | null)[]> {
    const found = new Map((await accountsByNumbers(this.db, numbers)).map((account) => [account.number, account]));
    return numbers.map((number) => found.get(number) ?? null);
  }

  /**
   * Creates an administrator of the given accounts.
   *
   * @throws GracelineError FORBIDDEN, INVALID_INPUT, INVALID_EMAIL, INVALID_TIME_ZONE, KEY_TAKEN, NOT_FOUND for an account
   */
  async createAdministrator(actor: Actor, input: AdministratorInput): Promise<AdministratorView> {
    requireOperator(actor);
    const fields = administratorFields({ timeZone: 'UTC', locale: 'en', ...given(input) });
    if (input.accounts.length > MAX_GRANTS) {
      throw new GracelineError(
        'INVALID_INPUT',
        `${input.accounts.length} accounts at once are too many; name at most ${MAX_GRANTS} and grant the others after.`,
        { field: 'accounts', limit: MAX_GRANTS },
      );
    }
    return this.change(actor, async (tx, now, record) => {
      const administrator = { id: newId(), ...fields, createdAt: now };
      if (!(await insertAdministrator(tx, administrator))) throw emailTaken(fields.email);
      record({ type: 'ADMINISTRATOR_CREATED', administratorId: administrator.id, data: { administrator: fields } });
      await this.grant(tx, administrator.id, input.accounts, record);
      return administrator;
    });
  }

  /**
   * Changes an administrator.
   *
   * @throws GracelineError FORBIDDEN, NOT_FOUND, INVALID_INPUT, INVALID_EMAIL, INVALID_TIME_ZONE, KEY_TAKEN
   */
  async editAdministrator(actor: Actor, administratorId: string, patch: AdministratorPatch): Promise<AdministratorView> {
    requireOperator(actor);
    return this.change(actor, async (tx, _now, record) => {
      const before = await lockedAdministrator(tx, administratorId);
      const { id, createdAt, ...current } = before;
      const fields = administratorFields({ ...current, ...given(patch) });
      const changed = difference(current, fields);
      if (Object.keys(changed.after).length === 0) return before;
      const after = { id, ...fields, createdAt };
      if (!(await updateAdministrator(tx, after))) throw emailTaken(fields.email);
      record({ type: 'ADMINISTRATOR_EDITED', administratorId: id, data: changed });
      return after;
    });
  }

  /**
   * Lets somebody administer an account. Idempotent.
   *
   * @throws GracelineError FORBIDDEN, NOT_FOUND
   */
  async grantAdministration(actor: Actor, administratorId: string, accountId: string): Promise<void> {
    requireOperator(actor);
    await this.change(actor, async (tx, _now, record) => {
      await lockedAdministrator(tx, administratorId);
      await this.grant(tx, administratorId, [accountId], record);
    });
  }

  /**
   * Ends that somebody administers an account. Idempotent.
   *
   * @throws GracelineError FORBIDDEN, NOT_FOUND
   */
  async revokeAdministration(actor: Actor, administratorId: string, accountId: string): Promise<void> {
    requireOperator(actor);
    await this.change(actor, async (tx, _now, record) => {
      await lockedAdministrator(tx, administratorId);
      const { number } = await requireAccount(tx, actor, accountId);
      if (await deleteAdministration(tx, administratorId, number))
        record({ type: 'ADMINISTRATION_REVOKED', administratorId, accountNumber: number });
    });
  }

  /**
   * The administrators an actor sees, in order of their addresses: an operator all, an administrator itself.
   *
   * @param filter.account the id of an account they administer
   * @throws GracelineError FORBIDDEN to a runtime; NOT_FOUND for the account; INVALID_INPUT, INVALID_CURSOR
   */
  async administrators(
    actor: Actor,
    filter: { readonly search?: string | null | undefined; readonly account?: string | null | undefined },
    page: PageRequest,
  ): Promise<Page<AdministratorView>> {
    refuseRuntime(actor);
    const first = pageSize(page.first);
    const after = cursorKey(page.after, ['string'])?.[0] ?? null;
    checkSearch(filter.search);
    const account = typeof filter.account === 'string' ? await requireAccount(this.db, actor, filter.account) : null;
    const rows = await listAdministrators(
      this.db,
      visibleAdministrators(actor),
      { search: filter.search, accountNumber: account?.number },
      after as string | null,
      first + 1,
    );
    return pageOf(
      rows,
      first,
      ({ email }) => [email],
      (administrator) => administrator,
    );
  }

  /** Those of one account; as {@link administrators} with only that filter. */
  administratorsOfAccount(actor: Actor, accountId: string, page: PageRequest): Promise<Page<AdministratorView>> {
    return this.administrators(actor, { account: accountId }, page);
  }

  /**
   * One administrator.
   *
   * @throws GracelineError NOT_FOUND, also where it is not theirs to see
   */
  async administrator(actor: Actor, administratorId: string): Promise<AdministratorView> {
    const mine = actor.role === 'OPERATOR' || actor.role === 'SYSTEM' || actor.administratorId === administratorId;
    const [administrator] = mine && isUuid(administratorId) ? await administratorsByIds(this.db, [administratorId]) : [];
    return administrator ?? administratorNotFound();
  }

  /** Administrators by their ids, for data loaders; in the order of the ids, null where there is none. */
  async administratorsByIds(ids: readonly string[]): Promise<(AdministratorView | null)[]> {
    const found = new Map((await administratorsByIds(this.db, ids)).map((administrator) => [administrator.id, administrator]));
    return ids.map((id) => found.get(id) ?? null);
  }

  /** Runs a change and the events it records in one transaction, then wakes the readers of the log. */
  private async change<T>(
    actor: Actor,
    work: (tx: Transaction, now: Date, record: (...events: NewEvent[]) => void) => Promise<T>,
  ): Promise<T> {
    const now = this.clock.now();
    const events: NewEvent[] = [];
    const result = await this.db.transaction(async (tx) => {
      const value = await work(tx, now, (...more) => void events.push(...more));
      await writeEvents(tx, actor, now, events);
      return value;
    });
    if (events.length > 0) this.wake.ring();
    return result;
  }

  private async grant(
    tx: Transaction,
    administratorId: string,
    accountIds: readonly string[],
    record: (...events: NewEvent[]) => void,
  ): Promise<void> {
    const numbers = await accountNumbers(
      tx,
      accountIds.filter((id) => !id.includes('\0')),
    );
    const missing = accountIds.find((id) => !numbers.has(id));
    if (missing !== undefined) throw accountNotFound(missing);
    const granted = await insertAdministrations(tx, administratorId, [...numbers.values()]);
    record(...granted.map((accountNumber): NewEvent => ({ type: 'ADMINISTRATION_GRANTED', administratorId, accountNumber })));
  }
}

function visibleAdministrators(actor: Actor): Condition {
  if (actor.role === 'OPERATOR' || actor.role === 'SYSTEM') return { sql: 'true', values: [] };
  return { sql: 'p.id = $1::uuid', values: [actor.role === 'ADMINISTRATOR' ? actor.administratorId : null] };
}

async function lockedAdministrator(tx: Transaction, id: string): Promise<AdministratorView> {
  return (isUuid(id) ? await lockAdministrator(tx, id) : null) ?? administratorNotFound();
}

function administratorNotFound(): never {
  throw new GracelineError('NOT_FOUND', 'There is no such administrator. Check the id.');
}

function emailTaken(email: string): GracelineError {
  return new GracelineError('KEY_TAKEN', `There is an administrator ${email} already. Edit that one, or use another address.`, {
    field: 'email',
  });
}

function administratorFields({ email, name, timeZone, locale }: Required<AdministratorPatch>): Omit<AdministratorView, 'id' | 'createdAt'> {
  return {
    email: validEmail(email ?? ''),
    name: validName(name),
    timeZone: validTimeZone(timeZone, isTimeZone),
    locale: validLocale(locale ?? ''),
  };
}

/** @throws GracelineError where PostgreSQL could not look for it */
/** An account as the log tells of it. */
function audited({ number: _, updatedAt: __, ...fields }: AccountView): Omit<AccountFields, 'createdAt'> & { createdAt: Date } {
  return fields;
}
