/** What a handler would ask PostgreSQL for these pages, had it nothing else to do. */

/** The account `$1` (id) with the states of its migrations at `$2`, a row each. */
export const ACCOUNT_ROWS = `
  select a.id, a.name, a.platform, a.plan, a.region, a.time_zone, a.uses_built_in_email, a.created_at,
         m.key, m.title, m.severity, m.state, m.reversible, m.guide_url, m.grace_period_start, m.grace_starts_at, m.mandatory_opt_in,
         m.mandatory_at, s.enabled, s.reason, s.since, s.deadline, s.can_opt_in, s.can_opt_out
    from account a
    cross join migration m
    left join decision d on d.migration_id = m.id and d.account_number = a.number
    cross join lateral effective_state(m, a, d, $2) s
   where a.id = $1 and m.state in ('ANNOUNCED', 'GRACE_PERIOD', 'MANDATORY')
   order by m.grace_period_start desc, m.id desc`;

/** The newest `$1` migrations and one more, a row each. */
export const MIGRATION_ROWS = `
  select id, key, title, severity, state, grace_period_start, grace_starts_at, mandatory_opt_in, mandatory_at, reversible
    from migration where announced_at is not null order by grace_period_start desc, id desc limit $1::int + 1`;

/** The same as functions of the schema, in the way PostGraphile's documentation has for what is computed. */
export const POSTGRAPHILE_FUNCTIONS = `
  create type account_state as (account_id text, key text, title text, severity text, state text, reversible boolean, guide_url text,
    grace_period_start text, grace_starts_at timestamptz, mandatory_opt_in text, mandatory_at timestamptz, enabled boolean, reason text,
    since timestamptz, deadline timestamptz, can_opt_in boolean, can_opt_out boolean);
  create function account_states(a account) returns setof account_state language sql stable as $$
    select a.id, m.key, m.title, m.severity, m.state, m.reversible, m.guide_url, m.grace_period_start, m.grace_starts_at,
           m.mandatory_opt_in, m.mandatory_at, s.enabled, s.reason, s.since, s.deadline, s.can_opt_in, s.can_opt_out
      from migration m
      left join decision d on d.migration_id = m.id and d.account_number = a.number
      cross join lateral effective_state(m, a, d, now()) s
     where m.state in ('ANNOUNCED', 'GRACE_PERIOD', 'MANDATORY')
     order by m.grace_period_start desc, m.id desc
  $$;
  comment on function account_states(account) is '@behavior -connection +list';`;
