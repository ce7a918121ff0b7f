import type { Platform } from '../accounts/accounts.rules.ts';
import { sightOf, visibleAccounts } from '../accounts/visibility.ts';
import type { Actor } from '../auth/actor.ts';
import type { Queryable } from '../db/database.ts';
import type { LifecycleState } from '../migrations/lifecycle.rules.ts';
import type { Attributes } from '../rollouts/effective-state.rules.ts';
import type { Flag, FlagAccount } from './flags.rules.ts';

interface FlagRow {
  id: string;
  key: string;
  state: LifecycleState;
  grace_period_start: string;
  grace_starts_at: Date | null;
  mandatory_at: Date | null;
  reversible: boolean;
  guide_url: string | null;
  platforms: Platform[];
  built_in_email_only: boolean;
  required_attributes: Attributes;
  listed_only: boolean;
}

interface AccountRow {
  id: string;
  created_at: Date;
  platform: Platform;
  uses_built_in_email: boolean;
  attributes: Attributes;
  listed_in: string[];
  decisions: DecisionRow[];
}

/** Within JSON, where instants are text. */
interface DecisionRow {
  migration_id: string;
  opted_in_at: string | null;
  opted_out_at: string | null;
  extended_until: string | null;
  exempt_until: string | null;
}

const FLAGS = `
  select id, key, state, grace_period_start, grace_starts_at, mandatory_at, reversible, guide_url, platforms, built_in_email_only,
         required_attributes, listed_only
    from migration where announced_at is not null order by grace_period_start desc, id desc`;

const ACCOUNTS = `
  select a.id, a.created_at, a.platform, a.uses_built_in_email, a.attributes,
         array(select l.migration_id::text from listed_account l where l.account_number = a.number) as listed_in,
         coalesce((select jsonb_agg(jsonb_build_object('migration_id', d.migration_id, 'opted_in_at', d.opted_in_at,
                          'opted_out_at', d.opted_out_at, 'extended_until', d.extended_until, 'exempt_until', d.exempt_until))
                     from decision d where d.account_number = a.number), '[]') as decisions
    from account a where a.id = any ($1::text[])`;

/** Every migration people were told of, cancelled ones included, newest first. */
export async function findFlags(db: Queryable): Promise<Flag[]> {
  return (await db.queryPrepared<FlagRow>('flags', FLAGS, [])).map((row) => ({
    migrationId: row.id,
    key: row.key,
    gracePeriodStart: row.grace_period_start,
    guideUrl: row.guide_url,
    live: row.state === 'ANNOUNCED' || row.state === 'GRACE_PERIOD' || row.state === 'MANDATORY',
    graceStartsAt: row.grace_starts_at,
    mandatoryAt: row.mandatory_at,
    reversible: row.reversible,
    affects: {
      platforms: row.platforms,
      builtInEmailOnly: row.built_in_email_only,
      attributes: row.required_attributes,
      listedOnly: row.listed_only,
    },
  }));
}

/** The accounts with these ids, whoever asks, by id; one that does not exist is missing. */
export async function findFlagAccounts(db: Queryable, ids: readonly string[]): Promise<Map<string, FlagAccount>> {
  const rows = await db.queryPrepared<AccountRow>('flag_accounts', ACCOUNTS, [ids]);
  return new Map(rows.map((row) => [row.id, accountFrom(row)]));
}

/** Whether an actor other than a runtime sees an account, by an id that holds no NUL. */
export async function seesAccount(db: Queryable, actor: Actor, accountId: string): Promise<boolean> {
  const visible = visibleAccounts(actor, 'a', 2);
  const text = `select from account a where a.id = $1 and ${visible.sql}`;
  return (await db.queryPrepared(`flag_account_seen ${sightOf(actor)}`, text, [accountId, ...visible.values])).length > 0;
}

function accountFrom(row: AccountRow): FlagAccount {
  return {
    id: row.id,
    createdAt: row.created_at,
    platform: row.platform,
    usesBuiltInEmail: row.uses_built_in_email,
    attributes: row.attributes,
    listedIn: new Set(row.listed_in),
    decisions: new Map(
      row.decisions.map((decision) => [
        decision.migration_id,
        {
          optedInAt: instant(decision.opted_in_at),
          optedOutAt: instant(decision.opted_out_at),
          extendedUntil: instant(decision.extended_until),
          exemptUntil: instant(decision.exempt_until),
        },
      ]),
    ),
  };
}

function instant(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}
