/** Whom a world is about: accounts by the hundred thousand, of which some have administrators. */
import type { Database } from '../../../src/db/database.ts';

/** How many there are of whom. */
export interface Population {
  readonly accounts: number;
  /** Each of {@link ACCOUNTS_EACH} accounts of their own, the first of all. */
  readonly administrators: number;
}

/** As many accounts as act at most in a story. */
const WANTED = 6_000;
/** Accounts of an administrator. */
export const ACCOUNTS_EACH = 2;

/** The account of a number, from 1. */
export function accountId(number: number): string {
  return `shop-${number}`;
}

/** Every other administrator is quiet: nobody opts in for them, so that each of their reminders must come. */
export function isQuiet(administrator: number): boolean {
  return administrator % 2 === 0;
}

/** Inserts everybody as if they had always been there, without events. */
export async function populate(db: Database, { accounts, administrators }: Population): Promise<void> {
  await db.query(
    `insert into account (id, name, platform, time_zone, uses_built_in_email, attributes, created_at, updated_at)
     select 'shop-' || n, 'Shop ' || n, 'CLOUD', 'UTC', true, '{}', '2015-01-01', '2015-01-01' from generate_series(1, $1) as n order by n`,
    [accounts],
  );
  await db.query(
    `insert into administrator (id, email, name, time_zone, locale, created_at)
     select gen_random_uuid(), 'admin-' || n || '@example.com', 'Admin ' || n, 'UTC', 'en', '2015-01-01' from generate_series(1, $1) as n`,
    [administrators],
  );
  await db.query(
    `insert into administration (administrator_id, account_number)
     select p.id, a.number from generate_series(1, $1) as n
       join administrator p on p.email = 'admin-' || n || '@example.com'
       join account a on a.id = any (array(select 'shop-' || ((n - 1) * $2 + i) from generate_series(1, $2) as i))`,
    [administrators, ACCOUNTS_EACH],
  );
  await db.query('analyze account, administrator, administration');
}

/** Accounts that may opt in, each once, at random: those of quiet administrators are left alone. */
export function racingAccounts({ accounts, administrators }: Population, random: () => number): string[] {
  const wanted = Math.min(WANTED, accounts);
  const drawn = new Set<number>();
  // Those with administrators come first, or hardly anybody who is reminded would ever act.
  for (let n = 1; n <= administrators; n += 1) {
    if (isQuiet(n)) continue;
    for (let i = 1; i <= ACCOUNTS_EACH; i += 1) if (random() < 0.5) drawn.add((n - 1) * ACCOUNTS_EACH + i);
  }
  const first = administrators * ACCOUNTS_EACH + 1;
  while (drawn.size < wanted * 0.8 && first + wanted <= accounts) drawn.add(first + Math.floor(random() * (accounts - first + 1)));
  const all = [...drawn];
  for (let i = all.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all.map(accountId);
}
