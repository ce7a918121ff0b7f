import { pino } from 'pino';
import type { Actor } from '../../src/auth/actor.ts';
import { Database } from '../../src/db/database.ts';
import { Wake } from '../../src/events/wake.ts';
import { Calendar } from '../../src/migrations/calendar.ts';
import { MigrationsService } from '../../src/migrations/migrations.service.ts';
import { foldRolloutCounts, startRolloutCount } from '../../src/rollouts/counts.ts';
import { RolloutsService } from '../../src/rollouts/rollouts.service.ts';

/** Before the grace period, within it, and the deadline. */
const ANNOUNCED = new Date('2025-12-01T00:00:00Z');
const STARTED = new Date('2026-01-01T00:00:00Z');
const DURING = new Date('2026-03-01T00:00:00Z');
const DEADLINE = new Date('2026-07-01T00:00:00Z');
/** One account in five has opted in. */
const DECIDED_EVERY = 5;
/** Extended and exempt accounts: an operator grants each by hand, so their number does not grow with the platform. */
const STEERED = 100;
const LOAD_AT_ONCE = 1_000_000;
const KEY = 'bench';

/** Who acts in a benchmark. */
export const OPERATOR: Actor = { role: 'OPERATOR', subject: 'olga@platform.example', administratorId: null, tokenId: null, scopes: [] };

/** A platform of so many accounts, one migration in its grace period, and the services that know it. */
export class World {
  readonly key = KEY;
  readonly decisions: number;
  readonly rollouts: RolloutsService;
  /** On a database of one connection, which lets its own statistics and CPU be told apart. */
  readonly calendar: Calendar;
  private now = ANNOUNCED;
  private readonly clock = { now: () => this.now };
  private readonly wake: Wake;
  private undecided = 0;

  private constructor(
    readonly accounts: number,
    readonly db: Database,
    readonly steward: Database,
    /** How many connections `db` may hold. */
    readonly clients: number,
  ) {
    this.decisions = Math.floor(accounts / DECIDED_EVERY);
    this.wake = new Wake(db, pino({ level: 'silent' }));
    this.rollouts = new RolloutsService(db, this.wake, this.clock);
    this.calendar = new Calendar(steward, this.wake, this.clock);
  }

  /**
   * Fills an empty database.
   *
   * @param accounts how many; every fifth has opted in
   * @param clients how many connections it may hold
   */
  static async create(url: string, accounts: number, clients: number, log: (line: string) => void): Promise<World> {
    const world = new World(accounts, await Database.connect(url, clients), await Database.connect(url, 1), clients);
    await world.loadAccounts(log);
    await world.publish();
    await world.loadDecisions();
    await world.settle();
    log(`${accounts.toLocaleString('en')} accounts with ${world.decisions.toLocaleString('en')} decisions are there`);
    return world;
  }

  /** Moves into the grace period, and takes back that the deadline was recorded. */
  async beforeDeadline(): Promise<void> {
    this.now = DURING;
    await this.db.query(`update migration set state = 'GRACE_PERIOD' where key = $1`, [KEY]);
  }

  /** Moves to the very instant of the deadline. Nothing runs by that alone. */
  atDeadline(): void {
    this.now = DEADLINE;
  }

  /** The present instant of this world. */
  present(): Date {
    return this.now;
  }

  /** The migration's id. */
  async migrationId(): Promise<string> {
    const [row] = await this.db.query<{ id: string }>('select id from migration where key = $1', [KEY]);
    return row!.id;
  }

  /** The id of an account that decided nothing yet, never the same twice, spread over all of them. */
  nextUndecided(): { id: string; number: number } {
    const undecided = this.accounts - this.decisions;
    // A stride without a common factor visits each once, in nobody's order.
    const place = (this.undecided * 7_919 + 13) % undecided;
    this.undecided += 1;
    const number = Math.floor(place / (DECIDED_EVERY - 1)) * DECIDED_EVERY + (place % (DECIDED_EVERY - 1)) + 1;
    return { number, id: accountId(number) };
  }

  /** Opts accounts in with their events, as many as asked, all at once: what a fold has not seen yet. */
  async addTail(length: number): Promise<void> {
    const numbers = Array.from({ length }, () => this.nextUndecided().number);
    await this.db.query(
      `with decided as (
         insert into decision (migration_id, account_number, opted_in_at) select m.id, n, $2 from migration m, unnest($1::bigint[]) n
         on conflict do nothing returning migration_id, account_number)
       insert into event (at, type, actor_role, actor, migration_id, account_number, data)
       select $2, 'OPTED_IN', 'OPERATOR', 'bench', migration_id, account_number, '{"before": "PENDING", "after": "OPTED_IN", "again": false}' from decided`,
      [numbers, DURING],
    );
  }

  /** Folds the counts, and leaves the tables as autovacuum would. */
  async settle(): Promise<void> {
    await foldRolloutCounts(this.db, this.clock.now());
    await this.db.query('vacuum analyze');
    await this.db.query('checkpoint');
  }

  async close(): Promise<void> {
    await this.wake.close();
    await this.db.close();
    await this.steward.close();
  }

  private async loadAccounts(log: (line: string) => void): Promise<void> {
    for (let from = 1; from <= this.accounts; from += LOAD_AT_ONCE) {
      const to = Math.min(from + LOAD_AT_ONCE - 1, this.accounts);
      await this.db.query(
        `insert into account (id, name, platform, plan, region, time_zone, uses_built_in_email, attributes, created_at, updated_at)
         select 'acct_' || lpad(i::text, 9, '0'), 'Customer ' || i, case when i % 10 = 0 then 'APPLIANCE' else 'CLOUD' end, 'team', 'eu',
                'Europe/Berlin', i % 3 <> 0, '{"tier": "gold"}', '2015-01-01T00:00:00Z', '2015-01-01T00:00:00Z'
           from generate_series($1::int, $2::int) i`,
        [from, to],
      );
      if (to < this.accounts) log(`${to.toLocaleString('en')} accounts loaded`);
    }
  }

  private async publish(): Promise<void> {
    const migrations = new MigrationsService(this.db, this.wake, this.clock, 'UTC');
    const dates = { gracePeriodStart: '2026-01-01', mandatoryOptIn: '2026-07-01' };
    await migrations.createMigration(OPERATOR, { key: KEY, title: 'Bench', severity: 'MEDIUM', ...dates });
    await migrations.announceMigration(OPERATOR, KEY);
    this.now = STARTED;
    await this.calendar.advance();
    this.now = DURING;
  }

  private async loadDecisions(): Promise<void> {
    await this.db.query(
      `insert into decision (migration_id, account_number, opted_in_at)
       select m.id, i, '2026-02-01T00:00:00Z' from migration m, generate_series($1::int, $2::int, $1::int) i`,
      [DECIDED_EVERY, this.accounts],
    );
    for (let i = 0; i < STEERED; i += 1) {
      const { id } = this.nextUndecided();
      await this.rollouts.extendDeadline(OPERATOR, id, KEY, new Date('2027-01-01T00:00:00Z'), 'a release freeze');
    }
    const id = await this.migrationId();
    await this.db.transaction((tx) => startRolloutCount(tx, id));
  }
}

/** The id an account of this number was given. */
export function accountId(number: number): string {
  return `acct_${String(number).padStart(9, '0')}`;
}
