import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { AccountsService } from '../../src/accounts/accounts.service.ts';
import type { Database } from '../../src/db/database.ts';
import { GracelineError } from '../../src/errors.ts';
import { MigrationsService } from '../../src/migrations/migrations.service.ts';
import { foldRolloutCounts, readProgress } from '../../src/rollouts/counts.ts';
import type { HistoryPoint } from '../../src/rollouts/history.rules.ts';
import { RolloutHistoryService } from '../../src/rollouts/history.service.ts';
import { RolloutsService } from '../../src/rollouts/rollouts.service.ts';
import { connectClone, insertAccount, MovingClock, operator } from '../support/house.ts';
import { createCustomer } from '../support/platform.ts';
import { refusalOf, startService } from '../support/service.ts';

const ANNOUNCED = Date.parse('2016-04-01T00:00:00Z');
const STEP_MS = 3_600_000;
/** So many steps after the announcement. */
const STARTS_AFTER = 6;
const ENDS_AFTER = 30;

let db: Database;
let accounts: AccountsService;
let migrations: MigrationsService;
let rollouts: RolloutsService;
let history: RolloutHistoryService;
const clock = new MovingClock(new Date(ANNOUNCED).toISOString());
const at = (steps: number) => new Date(ANNOUNCED + steps * STEP_MS).toISOString();

beforeAll(async () => {
  const clone = await connectClone();
  db = clone.db;
  accounts = new AccountsService(db, clone.wake, clock);
  migrations = new MigrationsService(db, clone.wake, clock, 'UTC');
  rollouts = new RolloutsService(db, clone.wake, clock);
  history = new RolloutHistoryService(db, clock);
});

/** Publishes a migration that touches the golden accounts of its run alone, unless told. */
async function published(key: string, affects: object = { attributes: { run: key, tier: 'gold' } }): Promise<string> {
  clock.set(at(0));
  const gracePeriodStart = at(STARTS_AFTER);
  const { id } = await migrations.createMigration(operator(), {
    key,
    title: key,
    severity: 'LOW',
    gracePeriodStart,
    mandatoryOptIn: at(ENDS_AFTER),
    affects,
  });
  await migrations.announceMigration(operator(), key);
  return id;
}

/** What a point says, as the progress of its instant. */
async function progressNow(migrationId: string): Promise<HistoryPoint> {
  const { affected, optedIn, born, mandatory, extended, exempt, pending } = await readProgress(db, migrationId, clock.now());
  return { at: clock.now(), affected, optedIn, born, mandatory, extended, exempt, pending };
}

async function historyOf(key: string, points: number): Promise<readonly HistoryPoint[]> {
  return history.history(operator(), await migrations.migration(operator(), key), points);
}

const step = fc.record({
  kind: fc.constantFrom('create', 'create', 'in', 'in', 'in', 'out', 'move', 'extend', 'exempt', 'fold', 'wait'),
  pick: fc.nat(1_000),
  gold: fc.boolean(),
  /** In halves of a step, so that an end falls on a point as often as between two. */
  lasts: fc.integer({ min: 1, max: 80 }),
});

let runs = 0;

