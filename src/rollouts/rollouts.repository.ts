import { accountColumns, type AccountView } from '../accounts/account.view.ts';
import { nameableAccounts, nameableSightOf, sightOf, visibleAccounts } from '../accounts/visibility.ts';
import type { Actor } from '../auth/actor.ts';
import type { Clock } from '../clock.ts';
import type { Database, Queryable } from '../db/database.ts';
import { Gatherer } from '../db/gatherer.ts';
import type { LifecycleState } from '../migrations/lifecycle.rules.ts';
import type { DecisionFacts, EffectiveState } from './effective-state.rules.ts';
import type { AccountMigration } from './rollouts.rules.ts';
import { stateFrom, type StateRow } from './state-row.ts';

/** An account and a migration, with all that a decision between them depends on. */
export interface Standing extends AccountMigration {
  readonly title: string;
  readonly cancelled: boolean;
  readonly gracePeriodStart: string;
  readonly mandatoryAt: Date | null;
  readonly reversible: boolean;
  readonly decision: DecisionFacts;
}

/** What a decision statement found, and whether it wrote. */
export interface DecisionOutcome {
  /** As it was before; null where the actor sees no such account or no such migration. */
  readonly before: Standing | null;
  readonly written: boolean;
}

interface AccountMigrationRow extends StateRow {
  account_id: string;
  account_number: number;
  migration_id: string;
}

interface StandingRow extends AccountMigrationRow {
  title: string;
  migration_state: LifecycleState;
  grace_period_start: string;
  mandatory_at: Date | null;
  reversible: boolean;
  opted_in_at: Date | null;
  opted_out_at: Date | null;
  extended_until: Date | null;
  exempt_until: Date | null;
  written: boolean;
}

const STANDING = `a.id as account_id, a.number as account_number, m.id as migration_id, m.title, m.state as migration_state, m.grace_period_start,
  m.mandatory_at, m.reversible, d.opted_in_at, d.opted_out_at, d.extended_until, d.exempt_until, s.*`;

/** A migration `$1` (key) and an account `$2` (id) at the instant `$3`, where the condition holds. */
const standingOf = (visible: string, ids = '$2') => `
  select ${STANDING}
    from migration m
    join account a on a.id = ${ids} and ${visible}
    left join decision d on d.migration_id = m.id and d.account_number = a.number
    cross join lateral effective_state(m, a, d, $3) s
   where m.key = $1 and m.announced_at is not null`;

/** Opting out: look, ask the rule, decide and log, in one statement and therefore one transaction and one round trip. */
const OPT_OUT = (visible: string) => `
  with standing as (${standingOf(visible)}),
  written as (
    update decision d set opted_in_at = null, opted_out_at = $3 from standing s
     where s.can_opt_out and d.migration_id = s.migration_id and d.account_number = s.account_number and d.opted_in_at is not null
    returning d.migration_id, d.account_number),
  logged as (
    insert into event (at, type, actor_role, actor, token_id, migration_id, account_number, data)
    select $3, 'OPTED_OUT', $4, $5, $6::uuid, migration_id, account_number, jsonb_build_object('before', s.reason, 'after', 'OPTED_OUT')
      from written join standing s using (migration_id, account_number))
  select standing.*, exists (select from written) as written from standing`;

/** Opts an account out again where the rule lets it, with its event. */
export async function writeOptOut(
  db: Database,
  actor: Actor,
  accountId: string,
  migrationKey: string,
  now: Date,
): Promise<DecisionOutcome> {
  const visible = visibleAccounts(actor, 'a', 7);
  const values = [migrationKey, accountId, now, actor.role, actor.subject, actor.tokenId, ...visible.values];
  const [row] = await db.queryPrepared<StandingRow>(`opt-out ${sightOf(actor)}`, OPT_OUT(visible.sql), values);
  return { before: row ? standingFrom(row) : null, written: row?.written ?? false };
}

/** An account and a migration as they stand; null where the actor sees no such account or there is no such migration. */
export async function findStanding(
  db: Queryable,
  actor: Actor,
  accountId: string,
  migrationKey: string,
  now: Date,
): Promise<Standing | null> {
  const visible = nameableAccounts(actor, 'a', 4);
  const [row] = await db.queryPrepared<StandingRow>(`standing ${nameableSightOf(actor)}`, standingOf(visible.sql), [
    migrationKey,
    accountId,
    now,
    ...visible.values,
  ]);
  return row ? standingFrom(row) : null;
}

/**
 * Many accounts and one migration as they stand.
 *
 * @returns those of the accounts that the actor sees, in no order; null where there is no such migration
 */
export async function findStandings(
  db: Queryable,
  actor: Actor,
  accountIds: readonly string[],
  migrationKey: string,
  now: Date,
): Promise<Standing[] | null> {
  const [migration] = await db.query('select from migration where key = $1 and announced_at is not null', [migrationKey]);
  if (!migration) return null;
  const visible = visibleAccounts(actor, 'a', 4);
  const rows = await db.query<StandingRow>(standingOf(visible.sql, 'any ($2::text[])'), [migrationKey, accountIds, now, ...visible.values]);
  return rows.map(standingFrom);
}

