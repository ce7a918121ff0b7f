/** A service that asks in its own process: ours, its peers, and the limit, one after the other on the same questions. */
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { GrowthBookClient } from '@growthbook/growthbook';
import { Unleash } from 'unleash-client';
import { GracelineClient } from '../../src/client/client.ts';
import { answering } from '../fanout/child.ts';

/** What each of them is to know. */
export interface Decisions {
  /** Of the API of ours. */
  readonly url: string;
  readonly token: string;
  /** Accounts that have opted in, by migration. */
  readonly decided: Readonly<Record<string, readonly string[]>>;
}

/** What is asked: every migration in turn about each of these accounts, over and over. */
export interface Questions {
  readonly who: Contender;
  readonly accounts: 'ANY' | 'DECIDED';
  readonly times: number;
}

/** What came of it. */
export interface Answers {
  /** CPU of this process, in ns a question. */
  readonly cpuNs: number;
  /** How many were answered with yes. */
  readonly enabled: number;
}

/** Who is asked. */
export type Contender = 'graceline' | 'set' | 'unleash' | 'unleashConstraints' | 'growthbook';

type Ask = (migration: string, account: string) => boolean;

const asking = new Map<Contender, Ask>();
const asked = new Map<Questions['accounts'], readonly string[]>();
let migrations: readonly string[] = [];
let stop: () => Promise<void> = () => Promise.resolve();

/** @param input what is to be known, and the accounts to ask about at random */
async function learn({ decisions, random }: { decisions: Decisions; random: readonly number[] }): Promise<void> {
  await stop();
  const { decided, url, token } = decisions;
  migrations = Object.keys(decided);
  // As they come out of a request: texts of their own, which nobody else has.
  asked.set(
    'ANY',
    random.map((number) => flat(`account-${number}`)),
  );
  const all = migrations.map((key) => decided[key]!);
  asked.set(
    'DECIDED',
    random.map((number, i) => flat(all[i % all.length]![number % all[i % all.length]!.length]!)),
  );
  const sets = new Map(migrations.map((key) => [key, new Set(decided[key]!.map(flat))]));
  asking.set('set', (migration, account) => sets.get(migration)!.has(account));
  const client = new GracelineClient({ url, token });
  await client.ready();
  // What it began with may be some seconds old.
  const knows = () => migrations.every((key) => decided[key]!.every((account) => client.isEnabled(key, account)));
  while (!knows()) await once(client, 'changed');
  asking.set('graceline', (migration, account) => client.isEnabled(migration, account));
  const byIds = await unleash((ids) => ({ name: 'userWithId', parameters: { userIds: ids.join(',') }, constraints: [] }), decided);
  const byConstraint = await unleash(
    (values) => ({
      name: 'default',
      parameters: {},
      constraints: [{ contextName: 'userId', operator: 'IN', values: [...values], inverted: false, caseInsensitive: false }],
    }),
    decided,
  );
  asking.set('unleash', (migration, userId) => byIds.isEnabled(migration, { userId }));
  asking.set('unleashConstraints', (migration, userId) => byConstraint.isEnabled(migration, { userId }));
  const growthbook = new GrowthBookClient().initSync({
    payload: {
      features: Object.fromEntries(
        migrations.map((key) => [key, { defaultValue: false, rules: [{ condition: { id: { $in: [...decided[key]!] } }, force: true }] }]),
      ),
    },
  });
  asking.set('growthbook', (migration, id) => growthbook.isOn(migration, { attributes: { id } }));
  stop = async () => {
    await client.close();
    byIds.destroy();
    byConstraint.destroy();
  };
}

/** Knows its toggles from the beginning and asks no server. */
async function unleash(strategyOf: (ids: readonly string[]) => object, decided: Decisions['decided']): Promise<Unleash> {
  const toggles = Object.entries(decided).map(([name, ids]) => ({
    name,
    enabled: true,
    type: 'release',
    stale: false,
    impressionData: false,
    variants: [],
    strategies: [strategyOf(ids)],
  }));
  const made = new Unleash({
    appName: 'bench',
    url: 'http://127.0.0.1:9/api',
    disableMetrics: true,
    refreshInterval: 0,
    skipInstanceCountWarning: true,
    disableAutoStart: true,
    backupPath: tmpdir(),
    bootstrap: { data: toggles as never },
  });
  for (const event of ['error', 'warn']) made.on(event, () => undefined);
  await made.start();
  return made;
}

function ask({ who, accounts, times }: Questions): Answers {
  const one = asking.get(who)!;
  const about = asked.get(accounts)!;
  const keys = migrations;
  let enabled = 0;
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++) if (one(keys[i % keys.length]!, about[i % about.length]!)) enabled++;
  const { user, system } = process.cpuUsage(before);
  return { cpuNs: ((user + system) * 1_000) / times, enabled };
}

function flat(text: string): string {
  return Buffer.from(text).toString('latin1');
}

answering(null, { learn, ask, forget: () => stop() });
