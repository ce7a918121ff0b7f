import { type Benchmark, type BenchmarkContext, type Figure, judged } from './benchmark.ts';
import { measureFollowing } from './scale/listeners.ts';
import { type Cpu, Platform } from './scale/platform.ts';

const LARGE = Number(process.env['BENCH_SCALE_ACCOUNTS'] ?? 1_000_000);
const LISTENERS = [10, 100, 500, 1_000];

/** What docs/scale.md computes with: costs that grow with a platform, at one size and at a tenth of it. */
export const scale: Benchmark = {
  name: 'scale',
  describe: 'What grows with the number of accounts, people and processes, for docs/scale.md.',
  run: async (context) => {
    const platforms = [];
    for (const accounts of [LARGE / 10, LARGE]) platforms.push(await platformFigures(accounts, context));
    const [small, large] = platforms as [Measured, Measured];
    return [...compared(small, large), ...(await followingFigures(context))];
  },
};

/** Figures of one size by name: of a row in bytes, of a step in µs of CPU, of all processes together. */
type Measured = ReadonlyMap<string, { readonly value: number; readonly unit: string }>;

async function platformFigures(accounts: number, { createDatabase, log }: BenchmarkContext): Promise<Measured> {
  const platform = await Platform.create(await createDatabase(), accounts, log);
  try {
    const measured = new Map<string, { value: number; unit: string }>();
    const cpu = (name: string, { oursUs, postgresUs }: Cpu, of: number, per: string) => {
      measured.set(`CPU of ours, ${name}`, { value: oursUs / of, unit: `µs ${per}` });
      measured.set(`CPU of PostgreSQL, ${name}`, { value: postgresUs / of, unit: `µs ${per}` });
    };
    const bytes = await platform.optInLog();
    measured.set('log written by an opt-in', { value: bytes, unit: 'bytes' });
    cpu('notices when a grace period starts', await platform.sweep('update-notices'), platform.administrators, 'an administrator');
    cpu('reminders of an occasion', await platform.sweep('expand-milestones'), platform.administrators, 'an administrator');
    cpu('a mail composed', await platform.sweep('compose-mails'), platform.administrators, 'an administrator');
    cpu('a rollout counted anew', await platform.recount(), platform.accounts / 1e6, 'a million accounts');
    cpu('a search that finds nobody', await platform.search(), platform.accounts / 1e6, 'a million accounts');
    cpu('an event chained', await platform.sweep('chain-events'), await platform.events(), 'an event');
    for (const [table, value] of await platform.rowBytes()) measured.set(`a row of ${table}`, { value, unit: 'bytes' });
    log(`${accounts.toLocaleString('en')} accounts were measured`);
    return measured;
  } finally {
    await platform.close();
  }
}

/** A ratio of 1 says that ten times as many cost ten times as much, or for what is flat the same. */
function compared(small: Measured, large: Measured): Figure[] {
  return [...large].flatMap(([name, { value, unit }]) => {
    const before = small.get(name);
    if (!before) return [];
    return [{ name, value, unit, peer: 'a tenth of the accounts', peerValue: before.value, ...judged(value / before.value) }];
  });
}

async function followingFigures({ log }: BenchmarkContext): Promise<Figure[]> {
  const { lookUs, ownLookUs, wakeUs, connectionMb } = await measureFollowing(LISTENERS);
  log(`${LISTENERS.at(-1)} processes have listened`);
  const few = wakeUs.get(LISTENERS[0]!)!;
  const peer = { peer: `${LISTENERS[0]} that listen`, peerValue: few };
  return [
    { name: 'CPU of PostgreSQL, a look that finds nothing', value: lookUs, unit: 'µs', ...peer, ...judged(lookUs / few) },
    { name: 'CPU of ours, a look that finds nothing', value: ownLookUs, unit: 'µs', ...peer, ...judged(ownLookUs / few) },
    ...[...wakeUs].map(([count, value]) => ({
      name: `CPU of PostgreSQL, a wake that ${count} hear`,
      value,
      unit: 'µs',
      ...peer,
      ...judged(value / few),
    })),
    {
      name: 'memory of a connection that only listens',
      value: connectionMb,
      unit: 'MB',
      peer: 'a megabyte',
      peerValue: 1,
      ...judged(connectionMb),
    },
  ];
}
