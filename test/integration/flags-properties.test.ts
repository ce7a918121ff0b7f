/** OFREP and GraphQL say the same of random migrations, accounts, decisions and instants, remembered or not. */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { newId } from '../../src/ids.ts';
import type { AccountFacts, DecisionFacts, MigrationFacts, Reason } from '../../src/rollouts/effective-state.rules.ts';
import { accountArbitrary, decisionArbitrary, instantArbitrary, migrationArbitrary } from '../support/arbitraries.ts';
import { runtimeToken } from '../support/client-world.ts';
import { type FlagWorld, insertWorld, named, type Said, statesByGraphql, tell, writeDecision } from '../support/flag-world.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { type OfrepCaller, ofrepCaller } from '../support/ofrep.ts';
import { until } from '../support/processes.ts';
import { startService, type TestService } from '../support/service.ts';

const MIGRATIONS = 12;
const ACCOUNTS = 5;

let service: TestService;
let ofrep: OfrepCaller;
let graphql: GraphqlClient;

beforeAll(async () => {
  service = await startService('2026-05-01T00:00:00Z', { MAX_QUERY_COST: '10000' });
  ofrep = ofrepCaller(service.url, await runtimeToken(service));
  graphql = await service.clientOf({ role: 'RUNTIME', subject: 'edge' });
});

async function insert(migrations: readonly MigrationFacts[], accounts: readonly AccountFacts[]): Promise<FlagWorld> {
  const world = named(migrations, accounts);
  await insertWorld(service, world);
  return world;
}

/**
 * Decides something for every account about every migration, as one change of each account.
 *
 * @returns once that has been told of: a guide that came with it is seen
 */
async function decide({ migrations, accounts }: FlagWorld, decisions: readonly DecisionFacts[]): Promise<void> {
  const guide = `https://docs.example/${newId()}`;
  const [first] = migrations;
  await service.db.transaction(async (tx) => {
    for (const [i, account] of accounts.entries()) {
      for (const [j, migration] of migrations.entries()) {
        await writeDecision(tx, migration.id, account.id, decisions[(i * migrations.length + j) % decisions.length]!);
      }
      await tell(tx, 'OPTED_IN', { migrationId: first!.id, accountId: account.id });
    }
    await tx.query('update migration set guide_url = $2 where id = $1', [first!.id, guide]);
    await tell(tx, 'RESCHEDULE_APPLIED', { migrationId: first!.id });
  });
  service.house.wake.ring();
  await until(
    async () => (await ofrep.flag(first!.key, accounts[0]!.id)).metadata['guide'] === guide,
    () => 'The decisions were never told of.',
  );
}

async function byOfrep({ migrations, accounts }: FlagWorld): Promise<Said[][]> {
  return Promise.all(
    accounts.map(async ({ id }, place) => {
      const all = await ofrep.flags(id);
      // The one and the other way to ask.
      const single = migrations[place % migrations.length]!.key;
      const flags = new Map([...all, [single, await ofrep.flag(single, id)]]);
      return migrations.map(({ key }) => {
        const { value: enabled, variant, metadata } = flags.get(key)!;
        expect(variant).toBe(enabled ? 'on' : 'off');
        const { reason, since = null, deadline = null } = metadata;
        return { enabled, reason: reason as Reason, since, deadline };
      });
    }),
  );
}

const cases = fc.record({
  migrations: fc.array(migrationArbitrary, { minLength: MIGRATIONS, maxLength: MIGRATIONS }),
  accounts: fc.array(accountArbitrary, { minLength: ACCOUNTS, maxLength: ACCOUNTS }),
  rounds: fc.array(
    fc.tuple(fc.array(decisionArbitrary, { minLength: 7, maxLength: 20 }), fc.array(instantArbitrary, { minLength: 2, maxLength: 3 })),
    {
      minLength: 2,
      maxLength: 2,
    },
  ),
});

test('both say the same, whatever was decided since and wherever the clock stands', async () => {
  const seen = new Set<Reason>();
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(cases, async ({ migrations, accounts, rounds }) => {
      const world = await insert(migrations, accounts);
      await until(
        async () => (await ofrep.one(world.migrations[0]!.key, world.accounts[0]!.id)).status === 200,
        () => 'The migrations were never seen.',
      );
      for (const [decisions, instants] of rounds) {
        await decide(world, decisions);
        for (const instant of instants) {
          await service.setClock(instant.toISOString());
          const said = await statesByGraphql(graphql, world);
          for (const { reason } of said.flat()) seen.add(reason);
          expect(await byOfrep(world)).toEqual(said);
          compared += said.flat().length;
        }
      }
    }),
    { numRuns: 12, endOnFailure: true },
  );
  expect(compared).toBeGreaterThanOrEqual(12 * 2 * 2 * MIGRATIONS * ACCOUNTS);
  // Generators that reached few reasons would agree about little; all nine are not drawn in every run.
  expect(seen.size).toBeGreaterThanOrEqual(6);
  expect(service.defects).toEqual([]);
});
