import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { effectiveState } from '../../src/rollouts/effective-state.rules.ts';
import { cloneDatabase } from '../support/database.ts';
import { accountArbitrary, decisionArbitrary, instantArbitrary, migrationArbitrary } from '../support/arbitraries.ts';

let client: pg.Client;

beforeAll(async () => {
  client = new pg.Client({ connectionString: await cloneDatabase() });
  await client.connect();
});
afterAll(() => client.end());

const TWIN = `
  with m as (select * from jsonb_populate_record(null::migration, $1)),
       a as (select * from jsonb_populate_record(null::account, $2)),
       d as (select * from jsonb_populate_record(null::decision, $3))
  select s.* from m, a, d, effective_state(m, a, d, $4) s`;

test('the rule and its SQL twin agree on random migrations, accounts, decisions and clocks', async () => {
  await client.query(`insert into migration select * from jsonb_populate_record(null::migration, $1)`, [ROW_OF_MIGRATION]);
  await client.query(`insert into account select * from jsonb_populate_record(null::account, $1)`, [ROW_OF_ACCOUNT]);
  let enabled = 0;
  await fc.assert(
    fc.asyncProperty(migrationArbitrary, accountArbitrary, decisionArbitrary, instantArbitrary, async (migration, account, decision, now) => {
      await client.query('delete from listed_account');
      if (account.listed) await client.query('insert into listed_account values ($1, 1)', [ROW_OF_MIGRATION.id]);
      const { rows } = await client.query(TWIN, [
        {
          ...ROW_OF_MIGRATION,
          state: migration.live ? 'ANNOUNCED' : 'DRAFT',
          grace_starts_at: migration.graceStartsAt,
          mandatory_at: migration.mandatoryAt,
          reversible: migration.reversible,
          platforms: migration.affects.platforms,
          built_in_email_only: migration.affects.builtInEmailOnly,
          required_attributes: migration.affects.attributes,
          listed_only: migration.affects.listedOnly,
        },
        { ...ROW_OF_ACCOUNT, platform: account.platform, uses_built_in_email: account.usesBuiltInEmail, attributes: account.attributes, created_at: account.createdAt },
        { opted_in_at: decision.optedInAt, opted_out_at: decision.optedOutAt, extended_until: decision.extendedUntil, exempt_until: decision.exemptUntil },
        now,
      ]);
      const expected = effectiveState(migration, account, decision, now);
      if (expected.enabled) enabled += 1;
      expect(rows[0]).toEqual({
        enabled: expected.enabled,
        reason: expected.reason,
        since: expected.since,
        deadline: expected.deadline,
        can_opt_in: expected.canOptIn,
        can_opt_out: expected.canOptOut,
      });
    }),
    { numRuns: 2_000 },
  );
  // A generator that only ever made drafts would agree with itself about nothing.
  expect(enabled).toBeGreaterThan(100);
}, 60_000);

const ROW_OF_MIGRATION = {
  id: '00000000-0000-7000-8000-000000000001',
  key: 'k',
  title: 't',
  description: '',
  severity: 'LOW',
  state: 'DRAFT',
  grace_period_start: 'TBD',
  mandatory_opt_in: 'TBD',
  reversible: true,
  platforms: [],
  built_in_email_only: false,
  required_attributes: {},
  listed_only: false,
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
  version: 1,
};

const ROW_OF_ACCOUNT = {
  number: 1,
  id: 'acme',
  name: 'Acme',
  platform: 'CLOUD',
  time_zone: 'UTC',
  uses_built_in_email: true,
  attributes: {},
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
  xid: '1',
};
