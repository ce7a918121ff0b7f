/** The client in a service's own process says what the server says, whatever is decided, created, cut, started anew, or set by a clock. */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { GracelineClient } from '../../src/client/client.ts';
import type { Transaction } from '../../src/db/database.ts';
import { newId } from '../../src/ids.ts';
import type { AccountFacts, DecisionFacts, MigrationFacts, Reason } from '../../src/rollouts/effective-state.rules.ts';
import { accountArbitrary, decisionArbitrary, instantArbitrary, migrationArbitrary } from '../support/arbitraries.ts';
import { lookAtClock, Marker, portOf, runtimeToken, startClient } from '../support/client-world.ts';
import {
  type DrawnAccount,
  editAccount,
  editMigration,
  type FlagWorld,
  type Said,
  statesByGraphql,
  insertAccount,
  insertWorld,
  named,
  tell,
  writeDecision,
} from '../support/flag-world.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { type Proxy, startProxy } from '../support/proxy.ts';
import { startService, type TestService } from '../support/service.ts';

const NOW = '2026-05-01T00:00:00Z';
const MIGRATIONS = 8;
const ACCOUNTS = 4;
const RUNS = 4;
const STEPS = 8;

/** One migration, account and decision that are not drawn: an extension that counts is rare among those that are. */
const EXTENDED = {
  migration: {
    live: true,
    graceStartsAt: new Date('2026-05-02T00:00:00Z'),
    mandatoryAt: new Date('2026-05-04T00:00:00Z'),
    reversible: true,
    affects: { platforms: [], builtInEmailOnly: false, attributes: {}, listedOnly: false },
  },
  account: { createdAt: new Date('2026-04-01T00:00:00Z'), platform: 'CLOUD', usesBuiltInEmail: true, attributes: {}, listed: false },
  decision: { optedInAt: null, optedOutAt: null, extendedUntil: new Date('2026-05-06T00:00:00Z'), exemptUntil: null },
  at: new Date('2026-05-05T00:00:00Z'),
} as const;

/** Another one that is pending for the same account then. */
const PENDING = {
  migration: { ...EXTENDED.migration, mandatoryAt: null },
  decision: { optedInAt: null, optedOutAt: null, extendedUntil: null, exemptUntil: null },
} as const;

/** What a step does. Every one of them ends with a look at everything. */
type Step =
  | { readonly kind: 'decide'; readonly account: number; readonly decisions: readonly DecisionFacts[] }
  | { readonly kind: 'create'; readonly facts: AccountFacts; readonly decision: DecisionFacts }
  | { readonly kind: 'edit'; readonly account: number; readonly facts: AccountFacts }
  | { readonly kind: 'reschedule'; readonly migration: number; readonly facts: MigrationFacts }
  | { readonly kind: 'clock'; readonly instant: Date }
  | { readonly kind: 'cut'; readonly account: number; readonly decisions: readonly DecisionFacts[] }
  | { readonly kind: 'restart' };

let service: TestService;
let graphql: GraphqlClient;
let token: string;
let marker: Marker;

beforeAll(async () => {
  service = await startService(NOW, { MAX_QUERY_COST: '10000', RATE_LIMIT_RUNTIME_POINTS: '100000000' });
  graphql = await service.clientOf({ role: 'OPERATOR', subject: 'olga' });
  token = await runtimeToken(service);
  marker = await Marker.of(service);
});

const one = (max: number) => fc.integer({ min: 0, max: max - 1 });
const decisions = fc.array(decisionArbitrary, { minLength: MIGRATIONS, maxLength: MIGRATIONS });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('decide' as const, 'cut' as const),
    account: one(ACCOUNTS),
    decisions,
  }),
  fc.record({ kind: fc.constant('create' as const), facts: accountArbitrary, decision: decisionArbitrary }),
  fc.record({ kind: fc.constant('edit' as const), account: one(ACCOUNTS), facts: accountArbitrary }),
  fc.record({ kind: fc.constant('reschedule' as const), migration: one(MIGRATIONS), facts: migrationArbitrary }),
  fc.record({ kind: fc.constant('clock' as const), instant: instantArbitrary }),
  fc.record({ kind: fc.constant('clock' as const), instant: instantArbitrary }),
  fc.constant({ kind: 'restart' as const }),
);
const cases = fc.record({
  migrations: fc.array(migrationArbitrary, { minLength: MIGRATIONS, maxLength: MIGRATIONS }),
  accounts: fc.array(accountArbitrary, { minLength: ACCOUNTS, maxLength: ACCOUNTS }),
  decisions: fc.array(decisions, { minLength: ACCOUNTS, maxLength: ACCOUNTS }),
  steps: fc.array(step, { minLength: STEPS, maxLength: STEPS }),
});

/** The clients under test: one that knows accounts that differ, and one that knows every account. */
class Clients {
  both: readonly GracelineClient[] = [];
  now = Date.parse(NOW);

  constructor(private readonly proxy: Proxy) {
    this.start();
  }

