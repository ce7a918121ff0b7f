import type { Platform } from '../accounts/accounts.rules.ts';
import type { Clock } from '../clock.ts';
import type { Database, Queryable } from '../db/database.ts';
import { Gatherer } from '../db/gatherer.ts';
import { GracelineError } from '../errors.ts';
import { cursorKey, type Page, pageOf, type PageRequest, pageSize } from '../pagination.ts';
import type { Attributes } from '../rollouts/effective-state.rules.ts';
import { type LifecycleState, type Schedule, type Severity, stateAt } from './lifecycle.rules.ts';
import type { Migration } from './migration.entity.ts';
import type { MigrationView, RescheduleView } from './migrations.rules.ts';

/** Which migrations a reader wants to see. */
export interface MigrationFilter {
  /** Only those in these states at the present instant; empty means all. */
  readonly states: readonly LifecycleState[];
  /** Whether those nobody was told of (drafts, and what was cancelled as a draft) are among them. */
  readonly unpublished: boolean;
}

/** A row of the table, whose state depends on when somebody looks: {@link migrationView} says it. */
export interface MigrationRow {
  id: string;
  key: string;
  title: string;
  description: string;
  severity: Severity;
  state: LifecycleState;
  grace_period_start: string;
  grace_starts_at: Date | null;
  mandatory_opt_in: string;
  mandatory_at: Date | null;
  reversible: boolean;
  guide_url: string | null;
  platforms: Platform[];
  built_in_email_only: boolean;
  required_attributes: Attributes;
  listed_only: boolean;
  announced_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

/** The state of `migration m` at the instant `$1`: the SQL twin of `stateAt`. */
const STATE_AT = `case when m.state not in ('ANNOUNCED', 'GRACE_PERIOD') then m.state
    when $1 >= m.mandatory_at then 'MANDATORY'
    when $1 >= m.grace_starts_at then 'GRACE_PERIOD'
    else 'ANNOUNCED' end`;

/** A page that is asked for, checked. */
interface PageAsked {
  readonly filter: MigrationFilter;
  readonly first: number;
  readonly start: string | null;
  readonly id: string | null;
}

/**
 * What many pages show of the catalogue. One per process: what is asked at once is read at once, equal pages by one statement, and
 * nothing is kept. A statement that is shared is a step of its own in the trace of each that asked.
 */
export class CatalogueReads {
  private readonly pages = Gatherer.ofReads(async (asked: readonly PageAsked[]) => {
    const now = this.clock.now();
    const read = new Map<string, Promise<Page<MigrationView>>>();
    const once = (one: PageAsked) => {
      const key = JSON.stringify(one);
      const page = read.get(key) ?? readPage(this.db, now, one);
      read.set(key, page);
      return page;
    };
    return Promise.all(asked.map(once));
  });
  private readonly looked = Gatherer.ofReads(async (asked: readonly (readonly string[])[]) => {
    const now = this.clock.now();
    const found = new Map<string, MigrationView>();
    for (const row of await findMigrationRows(this.db, [...new Set(asked.flat())])) found.set(row.id, migrationView(row, now));
    return asked.map((ids) => ids.map((id) => found.get(id) ?? null));
  });
  private readonly all = Gatherer.ofReads(async (asked: readonly null[]) => {
    const found = new Map((await findPublished(this.db, this.clock.now())).map((migration) => [migration.id, migration]));
    return asked.map(() => found);
  });

  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * One page, newest first: by start of the grace period, then by creation.
   *
   * @throws GracelineError INVALID_INPUT, INVALID_CURSOR
   */
  async page(filter: MigrationFilter, { first, after }: PageRequest): Promise<Page<MigrationView>> {
    const [start, id] = (cursorKey(after, ['string', 'uuid']) as [string, string] | null) ?? [null, null];
    const asked = { filter, first: pageSize(first), start, id };
    return this.db.step(PAGE, () => this.pages.ask(asked));
  }

  /** The migrations of these ids, in their order; null where there is none. */
  byIds(ids: readonly string[]): Promise<(MigrationView | null)[]> {
    return this.db.step(BY_IDS, () => this.looked.ask(ids));
  }

