import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Actor } from '../../src/auth/actor.ts';
import type { Database } from '../../src/db/database.ts';
import { GracelineError } from '../../src/errors.ts';
import { writeEvents } from '../../src/events/log.ts';
import type { Wake } from '../../src/events/wake.ts';
import { Calendar } from '../../src/migrations/calendar.ts';
import { MigrationsService } from '../../src/migrations/migrations.service.ts';
import { foldRolloutCounts, readProgress } from '../../src/rollouts/counts.ts';
import { RolloutsService } from '../../src/rollouts/rollouts.service.ts';
import { connectClone, insertAccount, insertAdministrator, MovingClock, operator } from '../support/house.ts';

let db: Database;
let wake: Wake;
let migrations: MigrationsService;
let rollouts: RolloutsService;
const clock = new MovingClock('2016-04-01T12:00:00Z');

beforeAll(async () => {
  ({ db, wake } = await connectClone());
  migrations = new MigrationsService(db, wake, clock, 'UTC');
  rollouts = new RolloutsService(db, wake, clock);
});

async function published(key: string, overrides: Partial<Parameters<MigrationsService['createMigration']>[1]> = {}): Promise<string> {
  const { id } = await migrations.createMigration(operator(), {
    key,
    title: key,
    severity: 'MEDIUM',
    gracePeriodStart: '2016-04-10',
    mandatoryOptIn: '2016-05-10',
    ...overrides,
  });
  await migrations.announceBegun(operator(), key);
  return id;
}

