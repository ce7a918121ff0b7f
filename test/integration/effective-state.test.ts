import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { type AccountFacts, type DecisionFacts, effectiveState, type MigrationFacts } from '../../src/rollouts/effective-state.rules.ts';
import { accountArbitrary, decisionArbitrary, instantArbitrary, migrationArbitrary } from '../support/arbitraries.ts';
import { connectClone, insertAccount } from '../support/house.ts';

const MIGRATION_ID = '00000000-0000-7000-8000-000000000001';
const LISTED = 1;
const UNLISTED = 2;

let db: Database;

beforeAll(async () => {
  ({ db } = await connectClone());
  expect(await insertAccount(db, { id: 'listed' })).toBe(LISTED);
  await db.query(
    `insert into migration (id, key, title, description, severity, state, grace_period_start, mandatory_opt_in, reversible, platforms,
                            built_in_email_only, required_attributes, listed_only, created_at, updated_at)
     values ($1, 'k', 't', '', 'LOW', 'DRAFT', 'TBD', 'TBD', true, '{}', false, '{}', true, '2026-01-01', '2026-01-01')`,
    [MIGRATION_ID],
  );
  await db.query('insert into listed_account values ($1, $2)', [MIGRATION_ID, LISTED]);
});

const TWIN = `
  with facts as materialized (
    select c.place, c.now, jsonb_populate_record(null::migration, c.m) as m, jsonb_populate_record(null::account, c.a) as a,
           jsonb_populate_record(null::decision, c.d) as d
      from jsonb_to_recordset($1) as c(place int, m jsonb, a jsonb, d jsonb, now timestamptz))
  select s.enabled, s.reason, s.since, s.deadline, s.can_opt_in as "canOptIn", s.can_opt_out as "canOptOut"
    from facts f cross join lateral effective_state(f.m, f.a, f.d, f.now) s
   order by f.place`;

type Case = [MigrationFacts, AccountFacts, DecisionFacts, Date];

function rowsOf([migration, account, decision, now]: Case, place: number): Record<string, unknown> {
  return {
    place,
    m: {
      id: MIGRATION_ID,
      state: migration.live ? 'ANNOUNCED' : 'DRAFT',
      grace_starts_at: migration.graceStartsAt,
      mandatory_at: migration.mandatoryAt,
      reversible: migration.reversible,
      platforms: migration.affects.platforms,
      built_in_email_only: migration.affects.builtInEmailOnly,
      required_attributes: migration.affects.attributes,
      listed_only: migration.affects.listedOnly,
    },
    a: {
      number: account.listed ? LISTED : UNLISTED,
      platform: account.platform,
      uses_built_in_email: account.usesBuiltInEmail,
      attributes: account.attributes,
      created_at: account.createdAt,
    },
    d: {
      opted_in_at: decision.optedInAt,
      opted_out_at: decision.optedOutAt,
      extended_until: decision.extendedUntil,
      exempt_until: decision.exemptUntil,
    },
    now,
  };
}

test('the rule and its SQL twin agree on random migrations, accounts, decisions and clocks', async () => {
  const seen = new Set<string>();
  const cases = fc.array(fc.tuple(migrationArbitrary, accountArbitrary, decisionArbitrary, instantArbitrary), {
    minLength: 100,
    maxLength: 200,
  });
  await fc.assert(
    fc.asyncProperty(cases, async (batch) => {
      const expected = batch.map((facts) => effectiveState(...facts));
      for (const { reason } of expected) seen.add(reason);
      expect(await db.query(TWIN, [JSON.stringify(batch.map(rowsOf))])).toEqual(expected);
    }),
    { numRuns: 80 },
  );
  // Generators that never reached a reason would agree about nothing there.
  expect([...seen].toSorted()).toEqual([
    'EXEMPT',
    'EXTENDED',
    'MANDATORY',
    'NEW_ACCOUNT',
    'NOT_AFFECTED',
    'NOT_STARTED',
    'OPTED_IN',
    'OPTED_OUT',
    'PENDING',
  ]);
});
