/** Networks that go dead without a word, and workers that stand still past their lease and go on as if nothing had been. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { HalfOpenWay } from '../support/half-open.ts';
import type { Campaign, Fault } from './fault.ts';
import { type FaultWorld, MAIL_TIMEOUT_MS } from './world/fault-world.ts';
import { FULL, type HarmedWorld, harmRollouts, LANES, startHarmedWorld } from './world/harm.ts';

/** How long a way is dead: longer too than a mail may take. */
const DEAD_MS = { least: 500, most: 1.5 * MAIL_TIMEOUT_MS };
/** How long a worker stands still. */
const FROZEN_MS = { least: 500, most: 3_000 };
/** Past every claim of it: of a mail 20 s, of a webhook half a minute. */
const PAST_ITS_LEASE_MS = 60_000;
const PAUSE_MS = 500;

const KINDS = ['worker frozen', 'PostgreSQL half-open', 'SMTP half-open'] as const;

/** As many faults of the network as asked for, over rollout after rollout. */
export const network: Fault = {
  name: 'network',
  describe: 'half-open TCP to PostgreSQL and to SMTP, and workers frozen past their lease that then go on',
  steps: 'faults',
  usual: 20,
  run: async (campaign) => runNetwork(campaign, await startHarmedWorld(campaign, FULL, { ways: true }), 10),
};

/** See {@link network}. @param harmed with ways that can be made dead */
export async function runNetwork(campaign: Campaign, harmed: HarmedWorld, stepsPerRollout: number): Promise<void> {
  const { toPostgres, toSmtp } = harmed.ways!;
  await harmRollouts(campaign, harmed, {
    stepsPerRollout,
    strike: async (world, random, ofThis) => {
      const kind = KINDS[Math.floor(random() * KINDS.length)]!;
      if (kind === 'worker frozen') await freeze(world, random);
      else await die(kind === 'SMTP half-open' ? toSmtp : toPostgres, random);
      ofThis.tally(kind);
      await sleep(PAUSE_MS);
    },
    // Every mail that is under way may have been taken, with nobody left to hear of it; by SMTP those of both workers.
    allowedTwice: (tallies) =>
      ((tallies['worker frozen'] ?? 0) + (tallies['PostgreSQL half-open'] ?? 0) + 2 * (tallies['SMTP half-open'] ?? 0)) * LANES,
  });
}

async function die(way: HalfOpenWay, random: () => number): Promise<void> {
  way.swallow();
  await sleep(between(DEAD_MS, random));
  // Either all that was sent meanwhile arrives late, or none of it.
  if (random() < 0.5) way.deliver();
  else way.reset();
}

async function freeze({ workers, clock, db }: FaultWorld, random: () => number): Promise<void> {
  const worker = workers[Math.floor(random() * workers.length)]!;
  worker.signal('SIGSTOP');
  // As a server does with a peer that is silent; until then its mails count as under way, and nobody takes them over.
  await db.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', [worker.name]);
  clock.pass(PAST_ITS_LEASE_MS);
  await sleep(between(FROZEN_MS, random));
  worker.signal('SIGCONT');
}

function between({ least, most }: { readonly least: number; readonly most: number }, random: () => number): number {
  return least + (most - least) * random();
}