describe('the history of a rollout', () => {
  test('says of each instant what the progress said then, whatever happened', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: ENDS_AFTER + 4 }), async (steps) => {
        const key = `run-${(runs += 1)}`;
        const ids = [`${key}-a`, `${key}-b`, `${key}-c`];
        for (const [i, id] of ids.entries()) await insertAccount(db, { id, attributes: { run: key, tier: i === 0 ? 'tin' : 'gold' } });
        const migrationId = await published(key);
        const seen = [await progressNow(migrationId)];
        for (const [i, { kind, pick, gold, lasts }] of steps.entries()) {
          clock.set(at(i + 1));
          const id = ids[pick % ids.length]!;
          const until = new Date(ANNOUNCED + (i + 1 + lasts / 2) * STEP_MS);
          if (kind === 'create') {
            const next = `${key}-${ids.length}`;
            await accounts.createAccount(operator(), {
              id: next,
              name: next,
              platform: 'CLOUD',
              attributes: { run: key, tier: gold ? 'gold' : 'tin' },
            });
            ids.push(next);
          } else if (kind === 'in') await rollouts.optIn(operator(), id, key).catch(ignoreRefusal);
          else if (kind === 'out') await rollouts.optOut(operator(), id, key).catch(ignoreRefusal);
          else if (kind === 'move') await accounts.editAccount(operator(), id, { attributes: { run: key, tier: gold ? 'gold' : 'tin' } });
          else if (kind === 'extend') await rollouts.extendDeadline(operator(), id, key, until, 'why').catch(ignoreRefusal);
          else if (kind === 'exempt') await rollouts.exemptAccount(operator(), id, key, until, 'why').catch(ignoreRefusal);
          else if (kind === 'fold') await foldRolloutCounts(db, clock.now());
          seen.push(await progressNow(migrationId));
        }
        const passed = steps.length > ENDS_AFTER;
        const found = await historyOf(key, passed ? ENDS_AFTER + 2 : steps.length + 1);
        expect(found).toEqual(passed ? [...seen.slice(0, ENDS_AFTER + 1), seen.at(-1)] : seen);
      }),
      { numRuns: 15 },
    );
  }, 120_000);

  test('looks at whom the migration touches now: what an edit put out of it has no part in it', async () => {
    const id = await published('edited', { platforms: ['APPLIANCE'] });
    await insertAccount(db, { id: 'kept', platform: 'APPLIANCE', attributes: { keep: true } });
    await insertAccount(db, { id: 'dropped', platform: 'APPLIANCE' });
    clock.set(at(STARTS_AFTER));
    for (const account of ['kept', 'dropped']) await rollouts.optIn(operator(), account, 'edited');
    expect((await historyOf('edited', 2)).map(({ affected, optedIn }) => [affected, optedIn])).toEqual([
      [2, 0],
      [2, 2],
    ]);
    await migrations.editMigration(operator(), 'edited', {}, { attributes: { keep: true } });
    clock.set(at(2 * STARTS_AFTER));
    const found = await historyOf('edited', 5);
    expect(found.map(({ affected, optedIn, pending }) => [affected, optedIn, pending])).toEqual([
      [1, 0, 1],
      [1, 0, 1],
      [1, 1, 0],
      [1, 1, 0],
      [1, 1, 0],
    ]);
    expect(found.at(-1)).toEqual(await progressNow(id));
  });

  test('begins with the grace period where that is older than the announcement, as in an imported page', async () => {
    clock.set(at(10));
    const start = at(6);
    await migrations.createMigration(operator(), {
      key: 'late',
      title: 'late',
      severity: 'LOW',
      gracePeriodStart: start,
      mandatoryOptIn: at(20),
    });
    await migrations.announceBegun(operator(), 'late');
    expect((await historyOf('late', 3)).map((point) => point.at.toISOString())).toEqual([start, at(8), at(10)]);
  });

  test('of a draft and of a cancelled migration is empty, and of one enforced at once a single point', async () => {
    clock.set(at(0));
    for (const key of ['draft', 'cancelled', 'enforced'])
      await migrations.createMigration(operator(), { key, title: key, severity: 'CRITICAL' });
    expect(await historyOf('draft', 10)).toEqual([]);
    await migrations.announceMigration(operator(), 'cancelled');
    await migrations.cancelMigration(operator(), 'cancelled', 'why');
    expect(await historyOf('cancelled', 10)).toEqual([]);
    const { id } = await migrations.enforceMigration(operator(), 'enforced', 'why');
    expect(await historyOf('enforced', 10)).toEqual([await progressNow(id)]);
  });

  test('has a bounded number of points', async () => {
    const migration = await migrations.migration(operator(), 'late');
    for (const points of [1, 201, 2.5])
      await expect(history.history(operator(), migration, points)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    clock.set(at(19));
    const found = await historyOf('late', 200);
    expect(found).toHaveLength(200);
    expect(found.map((point) => point.at.getTime())).toEqual(found.map((point) => point.at.getTime()).toSorted((a, b) => a - b));
  });
});

test('an operator reads it by the API, its last point being the progress; nobody else does', async () => {
  const service = await startService('2016-04-01T09:00:00.000Z');
  const { administrator } = await createCustomer(service, 'acme', new Date('2015-01-01'));
  await createCustomer(service, 'other', new Date('2015-01-01'));
  const { house } = service;
  await house.migrations.createMigration(operator(), {
    key: 'live',
    title: 'live',
    severity: 'LOW',
    gracePeriodStart: '2016-04-02',
    mandatoryOptIn: '2016-06-01',
  });
  await house.migrations.announceMigration(operator(), 'live');
  await service.setClock('2016-04-03T09:00:00.000Z');
  await administrator.request('mutation { optIn(account: "acme", migration: "live") { state { enabled } } }');
  const query =
    '{ migration(key: "live") { history(points: 3) { at affected optedIn new mandatory extended exempt pending } progress { affected optedIn new mandatory extended exempt pending } } }';
  const { migration } = await service.operator.request<{ migration: { history: object[]; progress: object } }, unknown>(query);
  const counts = { new: 0, mandatory: 0, extended: 0, exempt: 0 };
  expect(migration.history).toEqual([
    { at: '2016-04-01T09:00:00.000Z', affected: 2, optedIn: 0, pending: 2, ...counts },
    { at: '2016-04-02T09:00:00.000Z', affected: 2, optedIn: 0, pending: 2, ...counts },
    { at: '2016-04-03T09:00:00.000Z', affected: 2, optedIn: 1, pending: 1, ...counts },
  ]);
  expect(migration.history.at(-1)).toMatchObject(migration.progress);
  await refusalOf(administrator.request(query), 'FORBIDDEN');
  expect(service.defects).toEqual([]);
});

function ignoreRefusal(error: unknown): void {
  if (!(error instanceof GracelineError)) throw error;
}
