/** What an answer costs within the process that asks, against SDKs of feature flags and against a `Set`. */
import type { Database } from '../../src/db/database.ts';
import { type Figure, judged, type Target } from '../benchmark.ts';
import type { Child } from '../fanout/child.ts';
import { medianOf, medianRatio, takeTurns } from '../measure.ts';
import type { Answers, Contender, Decisions, Questions } from './in-process.child.ts';

/** Accounts of the platform, any of which is asked about. */
const PLATFORM_ACCOUNTS = Number(process.env['BENCH_CHECK_ACCOUNTS'] ?? 1_000_000);
const ASKED_ABOUT = 1_000_000;
const ROUNDS = 5;
const QUICK_TIMES = 1_000_000;
const SLOW_TIMES = 20_000;
const MOST_OF_SET = 2;
/** By how many accounts have decided about each migration, how many times less than Unleash it must cost. */
const CASES: Readonly<Record<number, number>> = { 250: 150, 1_000: 400 };

/** Fills a platform with accounts that were there before every grace period. */
export async function fillPlatform(db: Database): Promise<void> {
  await db.query(
    `insert into account (id, name, platform, time_zone, uses_built_in_email, attributes, created_at, updated_at)
     select 'account-' || n, 'n', 'CLOUD', 'UTC', true, '{}', '2015-01-01', '2015-01-01' from generate_series(0, $1::int - 1) n
     on conflict (id) do nothing`,
    [PLATFORM_ACCOUNTS],
  );
}

/**
 * Measures it.
 *
 * @param migrations their keys
 * @param asker a started `in-process.child.ts`
 */
export async function measureInProcess(
  db: Database,
  server: Pick<Decisions, 'url' | 'token'>,
  migrations: readonly string[],
  asker: Child,
  log: (line: string) => void,
): Promise<Figure[]> {
  const random = Array.from({ length: ASKED_ABOUT }, () => Math.floor(Math.random() * PLATFORM_ACCOUNTS));
  const figures: Figure[] = [];
  for (const [count, times] of Object.entries(CASES)) {
    const decided = Object.fromEntries(migrations.map((key) => [key, someAccounts(Number(count))]));
    await decide(db, decided);
    await asker.ask('learn', { decisions: { ...server, decided }, random });
    const round = (who: Contender, accounts: Questions['accounts'], often: number) => () =>
      asker.ask<Answers>('ask', { who, accounts, times: often } satisfies Questions);
    const taken = await takeTurns(ROUNDS, {
      ours: round('graceline', 'ANY', QUICK_TIMES),
      set: round('set', 'ANY', QUICK_TIMES),
      oursDecided: round('graceline', 'DECIDED', QUICK_TIMES),
      setDecided: round('set', 'DECIDED', QUICK_TIMES),
      unleash: round('unleash', 'ANY', SLOW_TIMES),
      unleashConstraints: round('unleashConstraints', 'ANY', SLOW_TIMES),
      growthbook: round('growthbook', 'ANY', SLOW_TIMES),
    });
    for (const [one, other] of [
      [taken.ours, taken.set],
      [taken.oursDecided, taken.setDecided],
    ] as const)
      if (one[0]!.enabled !== other[0]!.enabled) throw new Error('Ours and the Set do not answer the same.');
    log(
      `${count} decided: ${JSON.stringify(Object.fromEntries(Object.entries(taken).map(([who, [first]]) => [who, first!.enabled])))} yes`,
    );
    figures.push(...figuresOf(Number(count), times, taken));
  }
  await asker.ask('forget');
  return figures;
}

function someAccounts(count: number): string[] {
  const numbers = new Set<number>();
  while (numbers.size < count) numbers.add(Math.floor(Math.random() * PLATFORM_ACCOUNTS));
  return [...numbers].map((number) => `account-${number}`);
}

/** As rows, with an event that makes everything old. */
async function decide(db: Database, decided: Decisions['decided']): Promise<void> {
  await db.query('delete from decision');
  for (const [key, ids] of Object.entries(decided))
    await db.query(
      `insert into decision (migration_id, account_number, opted_in_at)
       select m.id, a.number, now() from migration m join account a on a.id = any ($2::text[]) where m.key = $1`,
      [key, ids],
    );
  await db.query(`insert into event (at, type, actor_role, actor, data) values (now(), 'ACCOUNTS_IMPORTED', 'SYSTEM', 'bench', '{}')`);
}

type Taken = Readonly<
  Record<'ours' | 'set' | 'oursDecided' | 'setDecided' | 'unleash' | 'unleashConstraints' | 'growthbook', readonly Answers[]>
>;

function figuresOf(count: number, times: number, taken: Taken): Figure[] {
  const { ours, set, oursDecided, setDecided, unleash, unleashConstraints, growthbook } = taken;
  const cpu = ({ cpuNs }: Answers) => cpuNs;
  const against = (name: string, mine: readonly Answers[], peer: string, theirs: readonly Answers[], target?: Target): Figure => {
    const ratio = peer === 'Set.has' ? medianRatio(mine, theirs, cpu) : medianRatio(theirs, mine, cpu);
    return {
      name: `${name}, ${count} decided`,
      value: medianOf(mine, cpu),
      unit: 'ns',
      peer,
      peerValue: medianOf(theirs, cpu),
      ...judged(ratio, target),
    };
  };
  return [
    against('CPU in process', ours, 'Set.has', set, { atMost: MOST_OF_SET }),
    against('CPU in process of those', oursDecided, 'Set.has', setDecided),
    against('times cheaper', ours, 'unleash-client, userWithId', unleash, { atLeast: times }),
    against('times cheaper', ours, 'unleash-client, a constraint', unleashConstraints),
    against('times cheaper', ours, '@growthbook/growthbook', growthbook),
  ];
}