  /** Waits until they know what was done last. */
  async settle(account: string): Promise<void> {
    for (const client of this.both) await marker.seen(client, account);
  }

  async setClock(instant: Date): Promise<void> {
    this.now = instant.getTime();
    await service.setClock(instant.toISOString());
    for (const client of this.both) lookAtClock(client);
  }

  async restart(): Promise<void> {
    await Promise.all(this.both.map((client) => client.close()));
    this.start();
  }

  private start(): void {
    const options = { url: `http://127.0.0.1:${this.proxy.port}`, token, now: () => this.now };
    this.both = [{}, { unknownAccount: 'THROW' as const }].map((more) => startClient({ ...options, ...more }).client);
  }
}

/** @returns the account by which it is known that clients have seen it */
async function take(next: Step, world: FlagWorld, created: DrawnAccount[], clients: Clients, proxy: Proxy): Promise<string> {
  if (next.kind === 'clock') await clients.setClock(next.instant);
  if (next.kind === 'restart') await clients.restart();
  if (next.kind === 'cut') proxy.cut();
  const account = await marker.change((tx) => write(tx, next, world, created));
  if (next.kind === 'cut') proxy.restore();
  return account;
}

async function write(tx: Transaction, next: Step, { migrations, accounts }: FlagWorld, created: DrawnAccount[]): Promise<void> {
  switch (next.kind) {
    case 'decide':
    case 'cut': {
      const { id } = accounts[next.account]!;
      for (const [i, decision] of next.decisions.entries()) await writeDecision(tx, migrations[i]!.id, id, decision);
      return tell(tx, 'OPTED_IN', { migrationId: migrations[0]!.id, accountId: id });
    }
    case 'create': {
      const account = { id: `new-${newId()}`, facts: next.facts };
      created.push(account);
      await insertAccount(tx, account, migrations);
      await tell(tx, 'ACCOUNT_CREATED', { accountId: account.id });
      await writeDecision(tx, migrations[0]!.id, account.id, next.decision);
      return tell(tx, 'OPTED_IN', { migrationId: migrations[0]!.id, accountId: account.id });
    }
    case 'edit': {
      const { id } = accounts[next.account]!;
      await editAccount(tx, { id, facts: next.facts }, migrations);
      return tell(tx, 'ACCOUNT_EDITED', { accountId: id });
    }
    case 'reschedule': {
      const { id } = migrations[next.migration]!;
      await editMigration(tx, id, next.facts);
      return tell(tx, 'RESCHEDULE_APPLIED', { migrationId: id });
    }
    default:
  }
}

/** Both ways to ask. Since when, a client does not know; and once a deadline has passed, it need not know what was decided before. */
function byClient(client: GracelineClient, { migrations, accounts }: FlagWorld, now: number, truth: readonly Said[][]): Said[][] {
  return accounts.map(({ id }, i) =>
    migrations.map(({ key }, j) => {
      const { enabled, reason, deadline, noAnswer } = client.evaluate(key, id);
      expect(noAnswer).toBeNull();
      expect(client.isEnabled(key, id)).toBe(enabled);
      if (enabled && deadline && deadline.getTime() <= now) return { ...truth[i]![j]!, enabled };
      return { ...truth[i]![j]!, enabled, reason: reason!, deadline: deadline?.toISOString() ?? null };
    }),
  );
}

test('both say the same, whatever happens', async () => {
  const proxy = await startProxy(portOf(service));
  const clients = new Clients(proxy);
  const seen = new Set<Reason>();
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(cases, async ({ migrations, accounts, decisions: first, steps }) => {
      const world = named([EXTENDED.migration, PENDING.migration, ...migrations], [EXTENDED.account, ...accounts]);
      const created: DrawnAccount[] = [];
      await insertWorld(service, world);
      const deciding = first.map((decided, account): Step => ({
        kind: 'decide',
        account,
        decisions: [EXTENDED.decision, PENDING.decision, ...decided],
      }));
      for (const next of [...deciding, { kind: 'clock', instant: EXTENDED.at } as const, ...steps]) {
        await clients.settle(await take(next, world, created, clients, proxy));
        const known = { ...world, accounts: [...world.accounts, ...created] };
        const truth = await statesByGraphql(graphql, known);
        for (const { reason } of truth.flat()) seen.add(reason);
        // Set back by more than a day, a clock needs another snapshot; nothing else needs time.
        for (const client of clients.both)
          if (next.kind === 'clock') await expect.poll(() => byClient(client, known, clients.now, truth)).toEqual(truth);
          else expect(byClient(client, known, clients.now, truth)).toEqual(truth);
        compared += truth.flat().length;
      }
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
  expect(compared).toBeGreaterThanOrEqual(RUNS * STEPS * MIGRATIONS * ACCOUNTS);
  // Of all nine most are always drawn; these two always are there.
  expect([...seen]).toEqual(expect.arrayContaining(['EXTENDED', 'PENDING']));
  expect(seen.size).toBeGreaterThanOrEqual(6);
  expect(service.defects).toEqual([]);
});