  /** Every published migration, by its id. */
  published(): Promise<ReadonlyMap<string, MigrationView>> {
    return this.db.step(PUBLISHED, () => this.all.ask(null));
  }
}

const BY_IDS = 'select m.* from migration m where m.id = any ($1::uuid[])';
const PUBLISHED = `
  select m.* from migration m where m.state in ('ANNOUNCED', 'GRACE_PERIOD', 'MANDATORY') order by m.grace_period_start desc, m.id desc`;
const PAGE = `
  select m.* from migration m
   where ($2::text is null or (m.grace_period_start, m.id) < ($2, $3::uuid))
     and ($4 or m.announced_at is not null)
     and (cardinality($5::text[]) = 0 or ${STATE_AT} = any ($5))
   order by m.grace_period_start desc, m.id desc limit $6`;

async function readPage(db: Queryable, now: Date, { filter, first, start, id }: PageAsked): Promise<Page<MigrationView>> {
  const rows = await db.queryPrepared<MigrationRow>('migrations', PAGE, [now, start, id, filter.unpublished, filter.states, first + 1]);
  return pageOf(
    rows,
    first,
    (row) => [row.grace_period_start, row.id],
    (row) => migrationView(row, now),
  );
}

/** Every migration people were told of that is not cancelled, newest first: what the page and the state of an account show. */
export async function findPublished(db: Queryable, now: Date): Promise<MigrationView[]> {
  const rows = await db.queryPrepared<MigrationRow>('published migrations', PUBLISHED, []);
  return rows.map((row) => migrationView(row, now));
}

/** Migrations that were cancelled after people were told of them, and not changed since before an instant. */
export async function findWithdrawn(db: Queryable, now: Date, since: Date): Promise<MigrationView[]> {
  const rows = await db.query<MigrationRow>(
    `select m.* from migration m where m.state = 'CANCELLED' and m.announced_at is not null and m.updated_at >= $1`,
    [since],
  );
  return rows.map((row) => migrationView(row, now));
}

/** The migrations with these ids, in no order, for whoever keeps them for longer than their state holds. */
export function findMigrationRows(db: Queryable, ids: readonly string[]): Promise<MigrationRow[]> {
  return db.queryPrepared<MigrationRow>('migrations by ids', BY_IDS, [ids]);
}

/** The migration with this key, or null. */
export async function findMigration(db: Queryable, now: Date, key: string): Promise<MigrationView | null> {
  const [row] = await db.query<MigrationRow>('select m.* from migration m where m.key = $1', [key]);
  return row ? migrationView(row, now) : null;
}

/** The changes of a migration's dates, newest first. */
export async function findReschedules(db: Queryable, migrationIds: readonly string[]): Promise<RescheduleView[]> {
  return db.query<RescheduleView>(
    `select id, migration_id as "migrationId", status, old_grace_period_start as "oldGracePeriodStart", old_mandatory_opt_in as "oldMandatoryOptIn",
            new_grace_period_start as "newGracePeriodStart", new_mandatory_opt_in as "newMandatoryOptIn", reason,
            requested_by as "requestedBy", requested_at as "requestedAt", decided_by as "decidedBy", decided_at as "decidedAt"
       from reschedule where migration_id = any ($1::uuid[]) order by id desc`,
    [migrationIds],
  );
}

/**
 * Replaces the list of a migration that touches listed accounts only.
 *
 * @param accountIds the platform's ids
 * @throws GracelineError NOT_FOUND naming the ids that are no accounts
 */
export async function replaceListedAccounts(db: Queryable, migrationId: string, accountIds: readonly string[]): Promise<void> {
  await db.query('delete from listed_account where migration_id = $1', [migrationId]);
  await db.query('insert into listed_account (migration_id, account_number) select $1, number from account where id = any ($2::text[])', [
    migrationId,
    accountIds,
  ]);
  await refuseMissingAccounts(db, accountIds);
}

/**
 * Replaces the list by the accounts that were seen using the old behaviour.
 *
 * @param since the first day that counts, an ISO date in UTC
 */
export async function replaceListedByUse(db: Queryable, migrationId: string, since: string): Promise<void> {
  await db.query('delete from listed_account where migration_id = $1', [migrationId]);
  await db.query(
    `insert into listed_account (migration_id, account_number)
     select $1, u.account_number from account_usage u where u.migration_id = $1 and u.last_day >= $2`,
    [migrationId, since],
  );
}

/** @throws GracelineError NOT_FOUND naming the ids that are no accounts, ten at most */
export async function refuseMissingAccounts(db: Queryable, accountIds: readonly string[]): Promise<void> {
  const missing = await db.query<{ id: string }>(
    'select u.id from unnest($1::text[]) as u(id) where not exists (select from account a where a.id = u.id) limit 10',
    [accountIds],
  );
  if (missing.length > 0) {
    throw new GracelineError(
      'NOT_FOUND',
      `There is no account ${missing.map(({ id }) => `"${id}"`).join(', ')}. Create it first or take it off the list.`,
      { field: 'accounts' },
    );
  }
}

/** A row of the table as readers see it at an instant. */
export function migrationView(row: MigrationRow, now: Date): MigrationView {
  const schedule = {
    gracePeriodStart: row.grace_period_start,
    graceStartsAt: row.grace_starts_at,
    mandatoryOptIn: row.mandatory_opt_in,
    mandatoryAt: row.mandatory_at,
  };
  return {
    ...schedule,
    id: row.id,
    key: row.key,
    title: row.title,
    description: row.description,
    severity: row.severity,
    state: stateAt(row.state, schedule, now),
    recordedState: row.state,
    reversible: row.reversible,
    guideUrl: row.guide_url,
    affects: {
      platforms: row.platforms,
      builtInEmailOnly: row.built_in_email_only,
      attributes: row.required_attributes,
      listedOnly: row.listed_only,
    },
    announcedAt: row.announced_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** The dates of an entity. */
export function scheduleOf(migration: Migration): Schedule {
  return {
    gracePeriodStart: migration.gracePeriodStart,
    graceStartsAt: migration.graceStartsAt ?? null,
    mandatoryOptIn: migration.mandatoryOptIn,
    mandatoryAt: migration.mandatoryAt ?? null,
  };
}
