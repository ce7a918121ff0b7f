/** kill -9 of everything, at random, while a hundred thousand accounts pass one deadline after another. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Campaign, Fault } from './fault.ts';
import type { FaultWorld } from './world/fault-world.ts';
import { FULL, type HarmedWorld, harmRollouts, LANES, OF_EACH, startHarmedWorld } from './world/harm.ts';
import type { Supervised } from './world/supervised.ts';

/** Between two kills, beside what it takes until one is up that may be killed. */
const PAUSE_MS = { least: 50, most: 500 };
/** How many lots it has beside one for each process. */
const POSTGRES_WEIGHT = 3;
/** The share of kills that hit whoever it is also while they start, if they are not the worse for it already. */
const AT_START = 0.25;
const MAX_KILLS_AT_START = 2;
const POLL_MS = 50;

/** As many kills as asked for, over rollout after rollout. */
export const kills: Fault = {
  name: 'kills',
  describe: 'kill -9 of workers, APIs and PostgreSQL while 100,000 accounts pass deadlines, opt-ins race them and reminders flow',
  steps: 'kills',
  usual: 50,
  run: async (campaign) => runKills(campaign, await startHarmedWorld(campaign, FULL), 50),
};

/** See {@link kills}. */
export function runKills(campaign: Campaign, harmed: HarmedWorld, stepsPerRollout: number): Promise<void> {
  const postgres = new Recovery();
  return harmRollouts(campaign, harmed, {
    stepsPerRollout,
    rest: () => postgres.ended,
    strike: (world, random, ofThis, check) => strike(world, postgres, random, ofThis, check),
    allowedTwice: (tallies) => ((tallies['kills of a worker'] ?? 0) + OF_EACH * (tallies['kills of PostgreSQL'] ?? 0)) * LANES,
  });
}

/** PostgreSQL from when it is killed until it takes statements again; others may be killed meanwhile. */
class Recovery {
  ended: Promise<void> = Promise.resolve();
  isUnderWay = false;

  async begin({ postgres }: FaultWorld): Promise<void> {
    this.isUnderWay = true;
    await postgres.stop('kill');
    this.ended = postgres.restart().finally(() => (this.isUnderWay = false));
    // Whoever waits for it hears of it.
    this.ended.catch(() => undefined);
  }
}

async function strike(world: FaultWorld, postgres: Recovery, random: () => number, campaign: Campaign, check: () => void): Promise<void> {
  await sleep(PAUSE_MS.least + (PAUSE_MS.most - PAUSE_MS.least) * random());
  const victim = await nextVictim(world, postgres, random, check);
  await (victim === 'PostgreSQL' ? postgres.begin(world) : victim.kill());
  campaign.tally(`kills of ${victim === 'PostgreSQL' ? victim : victim.kind === 'API' ? 'an API' : 'a worker'}`);
}

/** The first that is up, in an order by chance: what is starting would mostly only be kept from coming up. */
async function nextVictim(
  { apis, workers }: FaultWorld,
  postgres: Recovery,
  random: () => number,
  check: () => void,
): Promise<Supervised | 'PostgreSQL'> {
  const candidates = [...apis, ...workers, ...Array.from({ length: POSTGRES_WEIGHT }, () => 'PostgreSQL' as const)];
  const order = candidates.map((one) => ({ one, place: random() })).toSorted((a, b) => a.place - b.place);
  const alsoStarting = random() < AT_START;
  for (;;) {
    check();
    const atWork = !postgres.isUnderWay && [apis, workers].every((all) => all.some(({ isUp }) => isUp));
    const found = order.find(({ one }) =>
      one === 'PostgreSQL' ? atWork : one.isUp || (alsoStarting && one.killsAtStart < MAX_KILLS_AT_START),
    );
    if (found) return found.one;
    await sleep(POLL_MS);
  }
}
