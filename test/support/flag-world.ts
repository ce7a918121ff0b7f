/** Migrations, accounts and decisions as the rule's own tests draw them, written as rows with the events that tell of them. */
import { type EventType, writeEvents } from '../../src/events/log.ts';
import { newId } from '../../src/ids.ts';
import type { AccountFacts, DecisionFacts, MigrationFacts, Reason } from '../../src/rollouts/effective-state.rules.ts';
import type { Transaction } from '../../src/db/database.ts';
import type { GraphqlClient } from './graphql-client.ts';
import { operator } from './house.ts';
import type { TestService } from './service.ts';

/** A migration as it was drawn. */
export interface DrawnMigration {
  readonly id: string;
  readonly key: string;
  readonly facts: MigrationFacts;
}

/** An account as it was drawn. */
export interface DrawnAccount {
  readonly id: string;
  readonly facts: AccountFacts;
}

/** Migrations, accounts, and what was decided between them, as rows. */
export interface FlagWorld {
  readonly migrations: readonly DrawnMigration[];
  readonly accounts: readonly DrawnAccount[];
}

/** Gives what was drawn ids of its own. */
export function named(migrations: readonly MigrationFacts[], accounts: readonly AccountFacts[]): FlagWorld {
  const run = newId();
  return {
    migrations: migrations.map((facts, i) => ({ id: newId(), key: `m${i}-${run}`, facts })),
    accounts: accounts.map((facts, i) => ({ id: `a${i}-${run}`, facts })),
  };
}

/** Writes a world, and one event that makes everything old. */
export async function insertWorld(service: TestService, world: FlagWorld): Promise<void> {
  await service.db.transaction(async (tx) => {
    for (const migration of world.migrations) await insertMigration(tx, migration);
    for (const account of world.accounts) await insertAccount(tx, account, world.migrations);
    await tell(tx, 'MIGRATION_IMPORTED', { migrationId: world.migrations[0]!.id });
  });
  service.house.wake.ring();
}

/** Writes an account, on the list of every migration where its facts say that it is listed. */
export async function insertAccount(tx: Transaction, { id, facts }: DrawnAccount, migrations: readonly DrawnMigration[]): Promise<number> {
  const [row] = await tx.query<{ number: number }>(
    `insert into account (id, name, platform, time_zone, uses_built_in_email, attributes, created_at, updated_at)
     values ($1, 'n', $2, 'UTC', $3, $4, $5, '2026-01-01') returning number`,
    [id, facts.platform, facts.usesBuiltInEmail, JSON.stringify(facts.attributes), facts.createdAt],
  );
  await list(tx, row!.number, facts, migrations);
  return row!.number;
}

/** Makes an account another, as an edit or an import may. */
export async function editAccount(tx: Transaction, { id, facts }: DrawnAccount, migrations: readonly DrawnMigration[]): Promise<void> {
  const [row] = await tx.query<{ number: number }>(
    'update account set platform = $2, uses_built_in_email = $3, attributes = $4, created_at = $5 where id = $1 returning number',
    [id, facts.platform, facts.usesBuiltInEmail, JSON.stringify(facts.attributes), facts.createdAt],
  );
  await tx.query('delete from listed_account where account_number = $1', [row!.number]);
  await list(tx, row!.number, facts, migrations);
}

/** Gives a migration other dates and conditions. */
export async function editMigration(tx: Transaction, id: string, facts: MigrationFacts): Promise<void> {
  await tx.query(
    `update migration set state = $2, grace_starts_at = $3, mandatory_at = $4, reversible = $5, platforms = $6, built_in_email_only = $7,
                          required_attributes = $8, listed_only = $9 where id = $1`,
    [id, ...columnsOf(facts)],
  );
}

/** Writes what was decided for an account about a migration, in place of what was. */
export async function writeDecision(tx: Transaction, migrationId: string, accountId: string, decision: DecisionFacts): Promise<void> {
  const { optedInAt, optedOutAt, extendedUntil, exemptUntil } = decision;
  await tx.query(
    `insert into decision (migration_id, account_number, opted_in_at, opted_out_at, extended_until, exempt_until)
     select $1, number, $3, $4, $5, $6 from account where id = $2
     on conflict (migration_id, account_number) do update set opted_in_at = excluded.opted_in_at, opted_out_at = excluded.opted_out_at,
       extended_until = excluded.extended_until, exempt_until = excluded.exempt_until`,
    [migrationId, accountId, optedInAt, optedOutAt, extendedUntil, exemptUntil],
  );
}

/** Writes an event about a migration, an account, or both. */
export async function tell(tx: Transaction, type: EventType, about: { migrationId?: string; accountId?: string }): Promise<void> {
  const { migrationId, accountId } = about;
  const rows = accountId === undefined ? [] : await tx.query<{ number: number }>('select number from account where id = $1', [accountId]);
  await writeEvents(tx, operator(), new Date(), [{ type, migrationId, accountNumber: rows[0]?.number }]);
}

async function insertMigration(tx: Transaction, { id, key, facts }: DrawnMigration): Promise<void> {
  await tx.query(
    `insert into migration (id, key, title, description, severity, grace_period_start, mandatory_opt_in, announced_at, created_at, updated_at,
                            state, grace_starts_at, mandatory_at, reversible, platforms, built_in_email_only, required_attributes, listed_only)
     values ($1, $2, 't', '', 'LOW', 'TBD', 'TBD', '2026-01-01', '2026-01-01', '2026-01-01', $3, $4, $5, $6, $7, $8, $9, $10)`,
    [id, key, ...columnsOf(facts)],
  );
}

/** State, dates, whether it is reversible, and its four conditions. */
function columnsOf({ live, graceStartsAt, mandatoryAt, reversible, affects }: MigrationFacts): unknown[] {
  const { platforms, builtInEmailOnly, attributes, listedOnly } = affects;
  const state = live ? 'ANNOUNCED' : 'CANCELLED';
  return [state, graceStartsAt, mandatoryAt, reversible, platforms, builtInEmailOnly, JSON.stringify(attributes), listedOnly];
}

async function list(tx: Transaction, number: number, { listed }: AccountFacts, migrations: readonly DrawnMigration[]): Promise<void> {
  if (!listed) return;
  const ids = migrations.map(({ id }) => id);
  await tx.query('insert into listed_account select m.id, $1 from migration m where m.id = any ($2::uuid[])', [number, ids]);
}

/** A state as every way to ask is made to say it. */
export interface Said {
  readonly enabled: boolean;
  readonly reason: Reason;
  readonly since: string | null;
  readonly deadline: string | null;
}

/** The states that GraphQL says, by account and migration. */
export function statesByGraphql(graphql: GraphqlClient, { migrations, accounts }: FlagWorld): Promise<Said[][]> {
  const fields = migrations.map(
    ({ key }, i) => `m${i}: accountMigration(account: $account, migration: "${key}") { state { enabled reason since deadline } }`,
  );
  const query = `query ($account: ID!) { ${fields.join(' ')} }`;
  return Promise.all(
    accounts.map(async ({ id: account }) => {
      const data = await graphql.request<Record<string, { state: Said }>, { account: string }>(query, { account });
      return migrations.map((_, i) => data[`m${i}`]!.state);
    }),
  );
}
