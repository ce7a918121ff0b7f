import { type Sight, sightOf, visibleTo, whoSees } from '../accounts/visibility.ts';
import type { Actor } from '../auth/actor.ts';
import type { Database } from '../db/database.ts';
import { Gatherer } from '../db/gatherer.ts';
import type { AccountMigrationKey } from './rollouts.rules.ts';

interface OptIn {
  readonly migrationKey: string;
  readonly accountId: string;
  readonly at: Date;
  readonly subject: string;
  /** The token it comes with; null for none. */
  readonly token: string | null;
  /** Whose accounts are visible; see `whoSees`. */
  readonly who: string | null;
  /** Further data of the event, as JSON; null for none. */
  readonly data: string | null;
  /** The span it is asked in; see `Queryable`. */
  readonly traceparent: string | null;
}

/**
 * Opting in: look, ask the rule, decide and log, for all that was gathered, in one statement and therefore one
 * transaction and one round trip. Two of them at once: the row's primary key lets one write, and the other finds it
 * done. The order of the rows is the same in every process, so that two never wait for each other.
 */
const OPT_IN = (role: Actor['role'], sight: Sight) => `
  with asked as (
    select * from unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::jsonb[], $7::uuid[], $8::text[])
      with ordinality as r (key, account, at, subject, who, data, token, traceparent, place)),
  standing as (
    select r.place::int, r.at, r.subject, r.data, r.token, r.traceparent, m.id as migration_id, a.id as account_id, a.number as account_number, d.opted_out_at, s.reason
      from asked r
      join migration m on m.key = r.key and m.announced_at is not null
      join account a on a.id = r.account and ${visibleTo(sight, 'a', 'r.who')}
      left join decision d on d.migration_id = m.id and d.account_number = a.number
      cross join lateral effective_state(m, a, d, r.at) s
     where s.can_opt_in),
  decided as (select distinct on (migration_id, account_number) * from standing order by migration_id, account_number, place),
  written as (
    insert into decision (migration_id, account_number, opted_in_at) select migration_id, account_number, at from decided order by 1, 2
    on conflict (migration_id, account_number) do update set opted_in_at = excluded.opted_in_at, opted_out_at = null where decision.opted_in_at is null
    returning migration_id, account_number),
  logged as (
    insert into event (at, type, actor_role, actor, token_id, migration_id, account_number, data, traceparent)
    select at, 'OPTED_IN', '${role}', subject, token, migration_id, account_number,
           jsonb_build_object('before', reason, 'after', 'OPTED_IN', 'again', opted_out_at is not null) || coalesce(data, '{}'), traceparent
      from written join decided using (migration_id, account_number))
  select place, account_id, account_number, migration_id from standing join written using (migration_id, account_number)`;

interface WrittenRow {
  place: number;
  account_id: string;
  account_number: number;
  migration_id: string;
}

/** Those who opt in by the same statement. */
interface Kind {
  readonly statement: string;
  readonly gatherer: Gatherer<OptIn, AccountMigrationKey | null>;
}

/** Opts accounts in where the rule lets them, each with its event. One per process: what is asked at once is written at once. */
export class OptIns {
  private readonly kinds = new Map<string, Kind>();

  constructor(private readonly db: Database) {}

  /**
   * Opts an account in where the rule lets it, with its event.
   *
   * @param acknowledged the ids of blockers the event is to name
   * @returns null where nothing was written: it had opted in already, may not, or is not there for the actor to see
   */
  write(
    actor: Actor,
    accountId: string,
    migrationKey: string,
    now: Date,
    acknowledged: readonly string[] = [],
  ): Promise<AccountMigrationKey | null> {
    const data = acknowledged.length > 0 ? JSON.stringify({ acknowledged }) : null;
    const asked = {
      migrationKey,
      accountId,
      at: now,
      subject: actor.subject,
      token: actor.tokenId,
      who: whoSees(actor),
      data,
      traceparent: this.db.traceparent(),
    };
    // The statement is shared; in the trace of each that asked it is a step of its own.
    const { statement, gatherer } = this.kindOf(actor);
    return this.db.step(statement, () => gatherer.ask(asked));
  }

  private kindOf(actor: Actor): Kind {
    const { role } = actor;
    const sight = sightOf(actor);
    const name = `${role} ${sight}`;
    const known = this.kinds.get(name);
    if (known) return known;
    const statement = OPT_IN(role, sight);
    const gatherer = new Gatherer<OptIn, AccountMigrationKey | null>(async (asked) => {
      const values = [
        asked.map(({ migrationKey }) => migrationKey),
        asked.map(({ accountId }) => accountId),
        asked.map(({ at }) => at),
        asked.map(({ subject }) => subject),
        asked.map(({ who }) => who),
        asked.map(({ data }) => data),
        asked.map(({ token }) => token),
        asked.map(({ traceparent }) => traceparent),
      ];
      const rows = await this.db.queryPrepared<WrittenRow>(`opt-in ${name}`, statement, values);
      const outcomes = asked.map((): AccountMigrationKey | null => null);
      for (const { place, account_id, account_number, migration_id } of rows)
        outcomes[place - 1] = { accountId: account_id, accountNumber: account_number, migrationId: migration_id };
      return outcomes;
    });
    const kind = { statement, gatherer };
    this.kinds.set(name, kind);
    return kind;
  }
}