/** Look-ups that share a statement, each of a page of accounts at most: with more of them single accounts would wait for long. */
const MAX_PAGES = 16;

/** Every account `$1` (numbers) with every published migration at the instant `$2`. */
const STATES = `
  select a.id as account_id, a.number as account_number, m.id as migration_id, s.*
    from account a
    cross join migration m
    left join decision d on d.migration_id = m.id and d.account_number = a.number
    cross join lateral effective_state(m, a, d, $2) s
   where a.number = any ($1::bigint[]) and m.state in ('ANNOUNCED', 'GRACE_PERIOD', 'MANDATORY')
   order by a.number, m.grace_period_start desc, m.id desc`;

/**
 * The states of accounts. One per process: what is asked at once is read at once, and nothing is kept.
 *
 * @param clock gives the instant, as each statement begins
 */
export class States {
  private readonly gatherer = Gatherer.ofReads(async (asked: readonly (readonly number[])[]) => {
    const numbers = [...new Set(asked.flat())];
    const rows = await this.db.queryPrepared<AccountMigrationRow>('states', STATES, [numbers, this.clock.now()]);
    const found = Map.groupBy(rows.map(accountMigrationFrom), ({ accountNumber }) => accountNumber);
    return asked.map((some) => some.map((number) => found.get(number) ?? []));
  }, MAX_PAGES);

  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Every account of a list with every published migration, each with its state.
   *
   * @returns in the order of the accounts, and for each newest migration first; nothing for numbers that are no accounts
   */
  read(accountNumbers: readonly number[]): Promise<AccountMigration[][]> {
    // The statement is shared; in the trace of each that asked it is a step of its own.
    return this.db.step(STATES, () => this.gatherer.ask(accountNumbers));
  }
}

/** An account and a migration between which something happened. */
export interface Pair {
  readonly migrationId: string;
  readonly accountNumber: number;
}

/** A {@link Pair} with the account and the state that holds now. */
export interface SeenState extends Pair {
  readonly account: AccountView;
  readonly state: EffectiveState;
}

type SeenRow = AccountView & StateRow & { readonly migration_id: string };

/** Of these pairs those whose account the actor sees, each once and in no order. */
export async function findSeenStates(db: Queryable, actor: Actor, pairs: readonly Pair[], now: Date): Promise<SeenState[]> {
  const visible = nameableAccounts(actor, 'a', 4);
  const rows = await db.query<SeenRow>(
    `select ${accountColumns('a')}, m.id as migration_id, s.*
       from (select distinct * from unnest($1::uuid[], $2::bigint[])) as pair(migration_id, account_number)
       join account a on a.number = pair.account_number and ${visible.sql}
       join migration m on m.id = pair.migration_id
       left join decision d on d.migration_id = m.id and d.account_number = a.number
       cross join lateral effective_state(m, a, d, $3) s`,
    [pairs.map(({ migrationId }) => migrationId), pairs.map(({ accountNumber }) => accountNumber), now, ...visible.values],
  );
  return rows.map(
    ({ migration_id: migrationId, enabled, reason, since, deadline, can_opt_in: canOptIn, can_opt_out: canOptOut, ...account }) => ({
      migrationId,
      accountNumber: account.number,
      account,
      state: { enabled, reason, since, deadline, canOptIn, canOptOut },
    }),
  );
}

/**
 * Writes an operator's decision: a later deadline, or an exemption; and when it ends, for the worker to record.
 *
 * @param column which of the two
 */
export async function writeUntil(
  tx: Queryable,
  column: 'extended_until' | 'exempt_until',
  migrationId: string,
  accountNumber: number,
  until: Date,
  now: Date,
): Promise<void> {
  await tx.query(`insert into decision (migration_id, account_number) values ($1, $2) on conflict do nothing`, [
    migrationId,
    accountNumber,
  ]);
  await tx.query(`update decision set ${column} = $3 where migration_id = $1 and account_number = $2`, [migrationId, accountNumber, until]);
  await tx.query(
    `update decision
        set ends_at = case when extended_until > $3 and exempt_until > $3 then least(extended_until, exempt_until)
                           when extended_until > $3 then extended_until
                           when exempt_until > $3 then exempt_until end
      where migration_id = $1 and account_number = $2`,
    [migrationId, accountNumber, now],
  );
}

function accountMigrationFrom(row: AccountMigrationRow): AccountMigration {
  return {
    accountId: row.account_id,
    accountNumber: row.account_number,
    migrationId: row.migration_id,
    state: stateFrom(row),
  };
}

function standingFrom(row: StandingRow): Standing {
  return {
    ...accountMigrationFrom(row),
    title: row.title,
    cancelled: row.migration_state === 'CANCELLED',
    gracePeriodStart: row.grace_period_start,
    mandatoryAt: row.mandatory_at,
    reversible: row.reversible,
    decision: {
      optedInAt: row.opted_in_at,
      optedOutAt: row.opted_out_at,
      extendedUntil: row.extended_until,
      exemptUntil: row.exempt_until,
    },
  };
}