describe('a decision', () => {
  let anna: Actor;
  let number: number;

  beforeAll(async () => {
    number = await insertAccount(db, { id: 'acme' });
    await insertAccount(db, { id: 'foreign' });
    anna = await insertAdministrator(db, 'anna@acme.example', [number]);
  });

  test('is refused before the start and after the deadline, and says when', async () => {
    await published('window');
    clock.set('2016-04-09T23:59:59.999Z');
    await expect(rollouts.optIn(anna, 'acme', 'window')).rejects.toMatchObject({
      code: 'NOT_STARTED',
      message: expect.stringContaining('2016-04-10'),
    });
    clock.set('2016-05-10T00:00:00.000Z');
    await expect(rollouts.optIn(anna, 'acme', 'window')).rejects.toMatchObject({ code: 'DEADLINE_PASSED' });
    expect(await rollouts.state(anna, 'acme', 'window')).toMatchObject({
      state: { enabled: true, reason: 'MANDATORY', since: new Date('2016-05-10') },
    });
  });

  test('to opt in is idempotent and logged once, also when fifty ask at once', async () => {
    clock.set('2016-04-12T00:00:00Z');
    const migrationId = await published('many', { gracePeriodStart: '2016-04-11' });
    await Promise.all(Array.from({ length: 50 }, () => rollouts.optIn(anna, 'acme', 'many')));
    const events = await db.query<{ type: string; actor: string }>(
      'select type, actor from event where migration_id = $1 and account_number = $2',
      [migrationId, number],
    );
    expect(events).toEqual([{ type: 'OPTED_IN', actor: 'anna@acme.example' }]);
  });

  test('can be taken back during the grace period only where the migration is reversible', async () => {
    clock.set('2016-04-12T00:00:00Z');
    await published('back', { gracePeriodStart: '2016-04-11' });
    await published('forth', { gracePeriodStart: '2016-04-11', reversible: false });
    await rollouts.optIn(anna, 'acme', 'back');
    await rollouts.optOut(anna, 'acme', 'back');
    await rollouts.optOut(anna, 'acme', 'back');
    expect(await rollouts.state(anna, 'acme', 'back')).toMatchObject({ state: { enabled: false, reason: 'OPTED_OUT', canOptIn: true } });
    await rollouts.optIn(anna, 'acme', 'forth');
    await expect(rollouts.optOut(anna, 'acme', 'forth')).rejects.toMatchObject({ code: 'NOT_REVERSIBLE' });
    await rollouts.optIn(anna, 'acme', 'back');
    clock.set('2016-05-11T00:00:00Z');
    await expect(rollouts.optOut(anna, 'acme', 'back')).rejects.toMatchObject({ code: 'DEADLINE_PASSED' });
  });

  test('about an account or a migration the actor cannot see reads as not found', async () => {
    await expect(rollouts.optIn(anna, 'foreign', 'window')).rejects.toMatchObject({ code: 'NOT_FOUND', details: { account: 'foreign' } });
    await expect(rollouts.optIn(anna, 'acme', 'nothing')).rejects.toMatchObject({ code: 'NOT_FOUND', details: { migration: 'nothing' } });
    await migrations.createMigration(operator(), { key: 'secret', title: 'Secret', severity: 'LOW' });
    await expect(rollouts.state(anna, 'acme', 'secret')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('of an operator holds until its end, and its end is recorded once', async () => {
    clock.set('2016-04-20T00:00:00Z');
    const migrationId = await published('later', { mandatoryOptIn: '2016-05-01' });
    await expect(rollouts.extendDeadline(anna, 'acme', 'later', new Date('2016-06-01'), 'please')).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    await expect(rollouts.extendDeadline(operator(), 'acme', 'later', new Date('2016-06-01'), ' ')).rejects.toMatchObject({
      code: 'REASON_NEEDED',
    });
    await expect(rollouts.extendDeadline(operator(), 'acme', 'later', new Date('2016-05-01'), 'same day')).rejects.toMatchObject({
      code: 'DATE_IN_PAST',
    });
    await rollouts.extendDeadline(operator(), 'acme', 'later', new Date('2016-06-01'), 'a release freeze');
    await rollouts.exemptAccount(operator(), 'acme', 'later', new Date('2016-05-20'), 'an audit');
    const reasonAt = async (instant: string) => {
      clock.set(instant);
      return (await rollouts.state(anna, 'acme', 'later')).state.reason;
    };
    expect([await reasonAt('2016-05-19'), await reasonAt('2016-05-20'), await reasonAt('2016-06-01')]).toEqual([
      'EXEMPT',
      'EXTENDED',
      'MANDATORY',
    ]);
    const calendar = new Calendar(db, wake, clock);
    await Promise.all([calendar.advance(), calendar.advance(), calendar.advance()]);
    const types = await db.query<{ type: string }>('select type from event where migration_id = $1 order by xid, id', [migrationId]);
    expect(types.map(({ type }) => type).toSorted()).toEqual(
      [
        'MIGRATION_CREATED',
        'MIGRATION_ANNOUNCED',
        'DEADLINE_EXTENDED',
        'ACCOUNT_EXEMPTED',
        'DEADLINE_PASSED',
        'EXEMPTION_ENDED',
        'EXTENSION_ENDED',
      ].toSorted(),
    );
  });
});

describe('the counts of a rollout', () => {
  test('equal a count of every account, whatever happened and whenever they were folded', async () => {
    clock.set('2016-04-12T00:00:00Z');
    const migrationId = await published('counted', { gracePeriodStart: '2016-04-11', affects: { attributes: { tier: 'gold' } } });
    const ids: string[] = [];
    const admin = operator();
    const step = fc.record({
      kind: fc.constantFrom('create', 'create', 'in', 'in', 'out', 'move', 'extend', 'exempt', 'fold', 'restart'),
      pick: fc.nat(1_000),
      gold: fc.boolean(),
      young: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        for (const { kind, pick, gold, young } of steps) {
          const id = ids[pick % Math.max(ids.length, 1)];
          if (kind === 'create') {
            const next = `c${ids.length}`;
            await insertAccount(db, {
              id: next,
              attributes: gold ? { tier: 'gold' } : {},
              createdAt: young ? '2016-04-11T00:00:00Z' : '2016-04-10T23:59:59.999Z',
            });
            ids.push(next);
          } else if (kind === 'fold') await Promise.all([foldRolloutCounts(db, clock.now()), foldRolloutCounts(db, clock.now())]);
          else if (kind === 'restart') await migrations.editMigration(admin, 'counted', {}, { attributes: { tier: 'gold' } });
          else if (id === undefined) continue;
          else if (kind === 'in') await rollouts.optIn(admin, id, 'counted').catch(ignoreRefusal);
          else if (kind === 'out') await rollouts.optOut(admin, id, 'counted').catch(ignoreRefusal);
          else if (kind === 'extend')
            await rollouts.extendDeadline(admin, id, 'counted', new Date('2016-07-01'), 'why').catch(ignoreRefusal);
          else if (kind === 'exempt')
            await rollouts.exemptAccount(admin, id, 'counted', new Date('2016-07-01'), 'why').catch(ignoreRefusal);
          else await moveAccount(id, gold, migrationId);
        }
        for (const instant of ['2016-04-12T00:00:00Z', '2016-05-10T00:00:00Z', '2016-07-02T00:00:00Z']) {
          expect(await readProgress(db, migrationId, new Date(instant))).toEqual(await countedOneByOne(migrationId, instant));
        }
      }),
      { numRuns: 25 },
    );
  });
});

/** Gives an account other attributes with the events the accounts' own service writes. */
async function moveAccount(id: string, gold: boolean, migrationId: string): Promise<void> {
  await db.transaction(async (tx) => {
    const [row] = await tx.query<{ number: number; was: boolean; born: boolean; opted_in: boolean; opted_out: boolean }>(
      `update account a set attributes = $2 from account o left join decision d on d.account_number = o.number and d.migration_id = $3
        where o.id = $1 and a.id = $1
        returning a.number, o.attributes @> '{"tier": "gold"}' as was, a.created_at >= '2016-04-11' as born,
                  d.opted_in_at is not null as opted_in, d.opted_in_at is null and d.opted_out_at is not null as opted_out`,
      [id, gold ? { tier: 'gold' } : {}, migrationId],
    );
    if (row!.was === gold) return;
    const data = { born: row!.born, optedIn: row!.opted_in, optedOut: row!.opted_out };
    await writeEvents(tx, operator(), clock.now(), [
      { type: gold ? 'ACCOUNT_AFFECTED' : 'ACCOUNT_UNAFFECTED', migrationId, accountNumber: row!.number, data },
    ]);
  });
}

async function countedOneByOne(migrationId: string, instant: string) {
  const [row] = await db.query(
    `select count(*) filter (where s.reason <> 'NOT_AFFECTED') as affected,
            count(*) filter (where s.reason = 'OPTED_IN') as "optedIn",
            count(*) filter (where s.reason = 'NEW_ACCOUNT') as born,
            count(*) filter (where s.reason = 'MANDATORY') as mandatory,
            count(*) filter (where s.reason = 'EXTENDED') as extended,
            count(*) filter (where s.reason = 'EXEMPT') as exempt,
            count(*) filter (where s.reason in ('PENDING', 'OPTED_OUT')) as pending,
            count(*) filter (where is_affected(m, a) and not s.enabled and d.opted_out_at is not null) as "optedOut"
       from migration m cross join account a left join decision d on d.migration_id = m.id and d.account_number = a.number
       cross join lateral effective_state(m, a, d, $2) s where m.id = $1`,
    [migrationId, instant],
  );
  return row;
}

function ignoreRefusal(error: unknown): void {
  if (!(error instanceof GracelineError)) throw error;
}
